"""From whoever pushes into the store: once each, forward only, and never a yes before it is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from slamon.core.history import decode
from slamon.core.instants import MINUTE
from slamon.core.ticket import Ticket
from slamon.flow.collect import Collector
from slamon.flow.receive import PushOutcome, Receiver
from slamon.ports import Batch, Refused, Store, StoreError
from tests.clock import ManualTime
from tests.flow.build import Watched


def ticket(id: str, *minutes: int, subject: str = "") -> Ticket:
    """A ticket with a message at each of some minutes."""
    message = {"kind": "message", "by": "agent", "public": True}
    events = [{**message, "id": f"m{one}", "at": f"2026-06-05T14:{one:02}:00Z"} for one in minutes]
    line = {"id": id, "created_at": "2026-06-05T14:00:00Z", "subject": subject, "events": events}
    return decode(json.dumps(line).encode(), "desk")


@dataclass
class Pusher(Watched):
    """A source whose pushes are the tickets that were put here under the body; it counts what is told of them."""

    bodies: dict[bytes, Sequence[Ticket]] = field(default_factory=dict)
    name: str = "hook"
    tickets_of: str = "hook"
    outcomes: list[PushOutcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def admit(self, headers: Mapping[str, str], body: bytes) -> str:
        if "id" not in headers:
            raise Refused(401, "no id")
        return headers["id"]

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        if body not in self.bodies:
            raise Refused(400, "line 1: id is missing")
        return Batch(self.bodies[body], b"")

    def pushed(self, source: str, outcome: PushOutcome) -> None:
        self.outcomes.append(outcome)


@dataclass
class Polled:
    """A source of which a poll is under way until it is let go on."""

    tickets: Iterable[Ticket]
    name: str = "desk"
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        self.asked.set()
        await self.go_on.wait()
        yield Batch(list(self.tickets), b"1")

    async def close(self) -> None: ...


class World:
    def __init__(self, store: Store, polled: Polled | None = None) -> None:
        self.store, self.time, self.changed = store, ManualTime(), asyncio.Event()
        self.source = Pusher(tickets_of="desk" if polled else "hook")
        of = polled or Polled((), "hook")
        self.collector = Collector(of, store, self.time, self.changed, self.source, MINUTE)
        self.receiver = self.restarted()

    def restarted(self) -> Receiver:
        self.receiver = Receiver(self.source, self.collector.filed, self.store, self.time, self.source)
        return self.receiver

    async def push(self, id: str, *tickets: Ticket) -> int:
        body = repr(tickets).encode()
        self.source.bodies[body] = tickets
        return await self.receiver.take({"id": id}, body)

    async def kept(self, id: str = "1") -> Ticket:
        name = self.source.tickets_of
        return decode((await self.store.load(name, [id]))[id].body, name)


@pytest.mark.asyncio
async def test_what_is_pushed_is_stored_and_wakes_the_judge(store: Store) -> None:
    world = World(store)
    assert await world.push("a", ticket("1", 1), ticket("2")) == 2
    assert world.changed.is_set()
    assert (await world.kept()).source == "hook"
    assert world.source.outcomes == ["taken"]


@pytest.mark.asyncio
async def test_a_push_that_comes_again_is_taken_once_also_after_a_restart(store: Store) -> None:
    world = World(store)
    first = ticket("1", 1, subject="old")
    await world.push("a", first)
    await world.push("b", ticket("1", 1, subject="new"))
    assert await world.push("a", first) == 0
    world.restarted()
    assert await world.push("a", first) == 0
    assert (await world.kept()).subject == "new"
    assert world.source.outcomes == ["taken", "taken", "repeated", "repeated"]


@pytest.mark.asyncio
async def test_what_is_remembered_of_pushes_is_bounded_in_time(store: Store) -> None:
    world = World(store)
    await world.push("a", ticket("1", 1))
    world.time.advance(11 * MINUTE)
    await world.push("b", ticket("2", 1))
    assert b'"b"' in (await store.cursor("hook") or b"")
    assert b'"a"' not in (await store.cursor("hook") or b"")


@pytest.mark.asyncio
async def test_an_older_state_never_replaces_a_newer_one(store: Store) -> None:
    world = World(store)
    await world.push("a", ticket("1", 5, 9))
    assert await world.push("b", ticket("1", 5)) == 0
    assert await world.push("c", ticket("1", 9)) == 0  # as late, but it knows less
    assert await world.push("d", ticket("1", 5, 9, subject="a better one")) == 1
    assert await world.push("e", ticket("1", 5, 9, 12), ticket("1", 5)) == 1
    assert len((await world.kept()).events) == 3


@pytest.mark.asyncio
async def test_who_is_not_admitted_or_sends_no_ticket_changes_nothing_and_may_try_again(store: Store) -> None:
    world = World(store)
    with pytest.raises(Refused, match="no id"):
        await world.receiver.take({}, b"x")
    with pytest.raises(Refused, match="line 1: id is missing"):
        await world.receiver.take({"id": "a"}, b"x")
    assert await world.push("a", ticket("1")) == 1
    assert world.source.outcomes == ["unauthorized", "malformed", "taken"]


@pytest.mark.asyncio
async def test_a_store_that_does_not_answer_is_a_reason_to_come_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(store)

    async def full(*_: object) -> int:
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "save_batch", full)
        with pytest.raises(Refused, match="cannot be stored now") as refused:
            await world.push("a", ticket("1"))
    assert (refused.value.status, refused.value.retry_after) == (503, 5_000_000)
    assert await world.push("a", ticket("1")) == 1
    assert world.source.outcomes == ["busy", "taken"]


@pytest.mark.asyncio
async def test_more_pushes_than_can_wait_are_asked_to_come_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    world, go_on = World(store), asyncio.Event()
    save = store.save_batch

    async def slow(*arguments: object) -> int:
        await go_on.wait()
        return await save(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "save_batch", slow)
    pushes = [asyncio.create_task(world.push(f"p{number}", ticket(f"{number}"))) for number in range(70)]
    done, _ = await asyncio.wait(pushes, return_when=asyncio.FIRST_EXCEPTION)
    assert {getattr(one.exception(), "status", None) for one in done} == {503}
    go_on.set()
    outcomes = await asyncio.gather(*pushes, return_exceptions=True)
    assert [one for one in outcomes if not isinstance(one, Refused)] == [1] * 64


@pytest.mark.asyncio
async def test_a_poll_that_was_under_way_does_not_undo_what_was_pushed_meanwhile(store: Store) -> None:
    polled = Polled([ticket("1", 5), ticket("2", 5)])
    world = World(store, polled)
    poll = asyncio.create_task(world.collector.poll())
    await polled.asked.wait()
    await world.push("a", ticket("1", 5, 9))
    polled.go_on.set()
    await poll
    assert len((await world.kept("1")).events) == 2
    assert len((await world.kept("2")).events) == 1
    assert await store.cursor("desk") == b"1"


@pytest.mark.asyncio
async def test_a_later_poll_is_the_truth_also_if_an_event_went_away(store: Store) -> None:
    polled = Polled([ticket("1", 5)])
    polled.go_on.set()
    world = World(store, polled)
    await world.push("a", ticket("1", 5, 9))
    world.time.advance(MINUTE)
    await world.collector.poll()
    assert len((await world.kept()).events) == 1


@pytest.mark.asyncio
async def test_pushes_and_polls_of_one_ticket_come_to_the_same(store: Store) -> None:
    now = ticket("1", 5, 9)
    polled = Polled([now])
    polled.go_on.set()
    world = World(store, polled)
    await world.push("a", now)
    before = (await store.load("desk", ["1"]))["1"]
    world.time.advance(MINUTE)
    await world.collector.poll()
    assert (await store.load("desk", ["1"]))["1"] == before
