"""A small service without its edges: a real store, a clock set by hand, rules as a person writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import Span, parse_instant
from slamon.core.judge import Judge
from slamon.core.message import Message
from slamon.flow.deliver import Deliverer
from slamon.flow.judge import Join, JudgeLoop, as_told
from slamon.ports import Ending, Reason, Store
from slamon.rulefile import read_texts
from tests.clock import ManualTime

RULES = """
version: 1
calendars: {office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}}
policies:
  - {name: gold, match: all, calendar: office, warn_at: [50%, 75%], targets: {first_response: 4h}}
routes:
  - {name: all, match: all, steps: [{when: [at_risk, breached], notify: desk}, {when: met, notify: desk}]}
"""


class Watched:
    """An observer that counts."""

    def __init__(self) -> None:
        self.attempts: list[Reason | None] = []
        self.endings: list[Ending] = []
        self.problems = 0
        self.up: list[bool] = []

    def collected(self, source: str, changed: int, problems: int) -> None:
        self.problems += problems

    def source_up(self, source: str, up: bool) -> None:
        self.up.append(up)

    def judged(self, tickets: int, deliveries: int) -> None: ...

    def attempted(self, notifier: str, failure: Reason | None) -> None:
        self.attempts.append(failure)

    def delivered(self, notifier: str, ending: Ending, lateness: Span) -> None:
        self.endings.append(ending)

    def swept(self, found: int) -> None: ...


class Known:
    """Sources about which nothing more can be learnt."""

    remark: str | None = None

    async def reread(self, source: str, ticket: str) -> None: ...

    def staleness(self, source: str) -> str | None:
        return self.remark


@dataclass
class Desk:
    """A notifier that keeps what it is sent, and fails as it is told to."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    name: str = "desk"
    took: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        self.took.set()
        if self.failures:
            raise self.failures.pop(0)

    async def close(self) -> None: ...

    @property
    def titles(self) -> list[str]:
        return [message.title for message in self.sent]


@dataclass
class Bench:
    """Everything between a source and a notifier."""

    store: Store
    time: ManualTime
    desk: Desk
    watched: Watched
    loop: JudgeLoop
    deliverer: Deliverer

    async def put(self, id: str, created_at: str, events: Sequence[dict[str, Any]] = (), **keys: Any) -> None:
        """A ticket as a source would bring it."""
        line = msgspec.json.encode({"id": id, "created_at": created_at, "events": list(events), **keys})
        decode(line, "help")
        await self.store.save_batch("help", [(id, line)], b"1")

    async def turn(self, at: str) -> list[str]:
        """Set the clock, judge, deliver all that is due; the titles that were sent."""
        self.time.jump_to(parse_instant(at))
        before = len(self.desk.sent)
        await self.loop.catch_up()
        await self.deliverer.catch_up()
        return self.desk.titles[before:]


def bench(store: Store, at: str, rules: str = RULES, version: str = "1", join: Join = as_told) -> Bench:
    loaded = read_texts({"rules.yml": rules.encode()}, notifiers=frozenset({"desk"}))
    assert loaded.rules is not None, loaded.render()
    assessor = Assessor(Judge(loaded.rules), loaded.rules.routes)
    time, desk, watched, queued = ManualTime(parse_instant(at)), Desk(), Watched(), asyncio.Event()
    loop = JudgeLoop(assessor, store, time, asyncio.Event(), queued.set, watched, version, join)
    deliverer = Deliverer(desk, assessor, store, time, 1, queued, watched, Known(), join)
    return Bench(store, time, desk, watched, loop, deliverer)


def message(at: str, by: str = "agent") -> dict[str, Any]:
    return {"id": at, "at": at, "kind": "message", "by": by, "public": True}


def status(at: str, value: str) -> dict[str, Any]:
    return {"id": at, "at": at, "kind": "change", "set": {"status": value}}


def database(folder: Path) -> Path:
    return folder / "slamon.db"
