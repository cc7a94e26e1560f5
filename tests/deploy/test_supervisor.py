"""What systemd is told, byte by byte, over a real socket."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from slamon.systemd import Supervisor


class Receiver:
    """In the place of systemd: what came, one datagram each."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def came(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.fixture(params=["path", "abstract"])
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiver]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@slamon-{os.getpid()}-{tmp_path.name}"
    made = Receiver(address)
    with closing(made.socket):
        yield made


def supervisor(receiver: Receiver, **more: str) -> Supervisor:
    return Supervisor.of({"NOTIFY_SOCKET": receiver.address, **more})


def test_each_word_is_a_datagram_of_its_own(receiver: Receiver) -> None:
    told = supervisor(receiver)
    told.ready()
    told.alive()
    told.status("judging:\nno sign of life")
    told.stopping()
    assert receiver.came() == ["READY=1", "WATCHDOG=1", "STATUS=judging: no sign of life", "STOPPING=1"]


def test_a_reload_says_when_it_began(receiver: Receiver) -> None:
    supervisor(receiver).reloading()
    (said,) = receiver.came()
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=[1-9]\d+", said)


def test_systemds_own_program_says_the_same(receiver: Receiver) -> None:
    program = shutil.which("systemd-notify")
    if program is None:
        pytest.skip("no systemd-notify here: apt-get install systemd")
    environment = {"NOTIFY_SOCKET": receiver.address}
    subprocess.run([program, "--no-block", "--ready", "--status=all is well"], env=environment, check=True)
    theirs = {line for said in receiver.came() for line in said.splitlines()} - {f"MAINPID={os.getpid()}"}
    told = supervisor(receiver)
    told.ready()
    told.status("all is well")
    assert {line for said in receiver.came() for line in said.splitlines()} == theirs


@pytest.mark.asyncio
async def test_a_sign_of_life_comes_thrice_in_the_time_that_is_allowed(receiver: Receiver) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 4:
            raise asyncio.CancelledError

    told = supervisor(receiver, WATCHDOG_USEC="60000000", WATCHDOG_PID=str(os.getpid()))
    with pytest.raises(asyncio.CancelledError):
        await told.watch(lambda: None, sleep)
    assert slept == [20.0] * 4
    assert receiver.came() == ["WATCHDOG=1"] * 4


def test_a_service_that_is_stuck_gives_no_sign_of_life_and_says_why_once(receiver: Receiver) -> None:
    told = supervisor(receiver, WATCHDOG_USEC="60000000")
    with structlog.testing.capture_logs() as logged:
        for trouble in (None, "judging: no sign of life", "judging: no sign of life", None, None):
            told.look(trouble)
    assert receiver.came() == [
        "WATCHDOG=1",
        "STATUS=judging: no sign of life",
        "WATCHDOG=1",
        "STATUS=",
        "WATCHDOG=1",
    ]
    assert [one["log_level"] for one in logged] == ["error", "info"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"},  # meant for the process that started this one
    ],
)
async def test_without_a_watchdog_of_this_process_nobody_is_told(receiver: Receiver, more: dict[str, str]) -> None:
    await supervisor(receiver, **more).watch(lambda: None)
    assert receiver.came() == []


@pytest.mark.asyncio
async def test_where_nobody_listens_nothing_happens() -> None:
    told = Supervisor.of({"WATCHDOG_USEC": "60000000"})
    with structlog.testing.capture_logs() as logged:
        told.ready()
        told.stopping()
        await told.watch(lambda: None)
    assert logged == []


@pytest.mark.parametrize("address", ["vsock:2:1234", "relative/path"])
def test_an_address_that_is_no_socket_of_this_machine_is_said_and_left_alone(address: str) -> None:
    with structlog.testing.capture_logs() as logged:
        Supervisor.of({"NOTIFY_SOCKET": address}).ready()
    assert [one["log_level"] for one in logged] == ["warning"]


def test_a_supervisor_that_has_gone_is_said_once_and_stops_nobody(tmp_path: Path) -> None:
    told = Supervisor.of({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    with structlog.testing.capture_logs() as logged:
        told.ready()
        told.alive()
    assert [one["error"] for one in logged] == ["No such file or directory"]
