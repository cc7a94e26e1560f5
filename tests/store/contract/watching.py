"""What every store promises to whoever watches over slamon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slamon.core.conditions import Raised
from slamon.ports import Copy, Ending, Home, Lost, Outcome, Store, Unclear
from tests.store.build import SOURCE, bound, commitment, delivery, judged, message, queued, saved, taken

RAISED = Raised("source_stale", "desk", 1, 100, "not read", 0)


async def walked(store: Store, ended: int, limit: int) -> list[Home]:
    found: list[Home] = []
    place: Home | None = ("", "")
    while place is not None:
        page = await store.current_tickets(place, ended, limit)
        assert len(page.items) <= limit
        found += page.items
        place = page.place
    return found


class WatchingContract:
    @pytest.mark.asyncio
    async def test_of_each_condition_and_subject_the_last_time_is_kept(self, store: Store) -> None:
        assert list(await store.raised()) == []
        other = replace(RAISED, subject="shop")
        await store.save_raised([RAISED, other])
        again = replace(RAISED, number=2, raised_at=200, text="not read again", calm=50, cleared_at=300)
        await store.save_raised([again])
        assert list(await store.raised()) == [again, other]

    @pytest.mark.asyncio
    async def test_what_nobody_got_is_counted_by_notifier(self, store: Store) -> None:
        assert await store.lost(0) == {}
        await queued(store, *(delivery(name) for name in "abcd"))
        for name, ending, at in (("a", Ending.DEAD, 110), ("b", Ending.EXPIRED, 120), ("c", Ending.SENT, 130)):
            await store.settle((await bound(store, name)).id, ending, at)
        (one,) = await taken(store)
        await store.drop({one.id: one.turn}, Ending.DEAD, 115, "cannot be rendered")
        assert await store.lost(0) == {"slack": Lost(3, 120)}
        assert await store.lost(115) == {"slack": Lost(1, 120)}

    @pytest.mark.asyncio
    async def test_what_waits_for_too_long_is_counted_by_notifier(self, store: Store) -> None:
        await queued(
            store, delivery("a", due_at=10), delivery("b", due_at=50), delivery("c", notifier="mail", due_at=10)
        )
        assert await store.overdue(10) == {}
        assert await store.overdue(11) == {"slack": 1, "mail": 1}
        sending = await bound(store, "a", now=40)  # now its notification counts
        assert await store.overdue(40) == {"mail": 1}
        assert await store.overdue(51) == {"slack": 2, "mail": 1}
        await store.settle(sending.id, Ending.SENT, 60)
        assert await store.overdue(51) == {"slack": 1, "mail": 1}

    @pytest.mark.asyncio
    async def test_open_tickets_without_a_policy_and_open_promises_in_doubt_are_counted(self, store: Store) -> None:
        assert await store.unclear() == {}
        nothing = replace(commitment("", target="", status="unmatched"), clock="")
        await judged(store, "T-1", nothing)
        await judged(store, "T-2", replace(nothing, clock="stopped"))
        await judged(
            store,
            "T-3",
            replace(commitment(), confidence="undetermined"),
            replace(commitment("also"), confidence="bounded"),
        )
        await judged(store, "T-4", replace(commitment(status="missed"), confidence="undetermined"))
        assert await store.unclear() == {SOURCE: Unclear(1, 1)}
        await judged(store, "T-3", commitment())
        assert await store.unclear() == {SOURCE: Unclear(1, 0)}

    @pytest.mark.asyncio
    @pytest.mark.parametrize("limit", [1, 2, 100])
    async def test_tickets_that_are_open_or_ended_of_late_are_walked_through(self, store: Store, limit: int) -> None:
        ended = replace(commitment(status="met"), stopped_at=50)
        await saved(store, "T-0")
        await judged(store, "T-1", commitment())
        await judged(store, "T-2", ended)
        await judged(store, "T-3", ended, commitment("also"))
        await judged(store, "T-4", replace(ended, stopped_at=60))
        assert await walked(store, 60, limit) == [(SOURCE, "T-1"), (SOURCE, "T-3"), (SOURCE, "T-4")]
        assert await walked(store, 50, limit) == [(SOURCE, id) for id in ("T-1", "T-2", "T-3", "T-4")]

    @pytest.mark.asyncio
    async def test_what_became_of_a_delivery_is_told_by_its_identity(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await queued(store, *(delivery(name) for name in ("waits", "sent", "dead", "copied", "old")))
        await store.settle((await bound(store, "old")).id, Ending.SENT, 5)
        await store.prune(0, 10)
        await store.settle((await bound(store, "sent")).id, Ending.SENT, 100)
        await store.settle((await bound(store, "dead")).id, Ending.DEAD, 100)
        await store.settle((await bound(store, "copied")).id, Ending.DEAD, 100, "gone", Copy("mail", message()))
        wanted = ["waits", "sent", "dead", "copied", "old", "never queued"]
        assert await store.outcomes(SOURCE, "T-1", wanted) == {
            "waits": Outcome("pending", "slack", False),
            "sent": Outcome("sent", "slack", False),
            "dead": Outcome("dead", "slack", False),
            "copied": Outcome("dead", "slack", True),
            "old": Outcome("spent", "", False),
        }
