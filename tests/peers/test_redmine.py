"""The source of kind redmine against a real Redmine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from slamon.core.instants import DAY, MINUTE, SECOND, parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.http import Agents, Page, Window
from slamon.sources.redmine import RedmineSettings, RedmineSource
from slamon.sources.redmine_api import Row
from tests.clock import ManualTime
from tests.conftest import SHARED
from tests.peers.redmine import ADMIN, Redmine, running
from tests.peers.redmine_record import Doing, Written, comparable, of_script, told, without

pytestmark = [pytest.mark.shared, pytest.mark.peer("redmine")]

AFTER = parse_instant("2026-03-10T00:00:00Z")
FIELDS = {"customer": "custom_field.Customer", "parts": "custom_field.Parts", "category": "category"}
_MAKE_FIELDS = """
several = {multiple: true, possible_values: %w(a b c)}
[["Customer", "string", {}], ["Parts", "list", several]].each do |name, format, more|
  found = IssueCustomField.find_by(name: name) ||
    IssueCustomField.create!({name: name, field_format: format, is_for_all: true, trackers: Tracker.all}.merge(more))
  puts found.id
end
"""


class Follower:
    """Reads a Redmine again and again, and keeps what it read, as the service does."""

    def __init__(self, source: RedmineSource) -> None:
        self.source = source
        self.cursor: bytes | None = None
        self.kept: dict[str, Ticket] = {}
        self.problems: list[str] = []

    async def poll(self) -> None:
        async for batch in self.source.collect(self.cursor):
            self.cursor = batch.cursor
            self.kept |= {one.id: one for one in batch.tickets}
            self.problems += batch.problems


class Jostled(RedmineSource):
    """Reads small pages, and before each of them something happens."""

    happens: Any = None

    async def _page(self, window: Window, offset: int) -> Page[Row]:
        self.happens()
        return await super()._page(window, offset)


@asynccontextmanager
async def following(
    redmine: Redmine,
    time: ManualTime | None = None,
    key: str = ADMIN,
    kind: type[RedmineSource] = RedmineSource,
    **keys: Any,
) -> AsyncIterator[Follower]:
    known: dict[str, Ticket] = {}

    async def stored(ids: Sequence[str]) -> Mapping[str, Ticket]:
        return {id: known[id] for id in ids if id in known}

    around = Surroundings(Path(), time or ManualTime(AFTER), 0, stored)
    source = kind("desk", RedmineSettings(url=redmine.url, key=Secret(key), **keys), around)
    follower = Follower(source)
    follower.kept = known
    try:
        yield follower
    finally:
        await source.close()


def assert_same(kept: Mapping[str, Ticket], written: Mapping[str, Written]) -> None:
    """What slamon read is what was done."""
    assert set(kept) == set(written)
    for id, one in written.items():
        assert comparable(told(kept[id])) == comparable(one), f"issue {id}"
        assert kept[id].history == "full"
        assert kept[id].created_by == "customer"
        ids = [event.id for event in kept[id].events]
        assert len(set(ids)) == len(ids)


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
async def test_every_history_is_what_the_seed_script_says_it_did(redmine: Redmine, seeded: dict[str, Any]) -> None:
    async with following(redmine) as follower:
        await follower.poll()
    assert follower.problems == []
    assert_same(follower.kept, of_script(seeded))
    reopened = redmine.call("GET", f"/issues/{seeded['ids'][3]}.json")["issue"]
    assert (reopened["closed_on"] is None, reopened["status"]["is_closed"]) == (False, False)


@pytest.mark.asyncio
async def test_no_key_and_a_wrong_key_are_refused_though_public_issues_are_shown(
    redmine: Redmine, seeded: dict[str, Any]
) -> None:
    async with following(redmine, key="b" * 40) as follower:
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


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.asyncio
async def test_every_history_is_what_was_done_at_random_while_it_was_read(
    redmine: Redmine, customs: dict[str, int], seed: int
) -> None:
    random = Random(seed)
    doing = Doing(redmine, random, parse_instant("2026-03-28T20:00:00Z"))
    doing.use_custom_fields(customs)
    time = ManualTime(doing.now)
    async with following(redmine, time, project=doing.project, fields=FIELDS) as follower:
        for _ in range(25):
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
        assert_same(follower.kept, doing.written)
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
    doing = Doing(redmine, Random(3), parse_instant("2026-05-01T08:00:00Z"))
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
