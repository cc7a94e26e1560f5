"""Where the ticket to explain comes from: a file of histories, or the running service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from http.client import responses
from pathlib import Path
from urllib.parse import quote

from slamon.commands.call import NoAnswer, Service, Where
from slamon.commands.exits import Exit
from slamon.commands.reading import Unusable, tickets_of
from slamon.core.history import BadTicket, decode
from slamon.core.ticket import Ticket
from slamon.sources.jsonl import BadLine

_NEAREST = 3


class NotToBeHad(Exception):
    """The ticket cannot be read; the message is for a person. `here`: it might be elsewhere, or later."""

    def __init__(self, message: str, *, here: bool = False) -> None:
        super().__init__(message)
        self.here = here


@dataclass(frozen=True, slots=True)
class Found:
    """The tickets of an id, one for each source that has it; if none, the ids of a file that look like it."""

    tickets: tuple[Ticket, ...]
    nearest: tuple[str, ...] = ()
    bad_lines: int = 0


def from_file(path: Path, ticket_id: str) -> Found:
    """The tickets of an id in a file of histories."""
    tickets, others, bad = [], [], 0
    try:
        for found in tickets_of(path):
            if isinstance(found, BadLine):
                bad += 1
            elif found.id == ticket_id:
                tickets.append(found)
            else:
                others.append(found.id)
    except Unusable as error:
        raise NotToBeHad(str(error)) from None
    return Found(tuple(tickets), () if tickets else nearest_ids(ticket_id, others), bad)


def nearest_ids(ticket_id: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known ids that look most like one."""
    return tuple(get_close_matches(ticket_id, dict.fromkeys(known), n=_NEAREST, cutoff=0.5))


def from_service(base: str, ticket_id: str) -> Found:
    """The tickets of an id as the service at an address keeps them; NotToBeHad names one that looks like it."""
    return _asked(Where(Path(), base), ticket_id)


def from_local_service(config: Path, ticket_id: str) -> Found:
    """As `from_service`, by the local socket of the service that settings describe."""
    return _asked(Where(config), ticket_id)


def _asked(where: Where, ticket_id: str) -> Found:
    try:
        service = Service(where)
        status, body = service.exchange("GET", f"/api/tickets?id={quote(ticket_id, safe='')}")
    except NoAnswer as trouble:
        raise NotToBeHad(f"the service does not answer: {trouble}; {_INSTEAD}", here=True) from None
    if status != 200:
        raise _refused(status, body, service)
    try:
        return Found(tuple(decode(line, "") for line in body.splitlines() if line.strip()))
    except BadTicket as mistake:
        raise NotToBeHad(f"{service.place} did not answer with a ticket: {mistake}", here=True) from None


_INSTEAD = "or explain from a file with --rules and --tickets"


def _refused(status: int, body: bytes, service: Service) -> NotToBeHad:
    """What an answer other than 200 means."""
    if status != 404:
        return NotToBeHad(f"the service at {service.place} refuses: {status} {responses.get(status, '')}", here=True)
    refused = service.refused(status, body)
    if refused.exit is Exit.UNUSABLE:
        return NotToBeHad(str(refused))
    return NotToBeHad(f"{service.place} is no slamon of this version: it knows no /api/tickets", here=True)
