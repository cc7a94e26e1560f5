"""slamon healthcheck: one question to the running service, for whoever starts and restarts it."""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from typing import Literal

import msgspec

from slamon.commands.call import NoAnswer, Service, Where, address_in, local_socket
from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.rulefile.suggest import visible
from slamon.settings_file import read_settings

Probe = Literal["ready", "live"]

_MOST_SHOWN = 2_000  # characters of the reasons: what runs a check keeps the beginning of them only


class _Readiness(msgspec.Struct, frozen=True):
    """What /readyz says, as far as a check shows it."""

    status: str
    problems: list[str]


def healthcheck(config: Path, url: str | None, probe: Probe, seconds: float) -> Exit:
    """FINE if the service says that it is ready, or alive; FOUND and one line that says why if not, whatever is wrong.

    Never another code: to a container engine 1 means unhealthy, and all above it is reserved.
    """
    try:
        code, body = _ask(config, url, f"/{probe}z", seconds)
    except NoAnswer as trouble:
        return _unwell(str(trouble))
    said = _said(body)[:_MOST_SHOWN]
    if code == http.client.OK:
        print(f"{probe}: {visible(said)}")
        return Exit.FINE
    return _unwell(f"not {probe}: {visible(said)}" if said else f"not {probe}: HTTP status {code}")


def _said(body: bytes) -> str:
    """What it says of itself: JSON if it was asked whether it is ready, text if it was asked for a sign of life."""
    try:
        found = msgspec.json.decode(body, type=_Readiness)
    except msgspec.DecodeError:
        return "; ".join(body.decode("utf-8", "replace").split("\n")).strip("; ")
    return "; ".join([found.status, *found.problems])


def _unwell(why: str) -> Exit:
    complain(f"slamon healthcheck: {why}")
    return Exit.FOUND


def _ask(config: Path, url: str | None, path: str, seconds: float) -> tuple[int, bytes]:
    """By the local socket if it answers, else at the address; NoAnswer says what is wrong with the last of them."""
    found = None if url else local_socket(config)
    if found is not None and found.is_socket():
        try:
            return _Hasty(Where(config), seconds).exchange("GET", path)
        except NoAnswer:  # left behind by a process that was killed
            pass
    return _Hasty(Where(config, url or _address(config)), seconds).exchange("GET", path)


def _address(config: Path) -> str:
    """Where the settings let it listen."""
    settings = read_settings(config, os.environ).settings if config.exists() else None
    if settings is None:
        why = "says nothing that can be used: see slamon check" if config.exists() else "is not there"
        raise NoAnswer(f"no local socket answers, and {config} {why}; add --config FILE or --url ADDRESS")
    return address_in(config, settings.web)


class _Hasty(Service):
    """Waits no longer than a health check may take."""

    def __init__(self, where: Where, seconds: float) -> None:
        super().__init__(where)
        self._seconds = seconds

    def _connection(self) -> http.client.HTTPConnection:
        found = super()._connection()
        found.timeout = self._seconds
        return found
