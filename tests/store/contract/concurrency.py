"""What every store promises about callers that come at the same time, fail, or are cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import pytest

from slamon.ports import Store, StoreError
from tests.store.build import SOURCE, commitment, delivery, judgement, message, queued, saved, taken

BATCH = [(f"T-{number}", b"body") for number in range(200)]


async def cut(call: Coroutine[Any, Any, Any], pauses: int) -> None:
    """Cancel a call after it had its turn this many times."""
    task = asyncio.ensure_future(call)
    for _ in range(pauses):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class ConcurrencyContract:
    @pytest.mark.asyncio
    @pytest.mark.parametrize("pauses", range(6))
    async def test_a_cancelled_batch_is_saved_wholly_or_not_at_all(self, store: Store, pauses: int) -> None:
        await cut(store.save_batch(SOURCE, BATCH, b"end"), pauses)
        cursor = await store.cursor(SOURCE)
        tickets = await store.load(SOURCE, [id for id, _ in BATCH])
        assert (cursor, len(tickets)) in ((None, 0), (b"end", len(BATCH)))

    @pytest.mark.asyncio
    @pytest.mark.parametrize("pauses", range(6))
    async def test_a_cancelled_binding_is_done_wholly_or_not_at_all(self, store: Store, pauses: int) -> None:
        await queued(store, delivery("a"), delivery("b"))
        ids = [one.id for one in await taken(store)]
        await cut(store.bind("slack", message(), ids, 100), pauses)
        counts = (await store.figures()).deliveries
        assert counts in ({("slack", "pending"): 2}, {("slack", "bound"): 2})
        assert await store.release() == int(("slack", "bound") in counts)

    @pytest.mark.asyncio
    async def test_a_call_that_began_is_finished_although_its_caller_went_away(self, store: Store) -> None:
        calls = [asyncio.ensure_future(store.set_value(f"key {number}", b"x")) for number in range(20)]
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert [await store.value(f"key {number}") for number in range(20)] == [b"x"] * 20

    @pytest.mark.asyncio
    async def test_no_delivery_is_bound_by_two(self, store: Store) -> None:
        await queued(store, *(delivery(f"d{number}") for number in range(9)))
        ids = [one.id for one in await taken(store)]
        found = await asyncio.gather(*(store.bind("slack", message(), ids[n:], 100) for n in range(9)))
        assert [one is not None for one in found] == [True] + [False] * 8
        assert (await store.figures()).deliveries == {("slack", "bound"): 9}

    @pytest.mark.asyncio
    async def test_no_notification_is_taken_by_two(self, store: Store) -> None:
        await queued(store, *(delivery(f"d{number}") for number in range(5)))
        for one in await taken(store):
            await store.bind("slack", message(one.identity), [one.id], 100)
        await store.release()
        found = await asyncio.gather(*(store.due("slack", 100) for _ in range(8)))
        assert len({one.id for one in found if one is not None}) == 5
        assert found.count(None) == 3

    @pytest.mark.asyncio
    async def test_no_identity_is_queued_by_two(self, store: Store) -> None:
        counts = await asyncio.gather(*(queued(store, delivery("a"), delivery(f"own {n}")) for n in range(10)))
        assert sum(counts) == 11

    @pytest.mark.asyncio
    async def test_every_one_of_many_callers_gets_its_own_answer(self, store: Store) -> None:
        saves = (store.save_batch(f"source {n}", [(str(i), b"x") for i in range(n)], b"%d" % n) for n in range(40))
        assert await asyncio.gather(*saves) == list(range(40))
        cursors = await asyncio.gather(*(store.cursor(f"source {n}") for n in range(40)))
        assert cursors == [b"%d" % n for n in range(40)]

    @pytest.mark.asyncio
    async def test_one_failing_caller_spoils_no_other(self, store: Store) -> None:
        broken: Any = [("T-1", None)]
        answers = await asyncio.gather(
            *(store.save_batch(f"good {n}", BATCH[:3], b"done") for n in range(5)),
            store.save_batch("bad", [*BATCH[:3], *broken], b"done"),
            *(store.save_batch(f"fine {n}", BATCH[:3], b"done") for n in range(5)),
            return_exceptions=True,
        )
        assert isinstance(answers.pop(5), StoreError)
        assert answers == [3] * 10
        assert await store.cursor("bad") is None
        assert await store.cursor("good 0") == await store.cursor("fine 4") == b"done"

    @pytest.mark.asyncio
    async def test_a_change_that_races_with_its_judgement_is_judged_again(self, store: Store) -> None:
        await saved(store, "T-1")
        for round in range(20):
            judged = await judgement(store, "T-1", commitment())
            await asyncio.gather(store.apply([judged], round), saved(store, "T-1", body=b"change %d" % round))
            assert [ticket.body for ticket in await store.to_judge(0, 10)] == [b"change %d" % round]

    @pytest.mark.asyncio
    async def test_closing_waits_for_what_was_begun(self, store: Store) -> None:
        saves = [asyncio.ensure_future(store.save_batch(f"source {n}", BATCH, b"done")) for n in range(10)]
        await asyncio.sleep(0)
        await store.close()
        assert await asyncio.gather(*saves) == [len(BATCH)] * 10
