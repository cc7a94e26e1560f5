"""A folder with settings, rules and a growing file of tickets, who is told, and a slamon between them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from time import time_ns  # as it is here, whatever clock a row gives to slamon
from typing import Any

import aiohttp

from slamon.core.instants import HOUR, SECOND, format_instant
from tests.e2e.process import free_port, until
from tests.faults.process.hook import Hook
from tests.faults.process.service import Inside, Living, Outside
from tests.faults.world import same

SECRET = "whsec_Zmlyc3QgZmlyc3QgZmlyc3QgZmlyc3QgZmlyc3Q="
PROMISE = HOUR  # of the first response
LAST = "last"  # the ticket whose breach shows that slamon still works, and has done what came before
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}]
routes:
  - name: all
    match: all
    group: {by: [id], wait: 1s, digest_above: 1000}
    steps: [{when: [at_risk, breached, met, missed], notify: hook}]
"""
_PATIENCE = 15.0  # seconds until something that must happen has failed to
_TO_START = 8.0  # seconds
_SHORT = 5.0  # seconds, where a guard is off
_REST = 1.5  # seconds, where a guard is off, once a ticket that was written last was told of


class House:
    """What a row plays in. `patience`: seconds that anything may take."""

    def __init__(self, folder: Path, due: Sequence[str], living: Living, *, guarded: bool) -> None:
        self.folder = folder
        self.guarded = guarded
        self.due = list(due)
        self.slamon = living
        self.hook = Hook()
        self.patience = _PATIENCE if guarded else _SHORT
        self._rest = _PATIENCE if guarded else _REST
        self._created: dict[str, int] = {}
        self.port = free_port()
        self.notifiers: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        self.sources: dict[str, Any] = {"desk": {"kind": "file", "path": "tickets.jsonl", "poll": "0.2s"}}

    @property
    def inside(self) -> Inside:
        assert isinstance(self.slamon, Inside)
        return self.slamon

    @property
    def outside(self) -> Outside:
        assert isinstance(self.slamon, Outside)
        return self.slamon

    # what is written

    def settings(self, **parts: Any) -> None:
        """Write slamon.yml: what it usually says, and these parts from now on."""
        self.parts |= parts
        hook = {"kind": "webhook", "url": self.hook.url(), "secret": SECRET}
        usual = {
            "version": 1,
            "rules": "rules.yml",
            "storage": {"path": "slamon.db"},
            "web": {"listen": f"127.0.0.1:{self.port}", "open": ["health", "metrics", "api"]},
            "log": {"format": "json"},
            "sources": self.sources,
            "notifiers": {"hook": hook, **self.notifiers},
        }
        (self.folder / "slamon.yml").write_text(json.dumps({**usual, **self.parts}))

    def rules(self, text: str = RULES) -> None:
        (self.folder / "rules.yml").write_text(text)

    def write(self, id: str, overdue: float = 5.0, *, answered: float | None = None, **keys: Any) -> None:
        """Append a ticket whose promise was broken so many seconds ago; `answered`: how long ago it was answered.

        One that was written before is only updated.
        """
        now = time_ns() // 1_000
        created = self._created.setdefault(id, now - PROMISE - int(overdue * SECOND))
        events = []
        if answered is not None:
            at = format_instant(now - int(answered * SECOND))
            events = [{"id": "e1", "at": at, "kind": "message", "by": "agent", "public": True}]
        line = {"id": id, "created_at": format_instant(created), "events": events, **keys}
        with (self.folder / "tickets.jsonl").open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    # what happens

    async def begin(self) -> None:
        """Everything is there, and slamon works."""
        await self.hook.start()
        self.rules()
        self.settings()
        (self.folder / "tickets.jsonl").touch()
        await self.start()

    async def start(self) -> None:
        """Start slamon and wait until it works."""
        await self.slamon.start()
        await self.until(self.is_ready, "slamon is ready", at_least=_TO_START)

    async def restart(self) -> None:
        await self.slamon.stop()
        await self.start()

    async def until(self, condition: Any, what: str, *, at_least: float = 0.0) -> None:
        """Wait for a condition; AssertionError after the patience, or so many seconds."""
        await until(condition, what=what, patience=max(self.patience, at_least))

    async def arrived(self, *lines: str) -> None:
        """Wait until exactly these were told."""
        await self.until(lambda: self.hook.lines == sorted(lines), f"{sorted(lines)} arrived")

    async def get(self, path: str) -> tuple[int, str]:
        """What slamon answers; 0 if it does not."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}{path}") as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def is_ready(self) -> bool:
        assert self.slamon.is_running, f"slamon has ended: {getattr(self.slamon, 'said', '')}"
        return (await self.get("/readyz"))[0] == 200

    async def metric(self, line: str) -> float:
        """The value of a line of the metrics; 0 if there is none."""
        found = [one for one in (await self.get("/metrics"))[1].splitlines() if one.startswith(f"{line} ")]
        return float(found[0].split()[-1]) if found else 0.0

    def logged(self, event: str) -> list[Any]:
        """What slamon logged under a name."""
        return [one for one in self.slamon.logs if one.get("event") == event]

    # what came of it

    async def works(self) -> None:
        """Wait until a new ticket's breach was told: slamon works, and what waited before it has had its turn."""
        self.write(LAST)
        await self.until(lambda: f"{LAST} breached" in self.hook.lines, "a new breach is told")

    async def check(self) -> None:
        """Exactly what was due arrived, whatever came again was unchanged, nothing is left, and slamon ends well."""
        await self.works()
        self.patience = self._rest
        wanted = sorted([*self.due, f"{LAST} breached"])
        try:
            await self.arrived(*wanted)
        except AssertionError:
            same("alerts", self.hook.lines, wanted)
        await self.until(self.nothing_is_left, "nothing is left in the queue")
        await self.slamon.stop()
        same("alerts", self.hook.lines, wanted)
        self.hook.check_repeats()

    async def nothing_is_left(self) -> bool:
        """Whether all that was due has ended, and is marked so."""
        status, text = await self.get("/api/status")
        waiting = [state for _, state, _ in json.loads(text)["deliveries"]] if status == 200 else ["?"]
        return not {"pending", "bound", "?"} & set(waiting)

    async def close(self) -> None:
        """Whatever still runs."""
        await self.slamon.kill()
        await self.hook.stop()
