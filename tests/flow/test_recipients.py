"""To whom a message goes, and what changes before it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, Instant, parse_instant
from slamon.core.message import Message
from slamon.core.routes import Recipient
from slamon.ports import Ending, NewDelivery, Reason, SendError, SilenceRow, Store
from tests.flow.build import bench, message, status
from tests.flow.overdue import BREACHES, NOON, overdue

TO = BREACHES.replace("notify: desk", "notify: {via: desk, to: assignee}")


def people(recipient: Recipient, who: Any) -> str | None:
    return {"ada": "ada@desk.example"}.get(who)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("assignee", "to", "note"),
    [
        ("ada", "ada@desk.example", None),
        ("bob", None, "assignee bob has no address: sent to everybody here"),
        (None, None, "assignee is not set: sent to everybody here"),
    ],
)
async def test_a_message_goes_to_whom_the_field_names(
    store: Store, assignee: str | None, to: str | None, note: str | None
) -> None:
    run = bench(store, NOON, TO, address=people)
    await run.put("7", NOON, fields={"assignee": assignee} if assignee else {})
    run.time.advance(1 * HOUR + 1)
    await run.go()
    [sent] = run.desk.sent
    assert (sent.to, sent.footer) == (to, note)


@pytest.mark.asyncio
async def test_without_an_address_the_other_notifier_is_used(store: Store) -> None:
    run = bench(store, NOON, TO.replace("to: assignee", "to: assignee, else: pager"), address=people)
    await run.put("7", NOON, fields={"assignee": "bob"})
    run.time.advance(1 * HOUR + 1)
    assert await run.go() == []
    assert (await store.figures()).deliveries == {("pager", "pending"): 1}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("quiet", "assignee", "told"),
    [
        ("pager", "bob", ("pager", "2026-06-08T09:00:00Z")),
        ("pager", "ada", ("desk", "2026-06-05T20:00:00Z")),
        ("desk", "bob", ("pager", "2026-06-05T20:00:00Z")),
        ("desk", "ada", ("desk", "2026-06-08T09:00:00Z")),
    ],
)
async def test_the_quiet_that_counts_is_that_of_whoever_sends_it(
    store: Store, quiet: str, assignee: str, told: tuple[str, str]
) -> None:
    hours = f"""calendars: {{office: {{time_zone: Etc/UTC, hours: {{mon-fri: 09:00-17:00}}}}}}
quiet: {{{quiet}: {{outside: office}}}}
policies"""
    rules = TO.replace("to: assignee", "to: assignee, else: pager").replace("policies", hours)
    run = bench(store, "2026-06-05T19:00:00Z", rules, address=people)
    await run.put("7", "2026-06-05T19:00:00Z", fields={"assignee": assignee})
    run.time.advance(1 * HOUR + 1)
    await run.loop.catch_up()
    notifier, at = told
    assert (await store.figures()).deliveries == {(notifier, "pending"): 1}
    waiting = await store.waiting(notifier, parse_instant(at) + 1)
    assert len(waiting) == 1
    assert not await store.waiting(notifier, parse_instant(at) - 1)


UPDATES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: desk}, {when: [met, missed], notify: desk, as: update}]}]
"""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answered", "updates"), [("2026-06-05T12:30:00Z", [False] * 0), ("2026-06-05T13:30:00Z", [False, True])]
)
async def test_an_update_follows_a_message_that_was_sent_and_nothing_else(
    store: Store, answered: str, updates: Sequence[bool]
) -> None:
    run = bench(store, NOON, UPDATES)
    await run.put("7", NOON)
    await run.pass_until(answered)
    await run.put("7", NOON, [message(answered)])
    await run.pass_until("2026-06-05T14:00:00Z")
    assert [sent.update for sent in run.desk.sent] == list(updates)
    assert len({sent.thread for sent in run.desk.sent}) <= 1


@pytest.mark.asyncio
async def test_an_update_does_not_overtake_the_message_that_it_follows(store: Store) -> None:
    run = bench(store, NOON, UPDATES)
    await run.put("7", NOON)
    run.time.advance(1 * HOUR + 1)
    run.desk.failures = [SendError(Reason.TIMEOUT, "no answer", unknown=True, retry_after=2 * MINUTE)]
    await run.go()
    await run.put("7", NOON, [message("2026-06-05T13:00:30Z")])
    await run.pass_until("2026-06-05T14:00:00Z")
    assert [sent.update for sent in run.desk.sent] == [False, False, True]


@pytest.mark.asyncio
async def test_an_update_that_a_silence_kept_back_is_told_when_the_silence_ends(store: Store) -> None:
    run = bench(
        store,
        NOON,
        UPDATES.replace(
            "routes:",
            "calendars: {day: {time_zone: UTC, hours: {mon-sun: 09:00-13:30}}}\nquiet: {desk: {outside: day}}\nroutes:",
        ),
    )
    await run.put("7", NOON)
    await run.pass_until("2026-06-05T14:00:00Z")
    await run.put("7", NOON, [message("2026-06-05T14:00:00Z")])  # held to the morning
    await run.pass_until("2026-06-06T08:30:00Z")
    now = run.time.now()
    await store.save_silence(SilenceRow("s", '{"id": "7"}', now, now + 1 * HOUR, "ada"))
    assert await run.pass_until("2026-06-06T09:29:00Z") == []
    assert [at for at, _ in await run.pass_until("2026-06-06T10:00:00Z")] == ["09:30:00"]
    assert [sent.update for sent in run.desk.sent] == [False, True]


@pytest.mark.asyncio
async def test_what_a_silence_kept_back_is_told_when_the_silence_ends_and_it_is_still_true(store: Store) -> None:
    run = await overdue(store, 1)
    run.time.advance(1 * HOUR + 1)
    await run.loop.catch_up()  # queued, and not sent yet
    now = run.time.now()
    await store.save_silence(SilenceRow("s", '{"id": "0"}', now, now + 1 * HOUR, "ada"))
    assert await run.go() == []
    assert run.watched.endings == [Ending.SUPERSEDED]
    assert [at for at, _ in await run.pass_until("2026-06-05T15:00:00Z")] == ["14:00:00"]


@pytest.mark.asyncio
async def test_a_silence_that_is_ended_before_its_time_lets_go_at_once(store: Store) -> None:
    run = await overdue(store, 1)
    now = run.time.now()
    await store.save_silence(SilenceRow("s", '{"id": "0"}', now, now + 1 * DAY, "ada"))
    assert await run.pass_until("2026-06-05T13:30:00Z") == []
    await store.end_silence("s", run.time.now())
    assert [at for at, _ in await run.pass_until("2026-06-05T15:00:00Z")] == ["13:30:00"]


@pytest.mark.asyncio
async def test_a_warning_that_a_short_pause_took_back_is_told_after_it(store: Store) -> None:
    rules = BREACHES.replace("[breached, missed]", "90%").replace(
        "targets: {first_response", "warn_at: 90%, targets: {resolution"
    )
    run = await overdue(store, 1, rules)
    run.time.jump_to(parse_instant("2026-06-05T12:54:00Z"))
    await run.loop.catch_up()
    paused = [status("2026-06-05T12:54:10Z", "waiting_customer")]
    run.time.jump_to(parse_instant("2026-06-05T12:54:10Z"))
    await run.put("0", NOON, paused)
    assert await run.go() == []
    await run.put("0", NOON, [*paused, status("2026-06-05T12:55:00Z", "open")])
    assert len(await run.turn("2026-06-05T12:55:00Z")) == 1


@pytest.mark.asyncio
async def test_a_clock_that_is_set_back_delays_nothing(store: Store) -> None:
    run = await overdue(store, 3)
    run.desk.failures = [SendError(Reason.SERVER_ERROR, "503", retry_after=10 * MINUTE)]
    assert len(await run.turn("2026-06-05T14:30:00Z")) == 1
    assert len(await run.turn("2026-06-05T13:30:00Z")) == 1


@pytest.mark.asyncio
async def test_alerts_about_no_ticket_are_rendered_by_whoever_knows_of_them(store: Store) -> None:
    class Monitor:
        stands = True

        async def tell(self, subject: str, identities: Sequence[str], at: Instant) -> dict[str, Message]:
            text = Message("m", "t", "warning", f"slamon: {subject}", ())
            return dict.fromkeys(identities, text) if self.stands else {}

    monitor = Monitor()
    run = bench(store, NOON, BREACHES, tellers={"slamon": monitor})
    now = run.time.now()
    about = ("slamon", "source desk is stale", "", "", 0, "slamon-itself", "desk", "raised", "", now, now)
    assert await store.queue([NewDelivery("first", *about)], now) == 1
    assert await run.go() == ["slamon: source desk is stale"]
    monitor.stands = False
    await store.queue([NewDelivery("second", *about)], now)
    run.time.advance(1 * MINUTE)
    assert await run.go() == []
    assert run.watched.endings == [Ending.SENT, Ending.SUPERSEDED]
