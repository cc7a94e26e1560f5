"""A real Redmine on loopback whose clock is ours. There is one database per machine: never two of them at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon.core.instants import Instant, to_datetime

ADMIN = "a" * 40

_SEEDING = """
import json, random, runpy, sys
seed, script = int(sys.argv[1]), sys.argv[2]
usual = random.Random
random.Random = lambda *given: usual(seed) if given == (7,) else usual(*given)
sys.argv = [script]
made = runpy.run_path(script)
print(json.dumps({name: made[name] for name in ("ev", "ids", "users", "prios", "prj", "U")}, default=str))
"""


@dataclass(frozen=True)
class Redmine:
    """A running one. `folder` holds its pid, its log and its clock."""

    script: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        clock = str(self.folder / "clock")
        own = {"PEERS": str(self.folder), "CLOCKFILE": clock, "REDMINE_PORT": str(self.port), "REDMINE_URL": self.url}
        return {**os.environ, **own}

    def run(self, command: str) -> None:
        """start, stop or wipe; what it says if it cannot."""
        done = subprocess.run(
            ["bash", str(self.script), command], env=self.environment, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise AssertionError(f"Redmine does not {command}: {done.stdout}{done.stderr}")

    def set_clock(self, instant: Instant) -> None:
        """From now on, this is what its clock shows."""
        new = self.folder / "clock.new"
        new.write_text(to_datetime(instant).strftime("%Y-%m-%d %H:%M:%S\n"))
        new.chmod(0o644)
        new.replace(self.folder / "clock")

    def call(self, method: str, path: str, body: Any = None, by: str | None = None) -> Any:
        """What it answers; AssertionError if it refuses. `by`: the login in whose name."""
        headers = {"X-Redmine-API-Key": ADMIN, "Content-Type": "application/json"}
        if by:
            headers["X-Redmine-Switch-User"] = by
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, raw, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()[:300]!r}") from None
        return json.loads(text) if text.strip() else None

    def rails(self, code: str) -> str:
        """Run Ruby inside of it, and return what that prints."""
        plain = {"HOME": "/tmp", "RAILS_ENV": "production", "X_DEBIAN_SITEID": "default", "PATH": os.environ["PATH"]}
        command = ["runuser", "-u", "www-data", "--", "/usr/share/redmine/bin/rails", "runner", code]
        done = subprocess.run(
            command, cwd="/usr/share/redmine", env=plain, capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout.strip()

    def seed(self, number: int) -> dict[str, Any]:
        """Run the seed script with another random seed (its own is 7), and return its own record of what it did."""
        command = [sys.executable, "-c", _SEEDING, str(number), str(self.script.parent / "redmine_seed.py")]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=900)
        if done.returncode:
            raise AssertionError(f"seeding failed: {done.stderr[-500:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


@contextmanager
def running(servers: Path) -> Iterator[Redmine]:
    """An empty Redmine while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="slamon-redmine-"))
    folder.chmod(0o755)  # it reads its clock there, under another account
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    redmine = Redmine(servers / "redmine.sh", folder, port)
    redmine.run("wipe")
    redmine.run("start")
    try:
        redmine.rails("Setting.notified_events = []")  # mails are written by threads that lock the database
        yield redmine
    finally:
        redmine.run("wipe")
