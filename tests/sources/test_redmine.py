"""The source of kind redmine: which history comes of what a Redmine answered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.sources.http import Agents, Bots
from tests.sources.redmine_recorded import (
    CLOSED,
    NEW,
    PROGRESS,
    RESOLVED,
    Recorded,
    at,
    change,
    every,
    note,
    read,
    redmine,
    status,
)

pytestmark = pytest.mark.shared


@pytest.fixture
def recorded(shared: Path) -> Recorded:
    return Recorded(shared / "samples" / "redmine")


@pytest.mark.asyncio
async def test_a_history_with_reopening_is_what_the_journals_say_not_what_closed_on_says(recorded: Recorded) -> None:
    tickets = await read(recorded)
    assert tickets["14"] == Ticket(
        "14",
        "desk",
        at("03-03T05:06"),
        NEW | {"priority": "urgent", "project": "Support", "type": "Feature"},
        [
            note("03-03T06:19", 40, public=False),
            note("03-03T10:02", 50),
            change("03-03T10:02", 50, **PROGRESS, assignee="Alice Example"),
            note("03-03T16:23", 65),
            change("03-03T16:23", 65, **RESOLVED),
            change("03-04T09:16", 101, **CLOSED),
            note("03-04T20:55", 111),
            change("03-04T20:55", 111, **PROGRESS),
            note("03-05T05:39", 114),
            change("03-05T05:39", 114, **CLOSED),
        ],
        "Ticket 13: something is broken",
        tickets["14"].url,
    )
    assert str(tickets["14"].url).endswith("/issues/14")
    assert "//issues" not in str(tickets["14"].url)
    assert tickets["4"].events[-1] == change("03-03T10:49", 53, **PROGRESS)


@pytest.mark.asyncio
async def test_a_customers_note_a_wait_a_move_and_a_rejection_are_seen_as_such(recorded: Recorded) -> None:
    tickets = await read(recorded)
    customers = [event for one in tickets.values() for event in one.events if event.by == "customer"]
    assert [(event.kind, event.public) for event in customers] == [("message", True)]
    waits = [event.set for event in tickets["3"].events if event.set and event.set.get("status") == "waiting_customer"]
    assert waits == [status("Feedback", "waiting_customer")]
    assert tickets["8"].fields["project"] == "Support"
    assert tickets["8"].events[-1] == change("03-02T23:39", 30, project="Infra")
    assert tickets["7"].events[-1].set == status("Rejected", "cancelled")
    assert tickets["10"].events == []
    assert [(event.by, event.public) for event in tickets["9"].events] == [("agent", False)]
    assert {one.created_by for one in tickets.values()} == {"customer"}
    assert {one.history for one in tickets.values()} == {"full"}


@pytest.mark.asyncio
async def test_to_an_account_without_the_right_a_private_note_is_not_there_and_nothing_else_is_lost(
    recorded: Recorded,
) -> None:
    whole = (await read(recorded))["4"]
    recorded.answers["/issues/4.json"] = recorded.read("issue_reopened_as_reporter")
    less = (await read(recorded))["4"]
    assert [event for event in whole.events if event not in less.events] == [note("03-02T13:54", 8, public=False)]
    assert [event for event in less.events if event not in whole.events] == []
    assert less.fields == whole.fields


@pytest.mark.asyncio
async def test_a_wrong_key_is_an_error_though_the_server_shows_public_issues_all_the_same(recorded: Recorded) -> None:
    async with redmine(recorded, key="b" * 40) as (source, server):
        with pytest.raises(
            SourceError, match=r"users/current\.json refused the account: 401; is the key right"
        ) as caught:
            await every(source)
        assert caught.value.permanent
        assert "bbbb" not in str(caught.value)
        assert server.asked("/issues.json") == []


@pytest.mark.asyncio
async def test_roles_users_and_domains_decide_who_is_an_agent(recorded: Recorded) -> None:
    for agents, wanted in (
        (Agents(), {"agent", "customer"}),
        (Agents(roles=("manager",)), {"agent", "customer"}),
        (Agents(roles=("Developer",)), {"customer"}),
        (Agents(domains=("example.org",)), {"agent"}),
        (Agents(users=("carol",)), {"agent", "customer"}),
    ):
        tickets = await read(recorded, agents=agents)
        assert {event.by for one in tickets.values() for event in one.events if event.kind == "message"} == wanted
    by_carol = (await read(recorded, agents=Agents(users=("carol",))))["3"]
    assert by_carol.created_by in ("agent", "customer")
    bots = await read(recorded, bots=Bots(users=("alice",)))
    assert {event.by for event in bots["14"].events} == {"bot", "agent"}


@pytest.mark.asyncio
async def test_custom_fields_and_logins_become_fields_by_configuration(recorded: Recorded) -> None:
    issue = recorded.answers["/issues/4.json"]["issue"]
    issue["custom_fields"] = [
        {"id": 3, "name": "Customer", "value": "acme"},
        {"id": 4, "name": "Parts", "multiple": True, "value": ["a", "b"]},
    ]
    issue["journals"][-1]["details"] += [
        {"property": "cf", "name": "3", "old_value": "globex", "new_value": "acme"},
        {"property": "cf", "name": "4", "old_value": None, "new_value": "b"},
    ]
    fields = {
        "customer": "custom_field.Customer",
        "tags": "custom_field.Parts",
        "assignee": "assigned_to.login",
        "group": "project",
        "requester": "author.login",
    }
    ticket = (await read(recorded, fields=fields))["4"]
    wanted = {"customer": "globex", "tags": ["a"], "assignee": None, "group": "Support", "requester": "carol"}
    assert {name: ticket.fields[name] for name in fields} == wanted
    assert ticket.events[-1].set == {**PROGRESS, "customer": "acme", "tags": ["a", "b"]}
    assigned = [event.set for event in ticket.events if event.set and "assignee" in event.set]
    assert assigned == [{**PROGRESS, "assignee": "alice"}]


@pytest.mark.asyncio
async def test_what_cannot_be_named_any_more_is_named_by_its_id(recorded: Recorded) -> None:
    issue = recorded.answers["/issues/4.json"]["issue"]
    changes = {"assigned_to_id": ("77", "5"), "status_id": ("99", "2"), "project_id": ("55", "1")}
    changes["category_id"] = ("44", "")
    issue["journals"] = issue["journals"][-1:]
    issue["journals"][0]["details"] = [
        {"property": "attr", "name": name, "old_value": old, "new_value": new} for name, (old, new) in changes.items()
    ]
    ticket = (await read(recorded, fields={"category": "category"}))["4"]
    unnamed = {"assignee": "user 77", "project": "project 55", "category": "category 44"}
    assert ticket.fields | unnamed | status("status 99", "status 99") == ticket.fields
    assert ticket.events[-1].set == {**PROGRESS, "assignee": "Alice Example", "project": "Support", "category": None}


@pytest.mark.asyncio
async def test_a_note_of_the_author_at_the_instant_of_creation_is_the_opening(recorded: Recorded) -> None:
    issue = recorded.answers["/issues/10.json"]["issue"]
    journal = {"created_on": issue["created_on"], "notes": "x", "private_notes": False, "details": []}
    issue["journals"] = [
        journal | {"id": 1, "user": issue["author"]},
        journal | {"id": 2, "user": {"id": 5, "name": "Alice Example"}},
        journal | {"id": 3, "user": {"id": 5, "name": "Alice Example"}, "notes": " \r\n"},
        journal | {"id": 4, "notes": "by nobody any more", "user": None},
    ]
    assert [(event.id, event.by) for event in (await read(recorded))["10"].events] == [
        ("2", "agent"),
        ("4", "customer"),
    ]


@pytest.mark.asyncio
async def test_a_changed_priority_without_a_journal_makes_the_history_partial(recorded: Recorded) -> None:
    issue = recorded.answers["/issues/8.json"]["issue"]
    issue["priority"] = {"id": 5, "name": "Immediate"}  # as Redmine does with the priority of a parent
    issue["updated_on"] = "2026-03-04T00:00:00Z"
    ticket = (await read(recorded))["8"]
    assert ticket.history == "partial"
    late = [event for event in ticket.events if event.earliest is not None]
    assert [(event.at, event.earliest, event.set) for event in late] == [
        (at("03-04T00:00"), at("03-02T22:16"), {"priority": "immediate"})
    ]
