"""The source of kind redmine, on what a Redmine answered once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import DAY, SECOND, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Batch, SourceError
from slamon.secrets import Secret
from slamon.sources import Surroundings, load
from slamon.sources.http import Agents, Bots, NotFound
from slamon.sources.redmine import RedmineSettings, RedmineSource
from tests.clock import ManualTime
from tests.sources.http_server import Request, Server, answer, data, serving

NOW = parse_instant("2026-03-06T00:00:00Z")
KEY = "a" * 40
ISSUES = {
    "4": "issue_reopened",
    "14": "issue_reopened_closed",
    "3": "issue_feedback",
    "8": "issue_moved",
    "7": "issue_rejected",
    "10": "issue_untouched",
    "9": "issue_private_note_only",
}

pytestmark = pytest.mark.shared


class Recorded:
    """A server that answers what a real one did, and has as many issues as were recorded whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        users = {str(user["id"]): user for user in self.read("users")["users"]}
        self.answers: dict[str, Any] = {
            "/users/current.json": self.read("current_user"),
            "/issue_statuses.json": self.read("issue_statuses"),
            "/enumerations/issue_priorities.json": self.read("priorities"),
            "/trackers.json": self.read("trackers"),
            "/roles.json": {"roles": [{"id": 4, "name": "Developer"}, {"id": 3, "name": "Manager"}]},
            "/roles/4.json": self.read("roles_4"),
            "/roles/3.json": {"role": self.read("roles_4")["role"] | {"id": 3, "name": "Manager"}},
            "/projects/1/memberships.json": self.read("memberships"),
            "/projects/2/memberships.json": self.read("memberships"),
            **{f"/users/{id}.json": {"user": user} for id, user in users.items()},
            **{f"/issues/{id}.json": self.read(name) for id, name in ISSUES.items()},
        }
        self.listed = [self.answers[f"/issues/{id}.json"]["issue"] for id in ISSUES]

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("x-redmine-api-key") != KEY:
            return answer(401) if request.path == "/users/current.json" else data(self.read("err_bad_key"))
        if request.path == "/issues.json":
            return data(self.list(request.query))
        return data(self.answers[request.path]) if request.path in self.answers else answer(404)

    def list(self, query: dict[str, str]) -> Any:
        wanted = query.get("updated_on", ">=2000")
        since, until = wanted[2:].split("|") if wanted.startswith("><") else (wanted[2:], "9999")
        if wanted.startswith("<="):
            since, until = "2000", wanted[2:]
        rows = [one for one in self.listed if since <= one["updated_on"] <= until]
        if query["status_id"] == "open":
            rows = [one for one in rows if not one["status"]["is_closed"]]
        rows.sort(key=lambda one: (one["updated_on"], one["id"]))
        offset, limit = int(query["offset"]), int(query["limit"])
        return {"issues": rows[offset : offset + limit], "total_count": len(rows), "offset": offset, "limit": limit}


@pytest.fixture
def recorded(shared: Path) -> Recorded:
    return Recorded(shared / "samples" / "redmine")


@asynccontextmanager
async def redmine(script: Any, key: str = KEY, **keys: Any) -> AsyncIterator[tuple[RedmineSource, Server]]:
    async with serving(script) as server:
        settings = RedmineSettings(url=server.url + "/", key=Secret(key), **keys)
        source = RedmineSource("desk", settings, Surroundings(Path(), ManualTime(NOW), 0))
        try:
            yield source, server
        finally:
            await source.close()


async def read(script: Any, **keys: Any) -> dict[str, Ticket]:
    """All tickets of a first reading, by id."""
    async with redmine(script, **keys) as (source, _):
        return {one.id: one for batch in await every(source) for one in batch.tickets}


async def every(source: RedmineSource, cursor: bytes | None = None) -> list[Batch]:
    return [batch async for batch in source.collect(cursor)]


def at(text: str) -> int:
    return parse_instant(f"2026-{text}:00Z")


def note(when: str, id: int, by: str = "agent", *, public: bool = True) -> Event:
    return Event(at(when), "message", str(id), by, public)


def change(when: str, id: int, **fields: Any) -> Event:
    return Event(at(when), "change", f"{id}.set", "agent", set=fields)


def status(native: str, ours: str) -> dict[str, str]:
    return {"status": ours, "source_status": native}


NEW = {**status("New", "new"), "assignee": None, "due_at": None}
PROGRESS, RESOLVED, CLOSED = status("In Progress", "open"), status("Resolved", "solved"), status("Closed", "closed")


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


@pytest.mark.asyncio
async def test_the_next_poll_asks_only_for_what_was_updated_since(recorded: Recorded) -> None:
    async with redmine(recorded, since=30 * DAY / SECOND, project="support") as (source, server):
        batches = await every(source)
        assert sorted(int(one.id) for batch in batches for one in batch.tickets) == [3, 4, 7, 8, 9, 10, 14]
        asked = [one.query for one in server.asked("/issues.json")]
        before_that = {"project_id": "support", "sort": "updated_on,id", "limit": "100", "offset": "0"}
        assert asked == [
            before_that | {"status_id": "open", "updated_on": "<=2026-02-04T00:00:00Z"},
            before_that | {"status_id": "*", "updated_on": ">=2026-02-03T23:45:00Z"},
        ]
        server.requests.clear()
        again = await every(source, batches[-1].cursor)
        assert [one.query["updated_on"] for one in server.asked("/issues.json")] == [">=2026-03-05T05:24:00Z"]
        assert [one.id for batch in again for one in batch.tickets] in ([], ["14"])
        assert len(server.requests) <= 3


@pytest.mark.asyncio
async def test_a_ticket_is_read_again_by_its_id_and_one_that_is_gone_is_known_to_be(recorded: Recorded) -> None:
    async with redmine(recorded) as (source, _):
        assert [one.id for one in await source.fetch(["14", "99999"])] == ["14"]
        for id in ("99999", "../users/1", "1?x=", "²", ""):
            with pytest.raises(NotFound):
                await source.ticket(id)


@pytest.mark.asyncio
async def test_an_issue_that_may_not_be_seen_is_not_taken_for_deleted(recorded: Recorded) -> None:
    def script(request: Request) -> bytes:
        return answer(403) if request.path == "/issues/14.json" else recorded(request)

    async with redmine(script) as (source, _):
        with pytest.raises(SourceError, match="403") as caught:
            await source.fetch(["14"])
        assert not isinstance(caught.value, NotFound)


@pytest.mark.asyncio
async def test_a_404_with_a_key_that_is_not_valid_any_more_is_no_deletion(recorded: Recorded) -> None:
    async with redmine(recorded) as (source, _):
        await source.ticket("14")
        recorded.answers.pop("/issues/14.json")

        class Revoked(dict[str, Any]):
            def __contains__(self, key: object) -> bool:
                return key != "/users/current.json" and super().__contains__(key)

        recorded.answers = Revoked(recorded.answers)
        with pytest.raises(SourceError, match=r"users/current\.json"):
            await source.ticket("14")


@pytest.mark.asyncio
async def test_an_issue_older_than_its_row_in_the_list_is_not_taken(recorded: Recorded) -> None:
    old = json.loads(json.dumps(recorded.answers["/issues/14.json"]))
    old["issue"]["updated_on"] = "2026-03-04T20:55:00Z"
    recorded.answers["/issues/14.json"] = old
    async with redmine(recorded) as (source, _):
        batches = await every(source)
    assert "14" not in {one.id for batch in batches for one in batch.tickets}
    problem = "issue 14 comes older than the list says it is: is a cache in between?"
    assert [one for batch in batches for one in batch.problems] == [problem]


@pytest.mark.asyncio
async def test_an_issue_that_cannot_be_read_is_a_problem_and_the_others_come(recorded: Recorded) -> None:
    del recorded.answers["/issues/8.json"]["issue"]["status"]
    async with redmine(recorded) as (source, _):
        batches = await every(source)
    assert sorted(int(one.id) for batch in batches for one in batch.tickets) == [3, 4, 7, 9, 10, 14]
    problems = [problem for batch in batches for problem in batch.problems]
    assert len(problems) == 1
    assert "issues/8.json answered with something else than expected: Object missing required field" in problems[0]


@pytest.mark.asyncio
async def test_a_refused_filter_says_what_the_server_says(recorded: Recorded) -> None:
    def script(request: Request) -> bytes:
        refused = data(recorded.read("err_bad_date"), status=422)
        return refused if request.path == "/issues.json" else recorded(request)

    async with redmine(script) as (source, _):
        with pytest.raises(SourceError, match="Updated is invalid"):
            await every(source)


@pytest.mark.asyncio
async def test_a_probe_names_the_account_and_statuses_that_do_not_fit(recorded: Recorded) -> None:
    recorded.answers["/issue_statuses.json"]["issue_statuses"].append({"id": 9, "name": "Limbo"})
    async with redmine(recorded, status={"Feedbak": "on_hold"}) as (source, _):
        found = [(one.level, one.text) for one in await source.probe()]
    assert found[:3] == [
        ("ok", "the key is that of admin"),
        ("warning", "status: there is no status 'Feedbak'"),
        ("warning", "'Limbo' means nothing here and counts as open"),
    ]
    authors = next(text for _, text in found if text.startswith("authors seen: "))
    assert {"alice: agent", "carol: customer"} <= set(authors.removeprefix("authors seen: ").split(", "))
    assert ("info", "the server does not tell its time") in found


def test_settings_that_can_never_work_are_refused() -> None:
    keys: dict[str, Any] = {"url": "https://desk.example", "key": Secret("k")}
    for wrong, what in (
        ({"agents": Agents(groups=("x",))}, "agents: Redmine tells nobody's groups: write roles, users or domains"),
        ({"fields": {"a": "custom_feld.X"}}, "fields: a: 'custom_feld.X' is nothing that can be had: write one of pro"),
        ({"url": "nowhere"}, "url: "),
    ):
        with pytest.raises(ValueError, match=r".") as caught:
            RedmineSettings(**keys | wrong)
        assert str(caught.value).startswith(what)


def test_the_kind_is_there_by_its_name() -> None:
    assert load("redmine").settings is RedmineSettings
