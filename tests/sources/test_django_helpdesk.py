"""The source of kind django_helpdesk, on a helpdesk of our own and on what a real one answered once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, SECOND, Instant, parse_instant
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.django_helpdesk import DjangoHelpdeskSource
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings
from slamon.sources.http import Agents, Bots
from tests.clock import ManualTime
from tests.sources.django_helpdesk_server import Helpdesk, moved, refused
from tests.sources.follower import Follower, changes, final, messages
from tests.sources.http_server import Request, Script, Server, answer, data, in_turn, serving

NOW = parse_instant("2026-03-04T09:00:00Z")
OPEN, REOPENED, RESOLVED, CLOSED, DUPLICATE = 1, 2, 3, 4, 5


class Desk(Follower):
    """Follows a helpdesk whose clock is the same."""

    def __init__(self, server: Server, time: ManualTime, **keys: Any) -> None:
        usual = {"user": "slamon", "password": Secret("open sesame")}
        settings = DjangoHelpdeskSettings(url=server.url, **(usual | keys))
        super().__init__(lambda around: DjangoHelpdeskSource("desk", settings, around), time)
        self.server = server
        self.time = time

    async def poll_of(self, helpdesk: Helpdesk, seconds: float = 30) -> Instant:
        """Let time pass here and there, and read."""
        self.time.advance(round(seconds * SECOND))
        helpdesk.now = max(helpdesk.now, self.time.now())
        await self.poll()
        return self.time.now()


@asynccontextmanager
async def desk(script: Script, start: Instant = NOW, **keys: Any) -> AsyncIterator[Desk]:
    async with serving(script) as server:
        found = Desk(server, ManualTime(start), **keys)
        try:
            yield found
        finally:
            await found.source.close()


@pytest.mark.asyncio
async def test_a_ticket_begins_with_its_first_follow_up_which_is_no_message() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    replied = moved(helpdesk, 600)
    helpdesk.follow_up(id, 2, comment="On it")
    async with desk(helpdesk, NOW + HOUR) as follower:
        await follower.poll_of(helpdesk)
        ticket = follower.kept[id]
        assert (ticket.created_at, ticket.history, ticket.created_by) == (NOW, "partial", "customer")
        assert messages(ticket) == [(replied, "agent", True)]
        assert ticket.url == f"{follower.server.url}/tickets/1/"


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
async def test_a_change_without_a_date_after_one_with_a_date_lies_behind_it() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        resolved = moved(helpdesk, 10)
        helpdesk.follow_up(id, 2, new_status=RESOLVED)
        helpdesk.patch(id, status=OPEN, priority=2)
        await follower.poll_of(helpdesk)
        dated, *seen = changes(follower.kept[id])
        assert (dated.at, dated.earliest) == (resolved, None)
        brackets = {tuple(one.set or {}): one.earliest for one in seen}
        assert brackets == {("source_status", "status"): resolved, ("priority",): last - SECOND // 2}


@pytest.mark.parametrize("behind", [HOUR, 10 * SECOND, 0])
@pytest.mark.asyncio
async def test_a_clock_that_is_behind_turns_no_order_round(behind: int) -> None:
    """What was seen before a change with a date was there came first, whatever the two clocks say."""
    helpdesk = Helpdesk(NOW - behind)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        for step in (1, 2):
            await follower.poll()
            helpdesk.patch(id, on_hold=step == 1)
            moved(helpdesk, 10)
            follower.time.advance(10 * SECOND)
            await follower.poll()
        helpdesk.follow_up(id, 2, comment="Fixed", new_status=RESOLVED)
        moved(helpdesk, 10)
        follower.time.advance(10 * SECOND)
        for _ in range(2):
            await follower.poll()
        natives = [(one.set or {})["source_status"] for one in changes(follower.kept[id])]
        assert natives == ["on hold", "open", "resolved"]


@pytest.mark.asyncio
async def test_a_change_seen_in_the_second_of_one_with_a_date_is_put_before_it() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.patch(id, on_hold=True)
        await follower.poll_of(helpdesk)
        helpdesk.now -= SECOND // 5  # the two clocks differ by less than can be told
        helpdesk.follow_up(id, 2, new_status=CLOSED)
        await follower.poll_of(helpdesk)
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["on hold", "closed"]
        assert final(follower.kept[id])["status"] == "closed"


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


@pytest.mark.asyncio
async def test_the_title_of_a_follow_up_does_not_take_the_place_of_the_subject() -> None:
    helpdesk = Helpdesk(NOW)
    id, other = helpdesk.create(title="Printer on fire"), helpdesk.create(title="Old")
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.follow_up(id, 2, comment="x", new_status=RESOLVED)
        helpdesk.patch(other, title="New")
        await follower.poll_of(helpdesk)
        assert helpdesk.tickets[1]["title"] == "Follow-up"
        assert (follower.kept[id].subject, follower.kept[other].subject) == ("Printer on fire", "New")


@pytest.mark.asyncio
async def test_the_servers_own_escalation_is_no_message_of_a_customer() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    for values in (
        {"title": "Ticket Escalated", "comment": "Ticket escalated after 1 days"},
        {"title": "E-Mail Received from carol@example.org", "comment": "Hello?"},
        {"title": "Antwort", "comment": "Hello?", "message_id": "<1@example.org>"},
        {"title": "Ticket", "comment": "Submitter accepted resolution and closed ticket", "new_status": CLOSED},
    ):
        moved(helpdesk, 1)
        helpdesk.follow_up(id, None, **values)
    helpdesk.patch(id, priority=2)
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        assert [by for _, by, _ in messages(follower.kept[id])] == ["system", "customer", "customer", "customer"]


@pytest.mark.asyncio
async def test_where_mails_cannot_be_told_a_follow_up_of_nobody_is_a_customers() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    helpdesk.follow_up(id, None, title="Reply", comment="Hello?")
    del helpdesk.tickets[1]["followup_set"][1]["message_id"]
    helpdesk.tickets[1]["followup_set"][1]["date"] = "2026-03-04T09:00:01.250000Z"
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        assert messages(follower.kept[id]) == [(NOW + SECOND * 5 // 4, "customer", True)]


@pytest.mark.asyncio
async def test_priority_1_is_the_highest_and_numbers_have_names() -> None:
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create(priority=number) for number in (1, 2, 3, 4, 5, 6)]
    async with desk(helpdesk, priority={"1": "urgent"}) as follower:
        await follower.poll_of(helpdesk)
        shown = [follower.kept[id].fields["priority"] for id in ids]
    assert shown == ["urgent", "high", "normal", "low", "very low", "6"]


@pytest.mark.asyncio
async def test_statuses_have_their_meaning_and_one_of_the_site_goes_by_its_number() -> None:
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create(status=number) for number in (1, 2, 3, 4, 5, 6, 7)]
    async with desk(helpdesk, status={"6": "waiting_customer"}) as follower:
        await follower.poll_of(helpdesk)
        shown = [final(follower.kept[id])["status"] for id in ids]
        assert shown == ["open", "open", "solved", "closed", "cancelled", "waiting_customer", "7"]
        assert follower.source.readings.unmapped


@pytest.mark.asyncio
async def test_users_queues_and_custom_fields_get_their_names() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create(assigned_to=2, due_date="2026-03-05T12:00:00Z", custom_company="Acme", queue=7)
    helpdesk.create(assigned_to=9, queue=8)
    keys: dict[str, Any] = {"users": {"2": "alice"}, "queues": {"7": "Support"}}
    fields = {"customer": "custom_company", "who": "submitter_email", "desk": "queue", "nothing": "custom_other"}
    async with desk(helpdesk, fields=fields, **keys) as follower:
        await follower.poll_of(helpdesk)
        assert follower.kept[id].fields == {
            "status": "open",
            "source_status": "open",
            "priority": "normal",
            "assignee": "alice",
            "group": "Support",
            "due_at": "2026-03-05T12:00:00Z",
            "customer": "Acme",
            "who": "carol@example.org",
            "desk": "Support",
            "nothing": None,
        }
        assert (follower.kept["2"].fields["assignee"], follower.kept["2"].fields["group"]) == ("9", "8")


@pytest.mark.asyncio
async def test_agents_and_bots_may_be_named_by_id_or_by_what_it_stands_for() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create(user=3)
    for user in (2, 3, 4, 5):
        moved(helpdesk, 1)
        helpdesk.follow_up(id, user, comment="x")
    names: dict[str, Any] = {"users": {"2": "alice", "4": "robot"}, "bots": Bots(users=("robot",))}
    async with desk(helpdesk, agents=Agents(users=("ALICE", "3")), **names) as follower:
        await follower.poll_of(helpdesk)
        ticket = follower.kept[id]
        assert [by for _, by, _ in messages(ticket)] == ["agent", "agent", "bot", "customer"]
        assert ticket.created_by == "agent"


@pytest.mark.asyncio
async def test_old_ended_tickets_are_left_out_at_first_and_open_ones_never() -> None:
    helpdesk = Helpdesk(NOW - 90 * DAY)
    ids = [helpdesk.create(status=status) for status in (OPEN, RESOLVED, CLOSED, REOPENED, DUPLICATE, 6)]
    helpdesk.now = NOW - DAY
    late = helpdesk.create(status=CLOSED)
    async with desk(helpdesk, since=30 * DAY / SECOND) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept) == [ids[0], ids[3], ids[5], late]
        helpdesk.patch(ids[1], status=REOPENED)
        await follower.poll_of(helpdesk)
        assert follower.given == [ids[1]]
        assert follower.kept[ids[1]].history == "partial"


@pytest.mark.asyncio
async def test_all_pages_are_read_and_tickets_that_vanish_meanwhile_hide_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 3)
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create() for _ in range(10)]
    deleted: dict[str, int] = {}  # by the page before which it goes

    def script(request: Request) -> bytes:
        gone = deleted.pop(request.query.get("page", ""), None)
        helpdesk.tickets = {id: one for id, one in helpdesk.tickets.items() if id != gone}
        return helpdesk(request)

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept, key=int) == ids
        assert follower.progress[0] == "tickets: 3 of 10 read"
        deleted["2"] = 1  # 4 moves onto the page that was read already
        helpdesk.patch("4", priority=1)
        await follower.poll_of(helpdesk)
        assert follower.given == ["4"]
        assert final(follower.kept["4"])["priority"] == "critical"
        deleted["3"] = 10
        await follower.poll_of(helpdesk)
        assert follower.given == ["1", "10"]
        assert [follower.kept[id].events[-1].kind for id in ("1", "10")] == ["deleted", "deleted"]
        await follower.poll_of(helpdesk)
        assert follower.given == []
        assert [one.events for id, one in follower.kept.items() if id not in ("1", "4", "10")] == [[]] * 7


@pytest.mark.asyncio
async def test_a_last_page_that_is_gone_is_the_end_and_a_first_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 2)
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create() for _ in range(3)]

    def script(request: Request) -> bytes:
        said = helpdesk(request)
        if request.query.get("page") == "1":
            helpdesk.tickets.pop(3, None)
        return said

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept) == ids[:2]
        assert [one.query["page"] for one in follower.server.asked("/api/tickets/")] == ["1", "2"]


@pytest.mark.parametrize(("queues", "others"), [([1] * 20, 30), ([1] * 20, 90), ([1, 2, 3, 4, 5] * 6, 10)])
@pytest.mark.asyncio
async def test_a_right_that_was_lost_is_not_taken_for_deletion(queues: list[int], others: int) -> None:
    helpdesk = Helpdesk(NOW)
    for queue in [*queues, *[9] * others]:
        helpdesk.create(queue=queue)
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.hidden |= set(queues)
        with pytest.raises(SourceError, match="has the account lost a right"):
            await follower.poll_of(helpdesk)
        assert not any(one.events for one in follower.kept.values())
        helpdesk.hidden.clear()
        await follower.poll_of(helpdesk)
        assert follower.given == []


@pytest.mark.asyncio
async def test_merging_takes_the_follow_ups_away_but_not_the_beginning() -> None:
    helpdesk = Helpdesk(NOW)
    old, new = helpdesk.create(), helpdesk.create()
    helpdesk.tickets[2]["followup_set"][0]["date"] = "2026-03-04T09:00:20Z"
    async with desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        helpdesk.patch(old, merged_to=2, status=DUPLICATE)
        for one in helpdesk.tickets[1]["followup_set"]:
            one["title"] = "[Merged from #1] Ticket Opened"
        helpdesk.tickets[2]["followup_set"] += helpdesk.tickets[1]["followup_set"]
        helpdesk.tickets[1]["followup_set"] = []
        at = await follower.poll_of(helpdesk)
        merged = follower.kept[old]
        assert (merged.created_at, merged.events[-1].kind, merged.events[-1].into) == (NOW, "merged", "2")
        assert (merged.events[-1].earliest, merged.events[-1].at) == (last - SECOND // 2, at)
        assert follower.kept[new].created_at == NOW + 20 * SECOND
        body = follower.bodies[old]
        await follower.poll_of(helpdesk)
        assert follower.bodies[old] == body
        helpdesk.patch(old, merged_to=None, status=OPEN)
        await follower.poll_of(helpdesk)
        assert follower.kept[old].events[-1].kind == "restored"
        assert final(follower.kept[old])["status"] == "open"


@pytest.mark.asyncio
async def test_a_ticket_without_any_follow_up_begins_when_it_is_first_seen() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    helpdesk.tickets[1]["followup_set"] = []
    async with desk(helpdesk) as follower:
        at = await follower.poll_of(helpdesk)
        moved(helpdesk, 10)
        helpdesk.follow_up(id, 2, comment="x")
        await follower.poll_of(helpdesk)
        assert follower.kept[id].created_at == at
        assert len(messages(follower.kept[id])) == 1


@pytest.mark.asyncio
async def test_a_page_that_was_overtaken_by_a_newer_reading_is_no_change_back() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    overtaken = False

    async def script(request: Request) -> bytes:
        nonlocal overtaken
        said = helpdesk(request)
        if overtaken and request.path == "/api/tickets/":
            overtaken = False
            helpdesk.patch(id, status=RESOLVED)
            await follower.reread(id)
        return said

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        overtaken = True
        await follower.poll_of(helpdesk)
        await follower.poll_of(helpdesk)
        assert not overtaken
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["resolved"]


@pytest.mark.asyncio
async def test_a_reading_that_began_before_a_page_and_ended_after_it_is_newer_too() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    asked, kept, shown = asyncio.Event(), asyncio.Event(), asyncio.Event()
    racing = False

    async def script(request: Request) -> bytes:
        nonlocal racing
        if racing and request.path == "/api/tickets/1/":
            asked.set()
            await shown.wait()
            return helpdesk(request)
        said = helpdesk(request)
        if racing and request.path == "/api/tickets/":
            helpdesk.patch(id, status=RESOLVED)
            shown.set()
            await kept.wait()
            racing = False
        return said

    async def reread() -> None:
        await follower.reread(id)
        kept.set()

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        racing = True
        reading = asyncio.create_task(reread())
        await asked.wait()
        await follower.poll_of(helpdesk)
        await reading
        await follower.poll_of(helpdesk)
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["resolved"]


@pytest.mark.asyncio
async def test_one_ticket_that_cannot_be_read_does_not_hide_the_others_and_is_not_taken_for_deleted() -> None:
    helpdesk = Helpdesk(NOW)
    good, bad = helpdesk.create(), helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.tickets[2]["followup_set"][0]["date"] = "yesterday"
        helpdesk.patch(good, priority=1)
        await follower.poll_of(helpdesk)
        assert follower.given == [good]
        assert follower.problems == ["ticket 2: Invalid isoformat string: 'yesterday'"]
        with pytest.raises(SourceError, match="ticket 2: Invalid isoformat string"):
            await follower.reread(bad)
        helpdesk.tickets[1]["status"] = "x"
        with pytest.raises(SourceError, match="no ticket can be read: ticket 1: Expected `int`"):
            await follower.poll_of(helpdesk)


@pytest.mark.asyncio
async def test_refusals_say_what_to_do_and_never_the_password() -> None:
    helpdesk = Helpdesk(NOW)
    async with desk(helpdesk, password=Secret("hunter2hunter2")) as follower:
        with pytest.raises(SourceError, match=r"refused the account: 401 .*Invalid username/password.*staff") as caught:
            await follower.poll()
        assert caught.value.permanent
        assert "hunter2" not in str(caught.value)
    async with desk(in_turn(refused())) as follower:
        assert [(one.level, "is the account staff" in one.text) for one in await follower.source.probe()] == [
            ("error", True)
        ]
    async with desk(in_turn(answer(404))) as follower:
        with pytest.raises(SourceError, match="is not there: 404"):
            await follower.poll()


@pytest.mark.asyncio
async def test_the_probe_says_how_much_is_seen() -> None:
    helpdesk = Helpdesk(NOW)
    async with desk(helpdesk) as follower:
        assert (await follower.source.check())[0].text == "slamon sees no ticket"
        id = helpdesk.create(user=None)
        helpdesk.follow_up(id, 2, comment="x")
        found = [(one.level, one.text) for one in await follower.source.probe()]
        assert found[0] == ("ok", "slamon sees 1 tickets")
        assert ("info", "authors seen: 2: agent") in found
        assert ("info", "staff who answer by mail cannot be told from customers") in found


@pytest.mark.parametrize("cursor", [b"null", b"{}", b'{"tickets":5}', b"\xff"])
@pytest.mark.asyncio
async def test_a_cursor_of_something_else_means_the_first_time(cursor: bytes) -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        follower.cursor = cursor
        await follower.poll()
        assert list(follower.kept) == [id]
        assert follower.kept[id].history == "partial"


class Recorded:
    """Answers of a real one, page by page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, request: Request) -> bytes:
        if request.query.get("page") == "3":
            return answer(404, (self.folder / "page_past_end.json").read_bytes())
        names = {"1": "tickets_page1", "2": "tickets_page2"}
        name = names.get(request.query.get("page", ""), "ticket_reopened")
        return data(json.loads((self.folder / f"{name}.json").read_text()))


@pytest.mark.shared
@pytest.mark.asyncio
async def test_what_a_real_one_answered_is_read_right(shared: Path) -> None:
    async with desk(Recorded(shared / "samples" / "django-helpdesk")) as follower:
        await follower.poll()
        kept, again = follower.kept, await follower.source.ticket("4")
    assert sorted(kept, key=int) == [str(number) for number in range(1, 11)]
    assert again == kept["4"]
    natives = {id: final(one)["source_status"] for id, one in kept.items()}
    assert natives == {
        "1": "closed", "2": "closed", "3": "resolved", "4": "reopened", "5": "resolved",
        "6": "open", "7": "duplicate", "8": "resolved", "9": "open", "10": "open",
    }  # fmt: skip
    dates = ("02T15:14:00", "02T17:36:00", "03T00:44:00", "03T10:23:00")
    at = [parse_instant(f"2026-03-{date}Z") for date in dates]
    assert messages(again) == list(zip(at, ["agent"] * 4, [False, True, True, True], strict=True))
    dated = [(one.at, (one.set or {})["status"]) for one in changes(again)]
    assert dated == [(at[2], "solved"), (parse_instant("2026-03-03T06:27:00Z"), "closed"), (at[3], "open")]
    (patched,) = changes(kept["8"])
    assert (patched.earliest, patched.at) == (kept["8"].created_at, NOW)
    assert kept["10"].subject == "Ticket 9: something is broken"


def settings(**keys: Any) -> DjangoHelpdeskSettings:
    return DjangoHelpdeskSettings(**({"url": "https://desk.example", "user": "slamon", "password": Secret("x")} | keys))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"agents": Agents(roles=("x",))}, "agents: django-helpdesk shows only the ids of users: write users, by id"),
        ({"user": "a:b"}, "user: 'a:b' has a colon in it, which no login can"),
        ({"fields": {"x": "kbitem"}}, r"fields: x: 'kbitem' is nothing that can be had: write one of queue, .*"),
        ({"status": {"6": "waiting"}}, "status: '6' cannot mean 'waiting'"),
    ],
)
def test_settings_that_cannot_work_say_what_to_write(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings(**keys)


def test_the_kind_is_registered() -> None:
    assert load("django_helpdesk").settings is DjangoHelpdeskSettings
