"""What every store promises about which tickets are to be judged, and about keeping what judging them led to."""

from __future__ import annotations

import pytest

from slamon.ports import Ending, Judgement, Store
from tests.store.build import SOURCE, bound, commitment, delivery, judged, judgement, queued, saved


async def waiting(store: Store, now: int = 0, limit: int = 100) -> list[str]:
    return [ticket.id for ticket in await store.to_judge(now, limit)]


class JudgingContract:
    @pytest.mark.asyncio
    async def test_changed_tickets_wait_in_the_order_of_their_change(self, store: Store) -> None:
        await saved(store, "T-2")
        await saved(store, "T-1")
        await saved(store, "T-2", body=b"changed again")  # keeps its place
        assert await waiting(store) == ["T-2", "T-1"]
        assert await waiting(store, limit=1) == ["T-2"]

    @pytest.mark.asyncio
    async def test_a_judged_ticket_waits_no_more_until_it_changes(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        assert await waiting(store) == []
        await saved(store, "T-1")
        assert await waiting(store) == []
        await saved(store, "T-1", body=b"changed")
        assert await waiting(store) == ["T-1"]

    @pytest.mark.asyncio
    async def test_a_ticket_that_changed_while_it_was_judged_stays_marked(self, store: Store) -> None:
        await saved(store, "T-1")
        stale = await judgement(store, "T-1", commitment())
        await saved(store, "T-1", body=b"changed meanwhile")
        await store.apply([stale], 0)
        assert await waiting(store) == ["T-1"]
        assert await store.commitments(SOURCE, "T-1") == [commitment()]

    @pytest.mark.asyncio
    async def test_a_ticket_is_due_at_the_instant_its_commitment_changes(self, store: Store) -> None:
        await judged(store, "T-1", commitment(changes_at=50), commitment("silver", changes_at=40))
        await judged(store, "T-2", commitment(changes_at=30), commitment("silver"))
        assert await waiting(store, 29) == []
        assert await waiting(store, 30) == ["T-2"]
        assert await waiting(store, 50) == ["T-2", "T-1"]
        assert await waiting(store, 50, limit=1) == ["T-2"]

    @pytest.mark.asyncio
    async def test_a_ticket_due_for_two_reasons_comes_once(self, store: Store) -> None:
        await judged(store, "T-1", commitment(changes_at=5), commitment("silver", changes_at=6))
        await saved(store, "T-1", "T-2", body=b"changed")
        assert await waiting(store, 10) == ["T-1", "T-2"]

    @pytest.mark.asyncio
    async def test_the_limit_counts_tickets_and_not_commitments(self, store: Store) -> None:
        for id in ("T-1", "T-2", "T-3"):
            await judged(store, id, *(commitment(f"policy {number}", changes_at=number) for number in range(5)))
        assert len(await waiting(store, 10, limit=2)) == 2
        assert await waiting(store, 10, limit=0) == []

    @pytest.mark.asyncio
    async def test_the_next_change_is_the_earliest_of_all(self, store: Store) -> None:
        assert await store.next_change() is None
        await judged(store, "T-1", commitment(changes_at=50), commitment("silver"))
        await judged(store, "T-2", commitment(changes_at=-30))
        assert await store.next_change() == -30
        await judged(store, "T-2", commitment(changes_at=None))
        assert await store.next_change() == 50

    @pytest.mark.asyncio
    async def test_commitments_are_replaced_as_a_whole(self, store: Store) -> None:
        await judged(store, "T-1", commitment("gold"), commitment("silver"), commitment("gold", cycle=2))
        await judged(store, "T-2", commitment("gold"))
        await judged(store, "T-1", commitment("gold", status="at_risk"), commitment("bronze"))
        assert await store.commitments(SOURCE, "T-1") == [commitment("bronze"), commitment("gold", status="at_risk")]
        assert await store.commitments(SOURCE, "T-2") == [commitment("gold")]
        await judged(store, "T-1")
        assert await store.commitments(SOURCE, "T-1") == []

    @pytest.mark.asyncio
    async def test_commitments_are_counted_by_where_they_stand(self, store: Store) -> None:
        await judged(store, "T-1", commitment("gold"), commitment("silver", status="met"))
        await judged(store, "T-2", commitment("gold"))
        assert (await store.figures()).commitments == {
            (SOURCE, "gold", "first_reply", "on_track"): 2,
            (SOURCE, "silver", "first_reply", "met"): 1,
        }
        await judged(store, "T-1", commitment("gold", status="breached"))
        await judged(store, "T-2")
        assert (await store.figures()).commitments == {(SOURCE, "gold", "first_reply", "breached"): 1}

    @pytest.mark.asyncio
    async def test_the_nearest_are_the_open_ones_by_their_due_instant(self, store: Store) -> None:
        soon, late = commitment(due_at=50, status="at_risk"), commitment("silver", due_at=90)
        paused, never = commitment("bronze", due_at=None), commitment("iron", due_at=1, status="missed")
        overdue = commitment(due_at=None, breached_at=20, status="breached")
        await judged(store, "T-1", late, soon, paused, never)
        await judged(store, "T-2", overdue)
        nearest = [(SOURCE, "T-2", overdue), (SOURCE, "T-1", soon), (SOURCE, "T-1", late)]
        assert await store.nearest(0, 10) == nearest
        assert await store.nearest(0, 2) == nearest[:2]
        assert await store.nearest(51, 10) == nearest[2:]

    @pytest.mark.asyncio
    async def test_after_new_rules_every_ticket_is_judged_again(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await saved(store, "T-2")
        await judged(store, "T-3", commitment())
        await store.mark_for_judging()
        assert sorted(await waiting(store)) == ["T-1", "T-2", "T-3"]

    @pytest.mark.asyncio
    async def test_a_judgement_by_the_old_rules_does_not_take_the_new_mark_off(self, store: Store) -> None:
        await saved(store, "T-1")
        by_old_rules = await judgement(store, "T-1", commitment())
        await store.mark_for_judging()
        await store.apply([by_old_rules], 0)
        assert await waiting(store) == ["T-1"]

    @pytest.mark.asyncio
    async def test_a_ticket_that_is_gone_gets_no_commitments_but_its_deliveries_go_out(self, store: Store) -> None:
        ghost = Judgement(SOURCE, "gone", 1, [commitment(changes_at=1)], [delivery("a", ticket="gone")])
        assert (await store.apply([ghost], 0)).queued == 1
        assert await store.commitments(SOURCE, "gone") == []
        assert await store.next_change() is None

    @pytest.mark.asyncio
    async def test_the_later_of_two_judgements_of_a_ticket_holds(self, store: Store) -> None:
        await saved(store, "T-1")
        first = await judgement(store, "T-1", commitment("gold"), commitment("silver"))
        second = await judgement(store, "T-1", commitment("gold", status="met"))
        await store.apply([first, second], 0)
        assert await store.commitments(SOURCE, "T-1") == [commitment("gold", status="met")]

    @pytest.mark.asyncio
    async def test_an_ended_ticket_is_forgotten_once_it_is_old(self, store: Store) -> None:
        await judged(store, "T-1", commitment(status="met"), commitment("silver", status="missed"), now=100)
        assert await store.prune(100, 100) == 0
        assert await store.prune(101, 101) == 1
        assert await store.load(SOURCE, ["T-1"]) == {}
        assert await store.commitments(SOURCE, "T-1") == []
        assert (await store.figures()).commitments == {}

    @pytest.mark.asyncio
    async def test_what_still_matters_is_never_forgotten(self, store: Store) -> None:
        await judged(store, "open", commitment(status="breached"), commitment("silver", status="met"), now=100)
        await saved(store, "not judged")
        await judged(store, "changed", now=100)
        await saved(store, "changed", body=b"changed")
        await judged(store, "about to be told", now=100)
        await queued(store, delivery("a", ticket="about to be told"))
        ids = ["open", "not judged", "changed", "about to be told"]
        assert await store.prune(1_000, 1_000) == 0
        assert set(await store.load(SOURCE, ids)) == set(ids)

    @pytest.mark.asyncio
    async def test_judging_again_without_a_change_does_not_make_a_ticket_younger(self, store: Store) -> None:
        await judged(store, "T-1", commitment(status="met"), now=100)
        await store.mark_for_judging()
        await judged(store, "T-1", commitment(status="met"), now=900)
        assert await store.prune(500, 500) == 1

    @pytest.mark.asyncio
    async def test_a_change_makes_a_ticket_younger(self, store: Store) -> None:
        await judged(store, "T-1", commitment(status="met"), now=100)
        await saved(store, "T-1", body=b"thanks!")
        await judged(store, "T-1", commitment(status="met"), now=900)
        assert await store.prune(500, 500) == 0

    @pytest.mark.asyncio
    async def test_forgetting_a_delivery_does_not_make_it_new(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        assert await queued(store, delivery("a")) == 1
        await store.settle((await bound(store)).id, Ending.SENT, 110)
        assert await store.prune(111, 111) == 2  # the delivery and the notification
        assert (await store.figures()).deliveries == {}
        assert await queued(store, delivery("a"), delivery("b")) == 1

    @pytest.mark.asyncio
    async def test_open_tickets_are_told_in_order_a_slice_at_a_time(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await judged(store, "T-2", commitment(status="met"))
        await judged(store, "T-3", commitment(status="breached"), commitment("silver"))
        assert list(await store.open_tickets(SOURCE, "", 10)) == ["T-1", "T-3"]
        assert list(await store.open_tickets(SOURCE, "T-1", 10)) == ["T-3"]
        assert list(await store.open_tickets(SOURCE, "", 1)) == ["T-1"]
        assert list(await store.open_tickets("other", "", 10)) == []

    @pytest.mark.asyncio
    async def test_tickets_saved_without_a_cursor_leave_it_where_it_was(self, store: Store) -> None:
        await store.save_batch(SOURCE, [("T-1", b"{}")], b"here")
        await store.save_batch(SOURCE, [("T-1", b"{ }")], None)
        assert await store.cursor(SOURCE) == b"here"

    @pytest.mark.asyncio
    async def test_finals_are_those_that_ended_under_other_rules(self, store: Store) -> None:
        ended = commitment(status="met", rules="old")
        await judged(
            store, "T-1", ended, commitment("silver", rules="old"), commitment("iron", status="met", rules="new")
        )
        await judged(store, "T-2", commitment(status="met", rules="new"))
        finals = await store.finals([(SOURCE, "T-1"), (SOURCE, "T-2")], "new")
        assert {home: list(rows) for home, rows in finals.items()} == {(SOURCE, "T-1"): [ended]}
