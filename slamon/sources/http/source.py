"""What every kind of source over HTTP is made of; a kind adds the translation."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slamon.addresses import is_loopback
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.ticket import Ticket
from slamon.ports import Batch, Finding, Readings, SourceError
from slamon.secrets import Secret
from slamon.sources.http.client import Client
from slamon.sources.http.feed import Found, NoneRead
from slamon.sources.http.mapping import FieldMap, PriorityMap, StatusMap
from slamon.sources.http.people import People
from slamon.sources.http.reach import Access, Limits, host
from slamon.sources.http.reading import Unexpected
from slamon.sources.http.refusals import NotFound, ServerFault, Unreadable
from slamon.sources.http.settings import HttpSettings
from slamon.sources.http.snapshots import gone
from slamon.sources.http.stale import Doubts, Stale, lacks_known
from slamon.sources.registry import Surroundings

T = TypeVar("T")

_WORRYING_SKEW: Span = 30 * SECOND


@dataclass(frozen=True, slots=True)
class Usual:
    """What a kind brings: how it asks, what its statuses and priorities mean unless configured, what it cannot tell.

    `secrets`: what must not be shown beside the headers, such as the password behind one. `ids`: what the ids of events
    begin with that it makes of answers; others were pushed.
    """

    headers: Mapping[str, Secret | str]
    remedy: str  # what to do if the account is refused
    statuses: Mapping[str, str] = field(default_factory=dict)
    priorities: Mapping[str, str] = field(default_factory=dict)
    cannot_tell: tuple[str, ...] = ()
    limits: Limits = field(default=Limits())
    secrets: tuple[Secret, ...] = ()
    ids: tuple[str, ...] = ("",)


class HttpSource(ABC):
    """A source over HTTP: implements ports.Source, Rereads, Probed and Measured by three methods of its kind.

    A kind has `collect`, `ticket` (one by id; NotFound if it is gone) and `check` (what it finds about its account).
    """

    def __init__(self, name: str, settings: HttpSettings, around: Surroundings, usual: Usual) -> None:
        self.name = name
        self.around = around
        self.since: Span = round(settings.since * SECOND)
        access = Access(settings.url, usual.headers, usual.remedy, settings.network, usual.limits, usual.secrets)
        self.client = Client(access, around.folder, around.time)
        self.people = People(settings.agents, settings.bots)
        self.statuses = StatusMap(name, settings.status, usual.statuses)
        self.priorities = PriorityMap(settings.priority, usual.priorities)
        self.fields = FieldMap(settings.fields)
        self._url = settings.url
        self._cannot_tell = usual.cannot_tell
        self._ids = usual.ids
        self._doubts = Doubts()

    # of the kind

    @abstractmethod
    def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """ports.Source."""

    @abstractmethod
    async def ticket(self, id: str) -> Ticket:
        """One ticket as it is now; NotFound if there is none, once it is sure that the account can see where it was."""

    @abstractmethod
    async def check(self) -> Sequence[Finding]:
        """Who the account is and what it may see; SourceError if it is refused."""

    # of all kinds

    async def tickets(self, ids: Sequence[str]) -> Found:
        """Many by id, at once. One that went away meanwhile is left out; one that cannot be read is a problem.

        NoneRead if not one can be.
        """
        found = dict(zip(ids, await self._gathered(ids), strict=True))
        await self._ask_alone(found)
        wrong = {id: str(one) for id, one in found.items() if isinstance(one, Unreadable)}
        result = Found([one for one in found.values() if isinstance(one, Ticket)], [*wrong.values()], [*wrong])
        if wrong and not result.tickets:
            raise NoneRead(result)
        return result

    async def _gathered(self, ids: Sequence[str]) -> list[Ticket | Unreadable | None]:
        """At once, for each takes a request or more; a kind to which all was told already takes them one by one."""
        return await together(self._ticket_or_problem(id) for id in ids)

    async def _known(self, id: str) -> Ticket | None:
        return (await self.around.known([id])).get(id)

    async def _ticket_or_problem(self, id: str) -> Ticket | Unreadable | None:
        try:
            return await self.ticket(id)
        except NotFound:
            return None
        except Unreadable as mistake:
            return mistake
        except ValueError as mistake:  # a value of a form that the kind does not know
            return Unexpected(f"ticket {id}: {mistake}")

    async def _ask_alone(self, found: dict[str, Ticket | Unreadable | None]) -> None:
        """Some servers stumble over many requests at once. Where one alone fails again, another is asked for again.

        SourceError if that fails now, too: then the server is at fault. If nothing was read at all, the first decides.
        """
        is_sound = False
        for id in [id for id, one in found.items() if isinstance(one, ServerFault)]:
            found[id] = await self._ticket_or_problem(id)
            if isinstance(found[id], ServerFault) and not is_sound:
                other = next((other for other, one in found.items() if isinstance(one, Ticket)), None)
                if other is None:
                    return
                found[other] = await self.ticket(other)
                is_sound = True

    async def fetch(self, ids: Sequence[str]) -> list[Ticket]:
        """ports.Rereads. Of several, those that cannot be read now are left out, as long as there are others."""
        found = dict(zip(ids, await together(self._ticket_or_problem(id) for id in ids), strict=True))
        tickets = [one for one in found.values() if isinstance(one, Ticket)]
        wrong = [one for one in found.values() if isinstance(one, Unreadable)]
        if wrong and all(one.is_deleted for one in tickets):
            raise wrong[0]
        return [*tickets, *await self.deleted([id for id, one in found.items() if one is None])]

    async def deleted(self, missing: Sequence[str]) -> list[Ticket]:
        """The histories of tickets that are not there any more, of those that were ever known."""
        known = await self.around.known(missing) if missing else {}
        return [gone(known[id], self.around.time.now()) for id in missing if id in known]

    async def up_to_date(self, shown: Ticket, updated: Instant) -> Ticket:
        """The ticket, unless it is as it was before something known: Stale. `updated`: what it says of itself."""
        known = await self._known(shown.id)
        if known is None or not lacks_known(shown, updated, known, self._ids):
            self._doubts.end(shown.id)
        elif self._doubts.holds(shown.id, updated, self.around.time.now()):
            raise Stale(f"ticket {shown.id} comes older than it is known to be: is a replica or a cache behind?")
        return shown

    async def probe(self) -> list[Finding]:
        """ports.Probed."""
        try:
            findings = [*await self.check(), *await self._sample()]
        except SourceError as error:
            return [Finding("error", str(error))]
        if self._url.startswith("http:") and not is_loopback(host(self._url)):
            findings.append(Finding("warning", "the key goes over the network unencrypted", "write https:// in url"))
        return [*findings, *self._readings(), *(Finding("info", text) for text in self._cannot_tell)]

    async def _sample(self) -> list[Finding]:
        """Read a first batch, and say how its authors were classed."""
        async for batch in self.collect(None):
            if batch.tickets:
                break
        people = [f"{shown}: {author}" for shown, author in self.people.recent]
        return [Finding("info", "authors seen: " + (", ".join(people) or "none"))]

    def _readings(self) -> list[Finding]:
        reading = self.client.reading
        findings: list[Finding] = []
        if reading.skew is None:
            findings.append(Finding("info", "the server does not tell its time"))
        else:
            text = f"the server's clock is {reading.skew / SECOND:+.0f} s off ours"
            findings.append(Finding("warning" if abs(reading.skew) > _WORRYING_SKEW else "ok", text))
        if reading.remaining is not None:
            findings.append(Finding("info", f"requests left: {reading.remaining}"))
        return findings

    @property
    def readings(self) -> Readings:
        """ports.Measured."""
        unmapped = self.statuses.unmapped.total()
        return Readings(self.client.reading.skew, self.client.reading.remaining, unmapped)

    async def close(self) -> None:
        """ports.Source."""
        await self.client.close()


async def together(tasks: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What they return, in their order. If one fails, the others are ended and its error is raised."""
    running: list[asyncio.Task[T]] = []
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(one) for one in tasks]
    except* SourceError as errors:
        failed = errors.exceptions[0]
    else:
        return [task.result() for task in running]
    raise failed
