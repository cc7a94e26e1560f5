"""Helpdesks whose answers come from a replica that is behind."""

from __future__ import annotations

import copy
from typing import Any

from slamon.core.ticket import Ticket
from slamon.sources.rest import RestSource
from slamon.sources.rest_settings import ListMapping
from tests.clock import ManualTime
from tests.sources.http_server import Request
from tests.sources.rest_server import LIST

WHOLE = ListMapping(path="tickets", items=LIST.items)


class Replica:
    """A server that can be put back to what it was."""

    def __init__(self, now: Any) -> None:
        self.now: Any = now
        self._then: Any = None

    def remember(self) -> None:
        self._then = copy.deepcopy(self.now)

    def fall_back(self) -> None:
        self.now, self._then = self._then, self.now

    def __call__(self, request: Request) -> Any:
        return self.now(request)


def known_by(source: Any, tickets: dict[str, Ticket]) -> None:
    """Let a source that nobody follows know these."""

    async def stored(ids: Any) -> dict[str, Ticket]:
        return {id: tickets[id] for id in ids if id in tickets}

    object.__setattr__(source.around, "known", stored)


def clock_of(source: RestSource) -> ManualTime:
    """The clock that is set by hand."""
    assert isinstance(source.around.time, ManualTime)
    return source.around.time
