"""What the seed script of a real Redmine did, with several seeds, is what slamon reads there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import SHARED
from tests.peers.redmine import running
from tests.peers.redmine_following import assert_same, following
from tests.peers.redmine_record import of_script

pytestmark = [pytest.mark.shared, pytest.mark.peer("redmine")]


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.asyncio
async def test_every_history_is_what_the_seed_script_says_it_did(seed: int, figure: Callable[[str], None]) -> None:
    with running(SHARED / "servers") as redmine:
        record = redmine.seed(seed)
        async with following(redmine) as follower:
            await follower.poll()
    assert follower.problems == []
    verdicts = assert_same(follower.kept, of_script(record))
    figure(f"redmine, seed {seed}: {len(record['ids'])} issues, {len(record['ev'])} events, {verdicts} verdicts")
