"""Following a list in the order of updates: nothing is missed, whatever happens while it is read."""

from __future__ import annotations

import asyncio
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from slamon.ports import SourceError
from slamon.sources.http import Page, Window
from slamon.sources.http.cursor import Cursor, read_cursor
from tests.sources.feed_world import OURS, START, NotNow, RestlessWorld, Row, World


@given(st.randoms(use_true_random=False))
@settings(max_examples=400)
def test_nothing_is_missed_while_rows_move_and_polls_fail(random: Random) -> None:
    async def follow() -> None:
        world = RestlessWorld(random)
        for _ in range(random.randrange(1, 8)):
            world.now += random.choice([SECOND, 30 * SECOND, HOUR])
            try:
                await world.poll()
            except NotNow:
                continue
        await world.settle()
        assert world.stored | world.excused() == world.versions()
        read = len(world.read)
        await world.poll()
        assert len(world.read) == read

    asyncio.run(follow())


@given(st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_nothing_is_missed_when_the_servers_clock_is_set_forth_and_back_by_minutes(random: Random) -> None:
    async def follow() -> None:
        world, stamps = World(size=4), set[tuple[str, Instant]]()
        await world.poll()
        for step in range(12):
            world.now += 30 * SECOND
            if random.random() < 0.3:
                world.skew = random.choice([0, 10 * MINUTE, 0, 5 * MINUTE])
            for _ in range(random.randrange(3)):
                id, stamp = str(random.randrange(8)), world.now + world.skew
                if (id, stamp) not in stamps:  # two updates of one second that lie minutes apart nobody can tell
                    stamps.add((id, stamp))
                    world.touch(id)
            await world.poll()
            if step % 4 == 3:
                world.now += random.choice([MINUTE, HOUR])
        for _ in range(3):
            world.now += 30 * SECOND
            await world.poll()
        assert world.stored == world.versions()

    asyncio.run(follow())


@pytest.mark.asyncio
async def test_the_first_time_old_tickets_are_read_only_if_open_and_each_once() -> None:
    world = World(size=2)
    for number in range(9):
        world.now = START - 60 * DAY + number * 7 * DAY
        world.touch(str(number), open=number % 2 == 0)
    world.now = START - OURS  # the bound of old and new goes by our clock
    batches = await world.poll()
    assert sorted(world.read) == ["0", "2", "4", "5", "6", "7", "8"]
    assert [batch.progress for batch in batches] == [
        "old tickets that are open: 2 of about 3 read",
        None,
        None,
        "updated tickets: 2 of about 4 read",
        "updated tickets: 3 of about 4 read",
        None,
    ]
    assert len(world.read) == len(set(world.read))


@pytest.mark.asyncio
async def test_an_interrupted_first_reading_goes_on_where_it_was() -> None:
    world = World(size=2)
    for number in range(10):
        world.now += 10 * SECOND
        world.touch(str(number))
    async for batch in world.feed().batches(None):
        world.cursor = batch.cursor
        if len(world.read) >= 4:
            break
    world.now += HOUR
    await world.poll()
    assert {str(number) for number in range(10)} == set(world.read)
    assert len(world.read) <= 13  # the last of a page once more: its second was not over


@pytest.mark.asyncio
async def test_more_rows_of_one_second_than_a_page_holds_are_all_read() -> None:
    world = World(size=10)
    for number in range(95):
        world.touch(str(number))
    await world.poll()
    assert len(world.stored) == 95


@pytest.mark.asyncio
async def test_rows_that_leave_a_full_second_while_it_is_read_hide_no_others() -> None:
    world = World(size=10, now=START - 60 * DAY)  # longer ago than what is read twice
    for number in range(95):
        world.touch(f"{number:03}")
    world.now = START
    moved = iter(range(60))

    def leave() -> None:
        world.now += SECOND
        for _ in range(12):
            if (number := next(moved, None)) is not None:
                world.touch(f"{number:03}")

    world.meanwhile = leave  # type: ignore[method-assign]
    await world.poll()
    world.now += MINUTE
    await world.poll()
    assert world.stored == world.versions()


@pytest.mark.asyncio
async def test_a_quiet_list_costs_one_request_and_no_ticket() -> None:
    world = World()
    world.touch("1")
    for _ in range(3):
        await world.poll()
        world.now += 30 * SECOND
    world.asked.clear()
    world.read.clear()
    assert await world.poll() == []
    assert len(world.asked) == 1
    assert world.read == []


@pytest.mark.asyncio
async def test_a_second_update_within_the_same_second_is_noticed() -> None:
    world = World()
    world.touch("1")
    await world.poll()
    world.touch("1")
    world.now += 30 * SECOND
    await world.poll()
    assert world.stored == {"1": 1}


@pytest.mark.asyncio
async def test_a_list_that_shows_nothing_more_while_its_tickets_are_there_is_a_fault() -> None:
    world = World()
    world.touch("1")
    world.touch("2")
    await world.poll()
    world.blind = True
    with pytest.raises(SourceError, match=r"the list shows nothing, yet there is [12]: has the account lost a right"):
        await world.poll()


@pytest.mark.asyncio
async def test_a_list_that_shows_nothing_more_because_its_tickets_are_deleted_says_so_once() -> None:
    world = World()
    world.touch("1")
    world.touch("2")
    await world.poll()
    world.rows.clear()
    await world.poll()
    assert world.gone == {"1", "2"}
    assert await world.poll() == []


@pytest.mark.asyncio
async def test_a_list_in_another_order_is_a_fault() -> None:
    world = World()

    async def page(window: Window, offset: int) -> Page[Row]:
        return Page([Row("1", START), Row("2", START - HOUR)], False)

    world.page = page  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="not in the order of updates"):
        await world.poll()


@pytest.mark.asyncio
async def test_a_list_that_never_ends_is_a_fault() -> None:
    world = World()

    async def page(window: Window, offset: int) -> Page[Row]:
        return Page([Row("1", START), Row("2", START)], True)

    world.page = page  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="has no end"):
        await world.poll()


@pytest.mark.asyncio
async def test_duplicate_rows_on_a_page_are_harmless() -> None:
    world = World()
    world.touch("1")

    async def page(window: Window, offset: int) -> Page[Row]:
        return Page([world.rows["1"]] * 3, False)

    world.page = page  # type: ignore[method-assign]
    await world.poll()
    assert world.stored == {"1": 0}


@pytest.mark.asyncio
async def test_the_cursor_stays_small_whatever_was_updated_at_once() -> None:
    world = World(size=500)
    for number in range(7_000):
        world.touch(str(number))
    await world.poll()
    assert world.cursor is not None
    assert len(world.cursor) < 300_000


@pytest.mark.parametrize("cursor", [b"", b"17", b"{}garbage", b'{"/var/log/x": {"inode": 1}}', b"[]", b"\xff"])
def test_a_cursor_of_another_kind_is_none_or_a_fresh_start(cursor: bytes) -> None:
    assert read_cursor(cursor) in (None, Cursor())


def test_a_cursor_reads_back_as_it_was() -> None:
    cursor = Cursor(5, 6, None, {})
    assert read_cursor(msgspec.json.encode(cursor)) == cursor


@pytest.mark.asyncio
async def test_nothing_is_missed_after_a_clock_that_was_a_day_ahead_is_put_right() -> None:
    world = World()
    world.skew = DAY
    world.touch("1")
    await world.poll()
    world.skew = 0
    for _ in range(4):
        world.now += 10 * MINUTE
        world.touch("2")
        world.touch("3")
        await world.poll()
    world.now += MINUTE
    await world.poll()
    assert world.stored == world.versions()
