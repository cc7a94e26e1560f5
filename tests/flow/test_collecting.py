"""From a source into the store: nothing lost, faults told once, patience with a source that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
import structlog.testing

from slamon.core.history import decode
from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.core.ticket import Ticket
from slamon.flow.collect import Collector
from slamon.ports import Batch, SourceError, Store
from tests.clock import ManualTime
from tests.flow.build import Watched


@dataclass
class Scripted:
    """A source that gives what it was told to, once each: batches, or an error."""

    script: list[Batch | Exception] = field(default_factory=list)
    cursors: list[bytes | None] = field(default_factory=list)
    name: str = "help"

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        self.cursors.append(cursor)
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            yield step

    async def close(self) -> None: ...


@dataclass
class Askable(Scripted):
    """One that can be asked for single tickets, too."""

    present: dict[str, Ticket] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    defect: Exception | None = None

    async def fetch(self, ids: Sequence[str]) -> list[Ticket]:
        self.asked += ids
        if self.defect is not None:
            raise self.defect
        return [self.present[id] for id in ids if id in self.present]


def ticket(id: str, events: str = "[]") -> Ticket:
    return decode(f'{{"id": "{id}", "created_at": "2026-06-05T14:00:00Z", "events": {events}}}'.encode(), "x")


@dataclass
class World:
    source: Scripted
    store: Store
    time: ManualTime = field(default_factory=ManualTime)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watched: Watched = field(default_factory=Watched)

    def __post_init__(self) -> None:
        self.collector = Collector(self.source, self.store, self.time, self.changed, self.watched, 2 * MINUTE)


@pytest.mark.asyncio
async def test_what_was_read_before_a_failure_is_kept_and_the_next_poll_goes_on_behind_it(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one"), SourceError("gone"), Batch([ticket("2")], b"two")]), store)
    await world.collector.poll()
    await world.collector.poll()
    assert world.source.cursors == [None, b"one"]
    assert set(await store.load("help", ["1", "2"])) == {"1", "2"}


@pytest.mark.asyncio
async def test_a_ticket_belongs_to_the_source_that_brought_it(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one")]), store)
    await world.collector.poll()
    stored = (await store.load("help", ["1"]))["1"]
    assert decode(stored.body, "").source == "help"


@pytest.mark.asyncio
async def test_the_judge_is_woken_only_by_what_changed(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one")]), store)
    await world.collector.poll()
    assert world.changed.is_set()
    world.changed.clear()
    world.source.script = [Batch([ticket("1")], b"two")]
    await world.collector.poll()
    assert not world.changed.is_set()


@pytest.mark.asyncio
async def test_a_fault_is_told_once_and_its_end_once(store: Store) -> None:
    world = World(Scripted([SourceError("no route"), SourceError("no route")]), store)
    with structlog.testing.capture_logs() as logs:
        await world.collector.poll()
        await world.collector.poll()
        world.time.advance(10 * SECOND)
        await world.collector.poll()
    assert [entry["event"] for entry in logs] == ["source failed", "source works again"]
    assert world.watched.up == [False, False, True]


@pytest.mark.asyncio
async def test_a_source_that_asks_to_wait_is_left_alone_until_then(store: Store) -> None:
    world = World(Scripted([SourceError("429", retry_after=90 * SECOND)]), store)
    await world.collector.poll()
    world.time.advance(89 * SECOND)
    await world.collector.poll()
    assert len(world.source.cursors) == 1
    world.time.advance(1 * SECOND)
    await world.collector.poll()
    assert len(world.source.cursors) == 2


@pytest.mark.asyncio
async def test_a_source_that_keeps_failing_is_asked_less_and_less(store: Store) -> None:
    world = World(Scripted([SourceError(str(number)) for number in range(100)]), store)
    for _ in range(600):
        await world.collector.poll()
        world.time.advance(SECOND)
    assert len(world.source.cursors) < 12


@pytest.mark.asyncio
async def test_data_that_grew_too_old_is_remarked_on(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one")]), store)
    await world.collector.poll()
    assert world.collector.staleness() is None
    world.time.advance(5 * MINUTE)
    assert world.collector.staleness() == "as last known 5 min ago: the source help cannot be read"


@pytest.mark.asyncio
async def test_the_age_of_data_is_known_after_a_restart(store: Store) -> None:
    world = World(Scripted([Batch([ticket("1")], b"one")]), store)
    await world.collector.poll()
    world.time.advance(2 * HOUR)
    restarted = World(Scripted([SourceError("away")]), store, world.time)
    await restarted.collector.poll()
    assert restarted.collector.staleness() == "as last known 2 h ago: the source help cannot be read"


@pytest.mark.asyncio
async def test_before_an_alert_the_ticket_is_read_again(store: Store) -> None:
    answered = ticket("1", '[{"at": "2026-06-05T14:10:00Z", "kind": "message", "by": "agent", "public": true}]')
    world = World(Askable([Batch([ticket("1")], b"one")], present={"1": answered}), store)
    await world.collector.poll()
    await world.collector.reread("1")
    stored = (await store.load("help", ["1"]))["1"]
    assert len(decode(stored.body, "").events) == 1
    assert await store.cursor("help") == b"one"


@pytest.mark.asyncio
async def test_problems_are_counted_and_named_but_not_without_end(store: Store) -> None:
    world = World(Scripted([Batch([], b"one", [f"f:{number}: no" for number in range(1_000)])]), store)
    with structlog.testing.capture_logs() as logs:
        await world.collector.poll()
    assert len(logs) == 21
    assert logs[-1]["count"] == 980
    assert world.watched.problems == 1_000


@pytest.mark.asyncio
async def test_a_defect_in_a_source_is_a_fault_like_any_other(store: Store) -> None:
    world = World(Scripted([ValueError("not foreseen"), Batch([ticket("1")], b"one")]), store)
    await world.collector.poll()
    assert world.watched.up == [False]
    await world.collector.poll()
    assert world.watched.up == [False, True]


@pytest.mark.asyncio
async def test_a_defect_in_a_last_look_does_not_keep_the_alert_back(store: Store) -> None:
    world = World(Askable([Batch([ticket("1")], b"one")], defect=KeyError("user 7")), store)
    await world.collector.poll()
    with structlog.testing.capture_logs() as logs:
        await world.collector.reread("1")
    assert [entry["event"] for entry in logs] == ["source is defective"]
