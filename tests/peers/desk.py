"""Following a helpdesk whose clock is ours, and what its tests have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import SECOND, Instant, parse_instant
from slamon.sources.http import HttpSource
from tests.clock import ManualTime
from tests.peers.pypi import Peer
from tests.sources.follower import Follower

START = parse_instant("2026-03-02T08:00:00Z")


class Desk(Follower):
    """Follows a peer; `polls` are the instants at which it did."""

    def __init__(self, peer: Peer, start: Instant, source: Callable[..., HttpSource]) -> None:
        self.time = ManualTime(start)
        super().__init__(source, self.time)
        self.peer = peer
        self.polls: list[Instant] = []

    async def poll_at(self, at: Instant) -> None:
        """Set both clocks, and read."""
        if at > self.time.now():
            self.time.advance_to(at)
        self.peer.set_clock(self.time.now())
        await self.poll()
        self.polls.append(self.time.now())

    async def seed(self, seed: int, count: int) -> Any:
        """What the seed script says it did, with a poll after every step and one at the end."""
        last = START

        async def before_each(at: Instant) -> None:
            nonlocal last
            await self.poll_at(min(last + 30 * SECOND, at))
            last = at

        steps = await self.peer.seed(seed, count, before_each)
        await self.poll_at(last + 30 * SECOND)
        return steps


@asynccontextmanager
async def following(peer: Peer, start: Instant, source: Callable[..., HttpSource]) -> AsyncIterator[Desk]:
    """Closed when the block ends."""
    found = Desk(peer, start, source)
    try:
        yield found
    finally:
        await found.source.close()
