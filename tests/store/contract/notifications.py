"""What every store promises about notifications: rendered once, tried until they end, never lost and never doubled."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from slamon.ports import Copy, Ending, Store
from tests.store.build import SOURCE, bound, commitment, delivery, judged, message, opened, queued, taken


class NotificationContract:
    @pytest.mark.asyncio
    async def test_what_is_bound_is_being_sent_and_taken_by_nobody_else(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        one = await bound(store, "a", about=message("as rendered"))
        assert (one.message, one.attempts, one.doubtful, one.is_copy) == (message("as rendered"), 0, False, False)
        assert await store.due("slack", 1_000) is None
        assert [left.identity for left in await taken(store)] == ["b"]
        assert [carried.identity for carried in await store.bound(one.id, 9)] == ["a"]

    @pytest.mark.asyncio
    async def test_nothing_is_bound_unless_all_of_it_is_pending(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        ids = [one.id for one in await taken(store)]
        await store.drop({ids[0]: 0}, Ending.SUPERSEDED, 100)
        assert await store.bind("slack", message(), ids, 100) is None
        assert [one.identity for one in await taken(store)] == ["b"]
        assert await store.release() == 0

    @pytest.mark.asyncio
    async def test_a_retried_one_comes_back_at_its_instant_with_its_attempts_and_the_same_text(
        self, store: Store
    ) -> None:
        await queued(store, delivery("a"))
        one = await bound(store, about=message("as rendered"))
        await store.retry(one.id, 500, "the server was busy", doubtful=False)
        assert await store.next_due("slack") == 500
        assert await store.due("slack", 499) is None
        again = await store.due("slack", 500)
        assert again is not None
        assert (again.id, again.attempts, again.doubtful, again.message) == (one.id, 1, False, message("as rendered"))

    @pytest.mark.asyncio
    async def test_once_doubtful_always_doubtful(self, store: Store) -> None:
        await queued(store, delivery("a"))
        one = await bound(store)
        await store.retry(one.id, 200, "no answer", doubtful=True)
        await store.due("slack", 200)
        await store.retry(one.id, 300, "refused", doubtful=False)
        again = await store.due("slack", 300)
        assert again is not None
        assert again.doubtful

    @pytest.mark.asyncio
    async def test_a_clock_that_was_set_back_makes_nothing_wait_for_it(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"), delivery("held", not_before=9_000), now=5_000)
        one = await bound(store, "a", now=5_000)
        await store.retry(one.id, 5_200, "busy", doubtful=False)
        await store.clock_set_back("slack", 1_000)
        assert await store.next_due("slack") == 1_000
        assert [found.identity for found in await taken(store, 1_000)] == ["b"]
        assert await store.next_waiting("slack", 1_000) == 9_000

    @pytest.mark.asyncio
    async def test_the_earliest_is_due_first(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        for identity, at in (("a", 300), ("b", 200)):
            await store.retry((await bound(store, identity, about=message(identity))).id, at, "x", doubtful=False)
        assert await store.next_due("slack") == 200
        titles = [found.message.title for _ in range(2) if (found := await store.due("slack", 999)) is not None]
        assert titles == ["b", "a"]
        assert await store.next_due("slack") is None

    @pytest.mark.asyncio
    @pytest.mark.parametrize("ending", list(Ending))
    async def test_an_ended_one_stays_ended_with_all_it_carries(self, store: Store, ending: Ending) -> None:
        await queued(store, delivery("a", due_at=90), delivery("b", due_at=80))
        one = await bound(store)
        assert sorted(await store.settle(one.id, ending, 110, "why")) == [80, 90]
        await store.retry(one.id, 120, "again?", doubtful=True)
        assert await store.settle(one.id, Ending.DEAD, 120) == []
        assert await store.release() == 0
        assert await store.due("slack", 1_000) is None
        assert (await store.figures()).deliveries == {("slack", ending.value): 2}

    @pytest.mark.asyncio
    async def test_an_answer_that_comes_after_the_release_still_ends_it(self, store: Store) -> None:
        await queued(store, delivery("a"))
        one = await bound(store)
        await store.release()
        await store.settle(one.id, Ending.SENT, 110)
        assert await store.due("slack", 1_000) is None

    @pytest.mark.asyncio
    async def test_what_was_being_sent_by_a_process_now_gone_is_doubtful(
        self, store: Store, make: Callable[[], Store]
    ) -> None:
        await queued(store, delivery("a"), delivery("b"))
        one = await bound(store, "a", about=message("as rendered"))
        await store.close()
        async with opened(make()) as again:
            assert await again.due("slack", 1_000) is None
            assert await again.release() == 1
            found = await again.due("slack", 1_000)
            assert found is not None
            assert (found.id, found.message, found.doubtful) == (one.id, message("as rendered"), True)
            assert [left.identity for left in await taken(again)] == ["b"]

    @pytest.mark.asyncio
    async def test_one_of_which_nothing_is_true_is_superseded_and_its_tickets_are_judged_again(
        self, store: Store
    ) -> None:
        await judged(store, "T-1", commitment())
        await queued(store, delivery("a"), delivery("b"))
        one = await bound(store)
        turns = {carried.id: carried.turn for carried in await store.bound(one.id, 9)}
        assert await store.supersede(one.id, turns, 110) == [100, 100]
        assert (await store.figures()).deliveries == {("slack", "superseded"): 2}
        assert [ticket.id for ticket in await store.to_judge(0, 10)] == ["T-1"]
        assert await queued(store, delivery("a")) == 1

    @pytest.mark.asyncio
    async def test_one_that_the_judge_found_again_is_not_superseded_by_an_older_look(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        one = await bound(store)
        turns = {carried.id: carried.turn for carried in await store.bound(one.id, 9)}
        await queued(store, delivery("b"))
        assert await store.supersede(one.id, turns, 110) is None
        assert (await store.figures()).deliveries == {("slack", "bound"): 2}

    @pytest.mark.asyncio
    async def test_a_copy_is_made_once_and_has_no_copy_of_its_own(self, store: Store) -> None:
        await queued(store, delivery("a"))
        one = await bound(store)
        await store.settle(one.id, Ending.DEAD, 110, "gone", Copy("email", message("copy")))
        await store.settle(one.id, Ending.DEAD, 111, "gone", Copy("email", message("copy")))
        copy = await store.due("email", 200)
        assert copy is not None
        assert (copy.message, copy.is_copy) == (message("copy"), True)
        await store.settle(copy.id, Ending.DEAD, 210, "gone too", Copy("slack", message("copy of the copy")))
        assert [await store.due(name, 999) for name in ("email", "slack")] == [None, None]
        letters = [(letter.notifier, letter.route, letter.error) for letter in await store.dead_letters(0, 9)]
        assert letters == [("email", "support", "gone too"), ("slack", "support", "gone")]
        assert [letter.error for letter in await store.dead_letters(0, 1)] == ["gone too"]
        assert await store.dead_letters(210, 9) == []

    @pytest.mark.asyncio
    async def test_a_dead_letter_says_what_it_was_and_whether_another_notifier_has_it(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        first = await bound(store, "a", about=message("warning"))
        second = await bound(store, "b", about=message("breach"))
        await store.settle(first.id, Ending.DEAD, 110, "gone", Copy("email", message("copy")))
        await store.settle(second.id, Ending.EXPIRED, 120, "too old")
        found = [(letter.what, letter.ending, letter.copied) for letter in await store.dead_letters(0, 9)]
        assert found == [("breach", "expired", False), ("warning", "dead", True)]

    @pytest.mark.asyncio
    async def test_what_could_not_be_made_into_a_message_is_a_dead_letter_by_its_ticket(self, store: Store) -> None:
        await queued(store, delivery("a"))
        (one,) = await taken(store)
        await store.drop({one.id: one.turn}, Ending.DEAD, 110, "it cannot be rendered: see the log")
        (letter,) = await store.dead_letters(0, 9)
        assert (letter.what, letter.notifier, letter.copied) == (one.ticket, "slack", False)
        assert letter.error == "it cannot be rendered: see the log"

    @pytest.mark.asyncio
    async def test_a_message_is_found_by_the_id_that_it_shows(self, store: Store) -> None:
        await queued(store, delivery("a"))
        await bound(store, about=message("as rendered"))
        assert await store.message("m-1") == message("as rendered")
        assert await store.message("m-2") is None

    @pytest.mark.asyncio
    async def test_what_was_tried_lately_is_known_after_a_restart(self, store: Store) -> None:
        await queued(store, delivery("a"), delivery("b"))
        await bound(store, "a", now=100)
        await bound(store, "b", now=170)
        assert await store.tried("slack", 100) == [170]
        assert await store.tried("slack", 50) == [100, 170]
        assert await store.tried("email", 0) == []

    @pytest.mark.asyncio
    async def test_half_a_character_does_not_lose_an_alert(self, store: Store) -> None:
        await queued(store, delivery("a"))
        one = await bound(store, about=message("broken \ud83d title \0"))
        assert one.message == message("broken \ufffd title \0")
        await store.retry(one.id, 100, "x", doubtful=True)
        again = await store.due("slack", 200)
        assert again is not None
        assert msgspec.json.encode(again.message) == msgspec.json.encode(one.message)

    @pytest.mark.asyncio
    async def test_the_ticket_of_what_is_being_sent_is_not_forgotten(self, store: Store) -> None:
        await judged(store, "T-1", now=1)
        await queued(store, delivery("a"))
        await bound(store)
        await store.prune(1_000, 1_000)
        assert set(await store.load(SOURCE, ["T-1"])) == {"T-1"}
