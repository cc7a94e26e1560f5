"""slamon status: how a running service is, for a person at a terminal."""

from __future__ import annotations

import http.client
import os
import sys
from pathlib import Path

import msgspec

from slamon.commands.call import REMEDY, NoAnswer, Service, Where, address_in, local_socket, told
from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.commands.status_text import Status, show
from slamon.rulefile.render import render
from slamon.settings import WebSettings
from slamon.settings_file import read_settings


def status(config: Path, url: str | None, token: str | None = None) -> Exit:
    """Print what the service at `url` says of itself; without it, the one that the settings describe."""
    try:
        service = _service(config, url, token)
        if service is None:
            return Exit.UNUSABLE
        found = _get(service)
    except NoAnswer as trouble:
        return told("status", trouble)
    show(found, service.place, sys.stdout)
    return Exit.FINE if found.status == "ok" else Exit.FOUND


def _service(config: Path, url: str | None, token: str | None) -> Service | None:
    """The one at an address; without it the one of the settings, best by its local socket. None: this was said."""
    where = url
    if where is None and token is None and (socket := local_socket(config)) is not None and socket.is_socket():
        return Service(Where(config))
    where = where or _configured(config)
    return None if where is None else Service(Where(config, where, token))


def _configured(config: Path) -> str | None:
    """Where the settings let it listen; the usual place if there are none. None: they are broken, and this was said."""
    web = WebSettings()
    if config.exists():
        read = read_settings(config, os.environ)
        if read.settings is None:
            complain(render(read.diagnostics, read.left_out).rstrip())
            complain("slamon status: to ask without them, type slamon status --url http://127.0.0.1:8080")
            return None
        web = read.settings.web
    return address_in(config, web)


def _get(service: Service) -> Status:
    code, body = service.exchange("GET", "/api/status")
    if code != http.client.OK:
        trouble = service.refused(code, body)
        trouble.exit = Exit.FOUND if code == http.client.SERVICE_UNAVAILABLE else trouble.exit
        raise trouble
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.MsgspecError:
        raise NoAnswer(f"what listens at {service.place} is not slamon; {REMEDY}") from None
