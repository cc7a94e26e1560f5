"""A real Redmine on loopback whose clock may be ours. There is one database per machine: never two of them at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon.core.instants import Instant, parse_instant
from tests.peers import server
from tests.peers.traces import free_port, own_folder

ADMIN = "a" * 40
START = parse_instant("2026-03-02T08:00:00Z")

_PRISTINE = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default.pristine")
_SEEDING = """
import json, random, runpy, sys
seed, script = int(sys.argv[1]), sys.argv[2]
usual = random.Random
random.Random = lambda *given: usual(seed) if given == (7,) else usual(*given)
sys.argv = [script]
made = runpy.run_path(script)
print(json.dumps({name: made[name] for name in ("ev", "ids", "users", "prios", "prj", "U")}, default=str))
"""

# Ruby asks for the time so often that a clock below it makes Redmine ten times as slow; Redmine asks here alone.
_CLOCK = """
class << Time
  def now(**keywords)
    at(utc(*File.read(ENV.fetch("CLOCK")).scan(/\\d+/)).to_i, **keywords)
  end
end
"""


@dataclass(frozen=True)
class Redmine:
    """A running one. `folder` holds its pid, its log and its clock; `frozen`: time stands still until it is set."""

    script: Path
    folder: Path
    port: int
    frozen: bool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"PEERS": str(self.folder), "REDMINE_PORT": str(self.port), "REDMINE_URL": self.url}
        return {**os.environ, **own, **self._clock}

    @property
    def _clock(self) -> dict[str, str]:
        file = self.folder / "clock.rb"
        return {"RUBYOPT": f"-r{file}", "CLOCK": str(self.folder / "clock")} if self.frozen else {}

    def run(self, command: str) -> None:
        """start, stop or wipe."""
        server.run(self.script, command, environment=self.environment)

    def wipe(self) -> None:
        """Stopped, and as empty as at first; before the very first start it is."""
        self.run("wipe" if _PRISTINE.exists() else "stop")

    def set_clock(self, instant: Instant) -> None:
        """From now on, this is what its clock shows."""
        server.set_clock(self.folder, instant)

    def call(self, method: str, path: str, body: Any = None, by: str | None = None) -> Any:
        """What it answers; AssertionError if it refuses. `by`: the login in whose name."""
        headers = {"X-Redmine-API-Key": ADMIN} | ({"X-Redmine-Switch-User": by} if by else {})
        return server.ask(method, self.url + path, headers, body)

    def rails(self, code: str) -> str:
        """Run Ruby inside of it, and return what that prints."""
        plain = {"HOME": "/tmp", "RAILS_ENV": "production", "X_DEBIAN_SITEID": "default", "PATH": os.environ["PATH"]}
        command = ["runuser", "-u", "www-data", "--", "/usr/share/redmine/bin/rails", "runner", code]
        done = subprocess.run(
            command, cwd="/usr/share/redmine", env=plain | self._clock, capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise AssertionError(f"Redmine does not run this: {done.stderr[-500:]}")
        return done.stdout.strip()

    def seed(self, number: int) -> dict[str, Any]:
        """Run the seed script with another random seed (its own is 7), and return its own record of what it did."""
        command = [sys.executable, "-c", _SEEDING, str(number), str(self.script.parent / "redmine_seed.py")]
        environment = self.environment | {"CLOCKFILE": str(self.folder / "clock")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
        if done.returncode:
            raise AssertionError(f"seeding failed: {done.stderr[-500:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


@contextmanager
def running(servers: Path, *, frozen: bool = True) -> Iterator[Redmine]:
    """An empty Redmine while the block lasts; `frozen`: its clock shows what it is set to, not the time."""
    with server.alone("redmine"), own_folder("redmine") as folder:
        redmine = Redmine(servers / "redmine.sh", folder, free_port(), frozen)
        (folder / "clock.rb").write_text(_CLOCK)
        (folder / "clock.rb").chmod(0o644)
        redmine.set_clock(START)
        redmine.wipe()
        try:
            redmine.run("start")
            redmine.rails("Setting.notified_events = []")  # mails are written by threads that lock the database
            yield redmine
        finally:
            redmine.wipe()
