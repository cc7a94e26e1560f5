"""slamon status: how a running service is, for a person at a terminal."""

from __future__ import annotations

import http.client
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import msgspec

from slamon.cli import Exit
from slamon.commands.say import complain
from slamon.commands.status_text import Status, show
from slamon.rulefile.render import render
from slamon.rulefile.suggest import visible
from slamon.settings import WebSettings
from slamon.settings_file import read_settings

_TIMEOUT = 5.0  # seconds
_MOST_BYTES = 16 * 1024 * 1024
_REMEDY = "; start the service with slamon run or slamon demo, or say where it is with --url"


class _NoAnswer(Exception):
    """Nothing there that could be shown; the message says why and what to type."""

    def __init__(self, message: str, exit: Exit = Exit.CANNOT_RUN) -> None:
        super().__init__(message)
        self.exit = exit


def status(config: Path, url: str | None) -> Exit:
    """Print what the service at `url` says of itself; without it, the one that the settings describe."""
    where = url or _configured(config)
    if where is None:
        return Exit.UNUSABLE
    base = where.rstrip("/") if "://" in where else f"http://{where.rstrip('/')}"
    if not base.startswith(("http://", "https://")):
        complain(f"slamon status: --url: {visible(where)} is not a web address: write http://127.0.0.1:8080")
        return Exit.UNUSABLE
    try:
        found = _get(base)
    except _NoAnswer as error:
        complain(f"slamon status: {error}")
        return error.exit
    show(found, base, sys.stdout)
    return Exit.FINE if found.status == "ok" else Exit.FOUND


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
    return f"http://[{web.host}]:{web.port}" if ":" in web.host else f"http://{web.host}:{web.port}"


def _get(base: str) -> Status:
    try:
        proxies = urllib.request.ProxyHandler({})  # the service is on this machine, or near it
        with urllib.request.build_opener(proxies).open(f"{base}/api/status", timeout=_TIMEOUT) as answer:
            body = answer.read(_MOST_BYTES)
        return msgspec.json.decode(body, type=Status)
    except urllib.error.HTTPError as error:
        if error.code == http.client.SERVICE_UNAVAILABLE:  # it is there, and says what is wrong with it
            said = visible(error.read(300).decode("utf-8", "replace").strip())
            raise _NoAnswer(f"{visible(base)}: {said}", Exit.FOUND) from None
        raise _NoAnswer(f"{visible(base)} answers with HTTP status {error.code}{_REMEDY}") from None
    except msgspec.MsgspecError:
        raise _NoAnswer(f"what listens at {visible(base)} is not slamon{_REMEDY}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or str(reason)
        raise _NoAnswer(f"nothing answers at {visible(base)} ({visible(why)}){_REMEDY}") from None
