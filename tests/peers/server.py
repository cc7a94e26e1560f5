"""What every real server here needs: its script run, its clock set, and its API asked."""

from __future__ import annotations

import fcntl
import json
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slamon.core.instants import Instant, to_datetime


def run(script: Path, *command: str, environment: Mapping[str, str], seconds: float = 300) -> str:
    """What the script of a server says: of start, stop, wipe and so on; AssertionError if it cannot."""
    done = subprocess.run(
        ["bash", str(script), *command], env=environment, capture_output=True, text=True, timeout=seconds
    )
    if done.returncode:
        raise AssertionError(f"{script.stem} does not {command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Waits until no other run of these tests uses a server that has one database for the whole machine."""
    with Path(tempfile.gettempdir(), f"slamon-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_clock(folder: Path, instant: Instant) -> None:
    """From now on, this is what the clock of the server in a folder shows."""
    new = folder / "clock.new"
    new.write_text(to_datetime(instant).strftime("%Y-%m-%d %H:%M:%S\n"))
    new.chmod(0o644)
    new.replace(folder / "clock")


def ask(method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """What it answers, read from JSON; AssertionError if it refuses."""
    raw = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, raw, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.code} {error.read()[:300]!r}") from None
    return json.loads(text) if text.strip() else None
