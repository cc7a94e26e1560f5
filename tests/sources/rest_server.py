"""An API of no particular make, and the mapping of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import Batch
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.rest import RestSource
from slamon.sources.rest_settings import (
    AuthorMapping,
    ChangesMapping,
    ListMapping,
    MessagesMapping,
    Paging,
    RestSettings,
    TicketMapping,
)
from tests.clock import ManualTime
from tests.sources.http_server import Request, Server, answer, data, serving

NOW = parse_instant("2026-03-20T00:00:00Z")
TOKEN = "desk-token-123"
AUTHOR = AuthorMapping(login="author.login", agent="author.staff", bot="author.robot")
TICKET = TicketMapping(
    path="tickets/{id}",
    item="ticket",
    created_at="created",
    updated_at="updated",
    subject="title",
    url="link",
    status="state.name",
    priority="prio",
    author=AUTHOR,
)
LIST = ListMapping(path="tickets", parameters={"updated_since": "{since}"}, items="data.tickets")
MESSAGES = MessagesMapping(path="tickets/{id}/notes", items="notes", at="written", public="!internal", author=AUTHOR)
CHANGES = ChangesMapping(
    items="log",
    at="at",
    by="who",
    details="fields",
    what="name",
    value="new",
    before="old",
    names={"state": "status", "prio": "priority", "team": "group"},
)


def ticket(id: int, at: str = "2026-03-10T10:00:00Z", **more: Any) -> dict[str, Any]:
    """A ticket of carl's, with nothing to it."""
    usual = {
        "id": id,
        "created": at,
        "updated": at,
        "title": f"Ticket {id}",
        "link": f"https://desk.example/{id}",
        "state": {"name": "New"},
        "prio": 2,
        "author": {"login": "carl", "staff": False},
        "log": [],
    }
    return usual | more


def note(id: int, at: str, login: str = "anna", staff: bool = True, **more: Any) -> dict[str, Any]:
    return {"id": id, "written": at, "author": {"login": login, "staff": staff}, "internal": False} | more


@dataclass
class Desk:
    """The server. `said` stands before everything else, by path."""

    tickets: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    most: int = 1_000  # rows of a page

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer(401)
        if request.path in self.said:
            said = self.said[request.path]
            return said if isinstance(said, bytes) else data(said)
        match request.path.removeprefix("/api/").split("/"):
            case ["tickets"]:
                return self._list(request)
            case ["tickets", id, "notes"]:
                return data({"notes": self.notes.get(id, [])})
            case ["tickets", id]:
                there = [one for one in self.tickets if str(one.get("id")) == id]
                return data({"ticket": there[0]}) if there else answer(404)
        return answer(404)

    def _list(self, request: Request) -> bytes:
        query = request.query
        rows = [one for one in self.tickets if one["updated"] >= query.get("updated_since", "")]
        if query.get("state") == "open":
            rows = [one for one in rows if one["state"]["name"] != "Closed"]
        at = int(query.get("cursor") or query.get("offset") or (int(query.get("page", 1)) - 1) * self.most)
        part, more = rows[at : at + self.most], at + self.most < len(rows)
        meta = {"next": str(at + self.most) if more else None, "total": len(rows)}
        link = f"http://{request.headers['host']}/api/tickets?cursor={at + self.most}"
        headers = [f'Link: <{link}>; rel="next"'] if more else []
        return data({"data": {"tickets": part}, "meta": meta}, *headers)


@asynccontextmanager
async def reading(
    desk: Desk, folder: Path, known: Mapping[str, Ticket] | None = None, **keys: Any
) -> AsyncIterator[tuple[RestSource, Server]]:
    """A source of the server, with the settings that are not the usual ones."""

    async def stored(ids: Any) -> Mapping[str, Ticket]:
        return {id: one for id, one in (known or {}).items() if id in ids}

    async with serving(desk) as server:
        settings = usual(url=f"{server.url}/api", **keys)
        source = RestSource("desk", settings, Surroundings(folder, ManualTime(NOW), NOW, stored))
        try:
            yield source, server
        finally:
            await source.close()


def usual(**keys: Any) -> RestSettings:
    """Settings that work, with some others."""
    known: dict[str, Any] = {
        "token": Secret(TOKEN),
        "listing": LIST,
        "ticket": TICKET,
        "url": "https://desk.example/api",
    }
    return RestSettings(**(known | keys))


def paged(**keys: Any) -> ListMapping:
    """The list, with pages."""
    return ListMapping(path=LIST.path, parameters=LIST.parameters, items=LIST.items, paging=Paging(**keys))


async def poll(source: RestSource, cursor: bytes | None = None) -> tuple[dict[str, Ticket], bytes, list[Batch]]:
    """Everything that a poll brings: the tickets by id, the last cursor, and the batches."""
    batches = [batch async for batch in source.collect(cursor)]
    return {ticket.id: ticket for batch in batches for ticket in batch.tickets}, batches[-1].cursor, batches
