"""A helpdesk and whoever follows it, with one clock for both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import SECOND, Instant, parse_instant
from slamon.secrets import Secret
from slamon.sources.django_helpdesk import DjangoHelpdeskSource
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings
from tests.clock import ManualTime
from tests.sources.django_helpdesk_server import Helpdesk
from tests.sources.follower import Follower
from tests.sources.http_server import Script, Server, serving

NOW = parse_instant("2026-03-04T09:00:00Z")
OPEN, REOPENED, RESOLVED, CLOSED, DUPLICATE = 1, 2, 3, 4, 5


class Desk(Follower):
    """Follows a helpdesk whose clock is the same."""

    def __init__(self, server: Server, time: ManualTime, **keys: Any) -> None:
        usual: dict[str, Any] = {"user": "slamon", "password": Secret("open sesame")}
        settings = DjangoHelpdeskSettings(url=server.url, **(usual | keys))
        super().__init__(lambda around: DjangoHelpdeskSource("desk", settings, around), time)
        self.server = server
        self.time = time

    async def poll_of(self, helpdesk: Helpdesk, seconds: float = 30) -> Instant:
        """Let time pass here and there, and read."""
        self.time.advance(round(seconds * SECOND))
        helpdesk.now = max(helpdesk.now, self.time.now())
        await self.poll()
        return self.time.now()


@asynccontextmanager
async def desk(script: Script, start: Instant = NOW, **keys: Any) -> AsyncIterator[Desk]:
    async with serving(script) as server:
        found = Desk(server, ManualTime(start), **keys)
        try:
            yield found
        finally:
            await found.source.close()
