"""The source of kind django_helpdesk, on a helpdesk of our own and on what a real one answered once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import HOUR, SECOND, parse_instant
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings
from slamon.sources.http import Agents, Bots
from tests.sources.django_helpdesk_desk import CLOSED, NOW, RESOLVED, desk
from tests.sources.django_helpdesk_server import Helpdesk, moved
from tests.sources.follower import changes, final, messages
from tests.sources.http_server import Request, answer, data


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
    usual: dict[str, Any] = {"url": "https://desk.example", "user": "slamon", "password": Secret("x")}
    return DjangoHelpdeskSettings(**(usual | keys))


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
