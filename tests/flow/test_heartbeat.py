"""The heartbeat: a real receiver on loopback hears it as long as slamon does its work, and not when it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from slamon.core.instants import DAY, HOUR, MINUTE
from slamon.flow.heartbeat import Heartbeat, Vitals
from slamon.flow.signs import Signs
from slamon.notifiers.receiver import HeartbeatReceiver
from slamon.ports import Reason, SendError, Store, StoreError
from slamon.secrets import Secret
from slamon.store import SqliteStore
from tests.flow.build import Bench, bench
from tests.flow.watching import Chat, Seen, Source
from tests.notifiers.servers import Reader, Writer, answer, serving

AT = "2026-06-08T07:00:00Z"
CANARY = "hc-canary-1234"


@dataclass
class Audited:
    problems: list[str] = field(default_factory=list)


@dataclass
class Ears:
    """The receiver: keeps the first lines of what it is asked."""

    says: bytes = answer(200, "OK")
    heard: list[str] = field(default_factory=list)

    async def talk(self, reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heard.append(head.splitlines()[0])
        writer.write(self.says)
        await writer.drain()


@dataclass
class Beating:
    run: Bench
    store: Store
    ears: Ears
    receiver: HeartbeatReceiver
    sources: dict[str, Source]
    audited: Audited = field(default_factory=Audited)
    silent: dict[str, float] = field(default_factory=dict)
    judging: str | None = None
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        freshness = dict.fromkeys(self.sources, 10 * MINUTE)
        signs = Signs(self.store, self.run.time, self.sources, freshness, {"chat": Chat()})
        vitals = Vitals(
            self.store,
            self.run.time,
            signs,
            ("desk",),
            self.audited,
            lambda: self.silent,
            is_judging=lambda: self.judging,
        )
        self.problems = vitals.problems
        self.heartbeat = Heartbeat(self.receiver.ping, 60.0, vitals.problems, self.seen)

    async def turn(self) -> str:
        await self.heartbeat.turn()
        return self.seen.beats[-1]


@asynccontextmanager
async def beating(store: Store, ears: Ears | None = None, port: int | None = None) -> AsyncIterator[Beating]:
    ears, run = ears or Ears(), bench(store, AT)
    async with serving(ears.talk) as own:
        receiver = HeartbeatReceiver(Secret(f"http://127.0.0.1:{port or own}/ping/{CANARY}"))
        try:
            now = run.time.now()
            yield Beating(run, store, ears, receiver, {"help": Source(now), "shop": Source(now)})
        finally:
            await receiver.close()


@pytest.mark.asyncio
async def test_it_is_heard_each_time(store: Store) -> None:
    async with beating(store) as its:
        assert [await its.turn(), await its.turn()] == ["sent", "sent"]
    assert its.ears.heard == [f"GET /ping/{CANARY} HTTP/1.1"] * 2


@pytest.mark.asyncio
async def test_it_is_withheld_while_a_part_gives_no_sign_of_life_and_goes_on_after(store: Store) -> None:
    async with beating(store) as its:
        for part in ("judge", "scheduler"):
            its.silent = {part: 130.0}
            assert await its.turn() == "withheld"
        its.silent = {}
        assert await its.turn() == "sent"
        its.judging = "the disk is full"
        assert await its.turn() == "withheld"
    assert len(its.ears.heard) == 1


@pytest.mark.asyncio
async def test_it_is_withheld_when_all_sources_are_stale_not_when_one_is(store: Store) -> None:
    async with beating(store) as its:
        its.run.time.advance(11 * MINUTE)
        its.sources["shop"].read_at = its.run.time.now()
        assert await its.turn() == "sent"
        its.run.time.advance(11 * MINUTE)
        assert await its.problems() == ["every source is stale"]
        assert await its.turn() == "withheld"


@pytest.mark.asyncio
async def test_it_is_withheld_while_the_audit_finds_something(store: Store) -> None:
    async with beating(store) as its:
        its.audited.problems = ["1 alerts were due and not queued"]
        assert await its.turn() == "withheld"


@pytest.mark.asyncio
async def test_it_is_withheld_while_alerts_wait_for_too_long(store: Store) -> None:
    async with beating(store) as its:
        await its.run.put("7", AT)
        its.run.desk.failures = [SendError(Reason.UNREACHABLE, "down")] * 2
        await its.run.turn("2026-06-08T09:00:00Z")
        for source in its.sources.values():
            source.read_at = its.run.time.now() + HOUR
        its.run.time.advance(15 * MINUTE)
        assert await its.turn() == "sent"
        its.run.time.advance(1)
        assert await its.problems() == ["desk: 1 alerts wait for too long"]


@pytest.mark.asyncio
async def test_it_is_withheld_while_the_store_takes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(self: SqliteStore, key: str, value: bytes) -> None:
        raise StoreError("the disk is full")

    async with beating(store) as its:
        monkeypatch.setattr(SqliteStore, "set_value", full)
        assert await its.problems() == ["the disk is full"]


@pytest.mark.asyncio
async def test_a_receiver_that_is_down_is_logged_once_and_its_address_never(store: Store) -> None:
    async with serving(Ears().talk) as closed:
        pass
    with capture_logs() as logs:
        async with beating(store, port=closed) as its:
            assert [await its.turn() for _ in range(3)] == ["failed"] * 3
    assert [entry["event"] for entry in logs] == ["heartbeat failed"]
    assert CANARY not in str(logs)
    assert str(closed) not in str(logs)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [301, 404, 500])
async def test_only_a_success_counts_as_heard(store: Store, status: int) -> None:
    async with beating(store, Ears(answer(status, CANARY, "Location: http://127.0.0.1:1/"))) as its:
        with capture_logs() as logs:
            assert await its.turn() == "failed"
    assert logs[0]["error"] == f"the receiver answered {status}"


@pytest.mark.asyncio
async def test_why_it_is_withheld_is_logged_once_and_its_end(store: Store) -> None:
    async with beating(store) as its:
        with capture_logs() as logs:
            for silent in ({}, {"judge": 121.0}, {"judge": 181.0}, {}):
                its.silent = silent
                await its.turn()
    assert [entry["event"] for entry in logs] == ["the heartbeat is withheld", "the heartbeat goes on"]


@pytest.mark.asyncio
async def test_nothing_of_a_day_ago_withholds_it(store: Store) -> None:
    async with beating(store) as its:
        its.run.time.advance(DAY)
        for source in its.sources.values():
            source.read_at = its.run.time.now()
        assert await its.turn() == "sent"
