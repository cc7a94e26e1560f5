"""The server is not reached, is not the right one, or goes away in the middle."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import trustme

from slamon.flow.observe import Fault
from slamon.sources.http import reach
from tests.faults.clock import at
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import LATE, USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request

ROWS = Rows()
_broke = Fault.broke
_STALE = "as last known 10 min ago: the source desk cannot be read"


@ROWS.add(
    "connection refused",
    "source_up 0, told once; alerts go out from the last known state and say how old it is",
    Guard("`Collector.staleness`", Off("slamon.flow.collect.Collector.staleness", lambda self: None)),
    USUAL,
)
async def _(world: World) -> None:
    world.desk.usual()
    await world.open()
    await world.until("12:24")
    await world.peer.stop()
    await world.until("12:34")
    await world.peer.start()
    await world.until("13:30")
    world.check_told("cannot be reached: Connection refused")
    same("source_up", world.up[4:8], [True, False, False, True])
    same("footers", world.footers("1"), ["", _STALE])


def _ever_louder(self: Any, error: str, kind: str | None = None) -> None:
    self.standing = None
    _broke(self, error)


@ROWS.add(
    "DNS failure",
    "source_up 0, told once however long it lasts, in words that name the cause",
    Guard("`Fault.broke`: once a fault", Off("slamon.flow.observe.Fault.broke", _ever_louder)),
    ("12:25:00 2: first response was met", *USUAL[1:]),
)
async def _(world: World) -> None:
    world.desk.usual()
    world.host = "http://desk.test"
    look_up = socket.getaddrinfo

    def resolved(host: Any, *given: Any, **keys: Any) -> Any:
        if host != "desk.test":
            return look_up(host, *given, **keys)
        if world.time.now() < at("12:25"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up("127.0.0.1", *given, **keys)

    with patch("socket.getaddrinfo", resolved):
        await world.open()
        await world.until("13:30")
    world.check_told("the name of the host is not known")
    same("source_up", world.up[:6], [False] * 5 + [True])


def certificates() -> tuple[trustme.CA, dict[str, ssl.SSLContext]]:
    authority = trustme.CA()
    past = datetime(2020, 1, 1, tzinfo=UTC)
    issued = {
        "right": authority.issue_cert("127.0.0.1"),
        "expired": authority.issue_cert("127.0.0.1", not_before=datetime(2019, 1, 1, tzinfo=UTC), not_after=past),
        "wrong host": authority.issue_cert("other.example"),
    }
    contexts = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in issued}
    for name, one in issued.items():
        one.configure_cert(contexts[name])
    return authority, contexts


async def _with_certificate(world: World, which: str) -> None:
    """A server whose certificate is not right from 12:08 to 12:23."""
    authority, contexts = certificates()
    authority.cert_pem.write_to_path(world.folder / "ca.pem")
    world.desk.usual()
    world.host, world.ca_file = "https://127.0.0.1", "ca.pem"
    await world.peer.restart(contexts["right"])
    await world.open()
    await world.until("12:08")
    await world.peer.restart(contexts[which])
    await world.until("12:23")
    same("requests that got through", [one for one in world.times() if one > "12:08:00"], [])
    same("source_up", world.up, [True, True, False, False, False])
    await world.peer.restart(contexts["right"])
    await world.until("13:30")
    world.check_told("the TLS handshake failed: is its certificate valid")


def _trusting(ca_file: Any, folder: Any) -> ssl.SSLContext:
    context = reach.tls_context(ca_file, folder)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _any_host(ca_file: Any, folder: Any) -> ssl.SSLContext:
    context = reach.tls_context(ca_file, folder)
    context.check_hostname = False
    return context


@ROWS.add(
    "TLS certificate expired",
    "Nothing is sent, least of all the key; source_up 0, told once; alerts go on",
    Guard("`reach.tls_context`: verified", Off("slamon.sources.http.client.tls_context", _trusting)),
    LATE,
)
async def _(world: World) -> None:
    await _with_certificate(world, "expired")


@ROWS.add(
    "TLS certificate of another host",
    "Nothing is sent, least of all the key; source_up 0, told once; alerts go on",
    Guard("`reach.tls_context`: host name", Off("slamon.sources.http.client.tls_context", _any_host)),
    LATE,
)
async def _(world: World) -> None:
    await _with_certificate(world, "wrong host")


@ROWS.add(
    "half an answer, then the connection is cut",
    "Nothing of it is taken, source_up 0, told once; the next poll reads all",
    Guard(
        "`Client.ask`: every error of the library in our words",
        Off("slamon.sources.http.client.in_our_words", lambda error, access: (_ for _ in ()).throw(error)),
    ),
    LATE,
)
async def _(world: World) -> None:
    world.desk.usual()

    async def half(whole: bytes) -> AsyncIterator[bytes]:
        yield whole[: len(whole) * 2 // 3]

    def script(request: Request) -> Any:
        return half(world.desk.answer(request)) if request.path == "/issues.json" else PASS

    answered(world, "12:10", "12:25", script)
    await world.open()
    await world.until("13:30")
    world.check_told("issues.json broke off in the middle of its answer")
    same("source_up", world.up[2:6], [False, False, False, True])
