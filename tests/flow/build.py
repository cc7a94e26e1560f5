"""A small service without its edges: a real store, a clock set by hand, rules as a person writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import Span, format_instant, parse_instant
from slamon.core.judge import Judge
from slamon.core.message import Message
from slamon.core.routes import Routing
from slamon.flow.deliver import Deliverer, Manners, Teller
from slamon.flow.judge import Address, Join, JudgeLoop, as_told, no_address
from slamon.flow.observe import Outcome, Promise
from slamon.flow.standing import Standings
from slamon.flow.tally import Customers
from slamon.ports import Ending, Reason, Store
from slamon.rulefile import read_texts
from slamon.silences import silences_of
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
        self.unknown = 0
        self.promises: list[tuple[str, Promise, Span | None]] = []
        self.up: list[bool] = []

    def collected(self, source: str, changed: int, problems: int) -> None:
        self.problems += problems

    def source_up(self, source: str, up: bool) -> None:
        self.up.append(up)

    def judged(self, tickets: int, deliveries: int) -> None: ...

    def started(self, promise: Promise) -> None:
        self.promises.append(("started", promise, None))

    def became(self, promise: Promise, outcome: Outcome, elapsed: Span | None) -> None:
        self.promises.append((outcome, promise, elapsed))

    def corrected(self, promise: Promise, was: Outcome) -> None:
        self.promises.append((f"not {was}", promise, None))

    def attempted(self, notifier: str, failure: Reason | None, *, unknown: bool = False) -> None:
        self.attempts.append(failure)
        self.unknown += unknown

    def delivered(self, notifier: str, ending: Ending, lateness: Sequence[Span]) -> None:
        self.endings += [ending] * len(lateness)

    def swept(self, found: int) -> None: ...


class Known:
    """Sources about which nothing more can be learnt."""

    remark: str | None = None
    is_settled = True

    async def reread(self, source: str, ticket: str) -> None: ...

    def staleness(self, source: str) -> str | None:
        return self.remark

    def settled(self) -> bool:
        return self.is_settled


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
    known: Known
    assessor: Assessor
    loop: JudgeLoop
    deliverer: Deliverer
    address: Address
    manners: Manners | None
    changed: asyncio.Event  # wakes the judge

    async def put(self, id: str, created_at: str, events: Sequence[dict[str, Any]] = (), **keys: Any) -> None:
        """A ticket as a source would bring it."""
        line = msgspec.json.encode({"id": id, "created_at": created_at, "events": list(events), **keys})
        decode(line, "help")
        await self.store.save_batch("help", [(id, line)], b"1")

    async def turn(self, at: str) -> list[str]:
        """Set the clock, judge, deliver all that is due; the titles that were sent."""
        self.time.jump_to(parse_instant(at))
        return await self.go()

    async def go(self) -> list[str]:
        """Judge and deliver all that is due now; the titles that were sent."""
        before = len(self.desk.sent)
        await self.loop.catch_up()
        await self.deliverer.catch_up()
        return self.desk.titles[before:]

    async def pass_until(self, at: str) -> list[tuple[str, str]]:
        """Let time pass; whatever is due on the way is done at its instant. What was sent, as (time, title)."""
        goal, sent = parse_instant(at), []
        while True:
            titles = await self.go()
            sent += [(format_instant(self.time.now())[11:19], title) for title in titles]
            wakes = [await self.store.next_change(), await self.deliverer.catch_up()]
            later = [one for one in wakes if one is not None and one > self.time.now()]
            if self.time.now() >= goal:
                return sent
            self.time.advance_to(min([goal, *later]))

    def restarted(self, store: Store | None = None) -> Bench:
        """As after a crash: nothing is left but the store, and what people see."""
        kept = {"desk": self.desk, "address": self.address, "manners": self.manners}
        return assemble(store or self.store, self.time, self.assessor, **kept)  # type: ignore[arg-type]


def assemble(
    store: Store,
    time: ManualTime,
    assessor: Assessor,
    version: str = "1",
    join: Join = as_told,
    manners: Manners | None = None,
    address: Address = no_address,
    desk: Desk | None = None,
    tellers: Mapping[str, Teller] | None = None,
    customers: Customers | None = None,
) -> Bench:
    desk, watched, known, queued = desk or Desk(), Watched(), Known(), asyncio.Event()
    standings = Standings(store, silences_of)
    changed = asyncio.Event()
    loop = JudgeLoop(
        *(assessor, store, time, changed, queued.set, watched, version, standings, join, address),
        customers or Customers(),
    )
    deliverer = Deliverer(
        desk, assessor, store, time, queued, watched, known, standings, manners, join, queued.set, tellers
    )
    return Bench(store, time, desk, watched, known, assessor, loop, deliverer, address, manners, changed)


def bench(store: Store, at: str, rules: str = RULES, version: str = "1", **parts: Any) -> Bench:
    """A service at an instant; `link` and `realert_after` are the assessor's, all else is `assemble`'s."""
    loaded = read_texts({"rules.yml": rules.encode()}, notifiers=frozenset({"desk", "pager"}))
    assert loaded.rules is not None, loaded.render()
    routing = Routing(loaded.rules.routes, loaded.rules.quiet)
    assessor = Assessor(Judge(loaded.rules), routing, link=parts.pop("link", None))
    return assemble(store, ManualTime(parse_instant(at)), assessor, version, **parts)


def message(at: str, by: str = "agent") -> dict[str, Any]:
    return {"id": at, "at": at, "kind": "message", "by": by, "public": True}


def status(at: str, value: str) -> dict[str, Any]:
    return {"id": at, "at": at, "kind": "change", "set": {"status": value}}


def database(folder: Path) -> Path:
    return folder / "slamon.db"
