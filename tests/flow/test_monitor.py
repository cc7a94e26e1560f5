"""What is wrong with slamon itself, told by the same outbox and notifiers as everything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND, Span
from slamon.core.monitoring import SOURCE
from slamon.flow.deliver import Deliverer
from slamon.flow.monitor import Monitor
from slamon.flow.signs import Signs
from slamon.flow.standing import Standings
from slamon.ports import Ending, Reason, SendError, SilenceRow, Store, StoreError
from slamon.silences import silences_of
from tests.flow.build import RULES, Bench, bench, message
from tests.flow.watching import Chat, Seen, Source

AT = "2026-06-08T09:00:00Z"
ROUTE = """
  - name: itself
    match: {alert: monitor}
    steps: [{when: raised, notify: desk}, {when: raised, after: 15m, notify: desk}, {when: cleared, notify: desk}]
"""


@dataclass
class World:
    """A service whose sources and notifiers are as a test sets them."""

    run: Bench
    store: Store
    sources: dict[str, Source]
    chat: Chat = field(default_factory=Chat)
    seen: Seen = field(default_factory=Seen)
    silent: dict[str, float] = field(default_factory=dict)

    async def start(self) -> None:
        """As after a start: nothing is left but the store."""
        run, standings = self.run, Standings(self.store, silences_of)
        freshness = dict.fromkeys(self.sources, 10 * MINUTE)
        signs = Signs(self.store, run.time, self.sources, freshness, {"chat": self.chat}, lambda: self.silent)
        routing = run.assessor.routing
        self.monitor = Monitor(signs.look, routing, self.store, run.time, standings, lambda: None, self.seen)
        await self.monitor.open()
        self.deliverer = Deliverer(
            run.desk,
            run.assessor,
            self.store,
            run.time,
            run.deliverer._queued,
            run.watched,
            run.known,
            standings,
            tellers={SOURCE: self.monitor},
        )

    async def pass_on(self, span: Span, *, read: bool = False) -> list[str]:
        """Let time pass, look every ten seconds and deliver; what was sent. `read`: the sources are read meanwhile."""
        before, end = len(self.run.desk.sent), self.run.time.now() + span
        while True:
            if read:
                for source in self.sources.values():
                    source.read_at = self.run.time.now()
            await self.monitor.look()
            await self.deliverer.catch_up()
            if self.run.time.now() >= end:
                return [title.removeprefix("slamon: ") for title in self.run.desk.titles[before:]]
            self.run.time.advance(min(10 * SECOND, end - self.run.time.now()))


async def world(store: Store, routes: str = ROUTE, rules: str = RULES, sources: str = "help") -> World:
    run = bench(store, AT, rules + routes)
    found = World(run, store, {name: Source(run.time.now()) for name in sources.split()})
    await found.start()
    return found


@pytest.mark.asyncio
async def test_a_source_that_falls_silent_is_told_once_and_again_when_it_is_read(store: Store) -> None:
    its = await world(store)
    assert await its.pass_on(10 * MINUTE) == []
    its.sources["help"].standing_fault = "no connection"
    assert await its.pass_on(10 * SECOND) == ["help could not be read for 10 min 10 s: no connection"]
    assert await its.pass_on(10 * MINUTE) == []
    assert its.seen.conditions == [("source_stale", "help")]
    assert await its.pass_on(10 * SECOND, read=True) == ["over: help could not be read for 10 min 10 s: no connection"]
    assert its.seen.conditions == []


@pytest.mark.asyncio
async def test_what_lasts_is_told_to_the_next_one_with_the_state_of_then(store: Store) -> None:
    its = await world(store)
    await its.pass_on(10 * MINUTE + 10 * SECOND)
    assert await its.pass_on(15 * MINUTE) == ["help could not be read for 25 min 10 s"]


@pytest.mark.asyncio
async def test_a_restart_neither_forgets_nor_repeats(store: Store) -> None:
    its = await world(store)
    assert len(await its.pass_on(11 * MINUTE)) == 1
    its.sources["help"] = Source()  # not read yet
    await its.start()
    assert await its.pass_on(5 * MINUTE) == []
    assert [one.name for one in its.monitor.stands] == ["source_stale"]
    assert len(await its.pass_on(10 * SECOND, read=True)) == 1


@pytest.mark.asyncio
async def test_a_source_that_flaps_does_not_spam(store: Store) -> None:
    its = await world(store)
    sent = []
    for _ in range(12):  # six hours
        sent += await its.pass_on(11 * MINUTE)
        sent += await its.pass_on(19 * MINUTE, read=True)
    raised = [title for title in sent if not title.startswith("over")]
    assert len(sent) <= 4, sent
    assert len(raised) <= 3


@pytest.mark.asyncio
async def test_over_before_it_could_be_sent_it_is_not_sent(store: Store) -> None:
    its = await world(store)
    its.run.desk.failures = [SendError(Reason.UNREACHABLE, "no connection")]
    its.run.time.advance(11 * MINUTE)
    await its.monitor.look()
    await its.deliverer.catch_up()  # fails
    its.sources["help"].read_at = its.run.time.now()
    await its.monitor.look()
    its.run.time.advance(MINUTE)
    before = len(its.run.desk.sent)
    await its.deliverer.catch_up()
    assert its.run.desk.titles[before:] == ["slamon: over: help could not be read for 11 min"]
    assert Ending.SUPERSEDED in its.run.watched.endings


@pytest.mark.asyncio
async def test_a_refusal_is_told_at_once(store: Store) -> None:
    its = await world(store)
    its.sources["help"].standing_fault, its.sources["help"].is_refused = "the key is not valid", True
    assert await its.pass_on(0) == ["help refuses us: the key is not valid"]


@pytest.mark.asyncio
async def test_a_notifier_that_fails_is_told_after_five_minutes_a_broken_one_at_once(store: Store) -> None:
    its = await world(store)
    its.chat.failing = "timeout: no answer"
    assert await its.pass_on(5 * MINUTE - 10 * SECOND, read=True) == []
    assert await its.pass_on(10 * SECOND, read=True) == ["chat takes no messages: timeout: no answer"]
    other = await world(store)
    other.chat.failing, other.chat.is_broken = "server_error: 500", True
    assert [one.subject for one in other.monitor.stands] == ["chat"]


@pytest.mark.asyncio
async def test_a_dead_letter_is_told_and_forgotten_an_hour_after_the_last_one(store: Store) -> None:
    its = await world(store)
    await its.run.put("7", AT)
    its.run.desk.failures = [SendError(Reason.NO_RECIPIENT, "channel is gone", permanent=True)]
    await its.run.turn("2026-06-08T11:00:00Z")  # at half of its time
    for source in its.sources.values():
        source.read_at = its.run.time.now()
    assert await its.pass_on(0, read=True) == ["desk: 1 message of the last hour reached nobody there"]
    assert await its.pass_on(59 * MINUTE, read=True) == [] or its.monitor.stands
    sent = await its.pass_on(2 * MINUTE, read=True)
    assert sent[-1] == "over: desk: 1 message of the last hour reached nobody there"


@pytest.mark.asyncio
async def test_open_tickets_without_a_policy_are_told_closed_ones_are_not(store: Store) -> None:
    its = await world(store, rules=RULES.replace("match: all, calendar", "match: {priority: high}, calendar"))
    closed = [{"id": "1", "at": AT, "kind": "change", "set": {"status": "closed"}}]
    await its.run.put("7", AT, closed)
    await its.run.loop.catch_up()
    assert await its.pass_on(2 * MINUTE) == []
    await its.run.put("8", AT)
    await its.run.loop.catch_up()
    assert await its.pass_on(2 * MINUTE) == ["open tickets that no policy matches: help: 1"]
    await its.run.put("8", AT, closed)
    await its.run.loop.catch_up()
    assert await its.pass_on(6 * MINUTE, read=True) == ["over: open tickets that no policy matches: help: 1"]


@pytest.mark.asyncio
async def test_a_promise_that_may_be_kept_or_broken_is_told(store: Store) -> None:
    its = await world(store)
    seen = {"observed_between": ["2026-06-08T10:59:00Z", "2026-06-08T11:30:00Z"], "at": "2026-06-08T11:30:00Z"}
    solved = {"id": "s", "kind": "change", "set": {"status": "solved"}, **seen}
    await its.run.put("7", "2026-06-08T07:00:00Z", [solved], fields={"priority": "high"})
    await its.run.turn("2026-06-08T11:40:00Z")
    rows = await store.commitments("help", "7")
    assert [row.confidence for row in rows] == ["undetermined"]


@pytest.mark.asyncio
async def test_a_judge_that_is_late_is_told(store: Store) -> None:
    its = await world(store)
    await its.run.put("7", AT)
    await its.run.loop.catch_up()
    its.run.time.advance(2 * HOUR)  # the warning came due, and nobody judged
    assert await its.pass_on(MINUTE, read=True) == []
    assert await its.pass_on(10 * SECOND, read=True) == ["judging is late by 1 min 10 s"]


@pytest.mark.asyncio
async def test_a_part_without_a_sign_of_life_is_told(store: Store) -> None:
    its = await world(store)
    its.silent = {"judge": 130.0, "deliver to chat": 400.0}
    sent = await its.pass_on(20 * SECOND, read=True)
    assert sorted(sent) == ["delivering to chat: no sign of life for 400 s", "judging: no sign of life for 130 s"]


@pytest.mark.asyncio
async def test_what_happened_stands_for_an_hour_over_a_restart_too(store: Store) -> None:
    its = await world(store)
    its.monitor.noticed("clock_jumped", "the clock jumped forward by 60 s")
    assert await its.pass_on(0, read=True) == ["the clock jumped forward by 60 s"]
    assert await its.pass_on(30 * MINUTE, read=True) == ["the clock jumped forward by 60 s"]  # after: 15m
    await its.start()
    assert await its.pass_on(29 * MINUTE, read=True) == []
    assert await its.pass_on(MINUTE, read=True) == ["over: the clock jumped forward by 60 s"]


@pytest.mark.asyncio
async def test_with_no_route_it_is_only_logged(store: Store) -> None:
    its = await world(store, routes="")
    assert await its.pass_on(11 * MINUTE) == []
    assert [one.name for one in its.monitor.stands] == ["source_stale"]
    assert not its.monitor.tells("source_stale", "help")
    assert (await store.figures()).deliveries == {}


@pytest.mark.asyncio
async def test_a_silence_that_names_it_holds_it_back_until_it_ends(store: Store) -> None:
    its = await world(store)
    now = its.run.time.now()
    match = '{"alert": "monitor", "source": "help"}'
    await store.save_silence(SilenceRow("s", match, now, now + 13 * MINUTE, "ada"))
    assert await its.pass_on(12 * MINUTE) == []
    assert await its.pass_on(MINUTE) == ["help could not be read for 13 min"]


@pytest.mark.asyncio
async def test_several_at_once_become_one_message_that_counts_them(store: Store) -> None:
    few = ROUTE.replace("match: {alert: monitor}", "match: {alert: monitor}\n    group: {digest_above: 1}")
    its = await world(store, routes=few, sources="a b c d")
    for source in its.sources.values():
        source.standing_fault, source.is_refused = "the key is not valid", True
    sent = await its.pass_on(0)
    sent += await its.pass_on(30 * SECOND, read=True)
    assert sent == ["4 problems are raised · itself"]


class Failing:
    """A store whose answers about conditions fail as long as a test wants."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        if self.fails:
            raise StoreError("the disk is full")
        return getattr(self._store, name)


@pytest.mark.asyncio
async def test_a_store_that_failed_for_over_a_minute_is_told_of_once_it_works(store: Store) -> None:
    its, failing = await world(store), Failing(store)
    its.store = cast(Store, failing)
    await its.start()
    failing.fails = True
    assert await its.monitor.look() is None
    its.run.time.advance(90 * SECOND)
    assert await its.monitor.look() is None
    failing.fails = False
    await its.monitor.look()
    assert await its.pass_on(0, read=True) == ["the store failed for 90 s; nothing was told meanwhile"]


@pytest.mark.asyncio
async def test_alerts_about_tickets_go_their_way_beside_it(store: Store) -> None:
    its = await world(store)
    await its.run.put("7", "2026-06-08T08:59:00Z", [message("2026-06-08T08:59:30Z")])
    await its.run.loop.catch_up()
    assert await its.pass_on(MINUTE) == ["7: first response was met"]
