"""The client of all sources over HTTP, against answers that are not what was asked for, or never end."""

from __future__ import annotations

import asyncio
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from slamon.ports import SourceError
from slamon.sources.http import Limits, Unexpected, Unreadable
from tests.sources.http_server import answer, data, in_turn
from tests.sources.talking import Shape, Shapes, failure, talking


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
