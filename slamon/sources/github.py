"""Kind github: the issues of repositories at GitHub, their history taken from the timelines."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import msgspec

from slamon.core.instants import from_datetime
from slamon.core.ticket import Ticket
from slamon.mistakes import check_all, unless
from slamon.ports import Batch, Finding, SourceError
from slamon.secrets import Secret
from slamon.sources.github_api import Issue, Row
from slamon.sources.github_history import unfold
from slamon.sources.github_reading import PAGE, REMEDY, Reading
from slamon.sources.github_translation import LABEL, Names, Translation
from slamon.sources.http import (
    NUMBERED,
    Feed,
    Found,
    HttpSettings,
    HttpSource,
    Mark,
    NotFound,
    Page,
    Unexpected,
    Usual,
    Window,
    check_fields,
)
from slamon.sources.http.settings import check_sendable
from slamon.sources.registry import Kind, Surroundings

STATUSES = {"open": "open", "completed": "solved", "not_planned": "cancelled", "duplicate": "cancelled"}
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_ID = re.compile(rf"({_REPOSITORY.pattern})#([0-9]{{1,18}})")
_UNNAMED_LIMIT = 60  # requests an hour, of who is not known by a token
# Issues of the batch being read; whoever asks for one of them meanwhile is another task, and asks the server.
_listed: ContextVar[Mapping[str, msgspec.Raw]] = ContextVar("listed", default=MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubSettings(HttpSettings):
    """Keys of a source of kind github. Under `status` and `priority` names of labels may stand too."""

    url: str = field(default="https://api.github.com", metadata={"about": "The API: of an own server, with /api/v3."})
    token: Secret = field(metadata={"about": "A token that may read the issues."})
    repositories: tuple[str, ...] = field(metadata={"about": "The repositories, as OWNER/NAME."})

    def __post_init__(self) -> None:
        once = self.repositories and len({one.casefold() for one in self.repositories}) == len(self.repositories)
        others = self.agents.groups or self.agents.domains
        check_all(
            partial(HttpSettings.__post_init__, self),
            partial(check_sendable, "token", self.token),
            partial(check_fields, self.fields, ("author", "author.association", "repository", "milestone"), (LABEL,)),
            *(
                unless(
                    bool(_REPOSITORY.fullmatch(one)),
                    f"repositories: {one!r} is no repository: write one such as acme/vpn",
                )
                for one in self.repositories
            ),
            unless(bool(once), "repositories: none, or one twice: write each once, such as [acme/vpn, acme/app]"),
            unless(not others, "agents: GitHub tells neither teams nor addresses of authors: write roles or users"),
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """An issue, or a pull request, in a list."""

    id: str
    row: Row
    whole: msgspec.Raw


class GithubSource(HttpSource):
    """The issues of one or several repositories. The id of one is OWNER/NAME#NUMBER."""

    def __init__(self, name: str, settings: GithubSettings, around: Surroundings) -> None:
        super().__init__(name, settings, around, _usual(settings))
        self._reading = Reading(self.client)
        self._labels_with_meaning = [one for one in settings.status if one.casefold() not in STATUSES]
        names = Names(self.people, self.statuses, self.priorities, self.fields)
        self._translation = Translation(name, settings, names, self._labels_with_meaning)
        self._priority_labels = tuple(settings.priority)
        self._feeds = {
            one: Feed(partial(self._page, one), _mark, self._tickets, self.fetch, around.time.now, self.since)
            for one in settings.repositories
        }

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was updated, repository by repository; one that is refused does not hide the others."""
        cursors, refused = _read_cursors(cursor), list[SourceError]()
        for repository, feed in self._feeds.items():
            before = cursors.get(repository)
            try:
                async for batch in feed.batches(before.encode() if before else None):
                    cursors[repository] = batch.cursor.decode()
                    yield replace(batch, cursor=msgspec.json.encode(cursors))
            except SourceError as error:
                if not error.permanent:
                    raise
                refused.append(error)
        if refused:
            raise SourceError(str(refused[0]), permanent=len(refused) == len(self._feeds))

    async def _page(self, repository: str, window: Window, offset: int) -> Page[_Listed]:
        number, skipped = divmod(offset, PAGE)
        rows, more = await self._reading.page(repository, window, number + 1)
        if skipped and more:  # an offset may be in the midst of a page
            others, more = await self._reading.page(repository, window, number + 2)
            rows = [*rows, *others]
        return Page([_Listed(f"{repository}#{row.number}", row, whole) for row, whole in rows[skipped:]], more)

    async def _tickets(self, rows: Sequence[_Listed]) -> Found:
        issues = {one.id: one.whole for one in rows if one.row.pull_request is None}
        reset = _listed.set(issues)
        try:
            return await self.tickets(list(issues))
        finally:
            _listed.reset(reset)

    async def ticket(self, id: str) -> Ticket:
        """An issue with its timeline."""
        found = _ID.fullmatch(id)
        if not found:
            raise NotFound(f"{id!r} is no issue: write one such as acme/vpn#12")
        listed = _listed.get().get(id)
        issue = await self._reading.issue(found[1], found[2]) if listed is None else _of_list(id, listed)
        if issue.pull_request:
            raise NotFound(f"{id} is a pull request")
        timeline = await self._reading.timeline(found[1], found[2])
        ticket = self._translation.ticket(id, issue, unfold(issue, timeline))
        return await self.up_to_date(ticket, from_datetime(issue.updated_at))

    async def check(self) -> list[Finding]:
        """How much the token may ask, whether it sees the repositories, and whether the configured labels exist."""
        findings = [await self._budget()]
        wanted, there = {*self._labels_with_meaning, *self._priority_labels}, set[str]()
        for repository in self._feeds:
            await self._reading.raise_if_unseen(repository)
            findings.append(Finding("ok", f"{repository}: its issues can be read"))
            there |= {name.casefold() for name in await self._reading.labels(repository)} if wanted else set()
        for label in sorted(one for one in wanted if one.casefold() not in there):
            findings.append(Finding("warning", f"there is no label {label!r}", "correct it under status or priority"))
        return findings

    async def _budget(self) -> Finding:
        rates = await self._reading.rates()
        if rates is None:
            return Finding("ok", "the server limits nobody's requests")
        core = rates.resources.core
        if core.limit <= _UNNAMED_LIMIT:
            return Finding("warning", f"only {core.limit} requests an hour", "give a token that the server knows")
        return Finding("ok", f"{core.remaining} of {core.limit} requests an hour are left")


def _of_list(id: str, whole: msgspec.Raw) -> Issue:
    try:
        return msgspec.json.decode(whole, type=Issue)
    except msgspec.ValidationError as mistake:
        raise Unexpected(f"{id}: {mistake}") from None


def _mark(one: _Listed) -> Mark:
    return Mark(from_datetime(one.row.updated_at), one.id)


def _read_cursors(cursor: bytes | None) -> dict[str, str]:
    """By repository; none, if it is what another kind of source of that name left behind."""
    try:
        return {} if cursor is None else msgspec.json.decode(cursor, type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _usual(settings: GithubSettings) -> Usual:
    headers: dict[str, Secret | str] = {
        "Authorization": Secret(f"Bearer {settings.token.reveal()}"),
        "Accept": "application/vnd.github+json, application/json;q=0.5",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    cannot_tell = (
        "GitHub says who is a member of an organisation only to its members, or where the membership is public",
        "comments that were deleted, and fields of projects, are not to be seen",
        "issues that were deleted or moved away are noticed when they are read again, before an alert",
    )
    return Usual(headers, REMEDY, STATUSES, {}, cannot_tell, ids=("comment.", *NUMBERED))


KIND = Kind(GithubSettings, GithubSource)
