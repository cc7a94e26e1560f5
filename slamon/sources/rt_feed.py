"""Which tickets of a Request Tracker were updated, asked for in a way that no time zone can bend.

A date in a query is read in the zone of the account, which nobody tells. "N seconds ago" is the same everywhere, but
for an hour if summer time began or ended meanwhile: so more is asked for, and what is older than wanted is dropped.
It is written with ten digits: Request Tracker takes "8100 seconds ago" for a date in the year 8100 (seen in 5.0.3, by
its module Time::ParseDate).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from slamon.core.instants import HOUR, SECOND, Span, parse_instant
from slamon.ports import SourceError, Time
from slamon.sources.http import Client, Mark, Page, Window
from slamon.sources.rt_lists import MOST_PAGES, PER_PAGE, Rows

MARGIN: Span = 2 * HOUR  # one for summer time, one for clocks that differ by more than Date headers say
_ENOUGH = 50  # rows
_LIST = "REST/2.0/tickets?orderby=LastUpdated&orderby=id"


class Row(Struct, frozen=True):
    """A ticket, and when it was last updated."""

    number: str | int = msgspec.field(name="id")
    updated: str = msgspec.field(name="LastUpdated")

    @property
    def id(self) -> str:
        return str(self.number)

    @property
    def mark(self) -> Mark:
        return Mark(parse_instant(self.updated), self.id)


class Updates:
    """The list of tickets by their last update. `also_open`: statuses that count as open beside the active ones."""

    def __init__(self, client: Client, time: Time, also_open: Sequence[str]) -> None:
        self._client = client
        self._time = time
        self._open = " OR ".join(f"Status = {_quoted(one)}" for one in ("__Active__", *also_open))

    async def page(self, window: Window, offset: int) -> Page[Row]:
        """Rows of a window, ascending, after passing over some; as Feed wants it."""
        try:
            return await self._page(window, offset)
        except ValueError as mistake:
            raise SourceError(f"the list of tickets cannot be read: {mistake}") from None

    async def shows(self, queue: str) -> bool:
        """Whether the account sees any ticket of a queue."""
        params: dict[str, str | int] = {"query": f"Queue = {_quoted(queue)}", "fields": "LastUpdated", "per_page": 1}
        return bool((await self._client.get(_LIST, Rows[Row], params)).items)

    async def _page(self, window: Window, offset: int) -> Page[Row]:
        rows: dict[str, Row] = {}
        older = 0
        for number in range(1, MOST_PAGES + 1):
            found = await self._read(window, number)
            before = (await self._read(window, number - 1)).items if number > 1 else []  # rows that moved there since
            fresh = [row for row in (*before, *found.items) if _is_in(window, row)]
            rows |= {row.id: row for row in fresh}
            older += sum(not _is_in(window, row) for row in found.items)
            last = found.is_last(number)
            if last or len(rows) >= offset + _ENOUGH:
                total = None if found.total is None else found.total - older
                ordered = sorted(rows.values(), key=lambda row: (row.mark.at, int(row.id)))
                return Page(ordered[offset:], not last, total)
        raise SourceError(f"the list of tickets has no end: {MOST_PAGES} pages were read")

    async def _read(self, window: Window, number: int) -> Rows[Row]:
        params: dict[str, str | int] = {"query": self._query(window), "fields": "LastUpdated"}
        return await self._client.get(_LIST, Rows[Row], {**params, "per_page": PER_PAGE, "page": number})

    def _query(self, window: Window) -> str:
        conditions = ["Type = 'ticket'"]
        if window.since is not None:
            theirs = self._time.now() + (self._client.reading.skew or 0)
            ago = max(0, theirs - window.since + MARGIN) // SECOND
            conditions.append(f"LastUpdated >= '{ago:010} seconds ago'")
        if window.open_only:
            conditions.append(f"({self._open})")
        return " AND ".join(conditions)


def _is_in(window: Window, row: Row) -> bool:
    """Updates are told in whole seconds."""
    return window.since is None or row.mark.at >= window.since - window.since % SECOND


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
