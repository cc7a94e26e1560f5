"""Lists longer than a page, read by offset or by links."""

from __future__ import annotations

import pytest

from slamon.ports import SourceError
from slamon.sources.http import Page, linked_pages, offset_pages


class Shelf:
    """A list that somebody takes things from while it is read."""

    def __init__(self, rows: int, size: int, taken: dict[int, int] | None = None) -> None:
        self.rows = list(range(rows))
        self.size = size
        self.taken = taken or {}
        self.asked: list[int] = []

    async def read(self, offset: int) -> Page[int]:
        del self.rows[: self.taken.get(len(self.asked), 0)]
        self.asked.append(offset)
        part = self.rows[offset : offset + self.size]
        return Page(part, offset + len(part) < len(self.rows), len(self.rows))

    async def all(self) -> list[int]:
        return [row async for rows in offset_pages(self.read, lambda row: row, overlap=2) for row in rows]


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 95])
@pytest.mark.asyncio
async def test_every_row_comes_once(rows: int) -> None:
    assert await Shelf(rows, 10).all() == list(range(rows))


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.asyncio
async def test_pages_smaller_than_the_overlap_come_to_an_end(size: int) -> None:
    assert await Shelf(20, size).all() == list(range(20))


@pytest.mark.parametrize("taken", [1, 2, 3, 9, 10, 30])
@pytest.mark.asyncio
async def test_rows_that_stay_are_met_however_many_before_them_go(taken: int) -> None:
    shelf = Shelf(95, 10, {2: taken, 4: taken})
    found = await shelf.all()
    assert set(shelf.rows) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.asyncio
async def test_rows_that_are_put_in_before_come_twice_at_most_once() -> None:
    rows = list(range(50))

    async def read(offset: int) -> Page[int]:
        if offset == 8:
            rows[:0] = range(100, 105)
        part = rows[offset : offset + 10]
        return Page(part, offset + len(part) < len(rows))

    found = [row async for part in offset_pages(read, lambda row: row, overlap=2) for row in part]
    assert set(range(50)) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.asyncio
async def test_a_server_that_ignores_the_offset_is_a_fault() -> None:
    async def read(offset: int) -> Page[int]:
        return Page([1, 2, 3], True)

    with pytest.raises(SourceError, match="the same rows come again and again"):
        [rows async for rows in offset_pages(read, lambda row: row)]


@pytest.mark.asyncio
async def test_links_are_followed_to_the_end() -> None:
    pages = {"a": ([1, 2], "b"), "b": ([], "c"), "c": ([3], None)}

    async def read(at: str) -> tuple[list[int], str | None]:
        return pages[at]

    assert [list(rows) async for rows in linked_pages(read, "a")] == [[1, 2], [], [3]]


@pytest.mark.asyncio
async def test_a_link_back_to_where_one_was_is_a_fault() -> None:
    async def read(at: str) -> tuple[list[int], str | None]:
        return [1], {"a": "b", "b": "c", "c": "b"}[at]

    with pytest.raises(SourceError, match="goes on to where it was before"):
        [rows async for rows in linked_pages(read, "a")]


@pytest.mark.asyncio
async def test_tokens_without_end_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.http.paging.MOST_PAGES", 50)

    async def read(at: str) -> tuple[list[int], str | None]:
        return [1], at + "x"

    with pytest.raises(SourceError, match="a list has no end"):
        [rows async for rows in linked_pages(read, "a")]
