"""What a Roundup refuses, and what is not there any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http import Agents, NotFound
from tests.sources.http_server import answer, data, in_turn
from tests.sources.roundup_desk import NOW, desk
from tests.sources.roundup_server import Tracker, limited


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


@pytest.mark.parametrize("cursor", [b"null", b"{}", b'{"feed":"!"}', b"\xff", b'{"looked_at":"x"}'])
@pytest.mark.asyncio
async def test_a_cursor_of_something_else_means_the_first_time(cursor: bytes) -> None:
    tracker = Tracker(NOW)
    tracker.create("carol")
    async with desk(tracker) as follower:
        follower.cursor = cursor
        await follower.poll()
        assert list(follower.kept) == ["1"]


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"address": ["a@b.example"]}, "Expected `str | null`, got `array` - at `$.address`"),
        ({"roles": 5}, "Expected `str | null`, got `int` - at `$.roles`"),
    ],
)
@pytest.mark.asyncio
async def test_an_issue_of_a_user_who_cannot_be_read_is_named_and_hides_no_other(
    odd: dict[str, Any], said: str
) -> None:
    tracker = Tracker(NOW)
    good, bad = tracker.create("alice"), tracker.create("carol")
    carol = tracker.items["issue"][bad]["creator"]
    sound = dict(tracker.items["user"][carol])
    tracker.items["user"][carol] |= odd
    async with desk(tracker) as follower:
        await follower.poll_of(tracker)
        assert (list(follower.kept), follower.problems) == ([good], [f"issue {bad}: user {carol}: {said}"])
        tracker.items["user"][carol] = sound
        await follower.poll_of(tracker)
        assert sorted(follower.kept) == [good, bad]
