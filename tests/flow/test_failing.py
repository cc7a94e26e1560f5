"""What happens when a notifier fails: nothing is lost, nothing storms, nothing untrue is sent."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from slamon.core.instants import DAY, HOUR, SECOND, parse_instant
from slamon.flow.deliver import Manners
from slamon.ports import Ending, Reason, SendError, Store
from tests.flow.build import message
from tests.flow.overdue import BUSY, NOON, WARNINGS, overdue


@pytest.mark.asyncio
async def test_after_a_certain_failure_what_is_true_no_more_is_not_sent_again(store: Store) -> None:
    run = await overdue(store, 1, WARNINGS)
    run.desk.failures = [BUSY]
    await run.turn("2026-06-05T12:54:00Z")
    await run.put("0", NOON, [message("2026-06-05T12:54:10Z")])
    await run.turn("2026-06-05T12:59:00Z")
    assert len(run.desk.sent) == 1
    assert run.watched.endings == [Ending.SUPERSEDED]


@pytest.mark.asyncio
async def test_what_may_have_been_accepted_is_sent_again_whatever_happened_since(store: Store) -> None:
    run = await overdue(store, 1, WARNINGS)
    run.desk.failures = [SendError(Reason.TIMEOUT, "the answer was lost", unknown=True)]
    await run.turn("2026-06-05T12:54:00Z")
    await run.put("0", NOON, [message("2026-06-05T12:54:10Z")])
    await run.turn("2026-06-05T12:59:00Z")
    first, second = run.desk.sent
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert run.watched.endings == [Ending.SENT]


@pytest.mark.asyncio
async def test_a_notifier_that_is_down_is_tried_with_one_message_and_ever_more_seldom(store: Store) -> None:
    run = await overdue(store, 0)
    run.desk.failures = [BUSY] * 40
    for number in range(40):
        await run.put(str(number), f"2026-06-05T12:{number:02d}:00Z")
    times = await run.pass_until("2026-06-05T13:40:00Z")
    tries = [parse_instant(f"2026-06-05T{at}Z") for at, _ in times]
    pauses = [(later - earlier) // SECOND for earlier, later in pairwise(tries)]
    assert all(pause >= wanted for pause, wanted in zip(pauses[4:], (5, 10, 20, 40, 80, 160), strict=False))
    assert len(tries) < 25
    assert run.deliverer.is_broken
    run.desk.failures.clear()
    await run.pass_until("2026-06-05T13:50:00Z")
    assert not run.deliverer.is_broken
    assert {one.ticket for sent in run.desk.sent for one in sent.covers} == {str(number) for number in range(40)}
    assert (await store.figures()).deliveries == {("desk", "sent"): 40}


@pytest.mark.asyncio
async def test_messages_that_are_refused_do_not_break_the_notifier(store: Store) -> None:
    run = await overdue(store, 8)
    run.desk.failures = [SendError(Reason.REJECTED, "too long", permanent=True)] * 7
    await run.pass_until("2026-06-05T13:01:00Z")
    assert not run.deliverer.is_broken
    assert sorted(run.watched.endings) == [Ending.DEAD] * 7 + [Ending.SENT]


@pytest.mark.asyncio
async def test_what_is_refused_goes_to_the_fallback_once(store: Store) -> None:
    run = await overdue(store, 1, manners=Manners(fallback="pager"))
    run.desk.failures = [SendError(Reason.NO_RECIPIENT, "no such channel", permanent=True)]
    await run.turn("2026-06-05T13:00:01Z")
    copy = await store.due("pager", run.time.now())
    assert copy is not None
    [sent] = run.desk.sent
    assert (copy.message.title, copy.message.facts) == (sent.title, sent.facts)
    assert copy.message.id != sent.id
    assert copy.message.footer == "could not be delivered to desk: no such channel"
    assert [letter.error for letter in await store.dead_letters(0, 9)] == ["no such channel"]


@pytest.mark.asyncio
async def test_what_cannot_be_delivered_for_a_day_expires_and_goes_to_the_fallback(store: Store) -> None:
    run = await overdue(store, 15, manners=Manners(fallback="pager"))
    run.desk.failures = [BUSY] * 100_000
    await run.pass_until("2026-06-06T13:30:00Z")
    assert (await store.figures()).deliveries == {("desk", "expired"): 15}
    covered: list[str] = []
    while copy := await store.due("pager", run.time.now()):
        covered += [one.ticket for one in copy.message.covers]
        assert copy.message.footer is not None
        assert copy.message.footer.endswith("could not be delivered to desk: too old")
    assert sorted(covered, key=int) == [str(number) for number in range(15)]


@pytest.mark.asyncio
async def test_what_was_queued_before_a_long_downtime_is_told_if_it_is_still_broken_and_expires_if_not(
    store: Store,
) -> None:
    run = await overdue(store, 2)
    run.time.advance(1 * HOUR + 1)
    await run.loop.catch_up()  # queued, and not sent yet
    await run.put("1", NOON, [message("2026-06-05T13:00:00.5Z")])
    run.time.advance(1 * DAY + 1 * SECOND)
    run = run.restarted()
    assert await run.go() == ["0: first response is overdue by 1 d"]
    assert (await store.figures()).deliveries == {("desk", "sent"): 1, ("desk", "expired"): 1}


@pytest.mark.asyncio
async def test_a_defect_of_a_notifier_is_a_failure_like_any_other(store: Store) -> None:
    run = await overdue(store, 1)
    run.desk.failures = [KeyError("x")]
    await run.turn("2026-06-05T13:00:01Z")
    await run.turn("2026-06-05T13:01:00Z")
    assert run.watched.attempts == [Reason.INTERNAL, None]


@pytest.mark.asyncio
async def test_in_a_dry_run_everything_is_done_but_the_sending(store: Store) -> None:
    run = await overdue(store, 30, manners=Manners(send=False))
    await run.pass_until("2026-06-05T14:00:00Z")
    assert run.desk.sent == []
    assert (await store.figures()).deliveries == {("desk", "dry"): 30}
    assert run.watched.attempts == []
