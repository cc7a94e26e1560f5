"""The source of kind redmine: what it asks for, and what it makes of what it does not get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from slamon.core.instants import DAY, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.http import Agents, NotFound
from slamon.sources.redmine import RedmineSettings
from tests.sources.http_server import Request, answer, data
from tests.sources.redmine_recorded import (
    Recorded,
    every,
    redmine,
)
from tests.sources.replicas import known_by

pytestmark = pytest.mark.shared


@pytest.fixture
def recorded(shared: Path) -> Recorded:
    return Recorded(shared / "samples" / "redmine")


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


class OfSupport(Recorded):
    """Whose list of the project support shows what is in there, or is not to be had."""

    missing = False

    def __call__(self, request: Request) -> bytes:
        if request.query.get("project_id") != "support":
            return super().__call__(request)
        if self.missing:
            return answer(404)
        ids = [id for id in [request.query.get("issue_id")] if id]
        rows = [one for one in self.listed if one["project"]["id"] == 1 and (not ids or str(one["id"]) in ids)]
        return data({"issues": rows, "total_count": len(rows)})


@pytest.mark.asyncio
async def test_an_issue_that_was_moved_out_of_the_project_is_gone(shared: Path) -> None:
    desk = OfSupport(shared / "samples" / "redmine")
    async with redmine(desk, project="support") as (source, _):
        known = {one.id: one for one in await source.fetch(["4", "8"])}
        assert sorted(known) == ["4", "8"]  # where it was is not known
        before = {id: msgspec.structs.replace(one, events=one.events[:1]) for id, one in known.items()}
        known_by(source, before)
        desk.missing = True
        assert sorted(one.id for one in await source.fetch(["4", "8"]) if not one.is_deleted) == ["4", "8"]
        desk.missing = False
        found = {one.id: one for one in await source.fetch(["4", "8"])}
        assert (found["4"].is_deleted, found["8"].is_deleted) == (False, True)
        known_by(source, known)  # as one of a project below it, which need not be listed
        assert not (await source.ticket("8")).is_deleted


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
