"""A source that fails: how long it is left alone, and how often that is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
import structlog.testing

from slamon.core.instants import MINUTE, SECOND
from slamon.flow.patience import Patience, kind_of
from slamon.ports import Batch, SourceError, Store, StoreError
from tests.flow.test_collect_pace import POLL, polls
from tests.flow.test_collecting import Askable, Scripted, World, ticket


def refused() -> SourceError:
    return SourceError("refused the account: 401", permanent=True)


@pytest.mark.asyncio
async def test_after_a_refusal_a_source_is_asked_after_five_minutes_and_then_less_and_less(store: Store) -> None:
    world = World(Scripted([refused() for _ in range(100)]), store)
    asked = []
    for minute in range(24 * 60):
        before = len(world.source.cursors)
        await world.collector.poll()
        asked += [minute] if len(world.source.cursors) > before else []
        world.time.advance(MINUTE)
    assert asked[:7] == [0, 5, 15, 35, 75, 135, 195]
    assert {later - earlier for earlier, later in pairwise(asked[4:])} == {60}


@pytest.mark.asyncio
async def test_once_it_is_let_in_again_a_source_is_asked_as_usual(store: Store) -> None:
    world = World(Scripted([refused(), refused(), Batch([ticket("1")], b"one")]), store)
    for span in (0, 5 * MINUTE, 10 * MINUTE, SECOND):
        world.time.advance(span)
        await world.collector.poll()
    assert len(world.source.cursors) == 4
    world.source.script = [refused()]
    await world.collector.poll()
    world.time.advance(5 * MINUTE)
    await world.collector.poll()
    assert world.watched.up == [False, False, True, True, False, True]


def test_a_failure_in_between_does_not_make_the_pause_after_a_refusal_any_shorter() -> None:
    patience = Patience()
    patience.failed(refused(), 0.0)
    patience.failed(SourceError("no route"), 300.0)
    patience.failed(refused(), 310.0)
    assert patience.not_before == 910.0


@pytest.mark.asyncio
async def test_a_fault_whose_text_varies_is_told_once_and_another_kind_of_fault_once_more(store: Store) -> None:
    faults = [SourceError(f"host:{port}/issues/{port}.json answered 500 (request {port:x})") for port in range(9)]
    other = SourceError("host is not known")
    world = World(Scripted([*faults[:3], other, *faults[3:6], other]), store)
    with structlog.testing.capture_logs() as logs:
        for _ in range(9):
            await world.collector.poll()
            world.time.advance(10 * MINUTE)
    assert [entry.get("error") for entry in logs] == [str(faults[0]), str(other), None]
    assert world.collector.standing_fault is None


@pytest.mark.asyncio
async def test_the_fault_that_stands_is_the_latest_in_its_own_words(store: Store) -> None:
    world = World(Scripted([SourceError("page 1 failed"), SourceError("page 2 failed")]), store)
    await world.collector.poll()
    await world.collector.poll()
    assert world.collector.standing_fault == "page 2 failed"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.example/i/1.json answered 500", "a.example/i/2.json answered 502", True),
        ("answered 400 (no such 'x')", "answered 400 (field missing)", True),
        ("nothing like 'a' here", "nothing like 'b c' here", True),
        ("the certificate is not valid", "the name is not known", False),
    ],
)
def test_what_makes_two_failures_one_kind(one: str, other: str, same: bool) -> None:
    assert (kind_of(SourceError(one)) == kind_of(SourceError(other))) is same
    assert kind_of(SourceError(one)) != kind_of(SourceError(one, permanent=True))


@pytest.mark.asyncio
async def test_a_problem_that_every_poll_finds_is_named_once_and_counted_each_time(store: Store) -> None:
    world = World(Scripted(), store)
    with structlog.testing.capture_logs() as logs:
        for number in range(3):
            world.source.script = [Batch([], b"one", ["ticket 7: no", f"ticket {number}: no"])]
            await world.collector.poll()
    assert [entry["problem"] for entry in logs] == ["ticket 7: no", *(f"ticket {number}: no" for number in range(3))]
    assert world.watched.problems == 6


class Unaskable(Askable):
    """Its list can be read, single tickets cannot."""

    async def fetch(self, ids: object) -> list[object]:  # type: ignore[override]
        raise refused()


@pytest.mark.asyncio
async def test_what_cannot_be_asked_about_again_is_told_once_and_does_not_keep_the_list_from_being_read(
    store: Store,
) -> None:
    world = World(Unaskable([Batch([ticket("1")], b"one")]), store)
    await store.set_value("gone help", b'{"2":[0,0]}')
    await world.collector.poll()
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await world.collector.reconcile()
            await world.collector.poll()
    assert [entry["event"] for entry in logs] == ["asking again about open tickets failed"]
    assert world.watched.up == [True, True, True]
    assert world.collector.standing_fault is None


async def full(*_: object) -> int:
    raise StoreError("the disk is full")


@pytest.mark.asyncio
async def test_while_our_own_store_fails_a_source_is_left_alone_and_read_within_seconds_once_it_works(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one")]), store)
    with monkeypatch.context() as broken:
        for name in ("save_batch", "set_value"):
            broken.setattr(store, name, full)
        assert len(await polls(world, 60 * MINUTE)) > 600
        assert len(world.source.cursors) == 1
        assert world.collector.store_fault == "the disk is full"
    world.source.script = [Batch([ticket("1")], b"one")]
    since = world.time.now()
    first, *_ = await polls(world, since + 6 * SECOND)
    assert first <= since + 4 * SECOND
    assert world.collector.store_fault is None
    assert await store.cursor("help") == b"one"


@pytest.mark.asyncio
async def test_after_our_own_store_failed_a_source_that_fails_has_to_wait_no_longer_than_after_its_own_failures(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one") for _ in range(9)]), store)
    with monkeypatch.context() as broken:
        broken.setattr(store, "save_batch", full)  # it takes little, and no tickets
        await polls(world, 20 * SECOND)
        assert len(world.source.cursors) in range(3, 8)
    world.source.script = [SourceError("no route"), Batch([ticket("1")], b"one")]
    since = world.time.now()
    await polls(world, since + POLL + 4 * SECOND)
    assert (world.collector.standing_fault, await store.cursor("help")) == (None, b"one")


@pytest.mark.asyncio
async def test_a_pause_that_a_source_asked_for_is_kept_though_our_own_store_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Scripted([SourceError("429", retry_after=7 * MINUTE)]), store)
    with monkeypatch.context() as broken:
        broken.setattr(store, "set_value", full)
        assert await polls(world, 8 * MINUTE - SECOND) == [0, *range(7 * MINUTE, 8 * MINUTE, 4 * SECOND)]
