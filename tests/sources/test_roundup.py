"""The source of kind roundup, on a tracker of our own and on what a real one answered once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from slamon.core.ticket import Event
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.http import Agents, NotFound
from slamon.sources.roundup import RoundupSource
from slamon.sources.roundup_settings import RoundupSettings
from tests.clock import ManualTime
from tests.sources.follower import Follower, changes, final, messages
from tests.sources.http_server import Script, Server, answer, data, in_turn, serving
from tests.sources.roundup_server import PASSWORD, Tracker, limited, moved

NOW = parse_instant("2026-03-04T09:00:00Z")
AGENTS = Agents(users=("alice", "bob"))


class Desk(Follower):
    """Follows a tracker whose clock is the same."""

    def __init__(self, server: Server, time: ManualTime, **keys: Any) -> None:
        usual = {"user": "slamon", "password": Secret(PASSWORD), "agents": AGENTS}
        settings = RoundupSettings(url=f"{server.url}/tracker", **(usual | keys))
        super().__init__(lambda around: RoundupSource("desk", settings, around), time)
        self.server = server
        self.time = time

    async def poll_of(self, tracker: Tracker, seconds: float = 30) -> Instant:
        """Let time pass here and there, and read."""
        self.time.advance(round(seconds * SECOND))
        tracker.now = max(tracker.now, self.time.now())
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


def seen(ticket_events: list[Event]) -> list[tuple[dict[str, Any], Instant | None, Instant]]:
    return [(one.set or {}, one.earliest, one.at) for one in ticket_events]


@pytest.mark.asyncio
async def test_a_change_is_dated_by_the_last_activity_and_the_poll_before() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol", priority="urgent")
    async with desk(tracker) as follower:
        before = await follower.poll_of(tracker)
        changed = moved(tracker, 12)
        tracker.change(id, status="need-eg", assignedto="alice")
        await follower.poll_of(tracker, 40)
        (event,) = changes(follower.kept[id])
        assert event.set == {"status": "waiting_customer", "source_status": "need-eg", "assignee": "alice"}
        assert event.at == changed
        assert event.earliest is not None
        assert before - 2 * SECOND <= event.earliest < before + SECOND
        assert follower.kept[id].history == "full"
        assert follower.kept[id].fields["status"] == "new"


@pytest.mark.asyncio
async def test_nothing_new_makes_no_event_and_a_ticket_once_written_is_not_given_again() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 5)
        tracker.change(id, status="in-progress")
        await follower.poll_of(tracker)
        body = follower.bodies[id]
        for _ in range(3):
            await follower.poll_of(tracker, 60)
        assert follower.bodies[id] == body
        assert follower.given == []
        assert len(follower.kept[id].events) == 1
        assert await follower.reread(id) == [follower.kept[id]]


@pytest.mark.asyncio
async def test_after_a_restart_a_change_lies_after_the_last_poll_of_before() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        last = await follower.poll_of(tracker, 600)
        await follower.restarted()
        moved(tracker, 300)
        tracker.change(id, priority="wish")
        await follower.poll_of(tracker, 3600)
        (event,) = changes(follower.kept[id])
        assert (event.set, event.at, event.earliest) == ({"priority": "wish"}, last + 300 * SECOND, last - 2 * SECOND)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.asyncio
async def test_a_poll_that_broke_off_is_no_look(monkeypatch: pytest.MonkeyPatch, restarted: bool) -> None:
    monkeypatch.setattr("slamon.sources.roundup.PAGE", 1)
    tracker = Tracker(NOW)
    ids = [tracker.create("carol") for _ in range(3)]
    broken = False

    def script(request: Any) -> bytes:
        if broken and request.path.endswith("/msg"):
            return answer(500)
        return tracker(request)

    async with desk(script) as follower:
        last = await follower.poll_of(tracker)
        for id in ids[:2]:
            moved(tracker, 10)
            tracker.change(id, status="resolved")
        moved(tracker, 1)
        tracker.write("carol", ids[2])
        broken = True
        tracker.items["issue"][ids[1]]["messages"] = ["1"]
        with pytest.raises(SourceError, match="answered 500"):
            await follower.poll_of(tracker, 60)
        assert len(changes(follower.kept[ids[0]])) == 1  # before it broke off
        broken = False
        if restarted:
            await follower.restarted()
        await follower.poll_of(tracker, 60)
        (event,) = changes(follower.kept[ids[1]])
        assert (event.at, event.earliest) == (last + 20 * SECOND, last - 2 * SECOND)


@pytest.mark.asyncio
async def test_two_changes_in_one_second_with_a_poll_between_are_two_events() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 30)
        tracker.change(id, status="in-progress")
        await follower.poll_of(tracker)
        tracker.change(id, status="resolved")
        await follower.poll_of(tracker, 0)
        first, second = changes(follower.kept[id])
        assert (first.set or {})["status"] == "open"
        assert (second.set or {})["status"] == "solved"
        assert first.id != second.id
        assert second.earliest == first.at < second.at == first.at + 1


@pytest.mark.asyncio
async def test_a_message_reopens_a_resolved_issue_to_chatting_and_the_reopening_is_seen() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 30)
        tracker.change(id, status="resolved")
        await follower.poll_of(tracker, 60)
        at = moved(tracker, 30)
        tracker.write("carol", id)
        await follower.poll_of(tracker, 60)
        ticket = follower.kept[id]
        assert messages(ticket) == [(at, "customer", True)]
        assert [(one.set or {})["source_status"] for one in changes(ticket)] == ["resolved", "chatting"]
        assert (changes(ticket)[-1].at, final(ticket)["status"]) == (at, "open")


@pytest.mark.asyncio
async def test_an_issue_first_seen_resolved_was_so_some_time_after_its_creation() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    resolved = moved(tracker, 7200)
    tracker.change(id, status="resolved")
    async with desk(tracker, NOW + 3 * HOUR) as follower:
        await follower.poll_of(tracker)
        ticket = follower.kept[id]
        assert (ticket.fields["status"], ticket.history) == ("new", "partial")
        assert seen(changes(ticket)) == [({"status": "solved", "source_status": "resolved"}, NOW, resolved)]


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
        with pytest.raises(SourceError, match=r"nothing of the answer can be read: issue 1: .*`creation`"):
            await follower.reread(id)


@pytest.mark.asyncio
async def test_one_issue_that_cannot_be_read_does_not_hide_the_others() -> None:
    tracker = Tracker(NOW)
    good, bad = tracker.create("carol"), tracker.create("carol")
    tracker.items["issue"][bad]["title"] = 5
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        assert list(follower.kept) == [good]
        assert follower.problems == ["issue 2: Expected `str | null`, got `int` - at `$.title`"]


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
async def test_the_rate_limit_of_the_server_is_kept() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    refused = [limited(2)]
    async with desk(lambda request: refused.pop() if refused else tracker(request)) as follower:
        with pytest.raises(SourceError, match="asks to wait for 2 s: 429") as caught:
            await follower.poll()
        assert (caught.value.permanent, caught.value.retry_after) == (False, 2 * SECOND)
        asked = len(follower.server.requests)
        follower.time.advance(SECOND)
        with pytest.raises(SourceError, match="asked to wait, for 1 s more"):
            await follower.poll()
        assert len(follower.server.requests) == asked
        follower.time.advance(SECOND)
        await follower.poll()
        assert list(follower.kept) == [id]


@pytest.mark.asyncio
async def test_a_wait_is_told_by_the_reset_in_fractions_where_nothing_else_tells_it() -> None:
    said = data({}, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 8.936185", status=429)
    async with desk(in_turn(said)) as follower:
        with pytest.raises(SourceError) as caught:
            await follower.poll()
        assert caught.value.retry_after == 8_936_185


@pytest.mark.asyncio
async def test_a_wrong_password_costs_one_login_a_poll_and_is_never_shown() -> None:
    tracker = Tracker(NOW)
    for _ in range(3):
        tracker.create("carol")
    async with desk(tracker, password=Secret("hunter2hunter2")) as follower:
        with pytest.raises(SourceError, match=r"refused the account: 401 \(Invalid Login - Invalid login\)") as caught:
            await follower.poll()
        assert caught.value.permanent
        assert len(follower.server.requests) == 1
        (finding,) = await follower.source.probe()
        assert (finding.level, len(follower.server.requests)) == ("error", 2)
        assert "hunter2" not in str(caught.value) + finding.text


@pytest.mark.asyncio
async def test_an_account_locked_after_four_failed_logins_is_left_alone_for_as_long_as_is_said() -> None:
    tracker = Tracker(NOW)
    locked = answer(429, "Logins occurring too fast. Please wait: 150 seconds.", "Retry-After: 150")
    refused = [locked, *[answer(401, "Invalid Login - Invalid login", "Content-Type: text/plain")] * 4]
    async with desk(lambda request: refused.pop() if refused else tracker(request)) as follower:
        for status in (401, 401, 401, 401, 429):
            with pytest.raises(SourceError, match=str(status)) as caught:
                await follower.poll()
        assert caught.value.retry_after == 150 * SECOND
        follower.time.advance(149 * SECOND)
        with pytest.raises(SourceError, match="asked to wait"):
            await follower.poll()
        follower.time.advance(SECOND)
        await follower.poll()


@pytest.mark.asyncio
async def test_a_retired_issue_counts_as_deleted_and_one_that_may_not_be_seen_does_not() -> None:
    tracker = Tracker(NOW)
    retired, destroyed, hidden = (tracker.create("carol") for _ in range(3))
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        tracker.retired.add(("issue", retired))
        del tracker.items["issue"][destroyed]
        follower.time.advance(MINUTE)
        found = await follower.reread(retired, destroyed, "77")
        assert [(one.id, one.events[-1].kind) for one in found] == [(retired, "deleted"), (destroyed, "deleted")]
        with pytest.raises(NotFound):
            await follower.source.ticket(retired)
        tracker.hidden.add(hidden)
        with pytest.raises(SourceError, match="refused the account: 403"):
            await follower.reread(hidden)
        tracker.retired.clear()
        (back,) = await follower.reread(retired)
        assert back.events == []


@pytest.mark.asyncio
async def test_a_status_that_gets_another_name_is_a_change_nobody_can_date() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol", status="in-progress")
    async with desk(tracker, status={"at work": "open"}) as follower:
        last = await follower.poll_of(tracker)
        tracker.items["status"]["5"]["name"] = "at work"
        follower.time.advance(MINUTE)
        await follower.reread(id)
        assert seen(changes(follower.kept[id])) == [({"source_status": "at work"}, last - 2 * SECOND, last + MINUTE)]


@pytest.mark.asyncio
async def test_a_server_whose_clock_is_behind_is_not_credited_with_looks_it_did_not_see() -> None:
    tracker = Tracker(NOW - HOUR)
    id = tracker.create("carol")
    async with desk(tracker) as follower:
        await follower.poll()
        shown_at = tracker.now
        changed = moved(tracker, 20)
        tracker.change(id, status="resolved")
        moved(tracker, 10)
        follower.time.advance(30 * SECOND)
        await follower.poll()
        (event,) = changes(follower.kept[id])
        assert event.at == changed
        assert event.earliest is not None
        assert shown_at - 3 * SECOND < event.earliest <= shown_at


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


@pytest.mark.asyncio
async def test_the_probe_names_the_account_and_what_is_wrong_with_the_settings() -> None:
    tracker = Tracker(NOW, unseen={"roles", "address"})
    tracker.items["status"]["9"] = {"name": "parked"}
    async with desk(tracker, agents=Agents(roles=("Support",)), status={"waiting": "open"}) as follower:
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found[:4] == [
        ("ok", "reading as slamon"),
        ("warning", "status: there is no status 'waiting'"),
        ("warning", "'parked' means nothing here and counts as open"),
        ("warning", "the account does not see the roles and addresses of others"),
    ]
    assert ("info", "all messages count as public") in found


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


@pytest.mark.shared
@pytest.mark.asyncio
async def test_the_refusals_of_a_real_one_are_told_in_our_words(shared: Path) -> None:
    folder = shared / "samples" / "roundup"
    refused = {
        "anonymous_issue": (403, "refused the account: 403"),
        "err_401": (401, r"refused the account: 401 \(Invalid Login - Invalid login\)"),
        "err_bad_field": (400, "answered 400 .*Field nosuch is not valid for issue class"),
    }
    for name, (status, words) in refused.items():
        async with desk(in_turn(answer(status, (folder / f"{name}.json").read_bytes()))) as follower:
            with pytest.raises(SourceError, match=words) as caught:
                await follower.poll()
            assert caught.value.permanent
    head, body = (folder / "rate_limited_429.http.txt").read_text().split("\n\n", 1)
    headers = [line for line in head.splitlines()[2:] if not line.startswith("Content-Length")]
    async with desk(in_turn(answer(429, body, *headers))) as follower:
        with pytest.raises(SourceError, match="asks to wait for 2 s: 429"):
            await follower.poll()


def settings(**keys: Any) -> RoundupSettings:
    usual = {"url": "https://bugs.example/tracker", "user": "slamon", "password": Secret("x"), "agents": AGENTS}
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


@pytest.mark.parametrize("cursor", [b"null", b"{}", b'{"feed":"!"}', b"\xff", b'{"looked_at":"x"}'])
@pytest.mark.asyncio
async def test_a_cursor_of_something_else_means_the_first_time(cursor: bytes) -> None:
    tracker = Tracker(NOW)
    tracker.create("carol")
    async with desk(tracker) as follower:
        follower.cursor = cursor
        await follower.poll()
        assert list(follower.kept) == ["1"]


@pytest.mark.asyncio
async def test_a_picture_that_was_overtaken_by_a_newer_one_is_no_change_back() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    overtaken = False

    async def script(request: Any) -> bytes:
        nonlocal overtaken
        said = tracker(request)
        if overtaken and request.path.endswith("/issue") and "id=" in request.target:
            overtaken = False
            tracker.change(id, status="in-progress")
            await follower.reread(id)
        return said

    async with desk(script) as follower:
        await follower.poll_of(tracker)
        moved(tracker, 10)
        tracker.write("carol", id)
        tracker.change(id, status="unread")
        overtaken = True
        await follower.poll_of(tracker)
        await follower.poll_of(tracker)
        assert not overtaken
        assert [(one.set or {})["source_status"] for one in changes(follower.kept[id])] == ["in-progress"]
