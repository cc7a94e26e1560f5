"""The service without its edges: a real source, collector, store, judge and deliverer, and a clock set by hand.

The servers are real ones on loopback; nothing waits for the wall clock but what a fault is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog.testing

from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import MINUTE, SECOND, Instant
from slamon.core.judge import Judge
from slamon.core.message import Message
from slamon.core.routes import Routing
from slamon.core.ticket import Ticket
from slamon.flow.collect import Collector
from slamon.flow.deliver import Deliverer
from slamon.flow.judge import JudgeLoop
from slamon.flow.standing import Standings
from slamon.ports import Ending, Reason, SendError
from slamon.rulefile import read_texts
from slamon.silences import silences_of
from slamon.sources import Surroundings
from slamon.store import SqliteStore
from tests.clock import ManualTime
from tests.faults.clock import at, shown
from tests.faults.peer import Peer
from tests.faults.row import Row
from tests.flow.build import Watched
from tests.sources.http_server import Request

NOON: Instant = at("12:00")
RECONCILED_EVERY = 10 * MINUTE
MAX_DATA_AGE = 8 * MINUTE
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}]
routes: [{name: all, match: all, group: {by: [id], wait: 1s, digest_above: 1000}, steps: [{when: [at_risk, breached], notify: desk}, {when: met, notify: desk}]}]
"""


def same(what: str, found: Any, wanted: Any) -> None:
    """AssertionError that shows both."""
    assert found == wanted, f"{what}: {found!r}, not {wanted!r}"


@dataclass
class Receiver:
    """A notifier that takes everything and says so only the second time: each message must come twice, unchanged."""

    time: ManualTime
    taken: list[tuple[Instant, Message]] = field(default_factory=list)
    name: str = "desk"

    async def send(self, message: Message) -> None:
        known = any(one.id == message.id for _, one in self.taken)
        self.taken.append((self.time.now(), message))
        if not known:
            raise SendError(Reason.TIMEOUT, "the answer was lost", retry_after=SECOND, unknown=True)

    async def close(self) -> None: ...

    @property
    def firsts(self) -> dict[str, tuple[Instant, Message]]:
        """The first of each, by its id."""
        return {one.id: (when, one) for when, one in reversed(self.taken)}

    @property
    def lines(self) -> list[str]:
        """What arrived, once each, as TIME TITLE."""
        return sorted(f"{shown(when)} {one.title}" for when, one in self.firsts.values())

    def check_repeats(self) -> None:
        """Each came exactly twice, and byte by byte the same."""
        for id, (_, first) in self.firsts.items():
            bodies = [msgspec.json.encode(one) for _, one in self.taken if one.id == id]
            same(f"times that “{first.title}” came", len(bodies), 2)
            same(f"repeated “{first.title}”", bodies[1], bodies[0])


class World:
    """One row being played. `up` is what was reported of the source, `logs` what was logged, `asked` each request."""

    def __init__(self, row: Row, folder: Path) -> None:
        self.row = row
        self.folder = folder
        self.time = ManualTime(NOON)
        self.desk = row.desk(self.time)
        self.asked: list[tuple[Instant, Request]] = []
        self.peer = Peer(self._script)
        self.receiver = Receiver(self.time)
        self.watched = Watched()
        self.logs: list[Any] = []
        self.reconciles = False
        self.source: Any = None
        self.store: Any = None
        self.host = "http://127.0.0.1"
        self.ca_file: str | None = None
        self._next_poll = self._next_reconciling = NOON

    @property
    def up(self) -> list[bool]:
        return self.watched.up

    def _script(self, request: Request) -> Any:
        self.asked.append((self.time.now(), request))
        return self.desk(request)

    async def open(self) -> None:
        """Everything but the server, which is there already."""
        self.store = SqliteStore(self.folder / "slamon.db")
        await self.store.open()
        around = Surroundings(self.folder, self.time, NOON, self._known)
        self.source = self.desk.source(f"{self.host}:{self.peer.port}", self.ca_file, around)
        self._start_flow()

    def _start_flow(self) -> None:
        loaded = read_texts({"rules.yml": RULES.encode()}, notifiers=frozenset({"desk"}))
        assert loaded.rules is not None, loaded.render()
        assessor = Assessor(Judge(loaded.rules), Routing(loaded.rules.routes, loaded.rules.quiet))
        standings = Standings(self.store, silences_of)
        changed, queued = asyncio.Event(), asyncio.Event()
        self.collector = Collector(self.source, self.store, self.time, changed, self.watched, MAX_DATA_AGE)
        self._loop = JudgeLoop(assessor, self.store, self.time, changed, queued.set, self.watched, "1", standings)
        self._deliverer = Deliverer(
            self.receiver, assessor, self.store, self.time, queued, self.watched, self, standings
        )

    async def close(self) -> None:
        """Whatever was opened."""
        for one in (self.source, self.store):
            if one is not None:
                await one.close()

    async def _known(self, ids: Sequence[str]) -> Mapping[str, Ticket]:
        stored = await self.store.load(self.source.name, ids)
        return {id: decode(one.body, self.source.name) for id, one in stored.items()}

    # flow.deliver.Knowledge, as the service has it

    async def reread(self, source: str, ticket: str) -> None:
        await self.collector.reread(ticket)

    def settled(self) -> bool:
        return True

    def staleness(self, source: str) -> str | None:
        return self.collector.staleness()

    # what rows do

    async def until(self, clock: str) -> None:
        """Let time pass; whatever is due on the way is done at its very instant."""
        goal = at(clock)
        await self._turn()
        while self.time.now() < goal:
            wakes = [goal, self._next_poll, await self.store.next_change(), await self._deliverer.catch_up()]
            self.time.advance_to(min(one for one in wakes if one is not None and one > self.time.now()))
            await self._turn()

    async def _turn(self) -> None:
        now = self.time.now()
        if now >= self._next_poll:
            self._next_poll = now + self.row.every
            await self.collector.poll()
        if self.reconciles and now >= self._next_reconciling:
            self._next_reconciling = now + RECONCILED_EVERY
            await self.collector.reconcile()
        await self._loop.catch_up()
        await self._deliverer.catch_up()
        if await self._loop.catch_up():  # a last look at a ticket found news
            await self._deliverer.catch_up()

    def limit(self, seconds: float = 30.0) -> None:
        """How long an answer may take: short only while one is late on purpose, for this machine may be slow."""
        access = self.source.client._access
        self.source.client._access = replace(access, limits=replace(access.limits, seconds=seconds))

    # what rows ask

    def times(self, path: str = "") -> list[str]:
        """When a path, or anything, was asked for."""
        return [shown(when) for when, one in self.asked if path in ("", one.path)]

    def failures(self) -> list[str]:
        """What was said of a source that cannot be read, once each time it was said."""
        return [entry["error"] for entry in self.logs if entry["event"] == "source failed"]

    def problems(self) -> list[str]:
        """What was said of items that are no tickets."""
        return [entry["problem"] for entry in self.logs if entry["event"] == "not a ticket"]

    def check_told(self, *wanted: str) -> None:
        """Of the failures exactly these were said, each a part of what was said, in their order."""
        found = self.failures()
        fits = len(found) == len(wanted) and all(one in said for one, said in zip(wanted, found, strict=False))
        assert fits, f"told of the source: {found!r}, not {list(wanted)!r}"

    def footers(self, ticket: str) -> list[str]:
        """What stood below the messages about a ticket."""
        of_ticket = [one for _, one in self.receiver.firsts.values() if one.title.startswith(f"{ticket}:")]
        return sorted(one.footer or "" for one in of_ticket)

    def title(self, clock: str) -> Message:
        """The message that arrived first at a time."""
        return next(one for when, one in self.receiver.taken if shown(when) == clock)

    async def stored(self, id: str) -> list[str] | None:
        """The history in the store, in the words of `told`; None if there is none."""
        known = await self._known([id])
        return told(known[id]) if id in known else None

    async def check(self) -> None:
        """Exactly the alerts that were due, repeated ones unchanged, and in the store what the server has."""
        same("alerts", self.receiver.lines, list(self.row.due))
        self.receiver.check_repeats()
        for id, truth in self.desk.truth().items():
            same(f"ticket {id} in the store", await self.stored(id), truth)
        same("left in the queue", self.watched.endings.count(Ending.DEAD), 0)


def told(ticket: Ticket) -> list[str]:
    """A history as lines; an instant only where servers tell one."""
    lines = [f"{shown(ticket.created_at)} created"]
    for event in ticket.events:
        if event.kind == "message":
            lines.append(f"{shown(event.at)} message {event.by}")
        elif event.kind == "change" and event.set and "source_status" in event.set:
            lines.append(f"{shown(event.at)} {event.set['source_status']}")
        elif event.kind != "change":
            lines.append(event.kind)
    return lines


@asynccontextmanager
async def world(row: Row, folder: Path) -> AsyncIterator[World]:
    """A world in which the server listens; rows open the rest once they have said where it is."""
    made = World(row, folder)
    with structlog.testing.capture_logs() as logs:
        made.logs = logs
        await made.peer.start()
        try:
            yield made
        finally:
            await made.peer.stop()
