"""What the kinds of sources make of the shared base: old states, unreadable tickets, and places that are emptied."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.http import NoneRead, Stale
from slamon.sources.rest import RestSource
from slamon.sources.rest_settings import ListMapping
from tests.clock import ManualTime
from tests.sources import django_helpdesk_desk, github_server, rest_server, roundup_desk, rt_server
from tests.sources.django_helpdesk_server import Helpdesk
from tests.sources.follower import Follower, changes, messages
from tests.sources.http_server import Request, answer, data
from tests.sources.rest_server import LIST, MESSAGES, note
from tests.sources.roundup_server import Tracker

WHOLE = ListMapping(path="tickets", items=LIST.items)


class Replica:
    """A server that can be put back to what it was."""

    def __init__(self, now: Any) -> None:
        self.now: Any = now
        self._then: Any = None

    def remember(self) -> None:
        self._then = copy.deepcopy(self.now)

    def fall_back(self) -> None:
        self.now, self._then = self._then, self.now

    def __call__(self, request: Request) -> Any:
        return self.now(request)


def known_by(source: Any, tickets: dict[str, Ticket]) -> None:
    """Let a source that nobody follows know these."""

    async def stored(ids: Any) -> dict[str, Ticket]:
        return {id: tickets[id] for id in ids if id in tickets}

    object.__setattr__(source.around, "known", stored)


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
        clock = _clock(source)
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


def _clock(source: RestSource) -> ManualTime:
    assert isinstance(source.around.time, ManualTime)
    return source.around.time


@pytest.mark.asyncio
async def test_after_a_day_a_list_that_shows_far_fewer_tickets_is_believed(tmp_path: Path) -> None:
    desk = rest_server.Desk([rest_server.ticket(n) for n in range(1, 31)])
    async with rest_server.reading(desk, tmp_path, listing=WHOLE) as (source, _):
        clock = _clock(source)
        _, cursor, _ = await rest_server.poll(source)
        desk.tickets = desk.tickets[:3]
        for span in (0, HOUR, DAY - HOUR - 1):
            clock.advance(span)
            cursor = await _refused(source, cursor)
        clock.advance(1)
        _, cursor, _ = await rest_server.poll(source, cursor)
        desk.tickets = []
        await rest_server.poll(source, cursor)


async def _refused(source: RestSource, cursor: bytes) -> bytes:
    """Poll in vain; the cursor that was given before."""

    async def read() -> None:
        nonlocal cursor
        async for batch in source.collect(cursor):
            cursor = batch.cursor

    with pytest.raises(SourceError, match="3 tickets are shown where there were 30: has the account lost a right"):
        await read()
    return cursor


@pytest.mark.asyncio
async def test_after_a_day_most_tickets_of_a_helpdesk_are_deleted_if_others_are_still_seen() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    ids = [helpdesk.create() for _ in range(40)]
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        deleted = {id: helpdesk.tickets.pop(id) for id in range(1, 31)}
        await _refused_for_a_day(follower, helpdesk)
        assert not any(one.events for one in follower.kept.values())
        helpdesk.tickets |= deleted  # in between they are there again
        await follower.poll_of(helpdesk, 60)
        for id in deleted:
            del helpdesk.tickets[id]
        await _refused_for_a_day(follower, helpdesk)
        await follower.poll_of(helpdesk, 60)
        assert sorted(id for id, one in follower.kept.items() if one.events) == sorted(ids[:30])
        await follower.poll_of(helpdesk, 60)
        assert follower.given == []


async def _refused_for_a_day(follower: Any, helpdesk: Helpdesk) -> None:
    for _ in range(25):
        with pytest.raises(SourceError, match="has the account lost a right"):
            await follower.poll_of(helpdesk, HOUR / SECOND - 1)


@pytest.mark.asyncio
async def test_a_queue_that_is_not_seen_any_more_is_never_taken_for_deleted() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    for number in range(60):
        helpdesk.create(queue=1 if number < 20 else 2)
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.hidden = {1}
        for _ in range(3):
            with pytest.raises(SourceError, match="0 tickets are shown where there were 20"):
                await follower.poll_of(helpdesk, DAY / SECOND)
        assert isinstance(follower, Follower)
        assert not any(one.events for one in follower.kept.values())


@pytest.mark.asyncio
@pytest.mark.parametrize("listing", [LIST, WHOLE], ids=["followed", "whole"])
async def test_what_changed_while_a_ticket_of_any_api_could_not_be_read_is_not_dated_after_that(
    tmp_path: Path, listing: ListMapping
) -> None:
    desk, known = rest_server.Desk([rest_server.ticket(1), rest_server.ticket(2)]), dict[str, Ticket]()
    async with rest_server.reading(desk, tmp_path, known, listing=listing) as (source, _):
        clock = _clock(source)
        known_at, cursor = clock.now(), None
        known_tickets, cursor, _ = await rest_server.poll(source, cursor)
        known |= known_tickets
        desk.said["/api/tickets/1"] = answer(500)
        for _ in range(3):
            clock.advance(HOUR)
            desk.tickets[0] |= {"state": {"name": "Done"}, "updated": "2026-03-20T00:30:00Z"}
            _, cursor, _ = await rest_server.poll(source, cursor)
        desk.said.clear()
        clock.advance(HOUR)
        tickets, cursor, _ = await rest_server.poll(source, cursor)
    (event,) = tickets["1"].events
    assert (event.earliest, event.at) == (known_at, known_at + 30 * MINUTE)


@pytest.mark.asyncio
async def test_what_changed_while_a_ticket_of_a_helpdesk_could_not_be_read_is_not_dated_after_that() -> None:
    helpdesk = Helpdesk(django_helpdesk_desk.NOW)
    id, _ = helpdesk.create(), helpdesk.create()
    async with django_helpdesk_desk.desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=1)
        helpdesk.tickets[1]["status"] = "odd"
        for _ in range(3):
            await follower.poll_of(helpdesk, 600)
        assert len(follower.problems) == 3
        helpdesk.tickets[1]["status"] = 1
        await follower.restarted()
        at = await follower.poll_of(helpdesk)
        (event,) = changes(follower.kept[id])
        assert event.earliest is not None
        assert last - 2 * SECOND <= event.earliest <= last < at - 600 * SECOND < event.at
