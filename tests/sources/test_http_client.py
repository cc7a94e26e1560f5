"""The client of all sources over HTTP: what it asks, and what each status of an answer means."""

from __future__ import annotations

import json

import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.ports import SourceError
from slamon.sources.http import NotFound
from slamon.sources.http.refusals import ServerFault
from tests.clock import ManualTime
from tests.sources.http_server import answer, data, in_turn
from tests.sources.talking import KEY, NOON, Shape, failure, talking


@pytest.mark.asyncio
async def test_a_value_is_asked_for_below_the_url_with_key_and_parameters() -> None:
    async with talking(in_turn(data({"name": "x"}))) as (client, server):
        assert await client.get("/api/thing", Shape, {"q": "a b>=1", "none": None, "n": 5}) == Shape("x")
        assert await client.get(f"{server.url}/api/other?page=2", Shape, {"n": 1}) == Shape("x")
    first, second = server.requests
    assert (first.method, first.path, first.query) == ("GET", "/api/thing", {"q": "a b>=1", "n": "5"})
    assert first.headers["x-key"] == KEY
    assert (second.path, second.query) == ("/api/other", {"page": "2", "n": "1"})


@pytest.mark.asyncio
async def test_one_connection_serves_many_requests() -> None:
    ports = set()

    async with talking(in_turn(data({"name": "x"}))) as (client, server):
        for _ in range(3):
            await client.get("x", Shape)
            assert client._session is not None
            assert client._session.connector is not None
            ports.add(len(client._session.connector._conns))
    assert ports == {1}
    assert len(server.requests) == 3


@pytest.mark.asyncio
async def test_a_body_is_posted_as_json() -> None:
    async with talking(in_turn(data({"name": "x"}))) as (client, server):
        answered = await client.ask("search", Shape, body={"query": ["a"]})
    assert answered.value == Shape("x")
    assert (server.requests[0].method, json.loads(server.requests[0].body)) == ("POST", {"query": ["a"]})
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, 1), (401, 1), (403, 1), (404, 1), (408, 0), (410, 1), (412, 1), (422, 1), (500, 0), (502, 0)],
)
@pytest.mark.asyncio
async def test_each_status_says_whether_trying_again_helps(status: int, permanent: int) -> None:
    error = await failure(answer(status))
    assert error.permanent == bool(permanent)
    assert error.retry_after is None
    assert str(status) in str(error)
    assert isinstance(error, NotFound) is (status in (404, 410))
    assert isinstance(error, ServerFault) is (status in (500, 502))


@pytest.mark.asyncio
async def test_a_refused_account_is_told_what_to_do_and_what_the_server_said() -> None:
    error = await failure(data({"errors": ["no\nsuch\tkey \x1b[31m"]}, status=401))
    said = '{"errors": ["no\\nsuch\\tkey \\u001b[31m"]}'
    assert str(error) == f"127.0.0.1/api/thing refused the account: 401 ({said}); do this"


@pytest.mark.asyncio
async def test_what_a_server_says_is_one_short_line() -> None:
    error = await failure(answer(500, b"a\r\nb \x1b[31m \xff " + b"x" * 5000))
    assert str(error).startswith("127.0.0.1/api/thing answered 500 (a b ?[31m \N{REPLACEMENT CHARACTER} xxx")
    assert len(str(error)) < 260


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (["Retry-After: 7"], 7 * SECOND),
        (["Retry-After: 0"], SECOND),
        (["Retry-After: 1.5"], SECOND * 3 // 2),
        (["Retry-After: 99999999999999999999"], HOUR),
        (["Retry-After: -5"], MINUTE),
        (["Retry-After: soon"], MINUTE),
        (["Retry-After: ²"], MINUTE),
        ([], MINUTE),
        (["Date: Fri, 05 Jun 2026 09:00:00 GMT", "Retry-After: Fri, 05 Jun 2026 09:00:30 GMT"], 30 * SECOND),
        (["Retry-After: Fri, 05 Jun 2026 12:00:20 GMT"], 20 * SECOND),
        (["Retry-After: Fri, 05 Jun 2026 11:00:00 GMT"], SECOND),
        (["Retry-After: Fri, 05 Jun 2099 12:00:20 GMT"], HOUR),
        (["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1780660845"], 45 * SECOND),
        (["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2.25"], SECOND * 9 // 4),
        (["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: never"], MINUTE),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.asyncio
async def test_a_wait_that_is_asked_for_is_kept_within_reason(status: int, headers: list[str], wait: int) -> None:
    error = await failure(answer(status, "", *headers))
    assert error.retry_after == wait
    assert not error.permanent


@pytest.mark.asyncio
async def test_a_403_that_is_a_rate_limit_is_no_refusal() -> None:
    error = await failure(answer(403, "", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1780660845"))
    assert (error.permanent, error.retry_after) == (False, 45 * SECOND)


@pytest.mark.asyncio
async def test_nothing_is_sent_until_the_wait_is_over_whatever_the_wall_clock_does() -> None:
    time = ManualTime(NOON)
    async with talking(in_turn(answer(429, "", "Retry-After: 30"), data({"name": "x"})), time) as (client, server):
        with pytest.raises(SourceError, match="asks to wait for 30 s"):
            await client.get("x", Shape)
        time.jump_to(NOON + HOUR)
        time.advance(20 * SECOND)
        with pytest.raises(SourceError, match="asked to wait, for 10 s more") as caught:
            await client.get("y", Shape)
        assert caught.value.retry_after == 10 * SECOND
        assert len(server.requests) == 1
        time.advance(10 * SECOND)
        assert await client.get("y", Shape) == Shape("x")
