"""What a real Redmine does that nobody expects of a list: it ignores, cuts and leaves out, and says nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import MINUTE, parse_instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.redmine import RedmineSettings, RedmineSource
from tests.clock import ManualTime
from tests.sources.http_server import Request, Server, answer, data, serving

pytestmark = pytest.mark.shared

NOW = parse_instant("2026-03-06T00:00:00Z")
NAMES = {3: "reopened", 4: "moved", 7: "rejected", 8: "moved", 9: "private_note_only", 10: "untouched"}


@dataclass
class Redmine:
    """Answers recorded from a real one; a page holds `most` issues, whatever is asked for."""

    folder: Path
    most: int = 100
    updated: dict[int, str] = field(default_factory=dict)  # instants at which issues were updated, other than recorded

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def issue(self, id: int) -> dict[str, Any]:
        """One with its journals."""
        found: dict[str, Any] = self.read(f"issue_{NAMES[id]}")["issue"] | {"id": id}
        return found | ({"updated_on": self.updated[id]} if id in self.updated else {})

    def __call__(self, request: Request) -> bytes:
        recorded = {
            "/users/current.json": "current_user",
            "/issue_statuses.json": "issue_statuses",
            "/enumerations/issue_priorities.json": "priorities",
            "/trackers.json": "trackers",
            "/roles/4.json": "roles_4",
            "/projects/1/memberships.json": "memberships",
            "/projects/2/memberships.json": "memberships",
        }
        if request.path == "/issues.json":
            return data(self._listed(request.query))
        if request.path == "/roles.json":
            return data({"roles": [{"id": 4, "name": "Developer"}]})
        if request.path.startswith("/issues/"):
            return self._shown(int(request.path.removeprefix("/issues/").removesuffix(".json")), request.query)
        return data(self.read(recorded[request.path])) if request.path in recorded else answer(404)

    def _shown(self, id: int, query: dict[str, str]) -> bytes:
        kept = self.issue(id)
        if "journals" not in query.get("include", ""):
            del kept["journals"]
        return data({"issue": kept})

    def _listed(self, query: dict[str, str]) -> Any:
        """`include` is passed over here, and a limit above the most is cut in silence."""
        rows = [{name: value for name, value in self.issue(id).items() if name != "journals"} for id in NAMES]
        if query.get("status_id", "open") == "open":
            rows = [row for row in rows if not row["status"]["is_closed"]]
        bound = query.get("updated_on", ">=2000")
        since, until = (bound[2:], "9999") if bound.startswith(">=") else ("2000", bound[2:])
        rows = [row for row in rows if since <= row["updated_on"] <= until]
        rows.sort(key=lambda row: (row["updated_on"], row["id"]))
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 25)), self.most)
        return {"issues": rows[offset : offset + limit], "total_count": len(rows), "offset": offset, "limit": limit}


@asynccontextmanager
async def reading(redmine: Redmine) -> AsyncIterator[tuple[dict[str, Ticket], Server]]:
    """What a first reading gives, by id."""
    async with serving(redmine) as server:
        settings = RedmineSettings(url=server.url, key=Secret("a" * 40))
        source = RedmineSource("desk", settings, Surroundings(Path(), ManualTime(NOW), 0))
        try:
            batches = [batch async for batch in source.collect(None)]
        finally:
            await source.close()
        assert [problem for batch in batches for problem in batch.problems] == []
        yield {one.id: one for batch in batches for one in batch.tickets}, server


@pytest.fixture
def redmine(shared: Path) -> Redmine:
    return Redmine(shared / "samples" / "redmine")


@pytest.mark.asyncio
async def test_closed_issues_are_read_though_a_list_shows_only_open_ones_unless_asked(redmine: Redmine) -> None:
    async with reading(redmine) as (tickets, _):
        assert set(tickets) == {str(id) for id in NAMES}
    assert redmine.issue(7)["status"]["is_closed"]


@pytest.mark.asyncio
async def test_journals_are_asked_for_issue_by_issue_for_a_list_leaves_them_out(redmine: Redmine) -> None:
    async with reading(redmine) as (tickets, server):
        assert all("include" not in one.query for one in server.asked("/issues.json"))
        assert [one.query["include"] for one in server.asked("/issues/3.json")] == ["journals"]
    assert len([event for event in tickets["3"].events if event.kind == "message"]) > 1


@pytest.mark.parametrize("most", [2, 3, 5])
@pytest.mark.asyncio
async def test_a_server_that_cuts_pages_shorter_than_asked_hides_nothing(redmine: Redmine, most: int) -> None:
    redmine.most = most
    async with reading(redmine) as (tickets, _):
        assert set(tickets) == {str(id) for id in NAMES}


@pytest.mark.asyncio
async def test_cut_pages_of_issues_of_one_second_hide_nothing(redmine: Redmine) -> None:
    redmine.most = 2
    redmine.updated = dict.fromkeys(NAMES, "2026-03-05T23:00:00Z")
    async with reading(redmine) as (tickets, _):
        assert set(tickets) == {str(id) for id in NAMES}


@pytest.mark.asyncio
async def test_a_solution_is_none_of_redmines_closed_statuses_and_ends_a_promise_all_the_same(redmine: Redmine) -> None:
    statuses = redmine.read("issue_statuses")["issue_statuses"]
    assert {one["name"]: one["is_closed"] for one in statuses}["Resolved"] is False
    async with reading(redmine) as (tickets, _):
        solved = [event for event in tickets["3"].events if (event.set or {}).get("source_status") == "Resolved"]
    assert [(event.set or {})["status"] for event in solved] == ["solved"]


@pytest.mark.asyncio
async def test_the_answer_has_no_date_and_instants_are_taken_from_the_issue_alone(redmine: Redmine) -> None:
    async with reading(redmine) as (tickets, _):
        last = max(event.at for event in tickets["3"].events)
    assert last == parse_instant(redmine.issue(3)["updated_on"])
    assert last < NOW - MINUTE
