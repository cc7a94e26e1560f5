"""Ten thousand promises broken within a minute, and a receiver that takes one message a second."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND, Instant, format_instant, parse_instant
from slamon.flow.deliver import Manners
from slamon.ports import Rate, Store
from tests.flow.build import Bench, bench

NOON = "2026-06-05T12:00:00Z"
FIRST = parse_instant(NOON) + 1 * HOUR  # promise broken
TICKETS = 10_000
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes:
  - {name: breaches, match: all, steps: [{when: breached, notify: desk}]}
"""


async def flooded(store: Store, rules: str = RULES) -> Bench:
    """The tickets, created over a minute and judged while all is well."""
    run = bench(store, NOON, rules, link="https://slamon.example", manners=Manners(rate=Rate(1, SECOND)))
    lines = [
        msgspec.json.encode({"id": str(number), "created_at": format_instant(FIRST - 1 * HOUR + number * 6_000)})
        for number in range(TICKETS)
    ]
    await store.save_batch("help", [(str(number), line) for number, line in enumerate(lines)], b"1")
    run.time.advance_to(FIRST - MINUTE)
    await run.loop.catch_up()
    return run


async def arrivals(run: Bench, end: Instant, step: int) -> list[tuple[Instant, int]]:
    """Let time pass in small steps; when each message came, and how many commitments it told of."""
    came: list[tuple[Instant, int]] = []
    while run.time.now() < end:
        run.time.advance(step)
        before = len(run.desk.sent)
        await run.go()
        came += [(run.time.now(), len(one.covers)) for one in run.desk.sent[before:]]
    return came


@pytest.mark.asyncio
async def test_a_flood_is_three_messages_in_the_first_minute_and_nothing_is_lost(store: Store) -> None:
    run = await flooded(store)
    run.time.advance_to(FIRST - SECOND)
    came = await arrivals(run, FIRST + 100 * SECOND, SECOND // 2)
    assert came[0][0] <= FIRST + 10 * SECOND
    assert len([at for at, _ in came if at < FIRST + MINUTE]) <= 3
    assert all(later - earlier >= SECOND for (earlier, _), (later, _) in pairwise(came))
    assert sum(count for _, count in came) == TICKETS
    assert {one.ticket for sent in run.desk.sent for one in sent.covers} == {str(n) for n in range(TICKETS)}
    assert (await store.figures()).deliveries == {("desk", "sent"): TICKETS}


@pytest.mark.asyncio
async def test_a_flood_of_bundles_of_one_each_is_merged_by_route(store: Store) -> None:
    run = await flooded(store, RULES.replace("steps", "group: {by: [id]}, steps"))
    run.time.advance_to(FIRST - SECOND)
    came = await arrivals(run, FIRST + 100 * SECOND, SECOND // 2)
    assert len([at for at, _ in came if at < FIRST + MINUTE]) <= 12  # up to digest_above alone, then once a window
    assert sum(count for _, count in came) == TICKETS
