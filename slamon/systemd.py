"""What systemd wants to hear of a service (sd_notify(3)): that it has started, is alive, reloads, ends.

Where nobody listens, as in a container or on a terminal, all of it does nothing.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

_LONGEST_SEND = 1.0  # seconds: the receiver is the first process of the machine, and takes it at once or is in trouble
_PINGS = 3  # in the time after which a silent service is killed: one may be late, another lost


@dataclass(slots=True)
class Supervisor:
    """Who started this process.

    `address` is where it listens, None if nowhere; `watchdog` the seconds without a sign of life after which it kills
    us, None if it does not.
    """

    address: str | None = None
    watchdog: float | None = None
    _stuck: bool = field(default=False, init=False)
    _failed: bool = field(default=False, init=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Supervisor:
        """The one that the environment names."""
        address = environment.get("NOTIFY_SOCKET") or None
        if address is not None and not address.startswith(("/", "@")):
            log.warning("the supervisor cannot be told how the service is: its address is no socket of this machine")
            address = None
        return cls(address, _watchdog(environment) if address else None)

    def ready(self) -> None:
        """The service has started, or goes on after a reload."""
        self._say("READY=1")

    def reloading(self) -> None:
        """The settings are read again; `ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Not now: kill us later."""
        self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say(f"STATUS={' '.join(text.split())}")

    async def watch(
        self, trouble: Callable[[], str | None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Say `alive` again and again, but only while `trouble` tells of none; returns at once if nobody counts."""
        if self.watchdog is None:
            return
        while True:
            self.look(trouble())
            await sleep(self.watchdog / _PINGS)

    def look(self, trouble: str | None) -> None:
        """One sign of life, or none if there is a trouble that only a new process ends; said once, as is its end."""
        if trouble is None:
            self.alive()
        if (trouble is not None) == self._stuck:
            return
        self._stuck = trouble is not None
        if trouble is None:
            log.info("the supervisor hears of us again")
            self.status("")
        else:
            log.error("the supervisor is told nothing any more, so that it starts the service anew", trouble=trouble)
            self.status(trouble)

    def _say(self, *lines: str) -> None:
        if self.address is None:
            return
        try:
            _send(self.address, "\n".join(lines).encode())
        except OSError as error:
            if not self._failed:
                log.warning("the supervisor cannot be told how the service is", error=error.strerror or str(error))
            self._failed = True
        else:
            self._failed = False


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """The seconds that a watchdog allows this process, and not the one that started it."""
    span, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID") or str(os.getpid())
    return int(span) / 1_000_000 if span.isdecimal() and int(span) > 0 and pid == str(os.getpid()) else None


def _send(address: str, data: bytes) -> None:
    name = "\0" + address[1:] if address.startswith("@") else address  # @: in the abstract name space
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
        sending.settimeout(_LONGEST_SEND)
        sending.sendto(data, name)
