"""Any order of queueing, claiming, sealing, settling, retrying and forgetting, against a model of a few lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slamon.ports import Ending, Store
from tests.store.build import delivery, message, queued

Step = tuple[str, int, int]
Fresh = Callable[[], AbstractAsyncContextManager[Store]]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["queue", "queue", "queue", "claim", "claim", "seal", "settle", "retry", "release", "prune"]),
        st.integers(0, 5),  # whose identity, or which of the claimed ones
        st.integers(0, 9),  # an instant
    ),
    max_size=40,
)


@dataclass
class Sent:
    """What the model knows of a delivery."""

    next_at: int
    title: str
    state: str = "pending"
    attempts: int = 0
    sealed: bool = False
    ended_at: int | None = None
    id: int | None = None


@dataclass
class Model:
    """The outbox as its promises tell it; every step is done to it and to the store, and the answers compared."""

    store: Store
    all: dict[str, Sent] = field(default_factory=dict)

    async def queue(self, which: int, instant: int) -> None:
        identity = f"d{which}"
        expected = identity not in self.all
        assert await queued(self.store, delivery(identity, ticket="none", due_at=instant)) == expected
        if expected:
            self.all[identity] = Sent(instant, f"About {identity}")

    async def claim(self, limit: int, instant: int) -> None:
        claimed = await self.store.claim("slack", instant, limit)
        due = [name for name, one in self.all.items() if one.state == "pending" and one.next_at <= instant]
        due.sort(key=lambda name: self.all[name].next_at)
        assert Counter(self.all[one.identity].next_at for one in claimed) == Counter(
            self.all[name].next_at for name in due[:limit]
        )
        for one in claimed:
            known = self.all[one.identity]
            assert (known.state, known.title) == ("pending", one.message.title)
            assert (known.attempts, known.sealed) == (one.attempts, one.sealed)
            known.state, known.id = "claimed", one.id

    def _claimed(self, which: int) -> Sent | None:
        claimed = [one for one in self.all.values() if one.state == "claimed"]
        return claimed[which % len(claimed)] if claimed else None

    async def seal(self, which: int, instant: int) -> None:
        if (one := self._claimed(which)) and one.id:
            await self.store.seal(one.id, message(f"sealed {instant}"))
            if not one.sealed:
                one.sealed, one.title = True, f"sealed {instant}"

    async def settle(self, which: int, instant: int) -> None:
        if (one := self._claimed(which)) and one.id:
            await self.store.settle(one.id, Ending.SENT, instant)
            one.state, one.ended_at = "sent", instant

    async def retry(self, which: int, instant: int) -> None:
        if (one := self._claimed(which)) and one.id:
            await self.store.retry(one.id, instant, "busy")
            one.state, one.next_at, one.attempts = "pending", instant, one.attempts + 1

    async def release(self, _which: int, _instant: int) -> None:
        claimed = [one for one in self.all.values() if one.state == "claimed"]
        assert await self.store.release() == len(claimed)
        for one in claimed:
            one.state = "pending"

    async def prune(self, _which: int, instant: int) -> None:
        old = [name for name, one in self.all.items() if one.ended_at is not None and one.ended_at < instant]
        assert await self.store.prune(instant) == len(old)
        for name in old:
            del self.all[name]

    async def check(self) -> None:
        """What can be seen from outside is what the model says."""
        assert await self.store.deliveries() == Counter(("slack", one.state) for one in self.all.values())
        pending = [one.next_at for one in self.all.values() if one.state == "pending"]
        assert await self.store.next_delivery("slack") == min(pending, default=None)


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
