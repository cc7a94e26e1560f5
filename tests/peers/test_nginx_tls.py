"""The kinds that post by HTTP through a real nginx with TLS: certificates, limits, and answers cut short."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from slamon.core.instants import SECOND
from slamon.core.message import Message
from slamon.notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings
from slamon.notifiers.slack import SlackNotifier, SlackSettings
from slamon.notifiers.webhook import WebhookNotifier, WebhookSettings
from slamon.ports import Notifier, Reason, SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.hooking import SIGNING
from tests.notifiers.hostile import covered, digest, message
from tests.notifiers.servers import Http, answer, serving

pytestmark = [pytest.mark.shared, pytest.mark.peer("nginx")]

PEERS = Path(tempfile.gettempdir()) / "slamon-peers-nginx"
GOOD, WRONG_NAME, WITH_CLIENTS = 3743, 3745, 3744
CANARY = "canary-of-a-path"
Make = Callable[[str, str | None, float], Notifier]


@dataclass(frozen=True)
class Proxy:
    """A running nginx, and the port behind it."""

    upstream: int

    @property
    def authority(self) -> str:
        return str(PEERS / "nginx" / "ca.pem")

    @property
    def wrong(self) -> str:
        return str(PEERS / "nginx" / "wrong.pem")


def _run(script: Path, word: str, upstream: int) -> None:
    env = {**os.environ, "PEERS": str(PEERS), "UPSTREAM": f"127.0.0.1:{upstream}"}
    subprocess.run(["bash", str(script), word], env=env, check=True, timeout=300)


@pytest.fixture(scope="module")
def proxy(shared: Path) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        upstream = free.getsockname()[1]
    script = shared / "servers" / "nginx_tls.sh"
    PEERS.mkdir(mode=0o755, exist_ok=True)
    _run(script, "wipe", upstream)
    _run(script, "start", upstream)
    yield Proxy(upstream)
    _run(script, "wipe", upstream)


def slack(url: str, ca_file: str | None, timeout: float) -> Notifier:
    return SlackNotifier("slack", SlackSettings(Secret(f"{url}/{CANARY}"), timeout, ca_file))


def webhook(url: str, ca_file: str | None, timeout: float) -> Notifier:
    secret = Secret(SIGNING)
    return WebhookNotifier("hook", WebhookSettings(Secret(f"{url}/{CANARY}"), secret, timeout=timeout, ca_file=ca_file))


def alertmanager(url: str, ca_file: str | None, timeout: float) -> Notifier:
    return AlertmanagerNotifier("am", AlertmanagerSettings((url,), timeout=timeout, ca_file=ca_file))


KINDS: list[Make] = [slack, webhook, alertmanager]
each_kind = pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)


async def send(notifier: Notifier, of: Message | None = None) -> None:
    try:
        await notifier.send(of or message(covers=(covered(),)))
    finally:
        await notifier.close()
        await asyncio.sleep(0.1)  # TLS says goodbye: the loop of a test would end before the other side has answered


async def refusal(sending: Awaitable[None]) -> SendError:
    with failing_without(CANARY, SIGNING) as caught:
        await sending
    return caught[0]


@pytest.mark.asyncio
@each_kind
async def test_with_the_right_authority_a_message_arrives(proxy: Proxy, make: Make) -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk, port=proxy.upstream):
        await send(make(f"https://localhost:{GOOD}", proxy.authority, 10))
        await send(make(f"https://127.0.0.1:{GOOD}", proxy.authority, 10))
    assert len(server.bodies) == 2
    assert msgspec.json.decode(server.bodies[0])


@pytest.mark.asyncio
@each_kind
@pytest.mark.parametrize(
    ("port", "host", "trusted"),
    [(GOOD, "localhost", None), (WRONG_NAME, "localhost", None), (WRONG_NAME, "localhost", "wrong"), (GOOD, "localhost", "wrong")],
    ids=["authority unknown", "self-signed", "made for another name", "of another authority"],
)  # fmt: skip
async def test_with_a_bad_certificate_nothing_is_sent(
    proxy: Proxy, make: Make, port: int, host: str, trusted: str | None
) -> None:
    server = Http([answer(200, "ok")])
    async with serving(server.talk, port=proxy.upstream):
        ca_file = proxy.wrong if trusted else None
        error = await refusal(send(make(f"https://{host}:{port}", ca_file, 10)))
    assert server.heads == []
    assert (error.reason, error.permanent, error.unknown) == (Reason.UNREACHABLE, False, False)
    assert "the TLS handshake failed; is the certificate of an authority that this machine, or ca_file, trusts?" in str(error)  # fmt: skip


@pytest.mark.asyncio
@each_kind
async def test_a_limit_of_requests_is_kept_to(proxy: Proxy, make: Make) -> None:
    server = Http([answer(200, "ok")])
    failures: list[SendError] = []
    async with serving(server.talk, port=proxy.upstream):
        for _ in range(8):
            try:
                await send(make(f"https://localhost:{GOOD}/limited", proxy.authority, 10))
            except SendError as error:
                failures.append(error)
    assert failures
    assert {(one.reason, one.permanent, one.retry_after) for one in failures} == {
        (Reason.RATE_LIMITED, False, 2 * SECOND)
    }
    assert len(server.bodies) + len(failures) == 8


@pytest.mark.asyncio
@each_kind
async def test_a_connection_that_is_cut_leaves_it_unknown(proxy: Proxy, make: Make) -> None:
    error = await refusal(send(make(f"https://localhost:{GOOD}/cut", proxy.authority, 10)))
    assert (error.reason, error.permanent, error.unknown) == (Reason.UNREACHABLE, False, True)


@pytest.mark.asyncio
@each_kind
async def test_a_proxy_without_anything_behind_it_is_a_passing_failure(proxy: Proxy, make: Make) -> None:
    error = await refusal(send(make(f"https://localhost:{GOOD}", proxy.authority, 10)))
    assert (error.reason, error.permanent, error.unknown) == (Reason.SERVER_ERROR, False, False)
    assert "502" in str(error)


@pytest.mark.asyncio
@each_kind
async def test_who_wants_a_certificate_of_ours_refuses_for_good(proxy: Proxy, make: Make) -> None:
    error = await refusal(send(make(f"https://localhost:{WITH_CLIENTS}", proxy.authority, 10)))
    assert (error.reason, error.permanent) == (Reason.REJECTED, True)


@pytest.mark.asyncio
async def test_an_answer_that_trickles_is_unknown_to_slack_and_enough_for_a_webhook(proxy: Proxy) -> None:
    server = Http([answer(200, "x" * 5_000)])
    async with serving(server.talk, port=proxy.upstream):
        await send(webhook(f"https://localhost:{GOOD}/slow", proxy.authority, 1))
        error = await refusal(send(slack(f"https://localhost:{GOOD}/slow", proxy.authority, 1)))
    assert (error.reason, error.unknown) == (Reason.TIMEOUT, True)


@pytest.mark.asyncio
async def test_a_digest_of_ten_thousand_is_within_what_nginx_takes_by_default(proxy: Proxy) -> None:
    server = Http([answer(200)])
    async with serving(server.talk, port=proxy.upstream):
        await send(webhook(f"https://localhost:{GOOD}", proxy.authority, 20), digest(count=10_000))
    data = msgspec.json.decode(server.bodies[0])["data"]
    assert (data["count"], len(data["covers"])) == (10_000, 2_000)
