"""What is told at once, what is gathered, and how fast it is sent. Clock times are UTC."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.flow.deliver import Manners
from slamon.ports import Ending, Rate, Reason, SendError, Store
from tests.flow.build import bench, message, status
from tests.flow.overdue import BREACHES, NOON, WARNINGS, overdue, sizes


@pytest.mark.asyncio
async def test_the_first_is_told_at_once_and_the_others_at_the_end_of_the_window(store: Store) -> None:
    run = await overdue(store, 3)
    times = [at for at, _ in await run.pass_until("2026-06-05T14:00:00Z")]
    assert times == ["13:00:00", "13:00:20", "13:00:20"]
    assert run.watched.endings == [Ending.SENT] * 3


@pytest.mark.asyncio
async def test_above_the_limit_they_become_one_message_with_a_link_that_covers_them_all(store: Store) -> None:
    run = await overdue(store, 30, link="https://slamon.example")
    assert [at for at, _ in await run.pass_until("2026-06-05T14:00:00Z")] == ["13:00:00"]
    [digest] = run.desk.sent
    assert digest.title == "30 promises are broken · all"
    assert (len(digest.lines), len(digest.covers)) == (20, 30)
    assert digest.url == f"https://slamon.example/digests/{digest.id}"
    assert await store.message(digest.id) == digest
    assert {one.ticket for one in digest.covers} == {str(number) for number in range(30)}


@pytest.mark.asyncio
@pytest.mark.parametrize(("tickets", "messages"), [(8, [1] * 8), (9, [9])])
async def test_as_many_as_the_limit_go_one_by_one_and_one_more_makes_them_one_message(
    store: Store, tickets: int, messages: list[int]
) -> None:
    run = await overdue(store, tickets)
    await run.pass_until("2026-06-05T13:01:00Z")
    assert sizes(run) == messages


@pytest.mark.asyncio
async def test_what_was_answered_while_they_were_gathered_is_not_in_the_digest(store: Store) -> None:
    run = await overdue(store, 30, WARNINGS)
    await run.turn("2026-06-05T12:54:00Z")
    for number in range(1, 21):
        await run.put(str(number), NOON, [message("2026-06-05T12:54:10Z")])
    run.time.advance(20 * SECOND)
    await run.go()
    assert sizes(run) == [10]
    assert run.watched.endings.count(Ending.SUPERSEDED) == 20


@pytest.mark.asyncio
async def test_few_that_are_left_of_many_go_one_by_one(store: Store) -> None:
    run = await overdue(store, 12, WARNINGS)
    await run.turn("2026-06-05T12:54:00Z")
    for number in range(1, 9):
        await run.put(str(number), NOON, [message("2026-06-05T12:54:10Z")])
    run.time.advance(20 * SECOND)
    await run.go()
    assert sizes(run) == [1, 1, 1, 1]


@pytest.mark.asyncio
async def test_after_downtime_what_is_past_comes_in_one_digest(store: Store) -> None:
    run = bench(store, NOON, BREACHES)
    for number in range(5):
        await run.put(str(number), NOON)
    run.known.is_settled = False
    assert await run.turn("2026-06-05T15:00:00Z") == []
    run.known.is_settled = True
    assert await run.go() == ["5 promises are broken · all"]


@pytest.mark.asyncio
async def test_what_quiet_hours_hold_comes_in_one_digest_at_their_end(store: Store) -> None:
    rules = """
version: 1
calendars: {office: {time_zone: Etc/UTC, hours: {mon-fri: 09:00-17:00}}}
quiet: {desk: {outside: office}}
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: desk}]}]
"""
    run = bench(store, "2026-06-03T20:00:00Z", rules)
    for number in range(3):
        await run.put(str(number), f"2026-06-03T20:0{number}:00Z")
    assert await run.pass_until("2026-06-04T12:00:00Z") == [("09:00:00", "3 promises are broken · all")]


@pytest.mark.asyncio
async def test_a_rate_is_never_exceeded_and_what_waits_is_merged(store: Store) -> None:
    rules = BREACHES.replace("{wait: 20s}", "{by: [id], wait: 20s}")
    run = await overdue(store, 6, rules, manners=Manners(rate=Rate(2, MINUTE)))
    assert [at for at, _ in await run.pass_until("2026-06-05T14:00:00Z")] == ["13:00:00"]
    assert sizes(run) == [6]


@pytest.mark.asyncio
async def test_a_rate_holds_over_a_restart(store: Store) -> None:
    rules = BREACHES.replace("match: all, steps", "match: all, group: {wait: 1s}, steps")
    run = bench(store, NOON, rules, manners=Manners(rate=Rate(1, MINUTE)))
    await run.put("1", NOON)
    await run.put("2", "2026-06-05T12:00:10Z")
    run.time.advance(1 * HOUR + 1)
    assert len(await run.go()) == 1
    again = run.restarted()
    await again.deliverer._remember()
    assert [at for at, _ in await again.pass_until("2026-06-05T14:00:00Z")] == ["13:01:00"]


@pytest.mark.asyncio
async def test_told_to_wait_nothing_is_sent_and_what_comes_meanwhile_is_merged(store: Store) -> None:
    run = await overdue(store, 20)
    await run.put("before", "2026-06-05T11:59:00Z")
    run.desk.failures = [SendError(Reason.RATE_LIMITED, "429", retry_after=5 * MINUTE)]
    assert [at for at, _ in await run.pass_until("2026-06-05T14:00:00Z")] == ["12:59:00", "13:04:00", "13:04:00"]
    assert sizes(run) == [1, 1, 20]


@pytest.mark.asyncio
async def test_about_one_ticket_at_most_so_many_are_sent_and_the_rest_comes_later_and_is_counted(store: Store) -> None:
    rules = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 100h}}]
routes: [{name: all, match: all, group: {wait: 1s}, steps: [{when: [paused, resumed], notify: desk}]}]
"""
    run = bench(store, NOON, rules)
    events: list[dict[str, Any]] = []
    for minute in range(1, 51):
        at = f"2026-06-05T12:{minute:02d}:00Z"
        events.append(status(at, "waiting_customer" if minute % 2 else "open"))
        await run.put("7", NOON, events)
        await run.put("8", NOON, events[:1])
        await run.pass_until(at)
    assert [title.partition(":")[0] for title in run.desk.titles].count("7") == 6
    assert [title.partition(":")[0] for title in run.desk.titles].count("8") == 1
    sent = await run.pass_until("2026-06-05T14:00:00Z")
    assert [at for at, _ in sent] == ["13:01:00"]
    assert run.desk.sent[-1].footer is not None
    assert "44 alerts were held back: at most 6 messages about one ticket in 1 h" in run.desk.sent[-1].footer
