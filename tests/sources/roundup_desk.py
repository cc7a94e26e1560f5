"""A tracker and whoever follows it, with one clock for both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import SECOND, Instant, parse_instant
from slamon.secrets import Secret
from slamon.sources.http import Agents
from slamon.sources.roundup import RoundupSource
from slamon.sources.roundup_settings import RoundupSettings
from tests.clock import ManualTime
from tests.sources.follower import Follower
from tests.sources.http_server import Script, Server, serving
from tests.sources.roundup_server import PASSWORD, Tracker

NOW = parse_instant("2026-03-04T09:00:00Z")
AGENTS = Agents(users=("alice", "bob"))


class Desk(Follower):
    """Follows a tracker whose clock is the same."""

    def __init__(self, server: Server, time: ManualTime, **keys: Any) -> None:
        usual: dict[str, Any] = {"user": "slamon", "password": Secret(PASSWORD), "agents": AGENTS}
        settings = RoundupSettings(url=f"{server.url}/tracker", **(usual | keys))
        super().__init__(lambda around: RoundupSource("desk", settings, around), time)
        self.server = server
        self.time = time

    async def poll_of(self, tracker: Tracker, seconds: float = 30) -> Instant:
        """Let time pass here and there, and read."""
        self.time.advance(round(seconds * SECOND))
        tracker.now = max(tracker.now, self.time.now())
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
