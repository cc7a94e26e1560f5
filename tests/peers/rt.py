"""A real Request Tracker on loopback whose clock is ours. There is one database per machine: never two at once."""

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
from urllib.parse import quote

from slamon.core.instants import Instant
from tests.peers import server
from tests.peers.traces import free_port, own_folder

_PRISTINE = Path("/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb.pristine")
_SEEDING = """
import json, random, runpy, sys
seed, script = int(sys.argv[1]), sys.argv[2]
usual = random.Random
random.Random = lambda *given: usual(seed) if given == (5,) else usual(*given)
sys.argv = [script]
made = runpy.run_path(script)
print(json.dumps({name: made[name] for name in ("ev", "ids")}, default=str))
"""
_PERL = (
    "use strict; use warnings; use lib '/usr/local/share/request-tracker5/lib', '/usr/share/request-tracker5/lib';\n"
)


@dataclass(frozen=True)
class RequestTracker:
    """A running one. `folder` holds its pid, its log, its clock and the tokens of its accounts."""

    script: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"PEERS": str(self.folder), "CLOCKFILE": str(self.folder / "clock")}
        return {**os.environ, **own, "RT_PORT": str(self.port), "RT_URL": self.url}

    def run(self, command: str) -> None:
        """start, stop or wipe."""
        server.run(self.script, command, environment=self.environment, seconds=600)

    def wipe(self) -> None:
        """Stopped, and as empty as at first; before the very first start it is."""
        self.run("wipe" if _PRISTINE.exists() else "stop")

    def set_clock(self, instant: Instant) -> None:
        """From now on, this is what its clock shows."""
        server.set_clock(self.folder, instant)

    def token(self, account: str) -> str:
        """One of root, alice, bob and slamon, who are privileged, and carol, who is not."""
        lines = (self.folder / "run" / "rt.tokens").read_text().splitlines()
        return dict(line.split() for line in lines)[account]

    def call(self, method: str, path: str, body: Any = None, by: str = "root") -> Any:
        """What it answers; AssertionError if it refuses."""
        return server.ask(method, f"{self.url}/REST/2.0{path}", {"Authorization": f"token {self.token(by)}"}, body)

    def found(self, query: str, by: str = "slamon") -> list[str]:
        """Ids of the tickets that a query finds."""
        page = self.call("GET", f"/tickets?query={quote(query)}&orderby=LastUpdated&orderby=id&per_page=100", by=by)
        return [one["id"] for one in page["items"]]

    def perl(self, code: str) -> str:
        """Run Perl inside of it, with $S for the system's own account, and return what that prints."""
        program = f"{_PERL} use RT -init; my $S = RT->SystemUser;\n{code}"
        account = ["setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups", "env", "HOME=/tmp"]
        done = subprocess.run(
            [*account, "perl", "-e", program], capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout.strip()

    def seed(self, number: int, tickets: int) -> dict[str, Any]:
        """Run the seed script with another random seed (its own is 5), and return its own record of what it did."""
        command = [sys.executable, "-c", _SEEDING, str(number), str(self.script.parent / "rt_seed.py")]
        environment = {**self.environment, "N": str(tickets)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
        if done.returncode:
            raise AssertionError(f"seeding failed: {done.stderr[-500:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


@contextmanager
def running(servers: Path) -> Iterator[RequestTracker]:
    """An empty Request Tracker while the block lasts."""
    with server.alone("rt"), own_folder("rt") as folder:
        tracker = RequestTracker(servers / "rt.sh", folder, free_port())
        tracker.wipe()
        try:
            tracker.run("start")
            yield tracker
        finally:
            tracker.wipe()
