"""What all kinds over HTTP do alike: old states are not taken, one ticket that cannot be read hides no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.core.ticket import Event, Ticket
from slamon.sources.http import NoneRead, Stale
from tests.sources import github_server, rest_server, roundup_desk, rt_server
from tests.sources.follower import messages
from tests.sources.http_server import Request, answer, data
from tests.sources.replicas import Replica, clock_of, known_by
from tests.sources.rest_server import MESSAGES, note
from tests.sources.roundup_server import Tracker


@pytest.mark.asyncio
async def test_an_old_state_of_a_github_issue_is_not_taken(tmp_path: Path) -> None:
    answered = "2026-03-11T09:00:00Z"
    hub = Replica(github_server.Hub({"acme/vpn": [github_server.issue(1)]}))
    hub.remember()
    hub.now.issues["acme/vpn"][0]["updated_at"] = answered
    hub.now.timelines["acme/vpn#1"] = [github_server.comment(answered, 5, github_server.ANNA, "MEMBER")]
    async with github_server.reading(hub, tmp_path) as (source, _):  # type: ignore[arg-type]
        tickets, _, _ = await github_server.poll(source)
        known_by(source, tickets)
        hub.fall_back()
        with pytest.raises(Stale):
            await source.ticket("acme/vpn#1")
        hub.fall_back()
        del hub.now.timelines["acme/vpn#1"][0]  # which is no update of the issue
        assert (await source.ticket("acme/vpn#1")).events == []


@pytest.mark.asyncio
async def test_an_old_state_of_a_ticket_of_request_tracker_is_not_taken() -> None:
    desk = Replica(rt_server.Desk())
    desk.now.create()
    desk.remember()
    desk.now.time.advance(HOUR)
    desk.now.done(1, "Correspond")
    async with rt_server.following(desk, desk.now.time) as (follower, _):
        await follower.poll()
        assert len(messages(follower.kept["1"])) == 1
        desk.fall_back()
        with pytest.raises(Stale):
            await follower.reread("1")


async def _follow(follower: Any, tracker: Tracker) -> None:
    follower.problems.clear()
    await follower.poll_of(tracker)


@pytest.mark.asyncio
async def test_an_old_state_of_an_issue_of_roundup_is_not_taken_and_read_again_when_it_is_up_to_date() -> None:
    tracker = Replica(Tracker(roundup_desk.NOW))
    first, second = tracker.now.create("carol"), tracker.now.create("carol")
    async with roundup_desk.desk(tracker) as follower:
        await follower.poll_of(tracker.now)
        tracker.remember()
        tracker.now.now += MINUTE
        tracker.now.write("alice", first)
        await follower.poll_of(tracker.now, 120)
        assert len(messages(follower.kept[first])) == 1
        tracker.fall_back()
        await _follow(follower, tracker.now)
        assert follower.problems == [
            f"ticket {first} comes older than it is known to be: is a replica or a cache behind?"
        ]
        tracker.now.change(second, title="Another")
        tracker.fall_back()
        await _follow(follower, tracker.now)
        await _follow(follower, tracker.now)
        assert len(messages(follower.kept[first])) == 1
        assert follower.problems == []


@pytest.mark.asyncio
async def test_an_old_state_of_a_ticket_of_any_api_is_not_taken(tmp_path: Path) -> None:
    desk = Replica(rest_server.Desk([rest_server.ticket(1), rest_server.ticket(2)]))
    desk.remember()
    desk.now.tickets[0]["updated"] = "2026-03-11T10:00:00Z"
    desk.now.notes["1"] = [note(1, "2026-03-11T10:00:00Z")]
    known: dict[str, Ticket] = {}
    async with rest_server.reading(desk, tmp_path, known, messages=MESSAGES) as (source, _):  # type: ignore[arg-type]
        tickets, _, _ = await rest_server.poll(source)
        known |= tickets
        desk.fall_back()
        with pytest.raises(Stale):
            await source.ticket("1")
        assert (await source.ticket("2")).id == "2"


@pytest.mark.asyncio
async def test_what_was_pushed_ahead_of_the_system_makes_no_poll_doubtful(tmp_path: Path) -> None:
    pushed = Event(rest_server.NOW, "message", "e1", "agent", public=True)
    known = {"1": Ticket("1", "desk", rest_server.NOW - HOUR, {"status": "New"}, [pushed])}
    desk = rest_server.Desk([rest_server.ticket(1)])
    async with rest_server.reading(desk, tmp_path, known, messages=MESSAGES) as (source, _):
        tickets, _, batches = await rest_server.poll(source)
    assert list(tickets) == ["1"]
    assert [one.problems for one in batches] == [[], ()]


@pytest.mark.asyncio
async def test_a_change_that_a_push_dated_more_exactly_than_the_api_stays(tmp_path: Path) -> None:
    desk, known = rest_server.Desk([rest_server.ticket(1)]), dict[str, Ticket]()
    async with rest_server.reading(desk, tmp_path, known, status={"Done": "solved"}) as (source, _):
        tickets, cursor, _ = await rest_server.poll(source)
        at = rest_server.NOW + MINUTE + SECOND // 2
        pushed = Event(at, "change", "e1", set={"status": "solved", "source_status": "Done"})
        known["1"] = msgspec.structs.replace(tickets["1"], events=[pushed])
        clock_of(source).advance(HOUR)
        desk.tickets[0] |= {"state": {"name": "Done"}, "updated": "2026-03-20T00:01:00Z"}
        tickets, _, _ = await rest_server.poll(source, cursor)
    assert tickets["1"].events == [pushed]


@pytest.mark.asyncio
async def test_one_issue_that_roundup_fails_at_is_found_among_many_and_hides_no_other() -> None:
    tracker, bad = Tracker(roundup_desk.NOW), "37"
    ids = [tracker.create("carol") for _ in range(60)]

    def script(request: Request) -> bytes:
        return answer(500) if f"id={bad}&" in f"{request.target.replace('?', '&')}&" else tracker(request)

    async with roundup_desk.desk(script) as follower:
        await follower.poll_of(tracker)
        assert sorted(follower.kept) == sorted(set(ids) - {bad})
        assert follower.problems == [f"issue {bad}: 127.0.0.1/tracker/rest/data/issue answered 500"]
        bad = "none"
        await follower.poll_of(tracker, 60)
        assert sorted(follower.kept) == sorted(ids)


@pytest.mark.asyncio
async def test_a_roundup_that_fails_at_every_issue_is_at_fault_and_soon_left_alone() -> None:
    tracker = Tracker(roundup_desk.NOW)
    for _ in range(60):
        tracker.create("carol")
    async with roundup_desk.desk(lambda one: answer(500) if "id=" in one.target else tracker(one)) as follower:
        with pytest.raises(NoneRead, match=r"no ticket can be read: issue 1: .* answered 500"):
            await follower.poll_of(tracker)
        assert len(follower.server.requests) < 20


@pytest.mark.asyncio
@pytest.mark.parametrize("alone", [False, True])
async def test_a_ticket_of_any_api_that_cannot_be_read_is_asked_for_again_however_old(
    tmp_path: Path, alone: bool
) -> None:
    desk = rest_server.Desk([rest_server.ticket(1), rest_server.ticket(2, "2026-03-10T11:00:00Z")])
    desk.said["/api/tickets/1"] = answer(500)
    async with rest_server.reading(desk, tmp_path) as (source, _):
        clock = clock_of(source)
        tickets, cursor, batches = await rest_server.poll(source)
        assert set(tickets) == {"2"}
        assert ["answered 500" in one for batch in batches for one in batch.problems] == [True]
        if alone:
            desk.said["/api/tickets/3"] = data({"ticket": {"id": 3}})
            desk.tickets.append(rest_server.ticket(3, "2026-03-19T10:00:00Z"))
        clock.advance(SECOND)
        tickets, cursor, batches = await rest_server.poll(source, cursor)
        assert ["3" in one for batch in batches for one in batch.problems] == [True] * alone
        assert tickets == {}
        desk.said.clear()
        clock.advance(HOUR)
        tickets, cursor, _ = await rest_server.poll(source, cursor)
        assert set(tickets) == ({"1", "3"} if alone else {"1"})
        clock.advance(HOUR)
        assert (await rest_server.poll(source, cursor))[0] == {}
