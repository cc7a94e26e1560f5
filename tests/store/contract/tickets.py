"""What every store promises about tickets, cursors and values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slamon.ports import Store, StoreError
from tests.store.build import SOURCE, opened, saved


class TicketContract:
    @pytest.mark.asyncio
    async def test_a_value_is_what_was_last_set(self, store: Store) -> None:
        assert await store.value("anchor") is None
        await store.set_value("anchor", b"\x00first")
        await store.set_value("anchor", b"second")
        assert await store.value("anchor") == b"second"
        assert await store.value("other") is None

    @pytest.mark.asyncio
    async def test_tickets_and_cursor_are_saved_together(self, store: Store) -> None:
        assert await store.cursor(SOURCE) is None
        assert await store.save_batch(SOURCE, [("T-1", b"one"), ("T-2", b"two")], b"page 1") == 2
        found = await store.load(SOURCE, ["T-1", "T-2", "T-3"])
        assert {id: ticket.body for id, ticket in found.items()} == {"T-1": b"one", "T-2": b"two"}
        assert (found["T-1"].source, found["T-1"].id) == (SOURCE, "T-1")
        assert await store.cursor(SOURCE) == b"page 1"

    @pytest.mark.asyncio
    async def test_equal_bodies_change_nothing_but_the_cursor(self, store: Store) -> None:
        await store.save_batch(SOURCE, [("T-1", b"one"), ("T-2", b"two")], b"page 1")
        before = await store.load(SOURCE, ["T-1", "T-2"])
        assert await store.save_batch(SOURCE, [("T-1", b"one"), ("T-2", b"new")], b"page 2") == 1
        after = await store.load(SOURCE, ["T-1", "T-2"])
        assert after["T-1"] == before["T-1"]
        assert after["T-2"].version > before["T-2"].version
        assert await store.cursor(SOURCE) == b"page 2"

    @pytest.mark.asyncio
    async def test_an_empty_batch_moves_the_cursor(self, store: Store) -> None:
        assert await store.save_batch(SOURCE, [], b"page 7") == 0
        assert await store.cursor(SOURCE) == b"page 7"

    @pytest.mark.asyncio
    async def test_of_a_ticket_twice_in_a_batch_the_last_counts(self, store: Store) -> None:
        assert await store.save_batch(SOURCE, [("T-1", b"old"), ("T-1", b"new")], b"") == 1
        assert (await store.load(SOURCE, ["T-1"]))["T-1"].body == b"new"

    @pytest.mark.asyncio
    async def test_two_sources_may_use_the_same_id(self, store: Store) -> None:
        await store.save_batch("desk", [("1", b"of desk")], b"a")
        await store.save_batch("jira", [("1", b"of jira")], b"b")
        assert (await store.load("desk", ["1"]))["1"].body == b"of desk"
        assert (await store.load("jira", ["1"]))["1"].body == b"of jira"
        assert (await store.cursor("desk"), await store.cursor("jira")) == (b"a", b"b")

    @pytest.mark.asyncio
    async def test_hostile_ids_are_kept_as_they_are(self, store: Store) -> None:
        ids = ["'; DROP TABLE tickets; --", "a\0b", "Ünïcode \u202e", "%_", " "]
        await saved(store, *ids)
        assert set(await store.load(SOURCE, ids)) == set(ids)

    @pytest.mark.asyncio
    async def test_a_failed_batch_leaves_nothing_behind(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await store.save_batch(SOURCE, [("T-1", b"one"), ("T-2", None)], b"page 1")  # type: ignore[list-item]
        assert await store.load(SOURCE, ["T-1"]) == {}
        assert await store.cursor(SOURCE) is None
        await saved(store, "T-1")
        assert len(await store.to_judge(0, 10)) == 1

    @pytest.mark.asyncio
    async def test_what_was_kept_is_there_after_opening_again(self, store: Store, make: Callable[[], Store]) -> None:
        await saved(store, "T-1", body=b"kept")
        await store.close()
        async with opened(make()) as again:
            assert (await again.load(SOURCE, ["T-1"]))["T-1"].body == b"kept"
            assert await again.cursor(SOURCE) == b"cursor"

    @pytest.mark.asyncio
    async def test_a_store_that_is_not_open_says_so(self, store: Store) -> None:
        await store.close()
        with pytest.raises(StoreError, match="is not open"):
            await store.value("anchor")

    @pytest.mark.asyncio
    async def test_closing_twice_is_no_error(self, store: Store) -> None:
        await store.close()
        await store.close()
