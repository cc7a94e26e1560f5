"""How a JSON API is asked, as its mapping says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from slamon.core.instants import Instant
from slamon.ports import SourceError
from slamon.sources.http import Client, NotFound, Unexpected
from slamon.sources.rest_expressions import Expression, Unmapped
from slamon.sources.rest_paging import SINCE, Lister, filled
from slamon.sources.rest_settings import ChangesMapping, ListMapping, MessagesMapping, RestSettings

MOST = 10_000  # messages or changes of one ticket


class Reading:
    """The requests of one source."""

    def __init__(self, client: Client, settings: RestSettings, expressions: dict[str, Expression]) -> None:
        self._client = client
        self._settings = settings
        self._find = expressions
        self._zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
        self._list = self._lister("list", settings.listing, expressions["ticket.id"])
        self.follows = any(SINCE in value for value in settings.listing.parameters.values())

    def _lister(self, where: str, of: ListMapping | MessagesMapping | ChangesMapping, id: Expression) -> Lister:
        next, total = (self._find.get(f"{where}.paging.{one}") for one in ("next", "total"))
        return Lister(self._client, self._settings.url, of.paging, self._find[f"{where}.items"], id, next, total)

    async def pages(self, since: Instant = 0, *, open_only: bool = False) -> AsyncGenerator[Sequence[Any], None]:
        """The list of what was updated at an instant or later, page by page."""
        of = self._settings.listing
        parameters = {**filled(of, max(since, 0), self._zone), **(of.open_parameters if open_only else {})}
        try:
            async for rows in self._list.pages(of.path, parameters):
                yield rows
        except Unmapped as mistake:
            raise SourceError(str(mistake)) from None

    async def first_page(self) -> Sequence[Any]:
        """The first page of all tickets."""
        async with aclosing(self.pages()) as pages:
            try:
                return await anext(pages, ())
            except NotFound as error:
                raise SourceError(f"list: {error}", permanent=True) from None

    async def item(self, id: str) -> Any:
        """One ticket; NotFound only while the list still shows others. Unmapped."""
        if id in (".", ".."):
            raise NotFound(f"{id!r} is no id")
        try:
            found = await self._client.get(_path(self._settings.ticket.path, id), Any)
        except NotFound:
            await self._raise_if_unseen()
            raise
        item = self._find["ticket.item"].find(found)
        if item is None:
            await self._raise_if_unseen()
            raise NotFound(f"{id} is not there: ticket.item finds nothing")
        return item

    async def _raise_if_unseen(self) -> None:
        if not await self.first_page():
            raise SourceError("the list shows no ticket at all: has the account lost a right?")

    async def messages(self, id: str, item: Any) -> list[Any] | None:
        """The messages of a ticket; None if they are not mapped. Unmapped."""
        return await self._of_ticket("messages", self._settings.messages, id, item)

    async def changes(self, id: str, item: Any) -> list[Any] | None:
        """The changes of a ticket; None if they are not mapped. Unmapped."""
        return await self._of_ticket("changes", self._settings.changes, id, item)

    async def _of_ticket(
        self, where: str, of: MessagesMapping | ChangesMapping | None, id: str, item: Any
    ) -> list[Any] | None:
        if of is None:
            return None
        if of.path is None:
            return self._find[f"{where}.items"].items(item)
        lister, found = self._lister(where, of, self._find[f"{where}.id"]), dict[str, Any]()
        try:
            async for rows in lister.pages(_path(of.path, id), {}):
                found |= {lister.key(row): row for row in rows}
                if len(found) > MOST:
                    raise Unmapped(f"{where}: more than {MOST:,}")
        except NotFound as error:  # of these, not of the ticket
            raise Unexpected(f"{where}: {error}") from None
        return list(found.values())


def _path(path: str, id: str) -> str:
    return path.replace("{id}", quote(id, safe=""))
