"""What changed in a Roundup, and when: seen between two polls."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import msgspec
import pytest

from slamon.core.history import encode
from slamon.core.instants import HOUR, MINUTE, SECOND, Instant
from slamon.core.ticket import Event
from slamon.ports import SourceError
from tests.sources.follower import changes, final, messages
from tests.sources.http_server import answer
from tests.sources.roundup_desk import NOW, desk
from tests.sources.roundup_server import Tracker, moved


def seen(ticket_events: list[Event]) -> list[tuple[dict[str, Any], Instant | None, Instant]]:
    return [(one.set or {}, one.earliest, one.at) for one in ticket_events]


@pytest.mark.asyncio
async def test_a_change_is_dated_by_the_last_activity_and_the_poll_before() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol", priority="urgent")
    async with desk(tracker) as follower:
        before = await follower.poll_of(tracker)
        changed = moved(tracker, 12)
        tracker.change(id, status="need-eg", assignedto="alice")
        await follower.poll_of(tracker, 40)
        (event,) = changes(follower.kept[id])
        assert event.set == {"status": "waiting_customer", "source_status": "need-eg", "assignee": "alice"}
        assert event.at == changed
        assert event.earliest is not None
        assert before - 2 * SECOND <= event.earliest < before + SECOND
        assert follower.kept[id].history == "full"
        assert follower.kept[id].fields["status"] == "new"


@pytest.mark.asyncio
async def test_nothing_new_makes_no_event_and_a_ticket_once_written_is_not_given_again() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 5)
        tracker.change(id, status="in-progress")
        await follower.poll_of(tracker)
        body = follower.bodies[id]
        for _ in range(3):
            await follower.poll_of(tracker, 60)
        assert follower.bodies[id] == body
        assert follower.given == []
        assert len(follower.kept[id].events) == 1
        assert await follower.reread(id) == [follower.kept[id]]


@pytest.mark.asyncio
async def test_after_a_restart_a_change_lies_after_the_last_poll_of_before() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        last = await follower.poll_of(tracker, 600)
        await follower.restarted()
        moved(tracker, 300)
        tracker.change(id, priority="wish")
        await follower.poll_of(tracker, 3600)
        (event,) = changes(follower.kept[id])
        assert (event.set, event.at, event.earliest) == ({"priority": "wish"}, last + 300 * SECOND, last - 2 * SECOND)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("status", [401, 500])  # the poll breaks off, or goes on without what cannot be read
@pytest.mark.asyncio
async def test_a_poll_that_did_not_read_an_issue_is_no_look_at_it(
    monkeypatch: pytest.MonkeyPatch, restarted: bool, status: int
) -> None:
    monkeypatch.setattr("slamon.sources.roundup.PAGE", 2)
    tracker = Tracker(NOW)
    ids = [tracker.create("carol") for _ in range(4)]
    broken = False

    def script(request: Any) -> bytes:
        if broken and request.path.endswith("/msg"):
            return answer(status)
        return tracker(request)

    async with desk(script) as follower:
        last = await follower.poll_of(tracker)
        for id in ids[:3]:
            moved(tracker, 10)
            tracker.change(id, status="resolved")
        moved(tracker, 1)
        tracker.items["issue"][ids[2]]["messages"] = [tracker.write("carol", ids[3])]
        broken = True
        with pytest.raises(SourceError, match="401") if status == 401 else nullcontext():
            await follower.poll_of(tracker, 60)
        assert [len(changes(follower.kept[id])) for id in ids] == [1, 1, 0, 0]
        broken = False
        if restarted:
            await follower.restarted()
        await follower.poll_of(tracker, 60)
        (event,) = changes(follower.kept[ids[2]])
        assert (event.at, event.earliest) == (last + 30 * SECOND, last - 2 * SECOND)


@pytest.mark.asyncio
async def test_two_changes_in_one_second_with_a_poll_between_are_two_events() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 30)
        tracker.change(id, status="in-progress")
        await follower.poll_of(tracker)
        tracker.change(id, status="resolved")
        await follower.poll_of(tracker, 0)
        first, second = changes(follower.kept[id])
        assert (first.set or {})["status"] == "open"
        assert (second.set or {})["status"] == "solved"
        assert first.id != second.id
        assert second.earliest == first.at < second.at == first.at + 1


@pytest.mark.asyncio
async def test_a_message_reopens_a_resolved_issue_to_chatting_and_the_reopening_is_seen() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 30)
        tracker.change(id, status="resolved")
        await follower.poll_of(tracker, 60)
        at = moved(tracker, 30)
        tracker.write("carol", id)
        await follower.poll_of(tracker, 60)
        ticket = follower.kept[id]
        assert messages(ticket) == [(at, "customer", True)]
        assert [(one.set or {})["source_status"] for one in changes(ticket)] == ["resolved", "chatting"]
        assert (changes(ticket)[-1].at, final(ticket)["status"]) == (at, "open")


@pytest.mark.asyncio
async def test_an_issue_first_seen_resolved_was_so_some_time_after_its_creation() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    resolved = moved(tracker, 7200)
    tracker.change(id, status="resolved")
    async with desk(tracker, NOW + 3 * HOUR) as follower:
        await follower.poll_of(tracker)
        ticket = follower.kept[id]
        assert (ticket.fields["status"], ticket.history) == ("new", "partial")
        assert seen(changes(ticket)) == [({"status": "solved", "source_status": "resolved"}, NOW, resolved)]


@pytest.mark.asyncio
async def test_a_status_that_gets_another_name_is_a_change_nobody_can_date() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol", status="in-progress")
    async with desk(tracker, status={"at work": "open"}) as follower:
        last = await follower.poll_of(tracker)
        tracker.items["status"]["5"]["name"] = "at work"
        follower.time.advance(MINUTE)
        await follower.reread(id)
        assert seen(changes(follower.kept[id])) == [({"source_status": "at work"}, last - 2 * SECOND, last + MINUTE)]


@pytest.mark.asyncio
async def test_a_server_whose_clock_is_behind_is_not_credited_with_looks_it_did_not_see() -> None:
    tracker = Tracker(NOW - HOUR)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll()
        shown_at = tracker.now
        changed = moved(tracker, 20)
        tracker.change(id, status="resolved")
        moved(tracker, 10)
        follower.time.advance(30 * SECOND)
        await follower.poll()
        (event,) = changes(follower.kept[id])
        assert event.at == changed
        assert event.earliest is not None
        assert shown_at - 3 * SECOND < event.earliest <= shown_at


@pytest.mark.asyncio
async def test_a_picture_that_was_overtaken_by_a_newer_one_is_no_change_back() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    overtaken = False

    async def script(request: Any) -> bytes:
        nonlocal overtaken
        said = tracker(request)
        if overtaken and request.path.endswith("/issue") and "id=" in request.target:
            overtaken = False
            tracker.change(id, status="in-progress")
            await follower.reread(id)
        return said

    async with desk(script) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 10)
        tracker.write("carol", id)
        tracker.change(id, status="unread")
        overtaken = True
        await follower.poll_of(tracker)
        await follower.poll_of(tracker)
        assert not overtaken
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["in-progress"]


@pytest.mark.asyncio
async def test_changes_that_a_push_dated_are_not_replaced_by_what_a_poll_sees() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        pushed = []
        for native, ours in (("need-eg", "waiting_customer"), ("in-progress", "open")):
            at = moved(tracker, 600)
            tracker.change(id, status=native)
            fields = {"status": ours, "source_status": native}
            pushed.append(Event(at, "change", f"pushed-{native}", set=fields))
        known = follower.kept[id]
        follower.bodies[id] = encode(msgspec.structs.replace(known, events=pushed))
        follower.time.advance_to(tracker.now)
        await follower.poll_of(tracker)
        assert follower.kept[id].events == pushed


@pytest.mark.asyncio
async def test_a_status_called_closed_is_closed() -> None:
    tracker = Tracker(NOW)
    tracker.items["status"]["20"] = {"name": "Closed"}
    id = tracker.create("carol", status="Closed")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        assert (final(follower.kept[id])["status"], final(follower.kept[id])["source_status"]) == ("closed", "Closed")
