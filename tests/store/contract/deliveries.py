"""What every store promises about the outbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from slamon.ports import Delivery, Ending, Store
from tests.store.build import commitment, delivery, judged, message, opened, queued


def names(deliveries: object) -> list[str]:
    assert isinstance(deliveries, list)
    return [one.identity for one in deliveries]


class DeliveryContract:
    @pytest.mark.asyncio
    async def test_a_claimed_delivery_is_all_that_was_queued(self, store: Store) -> None:
        new = delivery("a")
        await queued(store, new)
        (claimed,) = await store.claim("slack", 100, 10)
        assert isinstance(claimed, Delivery)
        for field in dataclasses.fields(new):
            assert getattr(claimed, field.name) == getattr(new, field.name)
        assert (claimed.attempts, claimed.sealed) == (0, False)

    @pytest.mark.asyncio
    async def test_an_identity_is_queued_once_for_ever(self, store: Store) -> None:
        assert await queued(store, delivery("a"), delivery("b"), delivery("a")) == 2
        assert await queued(store, delivery("a", ticket="T-2", notifier="email"), delivery("c")) == 1
        (claimed,) = await store.claim("slack", 100, 1)
        await store.settle(claimed.id, Ending.SUPERSEDED, 100)
        assert await queued(store, delivery("a")) == 0

    @pytest.mark.asyncio
    async def test_claims_take_what_is_due_of_their_notifier_oldest_first(self, store: Store) -> None:
        await queued(store, delivery("late", due_at=30), delivery("first", due_at=10), delivery("second", due_at=20))
        await queued(store, delivery("other", notifier="email", due_at=1), delivery("same instant", due_at=10))
        assert names(await store.claim("slack", 9, 10)) == []
        assert names(await store.claim("slack", 29, 2)) == ["first", "same instant"]
        assert names(await store.claim("slack", 29, 10)) == ["second"]
        assert names(await store.claim("slack", 30, 10)) == ["late"]

    @pytest.mark.asyncio
    async def test_what_is_claimed_is_claimed_by_nobody_else(self, store: Store) -> None:
        await queued(store, delivery("a"))
        assert names(await store.claim("slack", 100, 10)) == ["a"]
        assert names(await store.claim("slack", 100, 10)) == []
        assert await store.next_delivery("slack") is None

    @pytest.mark.asyncio
    async def test_the_next_delivery_is_the_earliest_pending_one(self, store: Store) -> None:
        assert await store.next_delivery("slack") is None
        await queued(
            store, delivery("a", due_at=70), delivery("b", due_at=60), delivery("c", notifier="email", due_at=1)
        )
        assert await store.next_delivery("slack") == 60

    @pytest.mark.asyncio
    async def test_a_retried_delivery_comes_back_at_its_instant_with_its_attempts(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (claimed,) = await store.claim("slack", 100, 10)
        await store.retry(claimed.id, 500, "the server was busy")
        assert await store.next_delivery("slack") == 500
        assert names(await store.claim("slack", 499, 10)) == []
        (again,) = await store.claim("slack", 500, 10)
        assert (again.id, again.attempts, again.due_at) == (claimed.id, 1, claimed.due_at)

    @pytest.mark.asyncio
    async def test_a_sealed_text_is_never_written_again(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (claimed,) = await store.claim("slack", 100, 10)
        await store.seal(claimed.id, message("as first sent"))
        await store.seal(claimed.id, message("another text"))
        await store.retry(claimed.id, 100, "no answer")
        (again,) = await store.claim("slack", 100, 10)
        assert (again.message, again.sealed) == (message("as first sent"), True)

    @pytest.mark.asyncio
    async def test_only_a_claimed_delivery_is_sealed_or_retried(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (claimed,) = await store.claim("slack", 100, 10)
        await store.release()
        await store.seal(claimed.id, message("too late"))
        await store.retry(claimed.id, 999, "too late")
        (again,) = await store.claim("slack", 100, 10)
        assert again == claimed

    @pytest.mark.asyncio
    @pytest.mark.parametrize("ending", list(Ending))
    async def test_an_ended_delivery_stays_ended(self, store: Store, ending: Ending) -> None:
        await queued(store, delivery("a"))
        (claimed,) = await store.claim("slack", 100, 10)
        await store.settle(claimed.id, ending, 110, "why")
        await store.retry(claimed.id, 120, "again?")
        await store.settle(claimed.id, Ending.DEAD, 120)
        assert await store.release() == 0
        assert await store.claim("slack", 1_000, 10) == []
        assert await store.deliveries() == {("slack", ending.value): 1}

    @pytest.mark.asyncio
    async def test_an_answer_that_comes_after_the_release_still_ends_the_delivery(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (claimed,) = await store.claim("slack", 100, 10)
        await store.release()
        await store.settle(claimed.id, Ending.SENT, 110)
        assert await store.claim("slack", 1_000, 10) == []

    @pytest.mark.asyncio
    async def test_claims_outlive_their_process_until_they_are_released(
        self, store: Store, make: Callable[[], Store]
    ) -> None:
        await queued(store, delivery("a"), delivery("b"), delivery("c"))
        sealed, _ = await store.claim("slack", 100, 2)
        await store.seal(sealed.id, message("as first sent"))
        await store.close()
        async with opened(make()) as again:
            assert names(await again.claim("slack", 100, 10)) == ["c"]
            assert await again.release() == 3
            texts = {one.identity: one.message.title for one in await again.claim("slack", 100, 10)}
            assert texts == {"a": "as first sent", "b": "About b", "c": "About c"}

    @pytest.mark.asyncio
    async def test_deliveries_are_counted_by_notifier_and_state(self, store: Store) -> None:
        assert await store.deliveries() == {}
        await queued(store, *(delivery(identity) for identity in "abcd"), delivery("e", notifier="email"))
        first, second, _ = await store.claim("slack", 100, 3)
        await store.settle(first.id, Ending.SENT, 100)
        await store.settle(second.id, Ending.EXPIRED, 100)
        assert await store.deliveries() == {
            ("slack", "pending"): 1,
            ("slack", "claimed"): 1,
            ("slack", "sent"): 1,
            ("slack", "expired"): 1,
            ("email", "pending"): 1,
        }

    @pytest.mark.asyncio
    async def test_only_ended_deliveries_are_forgotten_and_only_old_ones(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await queued(store, delivery("a"), delivery("b"), delivery("c"), delivery("d"))
        old, young, _ = await store.claim("slack", 100, 3)
        await store.settle(old.id, Ending.SENT, 199)
        await store.settle(young.id, Ending.SENT, 200)
        assert await store.prune(200) == 1
        assert await store.deliveries() == {("slack", "sent"): 1, ("slack", "claimed"): 1, ("slack", "pending"): 1}

    @pytest.mark.asyncio
    async def test_half_a_character_does_not_lose_an_alert(self, store: Store) -> None:
        await queued(store, dataclasses.replace(delivery("a"), message=message("broken \ud83d title \0")))
        (claimed,) = await store.claim("slack", 100, 10)
        assert claimed.message == message("broken ? title \0")
