"""A real server out of a package of PyPI on loopback, whose clock is ours, and the scripts that fill it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon.core.instants import Instant, parse_instant
from tests.peers import server
from tests.peers.traces import free_port, own_folder

# Runs a script with another random seed. Before each of its steps it says when that is, and waits to be told to go on.
_SEEDING = """
import json, random, runpy, sys
seed, script = int(sys.argv[1]), sys.argv[2]
sys.path.insert(0, script.rpartition("/")[0])
import _seedlib
said, clock, usual = sys.stdout, _seedlib.clock, random.Random
def step(text):
    print(json.dumps(text), file=said, flush=True)
    sys.stdin.readline()
    clock(text)
_seedlib.clock = step
random.Random = lambda *given: usual(seed)
sys.argv, sys.stdout = [script], sys.stderr
made = runpy.run_path(script)
print(json.dumps({"ev": made["ev"], "ids": made["ids"]}, default=str), file=said, flush=True)
"""


@dataclass(frozen=True)
class Step:
    """What a script did: new, say, fu or patch; with what; as whom."""

    at: Instant
    what: str
    ticket: str
    values: Any
    by: str | None


@dataclass(frozen=True)
class Peer:
    """A running server. `folder` holds its state and its clock, `name` is that of its scripts."""

    servers: Path
    name: str
    folder: Path
    port: int
    path: str  # of its address
    api: str  # where its API is, below that

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def state(self) -> Path:
        """Where its data is."""
        return self.folder / self.name

    @property
    def pristine(self) -> Path:
        """Where its data is as it was at first."""
        return self.folder / "pristine"

    @property
    def environment(self) -> dict[str, str]:
        big = self.name.upper()
        own = {"PEERS": str(self.folder), "CLOCKFILE": str(self.folder / "clock"), f"{big}_PORT": str(self.port)}
        return {**os.environ, **own, f"{big}_URL": self.url}

    def run(self, *command: str, **more: str) -> str:
        """start, stop, wipe and so on. `more`: further environment."""
        return server.run(self.servers / f"{self.name}.sh", *command, environment=self.environment | more)

    def set_clock(self, instant: Instant) -> None:
        """From now on, this is what its clock shows."""
        server.set_clock(self.folder, instant)

    def call(self, method: str, path: str, by: str, body: Any = None, **headers: str) -> Any:
        """What it answers; AssertionError if it refuses."""
        login = base64.b64encode(f"{by}:slamon-{by}".encode()).decode()
        usual = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        return server.ask(method, self.url + self.api + path, usual | headers, body)

    async def seed(
        self, number: int, tickets: int, before_each: Callable[[Instant], Awaitable[None]] | None = None
    ) -> list[Step]:
        """Run the seed script; its own record of what it did. `before_each`: gets when the step will be."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _SEEDING, str(number), str(self.servers / f"{self.name}_seed.py")),
            env=self.environment | {"N": str(tickets)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        async for line in process.stdout:
            said = json.loads(line)
            if isinstance(said, dict):
                break
            if before_each is not None:
                await before_each(_instant(said))
            process.stdin.write(b"\n")
        process.stdin.close()
        assert await process.wait() == 0
        return [Step(_instant(at), what, str(said["ids"][i]), values, by) for at, what, i, values, by in said["ev"]]


def _instant(text: str) -> Instant:
    return parse_instant(f"{text.replace(' ', 'T')}Z")


def _installed(servers: Path, name: str) -> Path:
    """The folder of what is installed, which stays: what is in it knows its own place."""
    folder = Path(tempfile.gettempdir()) / "slamon-pypi-peers" / name
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        peer = Peer(servers, name, folder, free_port(), "", "")
        peer.set_clock(parse_instant("2026-01-01T00:00:00Z"))
        try:
            peer.run("start")
        finally:
            peer.run("wipe")
        (folder / "done").touch()
    return folder / "venvs"


@contextmanager
def running(servers: Path, name: str, path: str, api: str, start: Instant) -> Iterator[Peer]:
    """An empty server while the block lasts. What is installed for it is kept for the next time."""
    with own_folder(name) as folder:
        (folder / "venvs").symlink_to(_installed(servers, name))
        peer = Peer(servers, name, folder, free_port(), path, api)
        peer.set_clock(start)
        try:
            peer.run("start")
            peer.run("stop")
            subprocess.run(["cp", "-a", peer.state, peer.pristine], check=True)
            yield peer
        finally:
            peer.run("wipe")


def fresh(peer: Peer, start: Instant) -> Peer:
    """The same one, empty and running."""
    peer.run("stop")
    shutil.rmtree(peer.state)
    subprocess.run(["cp", "-a", peer.pristine, peer.state], check=True)
    peer.set_clock(start)
    peer.run("start")
    return peer
