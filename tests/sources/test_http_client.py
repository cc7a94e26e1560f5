"""The client of all sources over HTTP, against servers that behave badly."""

from __future__ import annotations

import asyncio
import json
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from msgspec import Struct

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http import Access, Client, Limits, Network, NotFound, Unexpected, Unreadable
from slamon.sources.http.refusals import ServerFault
from tests.clock import ManualTime
from tests.sources.http_server import Script, Server, answer, data, in_turn, serving

KEY = "s3cret-key-of-the-desk"
NOON = 1_780_660_800 * SECOND  # 2026-06-05T12:00:00Z


class Shape(Struct):
    name: str


class Shapes(Struct):
    items: list[Shape]


@asynccontextmanager
async def talking(
    script: Script,
    time: ManualTime | None = None,
    folder: Path = Path(),
    tls: ssl.SSLContext | None = None,
    **more: Any,
) -> AsyncIterator[tuple[Client, Server]]:
    async with serving(script, tls) as server:
        headers = {"X-Key": Secret(KEY), "Authorization": Secret("Bearer tok-en-12345")}
        access = Access(server.url, headers, "do this", **more)
        client = Client(access, folder, time or ManualTime(NOON))
        try:
            yield client, server
        finally:
            await client.close()


async def failure(*answers: Any, **more: Any) -> SourceError:
    """How it fails to read a Shape from a server that says this."""
    async with talking(in_turn(*answers), **more) as (client, _):
        with pytest.raises(SourceError) as caught:
            await client.get("api/thing", Shape, {"q": "find me"})
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return caught.value


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
            ports.add(len(client._session.connector._conns))  # type: ignore[attr-defined]
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


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "no JSON"),
        (b'{"name": "x"', "no JSON"),
        (b'{"name": NaN}', "no JSON"),
        (b'{"name": "\\u0041", "x": NaN}', "no JSON"),
        (b'{"x": ' + b"[" * 100_000, "no JSON"),
        ('{"name": "x"}'.encode("utf-16"), "no JSON"),
        (b'{"name": "\xff"}', "no JSON"),
        (b"OK", "no JSON"),
        (b"\n <!DOCTYPE html><title>Sign in</title>", "a web page instead of data"),
        (b"<?xml version='1.0'?><issues/>", "a web page instead of data"),
        (b'{"name": 5}', "expected: Expected `str`, got `int` - at `$.name`"),
        (b'{"name": null}', "expected: Expected `str`, got `null` - at `$.name`"),
        (b"{}", "expected: Object missing required field `name`"),
        (b"[]", "expected: Expected `object`, got `array`"),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_that_is_not_what_was_asked_for_is_an_error_not_nothing(body: bytes, what: str) -> None:
    error = await failure(answer(200, body, "Content-Type: application/json"))
    assert what in str(error)
    assert str(error).startswith("127.0.0.1/api/thing answered with")
    assert not error.permanent
    assert isinstance(error, Unexpected) is ("expected:" in what)
    assert isinstance(error, Unreadable) is ("web page" not in what)


@pytest.mark.asyncio
async def test_the_place_of_a_wrong_value_is_named() -> None:
    async with talking(in_turn(data({"items": [{"name": "a"}, {"name": []}]}))) as (client, _):
        with pytest.raises(Unexpected, match=r"got `array` - at `\$\.items\[1\]\.name`"):
            await client.get("x", Shapes)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'\xef\xbb\xbf{"name": "x"}', "x"),
        (b'{"name": "half \\ud800 of a letter"}', "half \N{REPLACEMENT CHARACTER} of a letter"),
        (b'{"name": "\\ud83d\\ude00 \\udc00"}', "\N{GRINNING FACE} \N{REPLACEMENT CHARACTER}"),
        (b'{"name": "a\\u0000b\\r\\nBcc: x"}', "a\0b\r\nBcc: x"),
    ],
)
@pytest.mark.asyncio
async def test_odd_texts_are_read_all_the_same(body: bytes, name: str) -> None:
    async with talking(in_turn(answer(200, body))) as (client, _):
        assert await client.get("x", Shape) == Shape(name)


@pytest.mark.parametrize("location", ["https://elsewhere.example/login?key=abc", "/login", "http://user:pw@host/"])
@pytest.mark.asyncio
async def test_a_redirect_is_not_followed(location: str) -> None:
    error = await failure(answer(302, "", f"Location: {location}"))
    assert error.permanent
    assert "is redirected" in str(error)
    assert "correct url" in str(error)
    assert not {"abc", "pw"} & set(str(error).replace("?", " ").replace("=", " ").replace(":", " ").split())


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/steal", "https://elsewhere.example/x", "http://127.0.0.1:99999/", "http://[bad/"]
)
@pytest.mark.asyncio
async def test_no_address_of_another_server_is_asked(address: str) -> None:
    async with talking(in_turn(data({"name": "x"}))) as (client, server):
        with pytest.raises(SourceError, match="another server"):
            await client.get(address, Shape)
    assert server.requests == []


@pytest.mark.parametrize("said", [None, ..., answer(200, b'{"name": "x"}', "Content-Length: 100", "Connection: close")])
@pytest.mark.asyncio
async def test_silence_and_half_answers_end_in_time(said: Any) -> None:
    error = await failure(said, limits=Limits(seconds=0.3))
    assert "middle of its answer" in str(error) or "no whole answer within 0.3 s" in str(error)
    assert not error.permanent


@pytest.mark.asyncio
async def test_an_answer_that_drips_for_ever_ends_in_time() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    error = await failure(drip(), limits=Limits(seconds=0.3))
    assert "no whole answer within 0.3 s" in str(error)


@pytest.mark.asyncio
async def test_a_gzip_bomb_is_left_at_the_limit() -> None:
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packing.compress(b" " * 1_000_000) for _ in range(200)) + packing.flush()
    tracemalloc.start()
    error = await failure(answer(200, bomb, "Content-Encoding: gzip"), limits=Limits(bytes=1024 * 1024))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 1 MiB" in str(error)
    assert peak < 20_000_000


@pytest.mark.asyncio
async def test_a_large_answer_is_left_at_the_limit() -> None:
    error = await failure(answer(200, b" " * 3_000_000), limits=Limits(bytes=2 * 1024 * 1024))
    assert "more than 2 MiB" in str(error)


@pytest.mark.parametrize("wbits", [31, 15])
@pytest.mark.asyncio
async def test_packed_answers_are_unpacked_and_must_be_whole(wbits: int) -> None:
    packing = zlib.compressobj(wbits=wbits)
    packed = packing.compress(b'{"name": "x"}') + packing.flush()
    coding = f"Content-Encoding: {'gzip' if wbits == 31 else 'deflate'}"
    async with talking(in_turn(answer(200, packed, coding))) as (client, server):
        assert await client.get("x", Shape) == Shape("x")
        assert server.requests[0].headers["accept-encoding"] == "gzip"
    assert "middle of its answer" in str(await failure(answer(200, packed[:-4], coding)))
    assert "middle of its answer" in str(await failure(answer(200, b"not packed", coding)))


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.asyncio
async def test_no_more_are_asked_for_at_once_than_allowed(size: int) -> None:
    now = most = 0

    async def slow(_request: Any) -> bytes:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return data({"name": "x"})

    async with talking(slow, limits=Limits(at_once=size)) as (client, server):
        await asyncio.gather(*(client.get(str(n), Shape) for n in range(9)))
    assert most == size
    assert len(server.requests) == 9


@pytest.mark.asyncio
async def test_what_did_not_change_is_not_sent_again() -> None:
    script = in_turn(data({"name": "x"}, 'ETag: W/"1"'), answer(304), data({"name": "y"}, 'ETag: W/"2"'), answer(304))
    async with talking(script) as (client, server):
        names = [(await client.ask("x", Shape, keep=True)).value.name for _ in range(4)]
    assert names == ["x", "x", "y", "y"]
    assert [one.headers.get("if-none-match") for one in server.requests] == [None, 'W/"1"', 'W/"1"', 'W/"2"']


@pytest.mark.asyncio
async def test_a_304_to_a_plain_question_is_an_error() -> None:
    assert "304" in str(await failure(answer(304)))


@pytest.mark.parametrize(
    ("headers", "skew"),
    [
        (["Date: Fri, 05 Jun 2026 12:10:00 GMT"], 10 * MINUTE + SECOND // 2),
        (["Date: Fri, 05 Jun 2026 11:50:00 GMT"], -10 * MINUTE + SECOND // 2),
        (["Date: Fri, 05 Jun 2026 11:50:00 GMT", "Age: 600"], None),
        (["Date: yesterday"], None),
        ([], None),
    ],
)
@pytest.mark.asyncio
async def test_the_servers_clock_is_measured_where_it_is_shown(headers: list[str], skew: int | None) -> None:
    async with talking(in_turn(data({"name": "x"}, *headers, "X-RateLimit-Remaining: 42"))) as (client, _):
        assert client.reading.skew is None
        await client.get("x", Shape)
        assert (client.reading.skew, client.reading.remaining) == (skew, 42)


@pytest.mark.asyncio
async def test_pages_follow_one_another_by_the_link_header() -> None:
    link = 'Link: <http://a/x?page=1>; rel="prev", <http://a/x?q=1,2&page=3>; rel="next"'
    async with talking(in_turn(data({"name": "x"}, link), data({"name": "x"}))) as (client, _):
        assert (await client.ask("x", Shape)).next_link == "http://a/x?q=1,2&page=3"
        assert (await client.ask("x", Shape)).next_link is None


@pytest.mark.parametrize(
    "echo", [KEY, "tok-en-12345", "Bearer tok-en-12345", "czNjcmV0LWtleS1vZi10aGUtZGVzaw", "s3cret-key-of-the-desk&x"]
)
@pytest.mark.parametrize("status", [400, 401, 500])
@pytest.mark.asyncio
async def test_a_key_that_the_server_quotes_is_in_no_error(echo: str, status: int) -> None:
    error = await failure(answer(status, f"you sent {echo}!"))
    assert "you sent" in str(error)
    assert not any(secret in str(error) for secret in (KEY, "tok-en", "czNjcmV0"))


@pytest.mark.asyncio
async def test_a_key_in_a_wrong_value_is_in_no_error() -> None:
    class Choice(Struct, tag_field="kind", tag="known"):
        pass

    async with talking(in_turn(data({"kind": KEY}))) as (client, _):
        with pytest.raises(SourceError) as caught:
            await client.get("x", Choice)
    assert KEY not in str(caught.value)
    assert "<secret>" in str(caught.value)


@pytest.mark.asyncio
async def test_a_server_that_is_not_there_is_said_so_without_its_whole_address() -> None:
    async with serving(in_turn(b"")) as server:
        url = server.url
    for address, what in ((url, "Connection refused"), ("http://nowhere.invalid", "the name of the host is not known")):
        client = Client(Access(address, {}, ""), Path(), ManualTime())
        with pytest.raises(SourceError, match=what) as caught:
            await client.get("x", Shape, {"key": KEY})
        assert KEY not in str(caught.value)
        assert not caught.value.permanent
        await client.close()


@pytest.mark.asyncio
async def test_a_key_that_no_header_can_hold_is_refused_at_once() -> None:
    for key in ("two\nlines", "schlüssel", "nul\0"):
        with pytest.raises(SourceError, match="X-Key holds characters that cannot be sent") as caught:
            Client(Access("http://127.0.0.1", {"X-Key": Secret(key)}, ""), Path(), ManualTime())
        assert caught.value.permanent


@pytest.mark.asyncio
async def test_certificates_are_verified_by_the_file_of_authorities(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "empty.pem").write_text("")
    right, wrong = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
    authority.issue_cert("127.0.0.1").configure_cert(right)
    authority.issue_cert("other.example").configure_cert(wrong)
    trusting = Network(ca_file="ca.pem")
    script = in_turn(data({"name": "x"}))
    async with talking(script, folder=tmp_path, tls=right, network=trusting) as (client, _):
        assert await client.get("x", Shape) == Shape("x")
    for tls, network in ((right, Network()), (wrong, trusting)):
        error = await failure(data({"name": "x"}), folder=tmp_path, tls=tls, network=network)
        assert "the TLS handshake failed" in str(error)
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(SourceError, match=rf"network\.ca_file: '{name}' cannot be read: ") as caught:
            Client(Access("https://x", {}, "", Network(ca_file=name)), tmp_path, ManualTime())
        assert caught.value.permanent


@pytest.mark.asyncio
async def test_a_proxy_is_asked_in_place_of_the_server() -> None:
    async with serving(in_turn(data({"name": "by proxy"}))) as proxy:
        network = Network(proxy=Secret(proxy.url.replace("//", "//user:pr0xy-password@")))
        client = Client(Access("http://desk.example", {}, "", network), Path(), ManualTime())
        try:
            assert await client.get("api/x", Shape) == Shape("by proxy")
        finally:
            await client.close()
        assert proxy.requests[0].target == "http://desk.example/api/x"
        assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.asyncio
async def test_a_proxy_that_is_not_there_keeps_its_password() -> None:
    async with serving(in_turn(b"")) as proxy:
        network = Network(proxy=Secret(proxy.url.replace("//", "//user:pr0xy-password@")))
    client = Client(Access("http://desk.example", {}, "", network), Path(), ManualTime())
    with pytest.raises(SourceError, match="cannot be reached: Connection refused") as caught:
        await client.get("api/x", Shape)
    assert "pr0xy" not in str(caught.value)
    await client.close()
