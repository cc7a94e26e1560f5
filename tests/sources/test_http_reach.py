"""The client of all sources over HTTP: what did not change, clocks, secrets, certificates, proxies."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from msgspec import Struct

from slamon.core.instants import MINUTE, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http import Access, Client, Network
from tests.clock import ManualTime
from tests.sources.http_server import answer, data, in_turn, serving
from tests.sources.talking import KEY, Shape, failure, talking


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
    with pytest.raises(SourceError) as caught:
        await client.get("api/x", Shape)
    assert str(caught.value) == "desk.example/api/x cannot be reached: the proxy (network.proxy): Connection refused"
    await client.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("proxy", "why"),
    [("http://proxy.invalid:3128", "the name of the host is not known"), (None, "it answered 403")],
)
async def test_a_proxy_that_does_not_let_us_through_is_told_apart_from_the_server(proxy: str | None, why: str) -> None:
    async with serving(in_turn(answer(403))) as there:
        network = Network(proxy=Secret(proxy or there.url))
        client = Client(Access("https://desk.example", {}, "", network), Path(), ManualTime())
        with pytest.raises(SourceError) as caught:
            await client.get("api/x", Shape)
        await client.close()
    assert str(caught.value) == f"desk.example/api/x cannot be reached: the proxy (network.proxy): {why}"
