"""Reads a source again and again and keeps what it read, as the service does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slamon.core.history import decode, encode
from slamon.core.instants import Instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Time
from slamon.sources import Surroundings
from slamon.sources.http import HttpSource


class Follower:
    """`make` gets the surroundings. What is kept is kept as bytes; a new source, as after a restart, is `restarted`."""

    def __init__(self, make: Callable[[Surroundings], HttpSource], time: Time) -> None:
        self.bodies: dict[str, bytes] = {}
        self.cursor: bytes | None = None
        self.problems: list[str] = []
        self.progress: list[str | None] = []
        self.given: list[str] = []  # ids, of the last poll
        self._make = make
        self._around = Surroundings(Path(), time, 0, self._known)
        self.source = make(self._around)

    async def _known(self, ids: Sequence[str]) -> dict[str, Ticket]:
        return {id: decode(self.bodies[id], "desk") for id in ids if id in self.bodies}

    @property
    def kept(self) -> dict[str, Ticket]:
        return {id: decode(body, "desk") for id, body in self.bodies.items()}

    async def poll(self) -> None:
        self.given = []
        async for batch in self.source.collect(self.cursor):
            self._keep(batch.tickets)
            self.cursor = batch.cursor
            self.problems += batch.problems
            self.progress.append(batch.progress)
            self.given += [ticket.id for ticket in batch.tickets]

    async def reread(self, *ids: str) -> list[Ticket]:
        found = await self.source.fetch(ids)
        self._keep(found)
        return found

    def _keep(self, tickets: Sequence[Ticket]) -> None:
        self.bodies |= {ticket.id: encode(ticket) for ticket in tickets}

    async def restarted(self) -> None:
        await self.source.close()
        self.source = self._make(self._around)


def messages(ticket: Ticket) -> list[tuple[Instant, str | None, bool]]:
    """When, by whom, and whether public; in order."""
    return sorted((one.at, one.by, one.public) for one in ticket.events if one.kind == "message")


def changes(ticket: Ticket) -> list[Event]:
    """What is no message, in order."""
    return sorted((one for one in ticket.events if one.kind != "message"), key=lambda one: one.at)


def final(ticket: Ticket) -> dict[str, Any]:
    """The fields after all events."""
    fields = dict(ticket.fields)
    for event in changes(ticket):
        fields |= event.set or {}
    return fields
