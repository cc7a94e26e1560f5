"""What has nothing to do with any endpoint: requests that are broken or lead nowhere, and what answers tell of us."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.web.build import ACT, READ, Desk, desk

_ACK = b"POST /api/acks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ACT.encode() + b"\r\n"


async def raw(server: Desk, request: bytes) -> bytes:
    """The headers of the answer to a request as bytes."""
    address = urlsplit(server.server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


@pytest.mark.asyncio
async def test_a_body_that_cannot_be_unpacked_is_the_asker_s_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk(tmp_path) as server:
        head = {"Content-Encoding": "gzip"}
        status, text, _ = await server.ask("POST", "/api/acks", ACT, b"xx", **head)
        help = "send it as it is, or packed as its header Content-Encoding says"
        assert (status, json.loads(text)) == (400, {"errors": [{"message": "the body cannot be read", "help": help}]})
        assert (await server.ask("POST", "/hooks/phone", None, b"xx", **head))[0] == 415
    assert caplog.records == []


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [b"/api/acks", b"/hooks/phone"])
async def test_a_body_in_broken_pieces_is_the_asker_s_mistake(
    path: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk(tmp_path) as server:
        request = _ACK.replace(b"/api/acks", path) + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
        headers = await raw(server, request)
        assert headers.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert caplog.records == []


@pytest.mark.asyncio
@pytest.mark.parametrize("request_", [b"CANARY\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\r\nX: CANARY\x01\r\n\r\n"])
async def test_what_is_not_http_is_one_short_line_of_the_log_without_what_came(
    request_: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "aiohttp.server")
    async with desk(tmp_path) as server:
        headers = await raw(server, request_)
        assert headers.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    [record] = [one for one in caplog.records if one.name == "aiohttp.server"]
    assert (record.levelno, record.exc_info) == (logging.DEBUG, None)
    assert record.getMessage().startswith("what came is not HTTP: ")
    assert "CANARY" not in caplog.text


@pytest.mark.asyncio
async def test_a_defect_of_ours_is_told_in_full(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with desk(tmp_path) as server:
        server.defect = ZeroDivisionError("of ours")
        assert (await server.ask("POST", "/hooks/phone"))[0] == 500
    [record] = caplog.records
    assert (record.name, record.levelno) == ("aiohttp.server", logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[1] is server.defect


@pytest.mark.asyncio
async def test_no_answer_tells_what_it_was_made_with(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        for method, path in (("GET", "/livez"), ("GET", "/none"), ("PUT", "/livez"), ("GET", "/api/status")):
            assert (await server.ask(method, path))[2]["Server"] == "slamon"
        headers = await raw(server, b"CANARY\r\n\r\n")
        assert b"Server: slamon\r\n" in headers


@pytest.mark.asyncio
async def test_an_address_that_leads_nowhere_is_refused_like_everything_else(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, _ = await server.ask("GET", "/api/statsu")
        message, help = "there is no endpoint '/api/statsu'", "did you mean /api/status?"
        assert (status, json.loads(text)) == (404, {"errors": [{"message": message, "help": help}]})
        status, text, headers = await server.ask("PUT", "/api/acks")
        message, help = "PUT cannot be used at '/api/acks'", "use GET, HEAD or POST"
        assert (status, json.loads(text)) == (405, {"errors": [{"message": message, "help": help}]})
        assert headers["Allow"] == "GET,HEAD,POST"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/api/status", "/api/silences", "/digests/none"])
async def test_head_is_answered_like_get_without_a_body(path: str, tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, headers = await server.ask("GET", path, READ)
        found = await server.ask("HEAD", path, READ)
        assert found[:2] == (status, "")
        assert [found[2][name] for name in ("Content-Type", "Content-Length")] == [
            headers["Content-Type"],
            str(len(text.encode())),
        ]
        assert (await server.ask("HEAD", path))[0] == (await server.ask("GET", path))[0]
