"""slamon beside the replay, at the speed of life: polled and pushed to.

Its clock can be set, its loop held up, and its disk filled.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
from standardwebhooks import Webhook

from tests.e2e.process import ROOT, ServiceProcess

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
TOKEN = "whoever-acknowledges-and-silences"
POLICY = "help-line"

SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web:
  listen: "127.0.0.1:{port}"
  open: [health, metrics]
  tokens: {{leads: {{scope: act, secret: {token}}}}}
sources:
  desk:
    kind: rest
    url: "{world}/desk"
    poll: 1s
    max_data_age: 10s
    list: {{path: tickets, complete: true}}
    ticket: {{path: "tickets/{{id}}", created_at: created, updated_at: updated, status: state}}
    messages: {{items: notes, at: at, public: "!internal", author: {{login: by.login, agent: by.staff}}}}
    changes: {{items: log, at: at, field: field, before: old, value: new, names: {{state: status}}}}
    fields: {{type: kind, customer: org}}
    status: {{New: new, Waiting: waiting_customer, Done: solved, Rejected: cancelled}}
  phone: {{kind: webhook, secret: "{secret}"}}
directories:
  accounts: {{kind: csv, path: accounts.csv, key: name, on: customer, refresh: 3s}}
notifiers:
  pager: {{kind: webhook, url: "{world}/pager", secret: "{secret}", fallback: mailbox}}
  mailbox: {{kind: webhook, url: "{world}/chat", secret: "{secret}"}}
heartbeat: {{url: "{world}/heartbeat", every: 5s}}
metrics: {{customers: [Nordwind, Sunrise]}}
"""
RULES = f"""
version: 1
policies:
  - name: {POLICY}
    match: {{type: request}}
    calendar: 24x7
    warn_at: [50%]
    targets: {{first_response: 20s, resolution: 60s}}
routes:
  - {{name: people, match: all, steps: [{{when: [at_risk, breached], notify: pager}}]}}
  - name: itself
    match: {{alert: monitor}}
    group: {{wait: 1s}}
    steps: [{{when: [raised, cleared], notify: mailbox}}]
"""
BROKEN_RULES = "version: 1\npolicies: [{name: broken, matsch: all}]\n"
ACCOUNTS = "name,tier\nNordwind,gold\n"


class _Log(asyncio.Protocol):
    """Writes what comes out of a pipe into a file."""

    def __init__(self, file: BinaryIO) -> None:
        self.ended = asyncio.Event()
        self._file = file

    def data_received(self, data: bytes) -> None:
        self._file.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._file.close()
        self.ended.set()


class Live(ServiceProcess):
    """A running one, on a port of this machine."""

    def __init__(self, folder: Path, port: int, world: str) -> None:
        super().__init__(folder)
        self.url = f"http://127.0.0.1:{port}"
        self._log: _Log
        (folder / "slamon.yml").write_text(SETTINGS.format(port=port, world=world, token=TOKEN, secret=SECRET), "utf-8")
        (folder / "clock").write_text("+0\n")
        self.write("rules.yml", RULES)
        self.write("accounts.csv", ACCOUNTS)

    def write(self, name: str, text: str | None) -> None:
        """A file as it is from now on; None: it is gone."""
        if text is None:
            (self.folder / name).unlink()
            return
        new = self.folder / f"{name}.new"
        new.write_text(text, "utf-8")
        new.replace(self.folder / name)

    async def start(self) -> None:
        reading, writing = os.pipe()
        self._log = _Log((self.folder / "log.txt").open("ab", buffering=0))
        await asyncio.get_running_loop().connect_read_pipe(lambda: self._log, os.fdopen(reading, "rb", buffering=0))
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "slamon", "run", "--config", str(self.folder / "slamon.yml")),
                stdout=writing,
                stderr=writing,
                env=self._environment(),
                cwd=self.folder,
            )
        finally:
            os.close(writing)

    def _environment(self) -> dict[str, str]:
        """With a clock that shows what stands in a file; the monotonic one goes on, as on any machine."""
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        ours = {"PYTHONPATH": str(ROOT), "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": "clock"}
        return {**os.environ, **ours, "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    async def ended(self) -> int:
        self.fill_disk(False)
        status = await super().ended()
        await self._log.ended.wait()
        return status

    # what is done to it

    def set_clock(self, seconds: int) -> None:
        """From now on it is ahead by so much."""
        self.write("clock", f"+{seconds}\n")

    async def held_up(self, seconds: float) -> None:
        """Its loop stands still for so long, and nothing else of it."""
        command = (sys.executable, "-m", "tests.peers.monitored_stall", str(self.pid), str(seconds))
        holding = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        assert await holding.wait() == 0

    def reload(self) -> None:
        os.kill(self.pid, signal.SIGHUP)

    def fill_disk(self, full: bool) -> None:
        """It can make no file longer any more, or again."""
        with contextlib.suppress(ProcessLookupError):
            _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (1 if full else hard, hard))

    @contextmanager
    def meddled_with(self) -> Iterator[None]:
        """While the block lasts, a table of its database has another name."""
        self.in_database("ALTER TABLE commitment_counts RENAME TO put_away")
        yield
        self.in_database("ALTER TABLE put_away RENAME TO commitment_counts")

    def in_database(self, statement: str) -> int:
        """Somebody else's doing; how many rows it changed."""
        with closing(sqlite3.connect(self.folder / "slamon.db", isolation_level=None)) as shell:
            return shell.execute(statement).rowcount

    async def push(self, id: str, body: str, *, sign: bool = True) -> int:
        """Send a history, or what is none; the status of the answer."""
        now = datetime.now(UTC)
        signature = Webhook(SECRET).sign(id, now, body) if sign else "v1,AAAA"
        headers = {"webhook-id": id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
        return await self.ask("POST", "/hooks/phone", headers, data=body)

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> int:
        """The status of its answer."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, headers=headers, **more) as answer,
        ):
            return answer.status
