"""What every store promises about deliveries: queued once, counted by what may become one message, ended."""

from __future__ import annotations

import dataclasses

import pytest

from slamon.core.bundles import Waiting
from slamon.ports import NOTHING_TO_UPDATE, Ending, Store, Told
from tests.store.build import SOURCE, bound, commitment, delivery, judged, queued, taken

HOME = (SOURCE, "T-1")


async def names(store: Store, now: int = 1_000_000) -> list[str]:
    return [one.identity for one in await taken(store, now)]


class DeliveryContract:
    @pytest.mark.asyncio
    async def test_a_delivery_that_is_taken_is_all_that_was_queued(self, store: Store) -> None:
        new = delivery("a", address="ada@desk.example", remark="why", update=True, collective=True, bundle='["gold"]')
        await queued(store, new)
        (found,) = await taken(store)
        for field in dataclasses.fields(new):
            assert getattr(found, field.name) == getattr(new, field.name), field.name
        assert (found.turn, found.put_off) == (0, 0)

    @pytest.mark.asyncio
    async def test_an_identity_is_queued_once_for_ever(self, store: Store) -> None:
        assert await queued(store, delivery("a"), delivery("b"), delivery("a")) == 2
        assert await queued(store, delivery("a", ticket="T-2", notifier="email"), delivery("c")) == 1
        await store.settle((await bound(store, "a")).id, Ending.SENT, 100)
        assert await queued(store, delivery("a")) == 0

    @pytest.mark.asyncio
    async def test_what_was_superseded_and_is_true_again_waits_again(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (one,) = await taken(store)
        assert await store.drop({one.id: one.turn}, Ending.SUPERSEDED, 110) == [100]
        assert await queued(store, delivery("a", notifier="pager"), now=120) == 1
        assert (await store.figures()).deliveries == {("pager", "pending"): 1}
        (again,) = await taken(store, notifier="pager")
        assert (again.id, again.turn, again.not_before) == (one.id, 1, 120)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("ending", [Ending.DEAD, Ending.EXPIRED])
    async def test_what_ended_otherwise_does_not_wait_again(self, store: Store, ending: Ending) -> None:
        await queued(store, delivery("a"))
        (one,) = await taken(store)
        await store.drop({one.id: one.turn}, ending, 110, "why")
        assert await queued(store, delivery("a")) == 0

    @pytest.mark.asyncio
    @pytest.mark.parametrize(("why", "again"), [(None, 1), (NOTHING_TO_UPDATE, 0)])
    async def test_an_update_that_follows_nothing_does_not_wait_again(
        self, store: Store, why: str | None, again: int
    ) -> None:
        await queued(store, delivery("a", update=True))
        (one,) = await taken(store)
        await store.drop({one.id: one.turn}, Ending.SUPERSEDED, 110, why)
        assert await queued(store, delivery("a", update=True)) == again

    @pytest.mark.asyncio
    async def test_what_the_judge_found_again_is_not_dropped_by_an_older_look(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (one,) = await taken(store)
        assert await queued(store, delivery("a")) == 0  # found again, after the look and before its end
        assert await store.drop({one.id: one.turn}, Ending.SUPERSEDED, 110) == []
        assert await names(store) == ["a"]

    @pytest.mark.asyncio
    async def test_the_ticket_of_a_superseded_delivery_is_judged_again(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await queued(store, delivery("a"), delivery("b"))
        one, other = await taken(store)
        await store.drop({one.id: one.turn}, Ending.DEAD, 110)
        assert await store.to_judge(0, 10) == []
        await store.drop({other.id: other.turn}, Ending.SUPERSEDED, 110)
        assert [ticket.id for ticket in await store.to_judge(0, 10)] == ["T-1"]

    @pytest.mark.asyncio
    async def test_what_waits_is_counted_by_what_may_become_one_message(self, store: Store) -> None:
        await queued(store, delivery("a", due_at=20), delivery("b", due_at=10), delivery("later", due_at=31))
        await queued(
            store, delivery("c", address="ada", due_at=5), delivery("d", bundle="[1]", collective=True, due_at=5)
        )
        await queued(store, delivery("e", notifier="email", due_at=5))
        assert set(await store.waiting("slack", 30)) == {
            Waiting("support", None, "[]", False, 2, 10),
            Waiting("support", "ada", "[]", False, 1, 5),
            Waiting("support", None, "[1]", True, 1, 5),
        }
        assert await store.next_waiting("slack", 30) == 31
        assert await store.next_waiting("slack", 31) is None

    @pytest.mark.asyncio
    async def test_nothing_waits_before_it_was_queued(self, store: Store) -> None:
        await queued(store, delivery("a", due_at=10), now=50)
        assert await store.waiting("slack", 49) == []
        assert await store.waiting("slack", 60) == [Waiting("support", None, "[]", False, 1, 50)]

    @pytest.mark.asyncio
    async def test_the_oldest_are_taken_first(self, store: Store) -> None:
        await queued(store, delivery("late", due_at=30), delivery("first", due_at=10), delivery("second", due_at=20))
        waiting = await store.waiting("slack", 29)
        assert [one.identity for one in await store.take("slack", waiting, 29, 9)] == ["first", "second"]
        assert [one.identity for one in await store.take("slack", waiting, 29, 1)] == ["first"]

    @pytest.mark.asyncio
    async def test_what_is_put_off_waits_and_comes_back_together(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        one, other = await taken(store)
        await store.put_off([one.id], 200)
        await store.put_off([other.id], 300, "much")
        assert await names(store, 199) == []
        assert await store.next_waiting("slack", 100) == 200
        assert set(await store.waiting("slack", 300)) == {
            Waiting("support", None, "[]", False, 1, 200),
            Waiting("support", None, "much", True, 1, 300),
        }
        assert {found.identity: found.put_off for found in await taken(store, 300)} == {"a": 0, "b": 1}

    @pytest.mark.asyncio
    async def test_it_is_known_what_became_of_the_earlier_messages_of_a_commitment(self, store: Store) -> None:
        await queued(store, delivery("update", update=True), delivery("other ticket", ticket="T-2"))
        await queued(store, delivery("other target", target="resolution"), delivery("other person", address="ada"))
        update = next(one for one in await taken(store) if one.identity == "update")
        assert await store.told(update) == Told(False, None)
        await queued(store, delivery("earlier", not_before=700))
        assert await store.told(update) == Told(False, 700)
        await store.settle((await bound(store, "earlier")).id, Ending.SENT, 800)
        assert await store.told(update) == Told(True, None)

    @pytest.mark.asyncio
    async def test_what_was_told_lately_is_counted_in_messages(self, store: Store) -> None:
        for number, identities in enumerate(["ab", "c", "d"]):
            await queued(store, *(delivery(identity) for identity in identities))
            await store.settle((await bound(store)).id, Ending.SENT, 100 + number)
        await queued(store, delivery("refused"), delivery("elsewhere", notifier="email"))
        await store.settle((await bound(store)).id, Ending.DEAD, 110)
        assert await store.lately("slack", None, [HOME, (SOURCE, "T-2")], 100) == {HOME: [101, 102]}
        assert await store.lately("slack", None, [HOME], 99) == {HOME: [100, 101, 102]}
        assert await store.lately("slack", "ada", [HOME], 0) == {}

    @pytest.mark.asyncio
    async def test_deliveries_are_counted_by_notifier_and_state(self, store: Store) -> None:
        assert (await store.figures()).deliveries == {}
        await queued(store, *(delivery(identity) for identity in "abcd"), delivery("e", notifier="email"))
        await store.settle((await bound(store, "a")).id, Ending.SENT, 100)
        await bound(store, "b")
        one = (await taken(store))[0]
        await store.drop({one.id: one.turn}, Ending.EXPIRED, 100)
        assert (await store.figures()).deliveries == {
            ("slack", "pending"): 1,
            ("slack", "bound"): 1,
            ("slack", "sent"): 1,
            ("slack", "expired"): 1,
            ("email", "pending"): 1,
        }

    @pytest.mark.asyncio
    async def test_only_what_has_ended_is_forgotten_and_only_what_is_old(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await queued(store, *(delivery(identity) for identity in "abcd"))
        await store.settle((await bound(store, "a")).id, Ending.SENT, 199)
        await store.settle((await bound(store, "b")).id, Ending.SENT, 200)
        await bound(store, "c")
        assert await store.prune(0, 200) == 2
        assert (await store.figures()).deliveries == {
            ("slack", "sent"): 1,
            ("slack", "bound"): 1,
            ("slack", "pending"): 1,
        }

    @pytest.mark.asyncio
    async def test_tickets_and_deliveries_have_ages_of_their_own(self, store: Store) -> None:
        await judged(store, "T-1", commitment(status="met"), now=100)
        await queued(store, delivery("a"))
        await store.settle((await bound(store)).id, Ending.SENT, 100)
        assert await store.prune(100, 101) == 2
        assert set(await store.load(SOURCE, ["T-1"])) == {"T-1"}
        assert await queued(store, delivery("a")) == 0  # its ticket lives
        assert await store.prune(101, 0) == 1
        assert await store.load(SOURCE, ["T-1"]) == {}

    @pytest.mark.asyncio
    async def test_much_is_forgotten_whatever_must_stay_in_between(self, store: Store) -> None:
        for number in range(1_200):
            await judged(store, f"T-{number}", commitment(status="on_track" if number % 7 else "met"), now=number % 5)
        await queued(store, *(delivery(f"d{number}", ticket="gone") for number in range(1_100)))
        await store.settle((await bound(store)).id, Ending.SENT, 100)
        assert await store.prune(10, 200) == 172 + 1_100 + 1
        assert len(await store.open_tickets(SOURCE, "", 2_000)) == 1_028
