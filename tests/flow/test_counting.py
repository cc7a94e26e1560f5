"""What is counted of commitments: each thing once, and taken back when later news say otherwise."""

from __future__ import annotations

import pytest

from slamon.core.instants import HOUR, Span
from slamon.flow.observe import Promise
from slamon.flow.tally import Customers
from slamon.ports import Store
from tests.flow.build import RULES, Bench, bench, message

FRIDAY_4PM = "2026-06-05T14:00:00Z"  # due on Monday at 12:00 in Berlin, 10:00 UTC
FIRST_RESPONSE = Promise("help", "gold", "first_response")


def counted(run: Bench) -> list[tuple[str, Span | None]]:
    """What was told since the last time, without the promise."""
    found = [(word, elapsed) for word, _, elapsed in run.watched.promises]
    run.watched.promises.clear()
    return found


async def late(store: Store) -> Bench:
    """A ticket that is not answered in time."""
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T10:30:00Z")
    return run


@pytest.mark.asyncio
async def test_a_start_a_breach_and_an_end_are_told_once_each_under_their_promise(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn(FRIDAY_4PM)
    assert run.watched.promises == [("started", FIRST_RESPONSE, None)]
    await run.turn("2026-06-08T10:30:00Z")
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T11:00:00Z")])
    await run.turn("2026-06-08T11:00:00Z")
    assert counted(run) == [("started", None), ("breached", None), ("missed", 5 * HOUR)]


@pytest.mark.asyncio
async def test_what_is_judged_again_is_not_counted_again_after_a_restart_neither(store: Store) -> None:
    run = await late(store)
    counted(run)
    await store.mark_for_judging()
    await run.turn("2026-06-08T10:31:00Z")
    again = run.restarted()
    await store.mark_for_judging()
    await again.turn("2026-06-08T10:32:00Z")
    assert counted(run) == counted(again) == []


@pytest.mark.asyncio
async def test_an_answer_that_is_told_of_late_takes_the_breach_back(store: Store) -> None:
    run = await late(store)
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T08:00:00Z")])
    await run.turn("2026-06-08T12:00:00Z")
    assert counted(run)[1:] == [("breached", None), ("not breached", None), ("met", 2 * HOUR)]


@pytest.mark.asyncio
async def test_an_end_that_turns_out_to_be_another_is_corrected(store: Store) -> None:
    run = await late(store)
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T11:00:00Z")])
    await run.turn("2026-06-08T11:00:00Z")
    counted(run)
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T08:00:00Z")])
    await run.turn("2026-06-08T12:00:00Z")
    assert counted(run) == [("not breached", None), ("not missed", None), ("met", 2 * HOUR)]


@pytest.mark.asyncio
async def test_the_same_promise_under_another_policy_is_no_new_start(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn(FRIDAY_4PM)
    other = bench(store, FRIDAY_4PM, RULES.replace("name: gold", "name: silver"), version="2")
    await store.mark_for_judging()
    await other.turn("2026-06-08T10:30:00Z")
    assert other.watched.promises == [("breached", Promise("help", "silver", "first_response"), None)]


@pytest.mark.asyncio
async def test_what_was_over_before_the_horizon_when_first_seen_is_history(store: Store) -> None:
    run = bench(store, "2026-06-12T14:00:00Z")
    await run.put("answered", FRIDAY_4PM, [message("2026-06-08T11:00:00Z")])
    await run.put("waits since then", FRIDAY_4PM)
    await run.go()
    assert counted(run) == [("started", None)]  # of the one that waits; its breach is old news


@pytest.mark.asyncio
async def test_an_attempt_that_may_have_been_accepted_is_told_as_such(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    run.desk.failures.append(ValueError("broken after sending"))
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T10:30:00Z")
    assert run.watched.unknown == 1


@pytest.mark.asyncio
async def test_customers_that_are_named_are_counted_by_name_and_the_rest_together(store: Store) -> None:
    run = bench(store, FRIDAY_4PM, customers=Customers(frozenset({"Acme"})))
    for id, fields in (("1", {"customer": "Acme"}), ("2", {"customer": "Globex"}), ("3", {})):
        await run.put(id, FRIDAY_4PM, fields=fields)
    await run.turn(FRIDAY_4PM)
    assert sorted(str(promise.customer) for _, promise, _ in run.watched.promises) == ["Acme", "other", "other"]
