"""What changed in a django-helpdesk, and when: by a follow-up, or seen between two polls."""

from __future__ import annotations

import pytest

from slamon.core.instants import HOUR, SECOND
from slamon.ports import SourceError
from tests.sources.django_helpdesk_desk import CLOSED, NOW, REOPENED, RESOLVED, desk
from tests.sources.django_helpdesk_server import Helpdesk, moved
from tests.sources.follower import changes, final, messages
from tests.sources.http_server import Request, answer


@pytest.mark.asyncio
async def test_a_status_set_by_a_follow_up_has_its_date() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    resolved = moved(helpdesk, 60)
    helpdesk.follow_up(id, 2, comment="Fixed", new_status=RESOLVED)
    reopened = moved(helpdesk, 60)
    helpdesk.follow_up(id, None, comment="No", new_status=REOPENED, message_id="<1@example.org>")
    async with desk(helpdesk, NOW + HOUR) as follower:
        await follower.poll_of(helpdesk)
        first, second = changes(follower.kept[id])
        assert (first.at, first.set, first.by, first.earliest) == (
            resolved,
            {"status": "solved", "source_status": "resolved"},
            "agent",
            None,
        )
        assert (second.at, second.set, second.by) == (
            reopened,
            {"status": "open", "source_status": "reopened"},
            "customer",
        )
        assert messages(follower.kept[id]) == [(resolved, "agent", True), (reopened, "customer", True)]
        assert follower.kept[id].fields["status"] == "open"


@pytest.mark.asyncio
async def test_what_leaves_no_trace_is_seen_between_two_polls() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        before = await follower.poll_of(helpdesk)
        helpdesk.patch(id, status=RESOLVED, priority=1, assigned_to=2)
        after = await follower.poll_of(helpdesk)
        status, others = sorted(changes(follower.kept[id]), key=lambda one: "priority" in (one.set or {}))
        assert status.set == {"status": "solved", "source_status": "resolved"}
        assert others.set == {"priority": "critical", "assignee": "2"}
        for event in (status, others):
            assert event.earliest is not None
            assert (before - SECOND <= event.earliest <= before, event.at) == (True, after)


@pytest.mark.asyncio
async def test_nothing_new_gives_nothing_though_all_is_read_each_time() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    helpdesk.create(on_hold=True)
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=5)
        await follower.poll_of(helpdesk)
        assert follower.given == [id]
        bodies = dict(follower.bodies)
        for _ in range(3):
            await follower.poll_of(helpdesk)
            assert follower.given == []
        await follower.reread(id)
        assert follower.bodies == bodies
        assert len(follower.server.asked("/api/tickets/")) == 5
        await follower.poll_of(helpdesk)
        assert len(follower.server.asked("/api/tickets/1/")) == 1


@pytest.mark.asyncio
async def test_on_hold_is_a_status_of_what_is_not_ended() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        statuses = []
        for values in ({"on_hold": True}, {"on_hold": False}, {"on_hold": True, "status": RESOLVED}):
            helpdesk.patch(id, **values)
            await follower.poll_of(helpdesk)
            statuses.append(final(follower.kept[id])["status"])
        assert statuses == ["on_hold", "open", "solved"]


@pytest.mark.asyncio
async def test_what_was_read_before_an_alert_is_a_look_too() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        last = await follower.poll_of(helpdesk)
        for priority in (2, 1):
            helpdesk.patch(id, priority=priority)
            moved(helpdesk, 5)
            follower.time.advance(5 * SECOND)
            await follower.reread(id)
        first, second = changes(follower.kept[id])
        assert (first.earliest, first.at) == (last - SECOND // 2, last + 5 * SECOND)
        assert (second.earliest, second.at) == (first.at, last + 10 * SECOND)


@pytest.mark.asyncio
async def test_two_changes_that_are_seen_at_one_instant_are_two_events() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=2)
        await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=1)
        await follower.poll_of(helpdesk, 0)
        first, second = changes(follower.kept[id])
        assert (first.id != second.id, second.at, final(follower.kept[id])["priority"]) == (
            True,
            first.at + 1,
            "critical",
        )


@pytest.mark.asyncio
async def test_after_a_restart_a_change_lies_after_the_last_poll_of_before() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        last = await follower.poll_of(helpdesk, 600)
        await follower.restarted()
        helpdesk.patch(id, priority=1)
        at = await follower.poll_of(helpdesk, 3600)
        (event,) = changes(follower.kept[id])
        assert (event.earliest, event.at) == (last - SECOND // 2, at)


@pytest.mark.asyncio
async def test_a_poll_that_broke_off_is_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 1)
    helpdesk = Helpdesk(NOW)
    helpdesk.create()
    id = helpdesk.create()
    broken = False

    def script(request: Request) -> bytes:
        return answer(500) if broken and request.query.get("page") == "2" else helpdesk(request)

    async with desk(script) as follower:
        last = await follower.poll_of(helpdesk)
        helpdesk.patch(id, priority=1)
        broken = True
        with pytest.raises(SourceError, match="answered 500"):
            await follower.poll_of(helpdesk)
        broken = False
        await follower.poll_of(helpdesk)
        (event,) = changes(follower.kept[id])
        assert event.earliest == last - SECOND // 2


@pytest.mark.asyncio
async def test_a_ticket_that_appears_between_two_polls_is_known_from_its_beginning() -> None:
    helpdesk = Helpdesk(NOW)
    helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        created = moved(helpdesk, 10)
        id = helpdesk.create(user=None)
        moved(helpdesk, 5)
        helpdesk.patch(id, status=CLOSED)
        at = await follower.poll_of(helpdesk)
        ticket = follower.kept[id]
        assert (ticket.history, ticket.created_at) == ("full", created)
        (event,) = changes(ticket)
        assert (event.set or {})["source_status"] == "closed"
        assert (event.earliest, event.at, ticket.fields["source_status"]) == (created, at, "open")
