"""slamon's source of kind roundup on a real Roundup, and whether what it read is what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slamon.core.instants import DAY, Instant, parse_instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources.http import Agents
from slamon.sources.roundup import RoundupSource
from slamon.sources.roundup_settings import RoundupSettings
from tests.clock import ManualTime
from tests.peers.pypi import Peer
from tests.peers.record import Written, assert_true
from tests.peers.roundup import AGENTS
from tests.peers.verdicts import assert_sound_verdicts
from tests.sources.follower import Follower

START = parse_instant("2026-03-02T08:00:00Z")


class Desk(Follower):
    """Follows a peer; `polls` are the instants at which it did."""

    def __init__(self, peer: Peer, start: Instant, **keys: Any) -> None:
        usual: dict[str, Any] = {"user": "slamon", "password": Secret("slamon-slamon"), "agents": Agents(users=AGENTS)}
        settings = RoundupSettings(url=peer.url, **(usual | keys))
        self.time = ManualTime(start)
        super().__init__(lambda around: RoundupSource("desk", settings, around), self.time)
        self.peer = peer
        self.polls: list[Instant] = []

    async def poll_at(self, at: Instant) -> None:
        """Set both clocks, and read."""
        if at > self.time.now():
            self.time.advance_to(at)
        self.peer.set_clock(self.time.now())
        await self.poll()
        self.polls.append(self.time.now())


@asynccontextmanager
async def desk(peer: Peer, start: Instant = START, **keys: Any) -> AsyncIterator[Desk]:
    found = Desk(peer, start, **keys)
    try:
        yield found
    finally:
        await found.source.close()


def assert_same(kept: dict[str, Ticket], written: dict[str, Written], polls: list[Instant]) -> Counter[str]:
    """What was read is what was done; how often each confidence of a verdict on it was right."""
    assert set(kept) == set(written)
    found: Counter[str] = Counter()
    for id, one in written.items():
        assert_true(kept[id], one, polls, exact=True)
        looks = [at for at in polls if at >= one.created_at]
        found += assert_sound_verdicts(kept[id], one, [*looks, polls[-1] + DAY])
    return found
