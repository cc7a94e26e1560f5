"""Who is to be told is not reached, is somebody else, or does not come to an end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from slamon.flow.courier import Courier
from slamon.flow.observe import Fault
from slamon.notifiers import http
from slamon.ports import Ending, Notification, Reason, SendError
from slamon.secrets import Secret
from tests.faults.clock import at
from tests.faults.notifiers.receivers import Lost
from tests.faults.notifiers.row import BOTH
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.settings import CANARY
from tests.faults.notifiers.slack import BROKEN, WARNED
from tests.faults.notifiers.world import World
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.sources.reach import certificates
from tests.faults.world import same
from tests.sources.http_server import Request

ROWS = Rows("slack")
_LIMIT = 0.3  # real seconds, of a send
PATIENT = SimpleNamespace(**{**vars(asyncio), "timeout_at": lambda deadline: asyncio.timeout(None)})
_PAGED = "13:00:00 pager: 1: first response is overdue"
_broke = Fault.broke


def _always_doubtful(error: Exception, progress: http.Progress) -> SendError:
    return SendError(Reason.UNREACHABLE, "no connection", unknown=True)


@ROWS.add(
    "connection refused",
    "Tried again until it is there, told once; as nothing can have arrived, what is true no more is not sent",
    Guard("`http._failure`: what was never sent is certain", Off("slamon.notifiers.http._failure", _always_doubtful)),
    (
        "12:36:00 desk: WARNING: 1: first response is due in 23 min 59 s",
        "12:36:01 desk: MET: 2: first response was met",
        *BROKEN,
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:01", "12:33")
    await world.open()
    await world.until("12:29")
    await world.desk.peer.stop()
    await world.until("12:35")
    await world.desk.peer.start()
    await world.until("13:10")
    same("times that it was told", len(world.told_of("no connection: Connection refused")), 1)


def _ever_louder(self: Any, error: str, kind: str | None = None) -> None:
    self.standing = None
    _broke(self, error)


@ROWS.add(
    "DNS failure",
    "Tried again until the name is known; told once however long it lasts, in words that name the cause",
    Guard("`Fault.broke`: once a fault", Off("slamon.flow.observe.Fault.broke", _ever_louder)),
    (
        "12:38:31 desk: 1: first response is due in 21 min 29 s"
        " [due Fri 2026-06-05 12:30 UTC, sent Fri 2026-06-05 12:38:31 UTC]",
        "13:00:00 desk: 1: first response is overdue",
    ),
    kind="webhook",
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    look_up = socket.getaddrinfo

    def resolved(host: Any, *given: Any, **keys: Any) -> Any:
        if host != "hooks.test":
            return look_up(host, *given, **keys)
        if world.time.now() < at("12:35"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up("127.0.0.1", *given, **keys)

    with patch("socket.getaddrinfo", resolved):
        await world.open(url=Secret(f"http://hooks.test:{world.desk.peer.port}/hooks/{CANARY}"))
        await world.until("13:10")
    same("times that it was told", len(world.told_of("the name of the host is not known")), 1)


def _trusting(ca_file: Any) -> ssl.SSLContext:
    context = http.tls_context(ca_file)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@ROWS.add(
    "TLS certificate of another host",
    "Nothing is sent to it, least of all the address that is the key; told once; sent when the right one is back",
    Guard("`http.tls_context`: verified", Off("slamon.notifiers.slack.tls_context", _trusting)),
    ("12:38:31 desk: WARNING: 1: first response is due in 21 min 28 s", *BROKEN),
)
async def _(world: World) -> None:
    authority, contexts = certificates()
    authority.cert_pem.write_to_path(world.folder / "ca.pem")
    world.ticket("1", "12:00")
    await world.desk.peer.restart(contexts["wrong host"])
    address = Secret(f"https://127.0.0.1:{world.desk.peer.port}/services/{CANARY}")
    await world.open(webhook=address, ca_file=str(world.folder / "ca.pem"))
    await world.until("12:35")
    same("requests that got through", world.desk.tries, [])
    await world.desk.peer.restart(contexts["right"])
    await world.until("13:10")
    same("times that it was told", len(world.told_of("the TLS handshake failed; is the certificate")), 1)


def _lost_for_sure(error: Exception, progress: http.Progress) -> SendError:
    return SendError(Reason.TIMEOUT, "no answer")


async def _silent() -> None:
    await asyncio.sleep(1.0)


async def while_slow(world: World, since: str, until: str) -> None:
    await world.until(since)
    world.limit(_LIMIT)
    await world.until(until)
    world.limit()


@ROWS.add(
    "silence after the message was taken",
    "It may have been shown, so the very same is sent again, whatever happened since, and never a third time",
    Guard("`http._failure`: what was sent is doubtful", Off("slamon.notifiers.http._failure", _lost_for_sure)),
    (*WARNED, "12:30:02 desk: MET: 1: first response was met"),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", "12:30:01")
    world.fails("12:30", "12:30:01", lambda request: Lost(_silent()))
    await world.open()
    await while_slow(world, "12:29", "12:30")
    await world.until("13:10")
    same("arrivals of the warning", [len(several) for several in world.desk.repeats().values()], [2])
    same("ends", world.watched["desk"].endings, [Ending.SENT, Ending.SENT])


@ROWS.add(
    "answer that drips",
    "Given up after the time budget; the very same is sent again",
    Guard("`http._attempt`: time budget", Off("slamon.notifiers.http.asyncio", PATIENT)),
    (*WARNED, *BROKEN),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")

    async def drip() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        for number in range(20):
            yield f"X-{number}: slow\r\n".encode()
            await asyncio.sleep(0.1)

    world.fails("12:30", "12:30:01", lambda request: Lost(drip()))
    await world.open()
    await while_slow(world, "12:29", "12:30")
    await world.until("13:10")
    same("times that it was told", len(world.told_of("no whole answer came within the time allowed")), 1)
    same("tries", world.desk.tries, ["12:30:00", "12:30:01", "13:00:00"])


_attempt = Courier.attempt


class _OneForAll:
    """One attempt at a time, of all notifiers."""

    lock = asyncio.Lock()

    @staticmethod
    async def attempt(courier: Courier, notification: Notification) -> None:
        async with _OneForAll.lock:
            await _attempt(courier, notification)


@ROWS.add(
    "a notifier that hangs while another has something to tell",
    "The other one is told meanwhile: each has its own outbox and its own budget of time",
    Guard("`Deliverer`: one for each notifier", Off("slamon.flow.courier.Courier.attempt", _OneForAll.attempt)),
    (*WARNED, "12:30:00 pager: 1: first response is due in 30 min", *BROKEN, _PAGED),
    rules=BOTH,
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    paged = asyncio.Event()

    def pages(request: Request) -> Any:
        paged.set()
        return PASS

    world.pager.fault = pages

    async def held() -> Any:
        await paged.wait()
        return world.desk.usual

    world.fails("12:30", "12:30:01", lambda request: Lost(held()))
    await world.open()
    await world.until("12:29")
    world.limit(2.0)
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:30:00", "13:00:00"])
