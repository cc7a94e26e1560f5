"""Tickets that cannot be read for a while: each is asked for again until it can be, and none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.http import Found, NoneRead, Unexpected
from slamon.sources.http.cursor import Cursor, read_cursor
from slamon.sources.http.unread import AT_ONCE, LONGEST_PAUSE, MOST, Unread, due, put_off
from tests.sources.feed_world import START, Row, World

NOW = START


@dataclass
class Spoilt(World):
    """Some tickets of it cannot be read."""

    bad: set[str] = field(default_factory=set)
    down: bool = False

    async def tickets(self, rows: Sequence[Row]) -> Found:
        found = await super().tickets([row for row in rows if row.id not in self.bad])
        unread = [row.id for row in rows if row.id in self.bad]
        result = Found(found.tickets, [f"ticket {id}: no" for id in unread], unread)
        if unread and not found.tickets:
            raise NoneRead(result)
        return result

    async def reread(self, ids: Sequence[str]) -> list[Ticket]:
        self.read += ids
        if self.down or self.bad & set(ids):
            raise Unexpected("no")
        return await super().reread(ids)

    async def later(self, span: int) -> list[str]:
        """Poll once more; what is named as a problem."""
        self.now += span
        self.read.clear()
        return [problem for batch in await self.poll() for problem in batch.problems]


def spoilt(*bad: str, good: str = "0") -> Spoilt:
    world = Spoilt(bad=set(bad))
    for id in (good, *bad):
        world.touch(id)
    return world


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_named_once_and_asked_for_less_and_less_until_it_can_be() -> None:
    world = spoilt("1")
    assert await world.later(0) == ["ticket 1: no"]
    asked = []
    for poll in range(1, 240):
        assert await world.later(30 * SECOND) == []
        asked += [poll] * world.read.count("1")
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[:4] == [1, 3, 7, 15]
    assert max(gaps) == LONGEST_PAUSE // (30 * SECOND)
    world.bad.clear()
    await world.later(LONGEST_PAUSE)
    assert world.stored == world.versions()
    await world.later(LONGEST_PAUSE)
    assert world.read == []


@pytest.mark.asyncio
async def test_what_is_updated_is_read_at_once_whenever_its_turn_would_be() -> None:
    world = spoilt("1")
    for _ in range(20):
        await world.later(MINUTE)
    world.bad.clear()
    world.now += SECOND
    world.touch("1")
    await world.later(SECOND)
    assert world.stored["1"] == 1


@pytest.mark.asyncio
async def test_what_could_not_be_read_and_is_gone_for_certain_is_asked_for_no_more() -> None:
    world = spoilt("1")
    await world.later(0)
    del world.rows["1"]
    world.bad.clear()
    await world.later(MINUTE)
    assert world.read.count("1") == 1
    await world.later(DAY)
    assert "1" not in world.read


@pytest.mark.asyncio
async def test_what_cannot_be_read_among_the_old_ones_is_kept_over_the_first_reading() -> None:
    world = Spoilt(bad={"1"}, now=START - 60 * DAY)
    world.touch("1")
    world.touch("2")
    world.now = START
    world.touch("3")
    await world.later(0)
    world.bad.clear()
    await world.later(HOUR)
    assert world.stored == world.versions()


@pytest.mark.asyncio
async def test_one_by_itself_is_at_fault_only_if_another_one_can_be_read() -> None:
    world = spoilt("1")
    await world.later(0)
    for id in ("2", "3"):
        world.now += MINUTE
        world.bad.add(id)
        world.touch(id)
    assert await world.later(0) == ["ticket 2: no", "ticket 3: no"]
    world.now += MINUTE
    world.touch("4")
    world.bad.add("4")
    world.down = True
    with pytest.raises(SourceError, match="no ticket can be read: ticket 4: no"):
        await world.later(0)
    before = world.cursor
    world.down = False
    world.bad.clear()
    await world.later(HOUR)
    assert world.cursor != before
    assert world.stored == world.versions()


@pytest.mark.asyncio
async def test_the_first_of_all_by_itself_is_the_fault_of_the_source() -> None:
    world = Spoilt(bad={"1"})
    world.touch("1")
    with pytest.raises(NoneRead, match="no ticket can be read: ticket 1: no"):
        await world.later(0)


@given(st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_nothing_is_missed_whatever_cannot_be_read_meanwhile(random: Random) -> None:
    async def follow() -> None:
        world = Spoilt(size=random.choice([2, 3, 10]))
        for _ in range(random.randrange(1, 12)):
            world.now += random.choice([SECOND, 30 * SECOND, HOUR])
            for _ in range(random.randrange(5)):
                world.touch(str(random.randrange(12)))
            world.bad = {str(random.randrange(12)) for _ in range(random.randrange(8))}
            world.down = random.random() < 0.2
            try:
                await world.poll()
            except SourceError:
                continue
        world.bad, world.down = set(), False
        for _ in range(3):
            await world.later(LONGEST_PAUSE)
        assert world.stored == world.versions()

    asyncio.run(follow())


def test_of_too_many_those_that_failed_most_often_are_left_out_and_that_is_said() -> None:
    tried = {str(number): Unread(0, 5, NOW) for number in range(MOST)}
    found = put_off(tried, {"new": 7}, NOW)
    assert len(found) == MOST
    assert found["new"] == Unread(7, 1, NOW + 30 * SECOND)


def test_only_some_are_asked_for_at_once_and_those_first_that_have_waited_longest() -> None:
    unread = {str(number): Unread(0, 1, NOW - number) for number in range(200)}
    assert due(unread, NOW) == [str(number) for number in range(199, 199 - AT_ONCE, -1)]


def test_a_clock_of_ours_that_was_set_back_delays_nothing() -> None:
    assert due({"1": Unread(0, 1, NOW)}, NOW - DAY) == ["1"]
    assert due({"1": Unread(0, 1, NOW)}, NOW - MINUTE) == []


def test_a_cursor_with_what_is_unread_reads_back_as_it_was_and_one_of_before_has_none() -> None:
    cursor = Cursor(5, 6, None, {}, {"1": Unread(4, 2, 9)})
    assert read_cursor(msgspec.json.encode(cursor)) == cursor
    assert read_cursor(b'{"at":5,"read_at":6}') == Cursor(5, 6)
