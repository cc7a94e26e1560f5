"""Following the updates of a Request Tracker: nothing is missed, nothing is read twice."""

from __future__ import annotations

from random import Random

import pytest
import structlog

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, parse_instant
from slamon.ports import SourceError
from slamon.sources.http import Window
from slamon.sources.rt import RtSource
from slamon.sources.rt_lists import last_transaction
from tests.clock import ManualTime
from tests.sources.follower import changes, final
from tests.sources.http_server import Request, data
from tests.sources.rt_server import NOW, Desk, following, read


@pytest.mark.parametrize("bend", [-3600, 0, 3600])
@pytest.mark.asyncio
async def test_no_time_zone_and_no_summer_time_changes_what_is_found(bend: int) -> None:
    desk = Desk(bend=bend)
    for _ in range(30):
        desk.create()
        desk.time.advance(10 * MINUTE)
    updated = {str(id): parse_instant(one["LastUpdated"]) for id, one in desk.tickets.items()}
    async with following(desk) as (follower, _):
        assert isinstance(follower.source, RtSource)
        for since in (updated["1"], updated["7"], updated["15"] + SECOND, updated["30"], updated["30"] + SECOND):
            page = await follower.source._updates.page(Window(since), 0)
            assert [row.id for row in page.rows] == [id for id, one in updated.items() if one >= since]


@pytest.mark.asyncio
async def test_a_clock_that_differs_is_allowed_for() -> None:
    desk = Desk(time=ManualTime(NOW))
    ours = ManualTime(NOW + 5 * HOUR)
    desk.create()
    async with following(desk, time=ours) as (follower, _):
        await follower.poll()
        for _ in range(3):
            desk.time.advance(HOUR)
            ours.advance(HOUR)
            desk.set(1, "Priority", str(desk.time.now() % 97))
            await follower.poll()
            assert len(changes(follower.kept["1"])) == len(desk.transactions) - 1
        assert follower.source.readings.clock_skew is not None
        assert abs(follower.source.readings.clock_skew + 5 * HOUR) <= SECOND


@pytest.mark.parametrize("ahead", [-5 * HOUR, 5 * HOUR])
@pytest.mark.asyncio
async def test_nor_does_a_clock_that_is_ahead_or_behind(ahead: int) -> None:
    desk = Desk()
    for _ in range(4):
        desk.create()
        desk.time.advance(HOUR)
    async with following(desk, time=ManualTime(desk.time.now() + ahead)) as (follower, _):
        assert isinstance(follower.source, RtSource)
        await follower.source.check()
        page = await follower.source._updates.page(Window(NOW + HOUR), 0)
        assert [row.id for row in page.rows] == ["2", "3", "4"]


@pytest.mark.asyncio
async def test_a_row_that_moves_to_a_page_already_read_is_found_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.rt_feed.PER_PAGE", 5)
    desk = Desk()
    for _ in range(9):
        desk.create()
        desk.time.advance(SECOND)
    pages: list[str] = []

    def happens(path: str) -> None:
        pages.append(path)
        if len(pages) == 2:
            desk.set(1, "Priority", "50")

    async with following(desk) as (follower, _):
        assert isinstance(follower.source, RtSource)
        desk.before = happens
        page = await follower.source._updates.page(Window(NOW + 5 * SECOND), 0)
    assert [row.id for row in page.rows] == ["6", "7", "8", "9", "1"]


@pytest.mark.asyncio
async def test_more_tickets_of_one_second_than_a_page_holds_are_all_read() -> None:
    desk = Desk()
    for _ in range(330):
        desk.create()
    desk.time.advance(MINUTE)
    desk.create()
    assert len(await read(desk)) == 331


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.asyncio
async def test_rows_that_move_while_pages_are_read_hide_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.rt_feed.PER_PAGE", 5)
    monkeypatch.setattr("slamon.sources.rt_feed._ENOUGH", 3)
    random, desk = Random(seed), Desk()
    for _ in range(40):
        desk.create()
        desk.time.advance(random.choice([0, SECOND, MINUTE, HOUR]))

    def happens(path: str) -> None:
        if path.endswith("/tickets") and len(desk.transactions) < 120 and random.random() < 0.5:
            desk.set(random.randint(1, 40), "Priority", str(random.random()))
            desk.time.advance(random.choice([0, SECOND]))

    async with following(desk, since=DAY / SECOND) as (follower, _):
        for _ in range(3):
            desk.before = happens
            await follower.poll()
            desk.before = None
            desk.time.advance(MINUTE)
        await follower.poll()
    for id, ticket in follower.kept.items():
        assert final(ticket)["priority"] == desk.tickets[int(id)]["Priority"], id
    assert len(follower.kept) == 40


@pytest.mark.asyncio
async def test_old_tickets_are_read_at_first_if_they_are_open_or_mean_something_open() -> None:
    desk = Desk()
    for native in ("open", "stalled", "resolved", "rejected", "customer's turn", "parked"):
        desk.create(Status=native)
    desk.time.advance(90 * DAY)
    recent = desk.create(Status="resolved")
    with structlog.testing.capture_logs():
        found = await read(desk, status={"customer's turn": "waiting_customer", "parked": "solved"})
    assert set(found) == {"1", "2", "5", str(recent)}
    assert found["5"].fields["status"] == "waiting_customer"


@pytest.mark.asyncio
async def test_a_ticket_with_nothing_new_is_not_read_again() -> None:
    desk = Desk()
    desk.create()
    async with following(desk) as (follower, server):
        await follower.poll()
        history = "/REST/2.0/ticket/1/history"
        await follower.reread("1")
        assert len(server.asked(history)) == 1
        assert server.asked("/REST/2.0/ticket/1")[-1].headers["if-none-match"] == '"100"'
        desk.set(1, "Priority", "50")
        (found,) = await follower.reread("1")
        assert (final(found)["priority"], len(server.asked(history))) == ("50", 2)


@pytest.mark.parametrize(("tag", "number"), [('"161"', 161), ('W/"161"', 161), ('"161-gzip"', 161), ("161", 161)])
def test_the_last_transaction_is_told_by_the_etag_whatever_a_proxy_did_to_it(tag: str, number: int) -> None:
    assert last_transaction(tag) == number


@pytest.mark.parametrize("tag", [None, "", '"2026-03-04T13:00:00Z"', '"abc"'])
def test_an_etag_that_is_no_number_tells_nothing(tag: str | None) -> None:
    assert last_transaction(tag) is None


@pytest.mark.asyncio
async def test_what_happens_between_two_answers_is_left_for_the_next_time() -> None:
    desk = Desk()
    desk.create()
    desk.time.advance(MINUTE)

    def happens(path: str) -> None:
        if path.endswith("/history"):
            desk.set(1, "Priority", "50")
            desk.before = None

    async with following(desk) as (follower, _):
        desk.before = happens
        await follower.poll()
        assert (follower.kept["1"].events, follower.kept["1"].history) == ([], "full")
        desk.time.advance(MINUTE)
        await follower.poll()
        assert [one.set for one in follower.kept["1"].events] == [{"priority": "50"}]


@pytest.mark.asyncio
async def test_one_ticket_that_cannot_be_read_hides_no_other() -> None:
    desk = Desk()
    desk.create(Created="yesterday")
    desk.create()
    async with following(desk) as (follower, _):
        await follower.poll()
    assert set(follower.kept) == {"2"}
    assert follower.problems == ["ticket 1: Invalid isoformat string: 'yesterday'"]


@pytest.mark.asyncio
async def test_a_list_with_a_date_that_is_none_is_a_fault() -> None:
    desk = Desk()
    desk.create()

    def script(request: Request) -> bytes:
        if request.path.endswith("/tickets"):
            return data({"items": [{"id": "1", "LastUpdated": ""}], "pages": 1, "total": 1})
        return desk(request)

    async with following(script) as (follower, _):
        with pytest.raises(SourceError, match="the list of tickets cannot be read: Invalid isoformat string"):
            await follower.poll()


@pytest.mark.asyncio
async def test_a_change_that_left_no_transaction_is_dated_between_two_instants() -> None:
    desk = Desk()
    id = desk.create()
    desk.time.advance(HOUR)
    desk.set(id, "Priority", "20")
    began = desk.time.now()
    desk.time.advance(HOUR)
    desk.tickets[id]["Priority"] = "90"
    desk.done(id, "Comment")
    ticket = (await read(desk))["1"]
    last = ticket.events[-1]
    assert (last.set, last.earliest, last.at) == ({"priority": "90"}, began, desk.time.now())
    assert ticket.history == "partial"
