"""Any order of queueing, binding, trying, ending and forgetting, against a model of a few lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slamon.ports import Copy, Ending, Notification, Store
from tests.store.build import delivery, message, queued

Step = tuple[str, int, int]
Fresh = Callable[[], AbstractAsyncContextManager[Store]]

NAMES = ["queue", "queue", "queue", "bind", "bind", "drop", "due", "settle", "retry", "supersede", "release", "prune"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 5),  # whose identity, how many, or which of those that are being sent
        st.integers(0, 9),  # an instant
    ),
    max_size=40,
)


@dataclass
class Alert:
    """What the model knows of a delivery."""

    not_before: int
    state: str = "pending"
    turn: int = 0
    ended_at: int | None = None
    sent_by: int | None = None


@dataclass
class Sending:
    """What the model knows of a notification."""

    title: str
    state: str = "sending"
    next_at: int = 0
    attempts: int = 0
    doubtful: bool = False
    ended_at: int | None = None
    notifier: str = "slack"


@dataclass
class Model:
    """The outbox as its promises tell it; every step is done to it and to the store, and the answers compared."""

    store: Store
    alerts: dict[str, Alert] = field(default_factory=dict)
    sendings: dict[int, Sending] = field(default_factory=dict)

    async def queue(self, which: int, instant: int) -> None:
        name = f"d{which}"
        known = self.alerts.get(name)
        new = known is None or known.state == "superseded"
        assert await queued(self.store, delivery(name, ticket="none", due_at=instant)) == new
        if known is None:
            self.alerts[name] = Alert(instant)
        elif known.state == "superseded":
            self.alerts[name] = Alert(instant, turn=known.turn + 1)
        elif known.state in ("pending", "bound"):
            known.turn += 1

    async def bind(self, limit: int, instant: int) -> None:
        found = await self.store.take("slack", await self.store.waiting("slack", instant), instant, limit)
        due = sorted(
            one.not_before for one in self.alerts.values() if one.state == "pending" and one.not_before <= instant
        )
        assert [one.not_before for one in found] == due[:limit]
        if not found:
            return
        title = ", ".join(one.identity for one in found)
        made = await self.store.bind("slack", message(title), [one.id for one in found], instant)
        assert made is not None
        self.sendings[made.id] = Sending(title, next_at=instant)
        for one in found:
            assert self.alerts[one.identity].turn == one.turn
            self.alerts[one.identity].state, self.alerts[one.identity].sent_by = "bound", made.id

    async def drop(self, limit: int, instant: int) -> None:
        found = await self.store.take("slack", await self.store.waiting("slack", instant), instant, limit)
        await self.store.drop({one.id: one.turn for one in found}, Ending.SUPERSEDED, instant)
        for one in found:
            self.alerts[one.identity].state, self.alerts[one.identity].ended_at = "superseded", instant

    async def due(self, _which: int, instant: int) -> None:
        found = await self.store.due("slack", instant)
        pending = [one for one in self.sendings.values() if one.state == "pending" and one.next_at <= instant]
        assert (found is None) == (not pending)
        if found is not None:
            known = self.sendings[found.id]
            assert known in pending
            self._same(found, known)
            known.state = "sending"

    def _same(self, found: Notification, known: Sending) -> None:
        assert (found.message.title, found.attempts, found.doubtful) == (known.title, known.attempts, known.doubtful)

    def _sending(self, which: int) -> int | None:
        sending = [id for id, one in self.sendings.items() if one.state == "sending"]
        return sending[which % len(sending)] if sending else None

    def _end(self, id: int, state: str, instant: int) -> None:
        self.sendings[id].state, self.sendings[id].ended_at = state, instant
        for one in self.alerts.values():
            if one.sent_by == id and one.state == "bound":
                one.state, one.ended_at = state, instant

    async def settle(self, which: int, instant: int) -> None:
        if id := self._sending(which):
            await self.store.settle(id, Ending.SENT, instant, None, Copy("email", message("copy")) if which else None)
            self._end(id, "sent", instant)

    async def retry(self, which: int, instant: int) -> None:
        if id := self._sending(which):
            await self.store.retry(id, instant, "busy", doubtful=bool(which % 2))
            one = self.sendings[id]
            one.state, one.next_at, one.attempts = "pending", instant, one.attempts + 1
            one.doubtful = one.doubtful or bool(which % 2)

    async def supersede(self, which: int, instant: int) -> None:
        if id := self._sending(which):
            turns = {one.id: one.turn for one in await self.store.bound(id, 99)}
            assert await self.store.supersede(id, turns, instant) is not None
            self._end(id, "superseded", instant)

    async def release(self, _which: int, _instant: int) -> None:
        sending = [one for one in self.sendings.values() if one.state == "sending"]
        assert await self.store.release() == len(sending)
        for one in sending:
            one.state, one.doubtful = "pending", True

    async def prune(self, _which: int, instant: int) -> None:
        await self.store.prune(0, instant)
        old = [name for name, one in self.alerts.items() if one.ended_at is not None and one.ended_at < instant]
        for name in old:
            del self.alerts[name]

    async def check(self) -> None:
        """What can be seen from outside is what the model says."""
        assert (await self.store.figures()).deliveries == Counter(("slack", one.state) for one in self.alerts.values())


class ModelContract:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=STEPS)
    def test_the_outbox_behaves_like_its_model(self, fresh: Fresh, steps: list[Step]) -> None:
        asyncio.run(self._walk(fresh, steps))

    async def _walk(self, fresh: Fresh, steps: list[Step]) -> None:
        async with fresh() as store:
            model = Model(store)
            for name, which, instant in steps:
                await getattr(model, name)(which, instant)
                await model.check()
