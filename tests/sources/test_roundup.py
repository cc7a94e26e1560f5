"""The source of kind roundup, on a tracker of our own and on what a real one answered once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from slamon.core.instants import DAY, HOUR, SECOND, parse_instant
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.http import Agents
from slamon.sources.roundup_settings import RoundupSettings
from tests.sources.follower import final, messages
from tests.sources.http_server import data
from tests.sources.roundup_desk import AGENTS, NOW, desk
from tests.sources.roundup_server import Tracker, moved


@pytest.mark.parametrize("seconds", [0, 1])
@pytest.mark.asyncio
async def test_the_text_that_an_issue_was_made_with_is_no_message(seconds: int) -> None:
    tracker = Tracker(NOW)
    text = tracker.write("carol")
    moved(tracker, seconds)
    id = tracker.create("carol", messages=[text])
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        assert messages(follower.kept[id]) == []
        at = moved(tracker, 10)
        tracker.write("carol", id)
        tracker.write("alice", id)
        await follower.poll_of(tracker)
        assert messages(follower.kept[id]) == [(at, "agent", True), (at, "customer", True)]


@pytest.mark.asyncio
async def test_dates_are_utc_whatever_the_time_zone_of_the_account() -> None:
    tracker = Tracker(NOW, hours=-5)
    async with desk(tracker, since=DAY / SECOND) as follower:
        await follower.poll_of(tracker)
        for _ in range(3):
            at = moved(tracker, 60)
            id = tracker.create("carol")
            await follower.poll_of(tracker, 90)
            assert follower.kept[id].created_at == at
        spans = [one.query.get("activity", "") for one in follower.server.asked("/tracker/rest/data/issue")]
        dates = [part for span in spans for part in span.split(";") if part]
        assert dates
        assert all(date.endswith("+0000") for date in dates)


@pytest.mark.asyncio
async def test_creation_and_activity_are_asked_for_by_name() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    tracker.write("alice", id)
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        asked = [one.query["@fields"].split(",") for one in follower.server.requests if "id=" in one.target]
        assert ["creation" in one for one in asked if "username" not in one] == [True, True]
        del tracker.items["issue"][id]["creation"]
        with pytest.raises(SourceError, match=r"issue 1: .*`creation`"):
            await follower.reread(id)


@pytest.mark.asyncio
async def test_open_issues_are_read_however_old_and_ended_ones_only_as_far_back_as_is_wanted() -> None:
    tracker = Tracker(NOW - 90 * DAY)
    tracker.items["status"]["9"] = {"name": "parked"}  # which means nothing here
    statuses = ["unread", "deferred", "chatting", "need-eg", "parked", "testing", "done-cbb", "resolved", None]
    for status in statuses:
        tracker.create("carol", status=status)
    tracker.now = NOW - 5 * DAY
    late = tracker.create("carol", status="resolved")
    async with desk(tracker, since=30 * DAY / SECOND, status={"testing": "solved"}) as follower:
        await follower.poll_of(tracker)
        shown = {id: final(one)["source_status"] for id, one in follower.kept.items()}
        gone = {"testing", "done-cbb"}
        wanted = {str(n): one for n, one in enumerate(statuses, 1) if one not in gone and n != 8}
        assert shown == wanted | {late: "resolved"}


@pytest.mark.asyncio
async def test_many_issues_take_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.roundup.PAGE", 150)
    tracker = Tracker(NOW)
    ids = []
    for _ in range(320):
        moved(tracker, 1)
        ids.append(tracker.create("carol"))
        tracker.write("alice", ids[-1])
    async with desk(tracker, NOW + HOUR) as follower:
        await follower.poll_of(tracker)
        assert sorted(follower.kept) == sorted(ids)
        assert all(len(messages(one)) == 1 for one in follower.kept.values())
        assert len(follower.server.requests) < 40


@pytest.mark.asyncio
async def test_more_issues_of_one_second_than_a_page_holds_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.roundup.PAGE", 20)
    tracker = Tracker(NOW)
    ids = [tracker.create("carol") for _ in range(70)]
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        assert sorted(follower.kept) == sorted(ids)


@pytest.mark.asyncio
async def test_properties_and_what_is_known_of_people_become_fields() -> None:
    tracker = Tracker(NOW)
    tracker.items["user"]["5"]["organisation"] = "Printers Ltd"
    id = tracker.create("carol", keyword=["2", "1"], assignedto="bob")
    fields = {
        "customer": "creator.organisation",
        "tags": "property.keyword",
        "mail": "assignedto.address",
        "from": "creator",
    }
    async with desk(tracker, fields=fields, priority={"bug": "normal"}) as follower:
        await follower.poll_of(tracker)
        ticket = follower.kept[id]
        assert {key: ticket.fields[key] for key in fields} == {
            "customer": "Printers Ltd",
            "tags": ["paper", "printer"],
            "mail": "bob@example.org",
            "from": "carol",
        }
        assert (ticket.fields["priority"], ticket.fields["assignee"]) == ("normal", "bob")
        assert ticket.url == f"{follower.server.url}/tracker/issue1"


@pytest.mark.parametrize(
    ("agents", "by"),
    [
        (Agents(roles=("support",)), ["agent", "customer"]),
        (Agents(domains=("acme.example",)), ["customer", "agent"]),
        (Agents(users=("BOB", "alice@example.org")), ["agent", "agent"]),
    ],
)
@pytest.mark.asyncio
async def test_agents_are_told_by_login_address_domain_or_role(agents: Agents, by: list[str]) -> None:
    tracker = Tracker(NOW)
    tracker.items["user"]["3"]["roles"] = "User, Support"
    tracker.items["user"]["4"]["address"] = "bob@acme.example"
    id = tracker.create("carol")
    for who in ("alice", "bob"):
        moved(tracker, 1)
        tracker.write(who, id)
    async with desk(tracker, agents=agents) as follower:
        await follower.poll_of(tracker)
        assert [one[1] for one in messages(follower.kept[id])] == by
        assert follower.kept[id].created_by == "customer"


@pytest.mark.asyncio
async def test_whoever_left_is_still_known_by_what_the_account_can_read() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    tracker.items["user"]["3"]["roles"] = "Support"
    tracker.write("alice", id)
    tracker.retired.add(("user", "3"))
    async with desk(tracker, agents=Agents(roles=("Support",))) as follower:
        await follower.poll_of(tracker)
        assert [one[1] for one in messages(follower.kept[id])] == ["agent"]


class Recorded:
    """Answers of a real one. Of its messages one was recorded; the others differ in number and date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def __call__(self, request: Any) -> bytes:
        issues, ids = self.read("issues_since"), [value for key, value in pairs(request) if key == "id"]
        rows = issues["data"]["collection"]
        if request.path.endswith("/issue"):
            return data(issues)
        if request.path.endswith("/status"):
            return data(self.read("status"))
        if request.path.endswith("/user"):
            return data(self.read("user_as_agent"))
        dates = {one["id"]: one["activity"] for row in rows for one in row["messages"]}
        told = self.read("msg_1")["data"]["attributes"]
        found = [{**told, "id": id, "creation": dates[id], "creator": told["author"]} for id in ids]
        return data({"data": {"collection": found, "@total_size": len(found)}})


def pairs(request: Any) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.target).query)


@pytest.mark.shared
@pytest.mark.asyncio
async def test_what_a_real_one_answered_is_read_right(shared: Path) -> None:
    async with desk(Recorded(shared / "samples" / "roundup")) as follower:
        await follower.poll()
        kept = follower.kept
    assert sorted(kept, key=int) == ["13", "14", "18", "19", "20"]
    reopened = kept["14"]
    assert reopened.subject == "Ticket 13: something is broken é"
    assert reopened.created_at == parse_instant("2026-03-03T05:06:00Z")
    dates = [parse_instant(f"2026-03-03T{time}Z") for time in ("06:27:00", "23:22:00")]
    assert messages(reopened) == [(at, "agent", True) for at in dates]
    assert final(reopened) == {"status": "open", "source_status": "chatting", "priority": "urgent", "assignee": "alice"}
    untouched = kept["20"]
    assert (untouched.history, untouched.events, untouched.created_by) == ("full", [], "customer")
    assert untouched.fields == {"status": "new", "source_status": "unread", "priority": "critical", "assignee": None}


def settings(**keys: Any) -> RoundupSettings:
    usual: dict[str, Any] = {
        "url": "https://bugs.example/tracker",
        "user": "slamon",
        "password": Secret("x"),
        "agents": AGENTS,
    }
    return RoundupSettings(**(usual | keys))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"agents": Agents()}, "agents: Roundup does not tell agents from customers: write users, domains or roles"),
        ({"agents": Agents(groups=("x",))}, "agents: Roundup knows no groups: write users, domains or roles"),
        ({"user": "a:b"}, "user: 'a:b' has a colon in it, which no login can"),
        ({"fields": {"x": "queue"}}, r"fields: x: 'queue' is nothing that can be had: write one of creator, .*"),
    ],
)
def test_settings_that_cannot_work_say_what_to_write(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings(**keys)


def test_the_kind_is_registered() -> None:
    assert load("roundup").settings is RoundupSettings
