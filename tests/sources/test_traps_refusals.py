"""Refusals as real helpdesks make them, and answers that only look like one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slamon.core.instants import SECOND
from slamon.ports import SourceError
from tests.sources.github_server import Hub, poll, reading
from tests.sources.http_server import Request, data
from tests.sources.roundup_desk import NOW, desk
from tests.sources.roundup_server import Tracker
from tests.sources.rt_server import Desk, following


@pytest.mark.shared
@pytest.mark.asyncio
async def test_a_query_that_request_tracker_does_not_take_is_a_fault_with_what_it_says_and_no_empty_desk(
    shared: Path,
) -> None:
    said = json.loads((shared / "samples" / "rt" / "err_query.json").read_text())
    tracker = Desk()
    tracker.create()

    def script(request: Request) -> bytes:
        return data(said, status=400) if request.path == "/REST/2.0/tickets" else tracker(request)

    async with following(script) as (follower, _):
        with pytest.raises(SourceError, match=r"answered 400 .*expecting a OPERATOR") as caught:
            await follower.poll()
    assert caught.value.permanent
    assert "\n" not in str(caught.value)
    assert follower.cursor is None


@pytest.mark.asyncio
async def test_the_last_request_that_a_limit_allows_is_answered_though_it_says_that_none_is_left() -> None:
    tracker = Tracker(NOW)
    id = tracker.create("carol")
    none_left = ["X-RateLimit-Limit: 5", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 8.936185"]

    def script(request: Request) -> bytes:
        head, _, body = tracker(request).partition(b"\r\n\r\n")
        return head + "".join(f"\r\n{one}" for one in none_left).encode() + b"\r\n\r\n" + body

    async with desk(script) as follower:
        await follower.poll()
        assert list(follower.kept) == [id]
        assert follower.source.readings.requests_left == 0


@pytest.mark.shared
@pytest.mark.asyncio
async def test_the_429_of_a_real_roundup_asks_for_the_wait_that_it_names_not_for_its_whole_interval(
    shared: Path,
) -> None:
    text = (shared / "samples" / "roundup" / "rate_limited_429.http.txt").read_text()
    head, _, body = text.split("\n", 1)[1].partition("\n\n")
    kept = [line for line in head.splitlines() if not line.lower().startswith(("content-length", "date", "connection"))]
    limited = "\r\n".join([*kept, f"Content-Length: {len(body.encode())}"]).encode() + b"\r\n\r\n" + body.encode()
    async with desk(lambda request: limited) as follower:
        with pytest.raises(SourceError, match="429") as caught:
            await follower.poll()
    assert (caught.value.permanent, caught.value.retry_after) == (False, 2 * SECOND)


@pytest.mark.asyncio
async def test_github_is_told_that_plain_json_will_do_too(tmp_path: Path) -> None:
    """A server by GitHub's published contract answers 406 to its own media type alone."""
    hub = Hub()
    async with reading(hub, tmp_path) as (source, server):
        await poll(source)
        accepted = {one.headers["accept"] for one in server.requests}
    assert accepted == {"application/vnd.github+json, application/json;q=0.5"}
