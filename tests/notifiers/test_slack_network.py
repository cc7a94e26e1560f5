from __future__ import annotations

import asyncio
import ssl
import traceback

import pytest
import trustme

from slamon.core.instants import SECOND
from slamon.notifiers.http import MOST_BYTES
from slamon.notifiers.slack import SlackNotifier, SlackSettings
from slamon.ports import Reason
from slamon.secrets import Secret
from tests.notifiers.posting import CANARY, failing, refused, send, settings
from tests.notifiers.servers import Http, Reader, Writer, answer, serving


@pytest.mark.asyncio
async def test_nobody_listening_is_unreachable_and_surely_not_sent() -> None:
    async with serving(Http([b""]).talk) as port:
        pass
    with failing() as caught:
        await send(settings(port))
    assert (caught[0].reason, caught[0].permanent, caught[0].unknown) == (Reason.UNREACHABLE, False, False)
    assert str(caught[0]) == "no connection: Connection refused"


@pytest.mark.asyncio
async def test_a_connection_cut_after_the_request_leaves_it_unknown_whether_it_was_taken() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    for half in (b"", head[:20], head, head + b"o", b"\x00\xff\r\n\r\n"):
        error = await refused(half)
        assert (error.reason, error.permanent, error.unknown) == (Reason.UNREACHABLE, False, True), half


@pytest.mark.asyncio
async def test_a_refusal_of_which_only_the_body_is_lost_is_still_a_refusal() -> None:
    error = await refused(b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 99\r\n\r\nx")
    assert (error.reason, error.unknown, error.retry_after) == (Reason.RATE_LIMITED, False, 7 * SECOND)


async def drip(reader: Reader, writer: Writer) -> None:
    """An answer a byte at a time, each soon after the last: no pause is ever long."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.005)


async def hang(reader: Reader, _writer: Writer) -> None:
    await reader.read(-1)


@pytest.mark.asyncio
@pytest.mark.parametrize("talk", [drip, hang])
async def test_a_server_that_drips_or_hangs_costs_no_more_than_the_time_allowed(talk: object) -> None:
    async with serving(talk) as port:  # type: ignore[arg-type]
        with failing() as caught:
            await asyncio.wait_for(send(settings(port, timeout=0.2)), 5)
    assert (caught[0].reason, caught[0].permanent, caught[0].unknown) == (Reason.TIMEOUT, False, True)


@pytest.mark.asyncio
async def test_the_time_allowed_is_for_both_attempts_together() -> None:
    server = Http([answer(400, "invalid_blocks")])

    async def talk(reader: Reader, writer: Writer) -> None:
        await (hang if server.bodies else server.talk)(reader, writer)

    async with serving(talk) as port:
        with failing() as caught:
            await asyncio.wait_for(send(settings(port, timeout=0.3)), 5)
    assert caught[0].reason is Reason.TIMEOUT


@pytest.mark.asyncio
async def test_of_a_huge_answer_no_more_is_read_than_a_little() -> None:
    took = 0

    async def flood(reader: Reader, writer: Writer) -> None:
        nonlocal took
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nok")
        while True:
            writer.write(b" " * MOST_BYTES)
            await writer.drain()
            took += MOST_BYTES

    async with serving(flood) as port:
        with failing() as caught:
            await send(settings(port))
    # 64 kB of blanks behind "ok": cut there, it must not pass for the whole answer.
    assert (caught[0].reason, caught[0].unknown) == (Reason.SERVER_ERROR, False)
    assert took < 50_000_000


@pytest.mark.asyncio
async def test_a_compressed_answer_is_not_unpacked() -> None:
    error = await refused(answer(200, "ok" * 20, "Content-Encoding: gzip"))
    assert error.reason is Reason.SERVER_ERROR


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def speaking_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.asyncio
async def test_a_certificate_is_always_verified(authority: trustme.CA) -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk, speaking_tls(authority, "localhost")) as port:
        with failing() as caught:
            await send(settings(port, scheme="https", host="localhost"))
    assert server.bodies == []
    assert (caught[0].reason, caught[0].permanent, caught[0].unknown) == (Reason.UNREACHABLE, False, False)
    assert "the TLS handshake failed" in str(caught[0])


@pytest.mark.asyncio
async def test_an_authority_of_ones_own_is_trusted_for_its_names_only(authority: trustme.CA) -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk, speaking_tls(authority, "localhost")) as port:
        with authority.cert_pem.tempfile() as ca_file:
            good, wrong = (
                SlackSettings(Secret(f"https://{host}:{port}/{CANARY}"), ca_file=ca_file)
                for host in ("localhost", "127.0.0.1")
            )
            await send(good)
            with failing():
                await send(wrong)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "address",
    ["", CANARY, f"ftp://x/{CANARY}", f"https:///{CANARY}", f"https://[::1/{CANARY}", f"https://x:99999/{CANARY}",
     f"https://x/{CANARY}\n"],
)  # fmt: skip
def test_an_address_that_cannot_work_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(ValueError, match=r"^webhook: not an http\(s\) address: copy it from Slack") as caught:
        SlackSettings(Secret(address))
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_settings_and_notifier_do_not_show_the_address() -> None:
    made = settings(1)
    assert CANARY not in f"{made} {made!r} {SlackNotifier('slack', made)!r}"


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^timeout: 0 is not between 0 and 300 seconds: write 10s$"):
        settings(1, timeout=0)
    with pytest.raises(ValueError, match=r"^ca_file: '/nowhere.pem' cannot be read as PEM certificates: No such file"):
        SlackNotifier("slack", SlackSettings(Secret("https://x/y"), ca_file="/nowhere.pem"))
