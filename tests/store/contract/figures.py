"""What a store promises: its figures, and what judgements turned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slamon.ports import Store, Turn
from tests.store.build import SOURCE, bound, commitment, delivery, judged, judgement, queued, saved


class FiguresContract:
    """For every implementation of ports.Store."""

    @pytest.mark.asyncio
    async def test_the_nearest_due_of_a_policy_is_of_what_is_open_and_not_broken(self, store: Store) -> None:
        await judged(store, "T-1", commitment("gold", due_at=50), commitment("silver", due_at=70, status="at_risk"))
        await judged(store, "T-2", commitment("gold", due_at=40), commitment("bronze", due_at=10, status="breached"))
        await judged(store, "T-3", commitment("gold", due_at=None), commitment("lead", due_at=5, status="met"))
        assert (await store.figures()).nearest_due == {"gold": 40, "silver": 70}

    @pytest.mark.asyncio
    async def test_the_oldest_that_waits_is_a_delivery_or_a_message_that_was_made(self, store: Store) -> None:
        assert (await store.figures()).oldest == {}
        await queued(store, delivery("a"), now=500)
        assert (await store.figures()).oldest == {"slack": 500}
        await bound(store, now=700)
        assert (await store.figures()).oldest == {"slack": 700}

    @pytest.mark.asyncio
    async def test_it_counts_by_label_set_and_knows_the_next_change(self, store: Store) -> None:
        await judged(store, "T-1", commitment(changes_at=9), commitment("silver", status="met"))
        await queued(store, delivery("a"))
        found = await store.figures()
        assert {(policy, status): count for (_, policy, _, status), count in found.commitments.items()} == {
            ("gold", "on_track"): 1,
            ("silver", "met"): 1,
        }
        assert found.deliveries == {("slack", "pending"): 1}
        assert found.next_change == await store.next_change() == 9

    @pytest.mark.asyncio
    async def test_a_judgement_tells_what_began_broke_ended_or_was_taken_back_and_nothing_else(
        self, store: Store
    ) -> None:
        await saved(store, "T-1")
        rows = [
            commitment(),
            commitment(status="at_risk"),
            commitment(status="breached", breached_at=3),
            commitment(status="missed", breached_at=3),
            commitment(status="met"),
        ]
        found = []
        for row in rows:
            found.append((await store.apply([await judgement(store, "T-1", row)], 0)).turns)
        gone = (await store.apply([await judgement(store, "T-1")], 0)).turns
        assert found == [
            [Turn(SOURCE, None, None, rows[0])],
            [],
            [Turn(SOURCE, None, rows[1], rows[2])],
            [Turn(SOURCE, None, rows[2], rows[3])],
            [Turn(SOURCE, None, rows[3], rows[4])],
        ]
        assert gone == [Turn(SOURCE, None, rows[4], None)]

    @pytest.mark.asyncio
    async def test_under_another_policy_it_is_the_same_commitment(self, store: Store) -> None:
        await judged(store, "T-1", commitment("gold"))
        applied = await store.apply([await judgement(store, "T-1", commitment("silver"))], 0)
        assert applied.turns == []
        ended = replace(commitment("bronze", status="met"), elapsed=7)
        applied = await store.apply([await judgement(store, "T-1", ended)], 0)
        assert [(one.before and one.before.policy, one.after) for one in applied.turns] == [("silver", ended)]
        assert await store.commitments(SOURCE, "T-1") == [ended]
