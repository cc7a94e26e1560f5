"""The service without its edges: a real store, judge, deliverers and notifiers, servers of ours at their other end.

The clock is set by hand and chance always says the longest pause; nothing waits for the wall clock but what a fault is
about.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import structlog.testing

from slamon import notifiers
from slamon.core import monitoring
from slamon.core.assess import Assessor
from slamon.core.instants import MINUTE, SECOND, Instant
from slamon.core.judge import Judge
from slamon.core.routes import Routing
from slamon.core.standing import Ack
from slamon.flow.deliver import Deliverer
from slamon.flow.judge import JudgeLoop
from slamon.flow.mirror import Mirror
from slamon.flow.monitor import Monitor
from slamon.flow.signs import Signs
from slamon.flow.standing import Standings
from slamon.ports import SilenceRow
from slamon.rulefile import read_texts
from slamon.silences import silences_of
from slamon.store import SqliteStore
from tests.clock import ManualTime
from tests.faults.clock import at
from tests.faults.notifiers.checks import check_oracle, check_repeats, check_secrets
from tests.faults.notifiers.lives import Life
from tests.faults.notifiers.nodes import AlertmanagerNode
from tests.faults.notifiers.receivers import Receiver, webhook
from tests.faults.notifiers.row import NotifierRow
from tests.faults.notifiers.settings import options_of, receiver_of
from tests.faults.world import same
from tests.flow.build import Known, Watched

NOON: Instant = at("12:00")
_LONGEST = SimpleNamespace(uniform=lambda _least, most: most)
_SYNC_EVERY = MINUTE
_LOOK_EVERY = 10 * SECOND


class World:
    """One row being played: `desk` is the receiver that misbehaves, `pager` a webhook that is always well."""

    def __init__(self, row: NotifierRow, folder: Path) -> None:
        self.row = row
        self.folder = folder
        self.time = ManualTime(NOON)
        self.desk = receiver_of(row.kind, "desk", self.time)
        self.second = AlertmanagerNode("second", self.time)
        self.pager = webhook("pager", self.time)
        self.lives: dict[str, Life] = {}
        self.logs: list[Any] = []
        self.watched = {"desk": Watched(), "pager": Watched()}
        self.store: Any = None
        self.notifiers: dict[str, Any] = {}
        self.deliverers: dict[str, Deliverer] = {}
        self.mirror: Mirror | None = None
        self.monitor: Monitor
        self._put_until = NOON - 1
        self._next_look = self._next_sync = NOON

    # beginning

    def ticket(self, id: str, opened: str, answered: str | None = None, **more: Any) -> Life:
        """A ticket, and when it will be answered."""
        self.lives[id] = Life(id, at(opened), None if answered is None else at(answered), **more)
        return self.lives[id]

    async def open(self, **options: Any) -> None:
        """Everything but the servers, which are there already; `options` are keys of the notifier desk."""
        self.store = SqliteStore(self.folder / "slamon.db")
        await self.store.open()
        self._make(
            "desk", self.row.kind, options_of(self.row.kind, self.desk.peer.port, self.second.peer.port) | options
        )
        self._make("pager", "webhook", options_of("webhook", self.pager.peer.port))
        self._start_flow()

    def _make(self, name: str, kind: str, options: dict[str, Any]) -> None:
        found = notifiers.load(kind)
        self.notifiers[name] = found.make(name, found.settings(**options))

    def _start_flow(self) -> None:
        loaded = read_texts({"rules.yml": self.row.rules.encode()}, notifiers=frozenset(self.notifiers))
        assert loaded.rules is not None, loaded.render()
        assessor = Assessor(Judge(loaded.rules), Routing(loaded.rules.routes, loaded.rules.quiet))
        self._standings, known = Standings(self.store, silences_of), Known()
        queued = {name: asyncio.Event() for name in self.notifiers}

        def wake() -> None:
            for event in queued.values():
                event.set()

        signs = Signs(self.store, self.time, {}, {}, self.deliverers)
        observer: Any = SimpleNamespace(standing=lambda conditions: None)
        self.monitor = Monitor(signs.look, assessor.routing, self.store, self.time, self._standings, wake, observer)
        for name, notifier in self.notifiers.items():
            self.deliverers[name] = Deliverer(
                notifier,
                assessor,
                self.store,
                self.time,
                queued[name],
                self.watched[name],
                known,
                self._standings,
                self.row.manners[name],
                wake=wake,
                tellers={monitoring.SOURCE: self.monitor},
            )
        self._loop = JudgeLoop(
            assessor, self.store, self.time, asyncio.Event(), wake, self.watched["desk"], "1", self._standings
        )
        if self.row.kind == "alertmanager":
            self.mirror = Mirror("desk", self.notifiers["desk"], self.store, self.deliverers["desk"].looker)

    async def close(self) -> None:
        """Whatever was opened."""
        for one in (*self.notifiers.values(), self.store):
            if one is not None:
                await one.close()

    # what rows do

    async def until(self, clock: str) -> None:
        """Let time pass; whatever is due on the way is done at its very instant."""
        goal = at(clock)
        wakes = await self._turn()
        while self.time.now() < goal:
            self.time.advance_to(min(one for one in (goal, *wakes) if one > self.time.now()))
            wakes = await self._turn()

    async def _turn(self) -> list[Instant]:
        """Do all that is due now; when something else will be."""
        now = self.time.now()
        await self._put(now)
        await self._loop.catch_up()
        await self._look_about(now)
        # As in the service each notifier is served on its own; two rounds, for one may have left something to another.
        for _ in range(2):
            nexts = await asyncio.gather(*(one.catch_up() for one in self.deliverers.values()))
            await self._loop.catch_up()
        if self.mirror is not None and now >= self._next_sync:
            self._next_sync = now + _SYNC_EVERY
            await self.mirror.sync()
        lives = [when for life in self.lives.values() for when in life.happens if when > now]
        own = [self._next_look] if self._is_watched else []
        own += [self._next_sync] if self.mirror is not None else []
        wakes = [*nexts, await self.store.next_change(), *lives, *own]
        return [one for one in wakes if one is not None and one > now]

    @property
    def _is_watched(self) -> bool:
        return "monitor" in self.row.rules

    async def _look_about(self, now: Instant) -> None:
        if self._is_watched and now >= self._next_look:
            self._next_look = now + _LOOK_EVERY
            await self.monitor.look()

    async def _put(self, now: Instant) -> None:
        news = [one for one in self.lives.values() if any(self._put_until < when <= now for when in one.happens)]
        self._put_until = now
        if news:
            await self.store.save_batch("help", [(one.id, one.line(now)) for one in news], b"1")

    async def acknowledge(self, ticket: str) -> None:
        """Somebody takes care of it now."""
        now = self.time.now()
        self.lives[ticket].hushed = now
        await self.store.save_ack(Ack("help", ticket, None, "alice", now))

    async def silence(self, ticket: str, until: str) -> None:
        """Nobody is to be told of it for a while."""
        now = self.time.now()
        self.lives[ticket].hushed = now
        match = f'{{"id": "{ticket}"}}'
        await self.store.save_silence(SilenceRow("1", match, now, at(until), "alice", "known"))

    def limit(self, seconds: float = 10.0) -> None:
        """How long a send may take: short only while one is late on purpose, for this machine may be slow."""
        notifier = self.notifiers["desk"]
        notifier._settings = replace(notifier._settings, timeout=seconds)

    def fails(self, since: str, until: str, said: Any) -> None:
        """Between two times the desk says the same to everything, or what a function says."""
        first, last, usual = at(since), at(until), self.desk.fault

        def fault(request: Any) -> Any:
            if not first <= self.time.now() < last:
                return usual(request)
            return said(request) if callable(said) else said

        self.desk.fault = fault

    # what rows ask

    def told_of(self, what: str, event: str = "notifier failed") -> list[str]:
        """The errors that were logged so and hold a text."""
        return [one["error"] for one in self.logs if one["event"] == event and what in one["error"]]

    @property
    def receivers(self) -> list[Receiver]:
        own = [self.desk, self.pager]
        return [*own, self.second] if self.row.kind == "alertmanager" else own

    async def check(self) -> None:
        """Exactly what was due arrived, nothing twice but where nobody could know, and nothing waits any more."""
        same("arrivals", sorted(line for one in self.receivers for line in one.lines), sorted(self.row.due))
        if self.row.kind != "alertmanager":
            for one in self.receivers:
                check_repeats(one)
            told = {news for one in self.receivers for arrival in one.taken for news in arrival.told}
            check_oracle(list(self.lives.values()), self.row, told, self.time.now())
        check_secrets(repr(self.logs))
        waiting = {
            key: count
            for key, count in (await self.store.figures()).deliveries.items()
            if key[1] in ("pending", "bound")
        }
        same("left in the outbox", waiting, {})


@asynccontextmanager
async def world(row: NotifierRow, folder: Path) -> AsyncIterator[World]:
    """A world in which the servers listen; rows open the rest once they have said where they are."""
    made = World(row, folder)
    peers = [made.desk.peer, made.pager.peer, made.second.peer]
    with structlog.testing.capture_logs() as logs, patch("slamon.flow.courier.random", _LONGEST):
        made.logs = logs
        for peer in peers:
            await peer.start()
        try:
            yield made
        finally:
            await made.close()
            for peer in peers:
                await peer.stop()
