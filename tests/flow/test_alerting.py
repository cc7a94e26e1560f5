"""From a ticket in the store to a message in somebody's hands. Office hours: Mon-Fri 9-17 in Berlin (UTC+2 in June)."""

from __future__ import annotations

import asyncio

import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.ports import Ending, Reason, SendError, Store
from tests.flow.build import RULES, bench, message, status

FRIDAY_4PM = "2026-06-05T14:00:00Z"


@pytest.mark.asyncio
async def test_a_warning_goes_out_at_its_instant_and_not_before(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, subject="VPN down")
    assert await run.turn("2026-06-08T07:59:59.999999Z") == []
    assert await run.turn("2026-06-08T08:00:00Z") == ["7 “VPN down”: first response is due in 2 h"]
    assert await run.turn("2026-06-08T09:00:00Z") == ["7 “VPN down”: first response is due in 1 h"]


@pytest.mark.asyncio
async def test_the_loop_knows_when_to_look_again(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn(FRIDAY_4PM)
    assert await store.next_change() == run.time.now() + 66 * 60 * MINUTE  # Monday 10:00, half of the four hours


@pytest.mark.asyncio
async def test_at_the_due_instant_it_is_in_time_and_a_microsecond_later_it_is_overdue(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T09:30:00Z")
    assert await run.turn("2026-06-08T10:00:00Z") == []
    assert await run.turn("2026-06-08T10:00:00.000001Z") == ["7: first response is overdue"]


@pytest.mark.asyncio
async def test_a_breach_is_told_once_however_often_it_is_judged(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    assert len(await run.turn("2026-06-08T10:30:00Z")) == 1
    await store.mark_for_judging()
    assert await run.turn("2026-06-08T11:00:00Z") == []
    again = bench(store, FRIDAY_4PM)  # as after a restart
    await store.mark_for_judging()
    assert await again.turn("2026-06-08T11:30:00Z") == []


@pytest.mark.asyncio
async def test_of_warnings_first_seen_already_passed_only_the_highest_is_told(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    assert await run.turn("2026-06-08T09:30:00Z") == ["7: first response is due in 30 min"]


@pytest.mark.asyncio
async def test_a_breach_of_what_ended_meanwhile_is_told_as_missed(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T10:12:03Z")])
    assert await run.turn("2026-06-08T10:20:00Z") == ["7: first response was missed by 12 min 3 s"]


@pytest.mark.asyncio
async def test_news_older_than_the_horizon_is_no_news(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T10:12:03Z")])
    assert await run.turn("2026-06-12T10:20:00Z") == []


@pytest.mark.asyncio
async def test_answered_before_the_warning_could_be_sent_nothing_is_sent(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    run.time.jump_to(run.time.now() + 67 * 60 * MINUTE)
    await run.loop.catch_up()
    await run.put("7", FRIDAY_4PM, [message("2026-06-08T09:00:00Z")])
    await run.deliverer.catch_up()
    assert run.desk.titles == []
    assert run.watched.endings == [Ending.SUPERSEDED]


@pytest.mark.asyncio
async def test_met_is_told_where_a_route_asks_for_it(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, [message("2026-06-05T14:10:00Z")])
    assert await run.turn("2026-06-05T14:11:00Z") == ["7: first response was met"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("resumed", "told"), [("2026-06-05T16:59:00Z", 0), ("2026-06-05T19:00:00Z", 1)])
async def test_a_pause_that_moves_the_due_instant_warns_again_only_after_long(
    store: Store, resumed: str, told: int
) -> None:
    rules = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {resolution: 4h}}]
routes: [{name: all, match: all, steps: [{when: at_risk, notify: desk}]}]
"""
    run = bench(store, FRIDAY_4PM, rules)
    await run.put("7", FRIDAY_4PM)
    assert len(await run.turn("2026-06-05T16:30:00Z")) == 1
    waited = [status("2026-06-05T16:40:00Z", "waiting_customer"), status(resumed, "open")]
    await run.put("7", FRIDAY_4PM, waited)
    assert len(await run.turn(resumed)) == told


@pytest.mark.asyncio
async def test_a_failed_send_is_tried_again_with_the_same_bytes(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    run.desk.failures = [SendError(Reason.SERVER_ERROR, "503", retry_after=90 * SECOND)]
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T08:00:00Z")
    assert await run.turn("2026-06-08T08:01:29Z") == []
    await run.turn("2026-06-08T08:01:30Z")
    assert run.desk.sent[0] == run.desk.sent[1]
    assert run.watched.attempts == [Reason.SERVER_ERROR, None]


@pytest.mark.asyncio
async def test_what_is_refused_for_good_is_not_tried_again(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    run.desk.failures = [SendError(Reason.NO_RECIPIENT, "no such channel", permanent=True)]
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T08:00:00Z")
    assert run.watched.endings == [Ending.DEAD]
    assert await store.next_due("desk") is None
    assert [letter.error for letter in await store.dead_letters(0, 9)] == ["no such channel"]


@pytest.mark.asyncio
async def test_a_late_message_says_when_it_was_due_and_when_it_was_sent(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T10:20:00Z")
    assert run.desk.sent[0].footer == "due Mon 2026-06-08 10:00 UTC, sent Mon 2026-06-08 10:20 UTC"


@pytest.mark.asyncio
async def test_an_alert_says_what_a_support_lead_needs(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    fields = {"priority": "high", "customer": "acme"}
    await run.put("7", FRIDAY_4PM, subject="VPN down", url="https://desk.example/7", fields=fields)
    await run.turn("2026-06-08T09:00:00Z")
    assert run.desk.sent[0].text.splitlines() == [
        "7 “VPN down”: first response is due in 1 h",
        "Promise: first_response within 4 h (office), policy gold",
        "Due: Mon 2026-06-08 10:00 UTC",
        "Left: 1 h of working time, 1 h by the wall clock",
        "No answer since: Fri 2026-06-05 14:00 UTC (3 h of working time)",
        "Priority: high",
        "Customer: acme",
        "Source: help",
        "https://desk.example/7",
    ]


@pytest.mark.asyncio
async def test_a_ticket_that_cannot_be_read_back_does_not_stop_the_others(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await store.save_batch("help", [("broken", b"{")], b"1")
    await run.put("7", FRIDAY_4PM)
    assert len(await run.turn("2026-06-08T10:20:00Z")) == 1


@pytest.mark.asyncio
async def test_the_sweep_finds_nothing_as_long_as_the_loop_does_its_work(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-08T08:00:00Z")
    assert await run.loop.sweep() == 0
    run.time.jump_to(run.time.now() + 60 * 60 * MINUTE)
    assert await run.loop.sweep() == 1


@pytest.mark.asyncio
async def test_new_rules_do_not_rewrite_what_has_ended_and_tell_nobody_of_it(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, [message("2026-06-05T14:30:00Z")])
    await run.turn("2026-06-05T14:31:00Z")
    stricter = bench(store, FRIDAY_4PM, RULES.replace("4h", "1m"), version="2")
    await store.mark_for_judging()
    assert await stricter.turn("2026-06-05T15:00:00Z") == []
    assert [(row.status, row.rules) for row in await store.commitments("help", "7")] == [("met", "1")]


@pytest.mark.asyncio
async def test_new_rules_judge_what_is_open(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    await run.turn("2026-06-05T14:10:00Z")
    stricter = bench(store, FRIDAY_4PM, RULES.replace("4h", "5m"), version="2")
    await store.mark_for_judging()
    assert await stricter.turn("2026-06-05T14:11:00Z") == ["7: first response is overdue by 6 min"]


@pytest.mark.asyncio
async def test_a_ticket_from_a_clock_that_is_ahead_is_judged_once_its_time_has_come(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", "2026-06-05T14:00:01Z")
    assert await run.turn(FRIDAY_4PM) == []
    assert await store.next_change() == run.time.now() + SECOND
    await run.turn("2026-06-05T14:00:01Z")
    assert await run.turn("2026-06-08T08:00:01Z") == ["7: first response is due in 2 h"]


@pytest.mark.asyncio
async def test_an_answer_dated_in_our_future_counts_when_it_comes_true(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM, [message("2026-06-05T14:00:05Z")])
    assert await run.turn(FRIDAY_4PM) == []
    assert await run.turn("2026-06-05T14:00:05Z") == ["7: first response was met"]


@pytest.mark.asyncio
async def test_the_loop_is_idle_once_it_has_judged_what_it_was_told_of(store: Store) -> None:
    run = bench(store, FRIDAY_4PM)
    await run.put("7", FRIDAY_4PM)
    assert not run.loop.is_idle
    running = asyncio.ensure_future(run.loop.run())
    await run.time.asleep()
    assert run.loop.is_idle
    run.changed.set()
    assert not run.loop.is_idle
    running.cancel()
