"""slamon's source of kind roundup on a real Roundup, and whether what it read is what was done."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractAsyncContextManager
from typing import Any

from slamon.core.instants import DAY, Instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources.http import Agents
from slamon.sources.roundup import RoundupSource
from slamon.sources.roundup_settings import RoundupSettings
from tests.peers.desk import START, Desk, following
from tests.peers.pypi import Peer
from tests.peers.record import Written, assert_true
from tests.peers.roundup import AGENTS
from tests.peers.verdicts import assert_sound_verdicts


def desk(peer: Peer, start: Instant = START, **keys: Any) -> AbstractAsyncContextManager[Desk]:
    """Follows it as slamon, or by other settings."""
    usual: dict[str, Any] = {"user": "slamon", "password": Secret("slamon-slamon"), "agents": Agents(users=AGENTS)}
    settings = RoundupSettings(url=peer.url, **(usual | keys))
    return following(peer, start, lambda around: RoundupSource("desk", settings, around))


def assert_same(kept: dict[str, Ticket], written: dict[str, Written], polls: list[Instant]) -> Counter[str]:
    """What was read is what was done; how often each confidence of a verdict on it was right."""
    assert set(kept) == set(written)
    found: Counter[str] = Counter()
    for id, one in written.items():
        assert_true(kept[id], one, polls, exact=True)
        looks = [at for at in polls if at >= one.created_at]
        found += assert_sound_verdicts(kept[id], one, [*looks, polls[-1] + DAY])
    return found
