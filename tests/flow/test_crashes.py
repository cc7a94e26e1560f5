"""The service dies at any point between a finding and its end: nothing is lost, and only what must be is doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from slamon.core.instants import SECOND
from slamon.flow.deliver import Manners
from slamon.ports import Ending, Reason, SendError
from slamon.store import SqliteStore
from tests.flow.build import Bench, bench, database, message

FRIDAY_4PM = "2026-06-05T14:00:00Z"
BREACH = "2026-06-08T10:00:00.000001Z"
A_MINUTE_LATER = "2026-06-08T10:01:00Z"
TITLE = "7: first response is overdue"


class Killed(BaseException):
    """The process is gone: nothing after this is done."""


@dataclass
class Mortal:
    """A store in whose process the power fails, right before or right after one of its calls."""

    store: SqliteStore
    point: str = ""
    after: bool = False
    seen: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            self.seen.append(name)
            if name == self.point and not self.after:
                raise Killed
            answer = await getattr(self.store, name)(*args, **kwargs)
            if name == self.point:
                raise Killed
            return answer

        return call


@dataclass
class World:
    """The same database, opened anew after each death."""

    path: Path
    store: SqliteStore
    bench: Bench

    async def dies(self, point: str, *, after: bool) -> None:
        """Run until that point, then begin again with nothing but the file."""
        mortal: Any = Mortal(self.store, point, after)
        dying = self.bench.restarted(store=mortal)
        with pytest.raises(Killed):
            await dying.go()
        await self.opens_anew()

    async def opens_anew(self) -> None:
        await self.store.close()
        self.store = SqliteStore(self.path)
        await self.store.open()
        await self.store.release()
        self.bench = self.bench.restarted(store=self.store)


async def world(path: Path, **parts: Any) -> World:
    """A ticket whose first response is overdue, and nobody has been told."""
    store = SqliteStore(database(path))
    await store.open()
    run = bench(store, FRIDAY_4PM, **parts)
    await run.put("7", FRIDAY_4PM)
    run.time.jump_to(run.time.now() + (68 * 3600 * SECOND + 1))
    return World(database(path), store, run)


BEFORE_THE_SEND = [
    ("to_judge", False),
    ("apply", False),
    ("apply", True),
    ("waiting", False),
    ("take", True),
    ("load", True),
    ("bind", False),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("point", "after"), BEFORE_THE_SEND)
async def test_dead_before_anything_was_bound_it_is_told_once_and_as_of_now(
    tmp_path: Path, point: str, after: bool
) -> None:
    here = await world(tmp_path)
    await here.dies(point, after=after)
    assert await here.bench.turn(A_MINUTE_LATER) == [f"{TITLE} by 1 min"]
    assert here.bench.watched.endings == [Ending.SENT]
    assert await here.bench.turn("2026-06-08T11:00:00Z") == []
    await here.store.close()


@pytest.mark.asyncio
async def test_dead_before_anything_was_bound_what_was_answered_meanwhile_is_not_told(tmp_path: Path) -> None:
    here = await world(tmp_path)
    here.bench.time.jump_to(here.bench.time.now() - 1 * 3600 * SECOND)  # a warning
    await here.dies("bind", after=False)
    await here.bench.put("7", FRIDAY_4PM, [message("2026-06-08T09:30:00Z")])
    assert await here.bench.turn("2026-06-08T09:31:00Z") == ["7: first response was met"]
    assert sorted(here.bench.watched.endings) == [Ending.SENT, Ending.SUPERSEDED]
    await here.store.close()


@pytest.mark.asyncio
async def test_dead_between_bind_and_send_it_is_sent_once_as_it_was_rendered(tmp_path: Path) -> None:
    here = await world(tmp_path)
    await here.dies("bind", after=True)
    assert here.bench.desk.sent == []
    assert await here.bench.turn(A_MINUTE_LATER) == [TITLE]
    assert here.bench.watched.endings == [Ending.SENT]
    await here.store.close()


@pytest.mark.asyncio
async def test_dead_between_send_and_mark_it_is_sent_again_byte_by_byte(tmp_path: Path) -> None:
    here = await world(tmp_path)
    await here.dies("settle", after=False)
    await here.bench.put("7", FRIDAY_4PM, [message("2026-06-08T10:00:30Z")])  # too late to take it back
    titles = await here.bench.turn(A_MINUTE_LATER)
    first, second = here.bench.desk.sent[:2]
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert titles[0] == TITLE
    assert here.bench.watched.endings.count(Ending.SENT) == len(titles)
    assert len({one.id for one in here.bench.desk.sent}) == len(here.bench.desk.sent) - 1
    await here.store.close()


@pytest.mark.asyncio
async def test_dead_after_the_mark_it_is_not_sent_again(tmp_path: Path) -> None:
    here = await world(tmp_path)
    await here.dies("settle", after=True)
    assert here.bench.desk.titles == [TITLE]
    assert await here.bench.turn(A_MINUTE_LATER) == []
    await here.store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("unknown", [False, True])
async def test_dead_while_a_failure_is_noted_it_is_tried_again_byte_by_byte(
    tmp_path: Path, after: bool, unknown: bool
) -> None:
    here = await world(tmp_path)
    here.bench.desk.failures = [SendError(Reason.SERVER_ERROR, "503", unknown=unknown)]
    await here.dies("retry", after=after)
    assert await here.bench.turn(A_MINUTE_LATER) == [TITLE]
    first, second = here.bench.desk.sent
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert here.bench.watched.endings == [Ending.SENT]
    await here.store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(("point", "after"), [("drop", False), ("drop", True)])
async def test_dead_while_it_is_superseded_nobody_is_told(tmp_path: Path, point: str, after: bool) -> None:
    here = await world(tmp_path)
    here.bench.time.jump_to(here.bench.time.now() - 1 * 3600 * SECOND)
    await here.bench.loop.catch_up()
    await here.bench.put("7", FRIDAY_4PM, [message("2026-06-08T08:59:00Z")])
    mortal: Any = Mortal(here.store, point, after)
    dying = here.bench.restarted(store=mortal)
    with pytest.raises(Killed):
        await dying.deliverer.catch_up()
    await here.opens_anew()
    assert await here.bench.turn("2026-06-08T09:00:10Z") == ["7: first response was met"]
    assert (await here.store.figures()).deliveries["desk", "superseded"] == 1
    await here.store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("after", [False, True])
async def test_dead_while_a_refused_message_is_given_to_the_fallback_it_is_given_once(
    tmp_path: Path, after: bool
) -> None:
    manners = Manners(fallback="pager")
    here = await world(tmp_path, manners=manners)
    refusal = SendError(Reason.NO_RECIPIENT, "no such channel", permanent=True)
    here.bench.desk.failures = [refusal, refusal]
    await here.dies("settle", after=after)
    await here.bench.turn(A_MINUTE_LATER)
    copy = await here.store.due("pager", here.bench.time.now())
    assert copy is not None
    assert copy.message.footer == "could not be delivered to desk: no such channel"
    assert await here.store.due("pager", here.bench.time.now()) is None
    await here.store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("point", "after", "messages"),
    [("take", True, 1), ("bind", False, 1), ("bind", True, 1), ("settle", False, 2), ("settle", True, 1)],
)
async def test_dead_around_a_digest_every_ticket_is_told_of_once(
    tmp_path: Path, point: str, after: bool, messages: int
) -> None:
    here = await world(tmp_path)
    for number in range(20):
        await here.bench.put(f"n{number}", FRIDAY_4PM)
    await here.bench.go()  # so many wait for half a second
    here.bench.time.advance(1 * SECOND)
    mortal: Any = Mortal(here.store, point, after)
    dying = here.bench.deliverer  # the same one: a new one knows of no window
    dying._store = dying._composer._store = dying._courier._store = mortal
    with pytest.raises(Killed):
        await dying.catch_up()
    await here.opens_anew()
    await here.bench.turn("2026-06-08T10:02:00Z")
    assert len(here.bench.desk.sent) == messages
    assert len({msgspec.json.encode(one) for one in here.bench.desk.sent}) == 1
    assert len(here.bench.desk.sent[0].covers) == 21
    assert (await here.store.figures()).deliveries == {("desk", "sent"): 21}
    await here.store.close()


@pytest.mark.asyncio
async def test_a_cancelled_deliverer_marks_what_it_is_sending(tmp_path: Path) -> None:
    here = await world(tmp_path)
    gate = asyncio.Event()

    async def slow(_message: object) -> None:
        here.bench.desk.took.set()
        await gate.wait()

    await here.bench.loop.catch_up()
    here.bench.desk.send = slow  # type: ignore[method-assign,assignment]
    running = asyncio.ensure_future(here.bench.deliverer.run())
    await here.bench.desk.took.wait()
    running.cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait([running])
    assert (await here.store.figures()).deliveries == {("desk", "sent"): 1}
    await here.store.close()
