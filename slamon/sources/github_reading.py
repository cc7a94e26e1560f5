"""How GitHub is asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from slamon.core.instants import MINUTE, SECOND, format_instant
from slamon.ports import SourceError
from slamon.sources.github_api import Happening, Issue, Named, Rates, Row
from slamon.sources.http import Answer, Client, NotFound, Window, linked_pages

T = TypeVar("T")

PAGE = 100  # more is not given
_MOST_REMEMBERED = 5_000  # addresses
REMEDY = "is the token right and not expired, and may it read the issues (and metadata) of the repository?"
Listed = tuple[Row, msgspec.Raw]  # what following a list needs, and the whole


class Reading:
    """The requests of one source, by repository and number of an issue."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._short: OrderedDict[str, None] = OrderedDict()  # addresses of last pages with room for more

    async def page(self, repository: str, window: Window, number: int) -> tuple[list[Listed], bool]:
        """A page of the list, and whether there are more."""
        params = {
            "state": "open" if window.open_only else "all",
            "sort": "updated",
            "direction": "asc",
            "since": format_instant(window.since - window.since % SECOND) if window.since is not None else None,
            "per_page": PAGE,
            "page": number,
        }
        given = urlencode({name: value for name, value in params.items() if value is not None})
        answer = await self._page(f"{_issues(repository)}?{given}", list[msgspec.Raw])
        return [(_row(one, repository), one) for one in answer.value], answer.next_link is not None

    async def issue(self, repository: str, number: str) -> Issue:
        """One issue; NotFound if it is not there any more."""
        async with self._of_issue(repository):
            return (await self._ask(f"{_issues(repository)}/{number}", Issue, keep=True)).value

    async def timeline(self, repository: str, number: str) -> list[Happening]:
        """All that happened to an issue."""

        async def read(address: str) -> tuple[list[Happening], str | None]:
            answer = await self._page(address, list[Happening])
            return answer.value, answer.next_link

        first = f"{_issues(repository)}/{number}/timeline?per_page={PAGE}"
        async with self._of_issue(repository):
            return [one async for page in linked_pages(read, first) for one in page]

    async def labels(self, repository: str) -> list[str]:
        """The names of all labels."""

        async def read(address: str) -> tuple[list[Named], str | None]:
            answer = await self._ask(address, list[Named])
            return answer.value, answer.next_link

        first = f"repos/{repository}/labels?per_page={PAGE}"
        return [one.name async for page in linked_pages(read, first) for one in page if one.name]

    async def rates(self) -> Rates | None:
        """How much may be asked; None where nothing is limited."""
        try:
            return (await self._ask("rate_limit", Rates)).value
        except NotFound:
            return None

    async def raise_if_unseen(self, repository: str) -> None:
        """A token that may not see a repository is told that there is nothing: no issue was deleted then."""
        try:
            await self._ask(_issues(repository), list[msgspec.Raw], {"state": "all", "per_page": 1})
        except NotFound:
            raise SourceError(f"the issues of {repository} are not to be seen: {REMEDY}", permanent=True) from None

    @asynccontextmanager
    async def _of_issue(self, repository: str) -> AsyncIterator[None]:
        """NotFound within only where an issue is not there while its repository is."""
        try:
            yield
        except SourceError as error:
            if error.permanent:
                await self.raise_if_unseen(repository)
            if " is redirected" in str(error):  # it was moved to another repository
                raise NotFound(str(error)) from None
            raise

    async def _page(self, address: str, shape: type[list[T]]) -> Answer[list[T]]:
        """A page. Asking whether one has changed is free, but "no" may come without saying whether there is a next.

        So that is asked only of last pages that are not full: what is added to the list would change them.
        """
        answer = await self._ask(address, shape, keep=address in self._short)
        self._short.pop(address, None)
        if answer.next_link is None and len(answer.value) < PAGE:
            self._short[address] = None
            if len(self._short) > _MOST_REMEMBERED:
                self._short.popitem(last=False)
        return answer

    async def _ask(
        self, path: str, shape: type[T], params: dict[str, Any] | None = None, *, keep: bool = False
    ) -> Answer[T]:
        try:
            return await self._client.ask(path, shape, params, keep=keep)
        except SourceError as error:
            if error.permanent and "secondary rate limit" in str(error):  # told without saying for how long
                raise SourceError("GitHub asks to wait: too much at once", retry_after=MINUTE) from None
            raise


def _issues(repository: str) -> str:
    return f"repos/{repository}/issues"


def _row(item: msgspec.Raw, repository: str) -> Row:
    try:
        return msgspec.json.decode(item, type=Row)
    except msgspec.DecodeError as mistake:
        raise SourceError(f"the list of {repository} holds what is no issue: {mistake}") from None
