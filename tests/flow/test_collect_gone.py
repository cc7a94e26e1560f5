"""Tickets that were found gone: asked about again for a while, as one that comes back may say nothing of it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from slamon.core.history import decode
from slamon.core.instants import DAY, HOUR, MINUTE
from slamon.core.ticket import Ticket
from slamon.flow.gone import Gone
from slamon.ports import Batch, Store
from tests.clock import ManualTime
from tests.flow.test_collecting import Askable, Scripted, World, ticket

DELETED = '[{"id": "deleted", "at": "2026-06-05T15:00:00Z", "kind": "deleted"}]'


def gone(id: str) -> Ticket:
    return ticket(id, DELETED)


async def events(world: World, id: str) -> int:
    return len(decode((await world.store.load("help", [id]))[id].body, "help").events)


@pytest.mark.asyncio
async def test_a_ticket_that_is_back_without_a_word_lives_on_also_after_a_restart(store: Store) -> None:
    source = Askable([Batch([ticket("1")], b"one")], present={"1": gone("1")})
    world = World(source, store)
    await world.collector.poll()
    await world.collector.reread("1")
    assert await events(world, "1") == 1
    restarted = World(source, store, world.time)
    await restarted.collector.poll()
    await restarted.collector.reconcile()
    assert await events(restarted, "1") == 1
    source.present["1"] = ticket("1")
    world.time.advance(10 * MINUTE)
    await restarted.collector.reconcile()
    assert await events(restarted, "1") == 0
    source.asked.clear()
    world.time.advance(DAY)
    await restarted.collector.reconcile()
    assert source.asked == []


@pytest.mark.asyncio
async def test_what_is_gone_is_asked_about_less_and_less_and_after_a_week_no_more(store: Store) -> None:
    source = Askable([Batch([gone("1")], b"one")], present={"1": gone("1")})
    world = World(source, store)
    await world.collector.poll()
    asked = []
    for round in range(10 * 24 * 6):
        await world.collector.reconcile()
        asked += [round] * len(source.asked)
        source.asked.clear()
        world.time.advance(10 * MINUTE)
    assert asked[:8] == [0, 1, 2, 4, 8, 16, 32, 64]
    assert max(later - earlier for earlier, later in pairwise(asked)) == 6 * HOUR // (10 * MINUTE)
    assert 6.5 * 24 * 6 < asked[-1] <= 7 * 24 * 6


@pytest.mark.asyncio
async def test_what_is_gone_and_not_even_known_any_more_is_asked_about_less_and_less_too(store: Store) -> None:
    source = Askable([Batch([gone("1")], b"one")])
    world = World(source, store)
    await world.collector.poll()
    for _ in range(24 * 6):
        await world.collector.reconcile()
        world.time.advance(10 * MINUTE)
    assert len(source.asked) == 10


@pytest.mark.asyncio
async def test_of_many_only_some_are_asked_about_at_once_and_not_all_are_remembered(store: Store) -> None:
    time = ManualTime(DAY)
    many = Gone("help", store, time)
    await many.note([gone(str(number)) for number in range(1_200)])
    due = await many.due()
    assert len(due) == 50
    time.advance(MINUTE)
    await many.note([gone(id) for id in due])
    assert not set(due) & set(await many.due())
    assert len(await store.value("gone help") or b"") < 50_000
    assert "0" not in await many._read()


@pytest.mark.asyncio
async def test_two_that_are_found_gone_at_the_same_time_are_both_remembered(store: Store) -> None:
    found = Gone("help", store, ManualTime(DAY))
    assert await found.due() == []
    await asyncio.gather(found.note([gone("1")]), found.note([gone("2")]))
    assert set(await found.due()) == {"1", "2"}


@pytest.mark.asyncio
async def test_a_source_that_cannot_be_asked_for_single_tickets_is_not_asked_about_any(store: Store) -> None:
    world = World(Scripted([Batch([gone("1")], b"one")]), store)
    await world.collector.poll()
    await world.collector.reconcile()
    assert await store.value("gone help") is None
