"""When a source is polled: at its intervals, and shortly before something of it comes due."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.instants import HOUR, MINUTE, SECOND, Instant
from slamon.flow.polling import MARGIN, SHORTEST, Rhythm, next_poll
from slamon.ports import Batch, CommitmentRow, Judgement, SourceError, Store
from tests.flow.test_collecting import Scripted, World, ticket

POLL = 5 * MINUTE
RHYTHM = Rhythm.of(POLL, 1)


@pytest.mark.parametrize(
    ("changes", "polled"),
    [
        ([], POLL),
        ([4 * MINUTE], 4 * MINUTE - MARGIN),
        ([POLL + 2 * SECOND], POLL - 3 * SECOND),
        ([20 * MINUTE], POLL),
        ([76 * SECOND], 75 * SECOND),  # not sooner than after a quarter
        ([60 * SECOND], POLL),  # which comes too late for this one
        ([60 * SECOND, 4 * MINUTE], 4 * MINUTE - MARGIN),
        ([3 * SECOND], POLL),  # looked at shortly before it
    ],
)
def test_the_next_poll_is_at_its_time_or_shortly_before_something_comes_due(
    changes: list[Instant], polled: Instant
) -> None:
    assert next_poll(0, POLL, changes) == polled


@given(
    poll=st.integers(SECOND, HOUR),
    changes=st.lists(st.integers(0, 3 * HOUR), max_size=20),
    start=st.integers(0, HOUR),
)
def test_before_whatever_comes_due_a_poll_was_not_long_ago_and_polls_are_never_too_close(
    poll: int, changes: list[Instant], start: Instant
) -> None:
    polls = [start]
    while polls[-1] < 3 * HOUR and len(polls) < 300:
        polls.append(next_poll(polls[-1], poll, [at for at in changes if at > polls[-1]]))
    gaps = [later - earlier for earlier, later in pairwise(polls)]
    assert all(min(poll, max(poll // 4, SHORTEST)) <= gap <= poll for gap in gaps)
    for at in changes:
        if start < at <= polls[-1]:
            last = max(one for one in polls if one < at)
            assert at - last <= max(poll // 4, SHORTEST) + MARGIN


def test_a_pace_is_in_real_seconds_and_in_the_time_of_the_service() -> None:
    assert Rhythm.of(30 * SECOND, 1) == Rhythm(30.0, 2.0, 30 * SECOND)
    assert Rhythm.of(30 * SECOND, 1_000) == Rhythm(0.2, 0.2, 200 * SECOND)
    assert Rhythm.of(SECOND, 1) == Rhythm(1.0, 1.0, SECOND)


async def due(store: Store, at: Instant, id: str = "1", source: str = "help") -> None:
    """A commitment of a ticket of which somebody is told something at an instant."""
    await store.save_batch(source, [(id, b"{}")], None)
    row = CommitmentRow("p", "t", 0, "on track", "running", 0, at, None, None, at)
    version = (await store.load(source, [id]))[id].version
    await store.apply([Judgement(source, id, version, [row], [])], 0)


async def polls(world: World, until: Instant) -> list[Instant]:
    """When it is polled, asked every two seconds whether it is time."""
    found = []
    while world.time.now() <= until:
        if await world.collector.is_due(RHYTHM):
            found.append(world.time.now())
            await world.collector.poll()
        world.time.advance(2 * SECOND)
    return found


@pytest.mark.asyncio
async def test_an_answer_given_a_minute_before_a_promise_is_due_is_seen_before_it(store: Store) -> None:
    world = World(Scripted(), store)
    assert await polls(world, 0) == [0]
    await due(store, 4 * MINUTE)
    assert await polls(world, 9 * MINUTE) == [4 * MINUTE - 4 * SECOND, 9 * MINUTE - 4 * SECOND]


@pytest.mark.asyncio
async def test_what_comes_due_of_another_source_changes_nothing(store: Store) -> None:
    world = World(Scripted(), store)
    await due(store, 4 * MINUTE, source="other")
    assert await polls(world, POLL) == [0, POLL]


@pytest.mark.asyncio
async def test_a_source_that_fails_or_asked_to_wait_is_not_polled_any_sooner(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"1"), SourceError("no"), SourceError("no")]), store)
    await due(store, 9 * MINUTE)
    assert await polls(world, 10 * MINUTE) == [0, POLL, 10 * MINUTE]
    waiting = World(Scripted([SourceError("429", retry_after=7 * MINUTE)]), store)
    assert await polls(waiting, 8 * MINUTE) == [0, 7 * MINUTE]


@pytest.mark.asyncio
async def test_with_much_due_all_the_time_a_source_is_polled_four_times_as_often_and_not_more(store: Store) -> None:
    world = World(Scripted(), store)
    for number in range(60):
        await due(store, (number + 1) * 10 * SECOND, str(number))
    assert len(await polls(world, 10 * MINUTE)) == 8
