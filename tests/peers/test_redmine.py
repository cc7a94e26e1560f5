"""The source of kind redmine against a real Redmine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from slamon.core.instants import DAY, MINUTE, SECOND, parse_instant
from slamon.ports import SourceError
from slamon.sources.http import Agents, Page, Window
from slamon.sources.redmine import RedmineSource
from slamon.sources.redmine_api import Row
from tests.clock import ManualTime
from tests.conftest import SHARED
from tests.peers.redmine import Redmine, running
from tests.peers.redmine_following import assert_same, following
from tests.peers.redmine_record import Doing, of_script, without

pytestmark = [pytest.mark.shared, pytest.mark.peer("redmine")]

FIELDS = {"customer": "custom_field.Customer", "parts": "custom_field.Parts", "category": "category"}
_MAKE_FIELDS = """
several = {multiple: true, possible_values: %w(a b c)}
[["Customer", "string", {}], ["Parts", "list", several]].each do |name, format, more|
  found = IssueCustomField.find_by(name: name) ||
    IssueCustomField.create!({name: name, field_format: format, is_for_all: true, trackers: Tracker.all}.merge(more))
  puts found.id
end
"""


class Jostled(RedmineSource):
    """Reads small pages, and before each of them something happens."""

    happens: Any = None

    async def _page(self, window: Window, offset: int) -> Page[Row]:
        self.happens()
        return await super()._page(window, offset)


@pytest.fixture(scope="module")
def redmine() -> Iterator[Redmine]:
    with running(SHARED / "servers") as found:
        yield found


@pytest.fixture(scope="module")
def seeded(redmine: Redmine) -> dict[str, Any]:
    return redmine.seed(7)


@pytest.fixture(scope="module")
def customs(redmine: Redmine, seeded: dict[str, Any]) -> dict[str, int]:
    """Custom fields, made after the script's issues."""
    customer, parts = redmine.rails(_MAKE_FIELDS).split()
    return {"Customer": int(customer), "Parts": int(parts)}


@pytest.mark.asyncio
async def test_every_history_is_what_the_seed_script_says_it_did(
    redmine: Redmine, seeded: dict[str, Any], figure: Callable[[str], None]
) -> None:
    async with following(redmine) as follower:
        await follower.poll()
    assert follower.problems == []
    verdicts = assert_same(follower.kept, of_script(seeded))
    figure(f"redmine, seed 7: {len(seeded['ids'])} issues, {len(seeded['ev'])} events, {verdicts} verdicts")
    reopened = redmine.call("GET", f"/issues/{seeded['ids'][3]}.json")["issue"]
    assert (reopened["closed_on"] is None, reopened["status"]["is_closed"]) == (False, False)


@pytest.mark.asyncio
async def test_no_key_and_a_wrong_key_are_refused_though_public_issues_are_shown(
    redmine: Redmine, seeded: dict[str, Any]
) -> None:
    async with following(redmine, key="b" * 40) as follower:
        assert isinstance(follower.source, RedmineSource)
        shown = await follower.source._page(Window(), 0)
        assert 0 < len(shown.rows) < len(seeded["ids"])
        with pytest.raises(SourceError, match="refused the account: 401") as caught:
            await follower.poll()
        assert caught.value.permanent
        assert (await follower.source.probe())[0].level == "error"


@pytest.mark.asyncio
async def test_a_reporter_sees_everything_but_private_notes(redmine: Redmine, seeded: dict[str, Any]) -> None:
    key = redmine.rails('puts User.find_by_login("carol").api_key')
    written = {id: without(one, [("message", "agent", False)]) for id, one in of_script(seeded).items()}
    async with following(redmine, key=key) as follower:
        await follower.poll()
    assert_same(follower.kept, written)


@pytest.mark.asyncio
async def test_an_account_that_may_not_see_an_issue_does_not_take_it_for_deleted(
    redmine: Redmine, seeded: dict[str, Any]
) -> None:
    outsider = {
        "login": "eve",
        "password": "slamon-eve",
        "firstname": "Eve",
        "lastname": "E",
        "mail": "eve@example.org",
    }
    redmine.call("POST", "/users.json", {"user": outsider})
    key = redmine.rails('puts User.find_by_login("eve").api_key')
    async with following(redmine, key=key) as follower:
        with pytest.raises(SourceError, match="403"):
            await follower.source.fetch([str(seeded["ids"][0])])


@pytest.mark.asyncio
async def test_an_offset_in_the_filter_is_refused_and_said_so(redmine: Redmine, seeded: dict[str, Any]) -> None:
    async with following(redmine) as follower:
        params = {"updated_on": ">=2026-03-03T14:48:00+02:00"}
        with pytest.raises(SourceError, match=r"answered 422 .*Updated is invalid"):
            await follower.source.client.get("issues.json", Row, params)


@pytest.mark.asyncio
async def test_agents_are_members_by_role_or_whoever_is_named(redmine: Redmine, seeded: dict[str, Any]) -> None:
    wanted = {"roles": ("Reporter",)}, {"users": ("carol", "Dave Example")}, {"users": ("carol@example.org", "dave")}
    for agents in wanted:
        async with following(redmine, agents=Agents(**agents)) as follower:
            (found,) = await follower.source.fetch([str(seeded["ids"][2])])
        by = [event.by for event in found.events if event.kind == "message"]
        assert (found.created_by, set(by)) == ("agent", {"customer", "agent"})
        assert by.count("agent") == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.asyncio
async def test_every_history_is_what_was_done_at_random_while_it_was_read(
    redmine: Redmine, customs: dict[str, int], seed: int, figure: Callable[[str], None]
) -> None:
    random = Random(seed)
    doing = Doing(redmine, random, parse_instant("2026-03-28T20:00:00Z"))
    doing.use_custom_fields(customs)
    time = ManualTime(doing.now)
    async with following(redmine, time, project=doing.project, fields=FIELDS) as follower:
        for _ in range(150):
            doing.pass_time()
            if len(doing.written) < 3 or random.random() < 0.1:
                doing.create()
            else:
                doing.update()
            if random.random() < 0.25:
                time.advance_to(max(time.now() + SECOND, doing.now))
                await follower.poll()
        time.advance_to(max(time.now(), doing.now) + MINUTE)
        await follower.poll()
        verdicts = assert_same(follower.kept, doing.written)
        events = sum(len(one.events) for one in doing.written.values())
        figure(f"redmine, at random {seed}: {len(doing.written)} issues, {events} events, {verdicts} verdicts")
        time.advance(MINUTE)
        await follower.poll()
        cursor = follower.cursor
        await follower.poll()
        assert follower.cursor == cursor


@pytest.mark.asyncio
async def test_rows_that_move_while_pages_are_read_hide_nothing(
    redmine: Redmine, customs: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slamon.sources.redmine.PAGE", 3)
    doing = Doing(redmine, Random(30), parse_instant("2026-05-01T08:00:00Z"))
    doing.use_custom_fields(customs)
    for _ in range(10):
        doing.now += SECOND
        redmine.set_clock(doing.now)
        doing.create()
    left = list(range(4))

    def happens() -> None:
        if left:
            left.pop()
            doing.now += SECOND
            redmine.set_clock(doing.now)
            doing.update()

    time = ManualTime(doing.now + DAY)
    keys: dict[str, Any] = {"project": doing.project, "fields": FIELDS, "since": 3650 * DAY / SECOND}
    async with following(redmine, time, kind=Jostled, **keys) as follower:
        assert isinstance(follower.source, Jostled)
        follower.source.happens = happens
        await follower.poll()
        time.advance(MINUTE)
        await follower.poll()
    assert left == []
    assert_same(follower.kept, doing.written)


@pytest.mark.asyncio
async def test_a_deleted_issue_is_found_out_when_it_is_read_again(redmine: Redmine, customs: dict[str, int]) -> None:
    doing = Doing(redmine, Random(4), parse_instant("2026-06-01T08:00:00Z"))
    doing.create()
    doing.create()
    first, second = doing.written
    time = ManualTime(doing.now)
    async with following(redmine, time, project=doing.project) as follower:
        await follower.poll()
        redmine.call("DELETE", f"/issues/{first}.json")
        time.advance(MINUTE)
        found = {one.id: one for one in await follower.source.fetch([first, second, "999999"])}
        assert sorted(found) == sorted([first, second])
        assert [event.kind for event in found[first].events] == ["deleted"]
        assert [event.kind for event in found[second].events] == []
        redmine.call("DELETE", f"/issues/{second}.json")
        await follower.poll()
        assert follower.kept[second].events[-1].kind == "deleted"


@pytest.mark.asyncio
async def test_a_probe_of_a_real_one_finds_the_account_and_no_clock(redmine: Redmine, seeded: dict[str, Any]) -> None:
    async with following(redmine) as follower:
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found[0] == ("ok", "the key is that of admin")
    assert ("info", "the server does not tell its time") in found
    authors = next(text for _, text in found if text.startswith("authors seen: "))
    assert {"alice: agent", "bob: agent"} <= set(authors.removeprefix("authors seen: ").split(", "))
