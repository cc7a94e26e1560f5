"""The source of kind replay."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import slamon.sources.replay
from slamon.core.history import encode
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Batch, SourceError
from slamon.sources import Surroundings, load
from slamon.sources.replay import WEEK, Anchor, ReplaySource, align, plan
from tests.clock import ManualTime

MONDAY = parse_instant("2016-03-07T10:00:00Z")  # of the log
TODAY = parse_instant("2026-06-05T14:20:30Z")  # a Friday
SERVICE = parse_instant("2026-06-01T10:00:00Z")  # the Monday before it


def made(id: str, created_at: Instant, *events: tuple[Instant, str]) -> Ticket:
    """A ticket with a change of status at each instant."""
    changes = [Event(at, "change", set={"status": status}) for at, status in events]
    return Ticket(id, "log", created_at, {"status": "new"}, changes)


def crowd(start: Instant, size: int) -> list[Ticket]:
    """So many tickets, a minute apart."""
    return [made(f"{start}-{number}", start + number * MINUTE) for number in range(size)]


def replay(time: ManualTime, tickets: Iterable[Ticket], since: int = 30 * DAY) -> ReplaySource:
    return ReplaySource("demo", tickets, Anchor(MONDAY, SERVICE), time, since=since)


async def collected(source: ReplaySource, cursor: bytes | None = None) -> list[Batch]:
    return [batch async for batch in source.collect(cursor)]


def states(batches: list[Batch]) -> dict[str, str]:
    """The last status of each ticket."""
    tickets = [ticket for batch in batches for ticket in batch.tickets]
    return {one.id: one.events[-1].set["status"] if one.events and one.events[-1].set else "new" for one in tickets}


def test_a_plan_begins_at_the_busiest_minute_of_the_log_and_keeps_weekday_and_hour() -> None:
    log = [*crowd(MONDAY - 3 * DAY, 5), *crowd(MONDAY + 20 * SECOND, 30), *crowd(MONDAY + DAY, 8)]
    anchor = plan(log, TODAY)
    assert anchor == Anchor(MONDAY, SERVICE)
    assert anchor.shift % WEEK == 0


def test_a_plan_is_never_more_than_a_week_ago_nor_ahead() -> None:
    for now in (SERVICE, SERVICE + 1, SERVICE + WEEK - 1):
        assert plan(crowd(MONDAY, 2), now).service_instant == SERVICE
    assert plan(crowd(MONDAY, 2), SERVICE + WEEK).service_instant == SERVICE + WEEK
    assert plan(crowd(MONDAY + 1000 * WEEK, 2), TODAY).service_instant == SERVICE


def test_what_customers_write_is_work_and_what_agents_do_is_none() -> None:
    at = MONDAY + 2 * HOUR
    written = [Event(at + number, "message", by="customer", public=True) for number in range(9)]
    done = [Event(at + DAY + number, "change", set={"status": "closed"}) for number in range(99)]
    log = [Ticket("1", "log", MONDAY - 9 * DAY, {}, [*written, *done]), *crowd(MONDAY, 4)]
    assert plan(log, TODAY).log_instant == at


def test_a_given_instant_is_aligned_with_the_busiest_week_of_the_log() -> None:
    log = [*crowd(MONDAY, 3), *crowd(MONDAY + 3 * WEEK, 9), *crowd(MONDAY + 4 * WEEK, 9), *crowd(MONDAY + 2 * DAY, 50)]
    assert align(log, SERVICE) == Anchor(MONDAY + 3 * WEEK, SERVICE)
    assert align(log, SERVICE + DAY).log_instant % WEEK == (MONDAY + DAY) % WEEK


def test_planning_and_aligning_agree() -> None:
    log = [*crowd(MONDAY, 3), *crowd(MONDAY + 9 * DAY, 9)]
    anchor = plan(log, TODAY)
    assert align(log, anchor.service_instant) == anchor


def test_a_log_without_tickets_is_anchored_too() -> None:
    assert plan([], TODAY).service_instant == align([], TODAY).log_instant == TODAY


@pytest.mark.asyncio
async def test_tickets_come_when_they_were_created_with_what_had_happened_by_then() -> None:
    time = ManualTime(SERVICE)
    log = [
        made("2", MONDAY + HOUR),
        made("1", MONDAY - HOUR, (MONDAY + 2 * HOUR, "solved"), (MONDAY, "open")),
    ]
    source = replay(time, log)
    first = await collected(source)
    assert states(first) == {"1": "open"}
    assert first[0].tickets[0].created_at == SERVICE - HOUR
    assert first[0].tickets[0].events[0].at == SERVICE
    assert first[0].tickets[0].source == "demo"
    time.advance(HOUR - 1)
    assert await collected(source, first[-1].cursor) == []
    time.advance(1)
    second = await collected(source, first[-1].cursor)
    assert states(second) == {"2": "new"}
    time.advance(5 * HOUR)
    assert states(await collected(source, second[-1].cursor)) == {"1": "solved"}
    assert states(await collected(source, first[-1].cursor)) == {"1": "solved", "2": "new"}


@pytest.mark.asyncio
async def test_what_was_seen_between_two_polls_moves_as_a_whole() -> None:
    event = Event(MONDAY, "change", set={"status": "open"}, earliest=MONDAY - HOUR)
    [batch] = await collected(replay(ManualTime(SERVICE), [Ticket("1", "log", MONDAY - DAY, {}, [event])]))
    assert (batch.tickets[0].events[0].earliest, batch.tickets[0].events[0].at) == (SERVICE - HOUR, SERVICE)


@pytest.mark.asyncio
async def test_at_the_first_start_what_ended_long_ago_is_left_out() -> None:
    log = [
        made("open", MONDAY - 90 * DAY, (MONDAY - 80 * DAY, "waiting_customer")),
        made("reopened", MONDAY - 90 * DAY, (MONDAY - 80 * DAY, "solved"), (MONDAY - 79 * DAY, "open")),
        made("old", MONDAY - 90 * DAY, (MONDAY - 80 * DAY, "closed")),
        made("spam", MONDAY - 90 * DAY, (MONDAY - 80 * DAY, "cancelled")),
        made("recent", MONDAY - 90 * DAY, (MONDAY - 2 * DAY, "closed")),
        made("late", MONDAY - 90 * DAY, (MONDAY - 80 * DAY, "closed"), (MONDAY + HOUR, "open")),
    ]
    time = ManualTime(SERVICE)
    source = replay(time, log, since=3 * DAY)
    batches = await collected(source)
    assert set(states(batches)) == {"open", "reopened", "recent"}
    time.advance(HOUR)
    assert states(await collected(source, batches[-1].cursor)) == {"late": "open"}


@pytest.mark.asyncio
async def test_each_cursor_covers_its_batch_and_all_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.sources.replay, "BATCH", 3)
    same = MONDAY - DAY
    log = [made(str(number), same if number < 4 else same + number, (MONDAY - HOUR, "open")) for number in range(8)]
    log += [made("a", same - DAY), made("b", same - DAY), made("c", same - DAY), made("d", same - DAY)]
    batches = await collected(replay(ManualTime(SERVICE), log))
    assert [len(batch.tickets) for batch in batches] == [3, 3, 3, 3]
    seen: set[str] = set()
    for batch in batches:
        seen |= {ticket.id for ticket in batch.tickets}
        rest = await collected(replay(ManualTime(SERVICE), log), batch.cursor)
        assert seen | set(states(rest)) == {ticket.id for ticket in log}
    assert rest == []


@pytest.mark.asyncio
async def test_a_clock_set_back_gives_nothing_and_loses_nothing() -> None:
    time = ManualTime(SERVICE)
    source = replay(time, [made("1", MONDAY), made("2", MONDAY + HOUR)])
    batches = await collected(source)
    time.jump_to(SERVICE - HOUR)
    assert await collected(source, batches[-1].cursor) == []
    time.jump_to(SERVICE + HOUR)
    assert states(await collected(source, batches[-1].cursor)) == {"2": "new"}


@pytest.mark.asyncio
async def test_a_log_is_read_from_its_file_and_its_bad_lines_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(encode(made("1", MONDAY)) + b"\noops\n" + encode(made("1", MONDAY)) + b"\n")
    kind = load("replay")
    around = Surroundings(tmp_path, ManualTime(SERVICE), SERVICE)
    source = kind.source("demo", kind.settings("log.jsonl", speed=60), around)
    [batch] = [batch async for batch in source.collect(None)]
    assert [ticket.id for ticket in batch.tickets] == ["1"]
    assert [problem.rpartition(".jsonl:")[2][:2] for problem in batch.problems] == ["2:", "3:"]
    assert [batch async for batch in source.collect(batch.cursor)] == []
    await source.close()


@pytest.mark.asyncio
async def test_bad_lines_of_a_log_of_which_nothing_is_played_yet_are_told_too() -> None:
    time = ManualTime(SERVICE)
    source = ReplaySource("demo", [], Anchor(MONDAY, SERVICE), time, problems=["log.jsonl:1: this is no ticket"])
    [batch] = await collected(source)
    assert (batch.tickets, batch.problems) == ([], ["log.jsonl:1: this is no ticket"])
    assert await collected(source, batch.cursor) == []


def test_a_log_that_is_not_there_is_a_fault_with_its_name(tmp_path: Path) -> None:
    kind = load("replay")
    with pytest.raises(SourceError, match=r"none\.jsonl cannot be read: No such file or directory"):
        kind.source("demo", kind.settings("none.jsonl"), Surroundings(tmp_path, ManualTime(), 0))


@pytest.mark.parametrize(("keys", "key"), [({"speed": 0}, "speed"), ({"since": -1.0}, "since")])
def test_settings_that_can_never_work_name_their_key(keys: dict[str, float], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: .* write|^{key}: .* 1 is the real clock"):
        load("replay").settings("log.jsonl", **keys)
