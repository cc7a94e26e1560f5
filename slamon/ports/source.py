"""Where tickets, and what is known of customers, come from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from slamon.core.instants import Span
from slamon.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Batch:
    """Tickets read at once, and the cursor that stands for having read them."""

    tickets: Sequence[Ticket]
    cursor: bytes
    problems: Sequence[str] = ()  # items that are no tickets, as PLACE: what is wrong
    progress: str | None = None  # how far a long reading has come, for people


class SourceError(Exception):
    """A source cannot be read now. `permanent`: trying again changes nothing until somebody acts."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after: Span | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Source(Protocol):
    """Where tickets live."""

    @property
    def name(self) -> str: ...

    def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What is new since the cursor (None: everything), in batches; each batch's cursor covers it and all before."""

    async def close(self) -> None: ...


@runtime_checkable
class Rereads(Protocol):
    """A source that can read single tickets again: before an alert, and when a person asks for one."""

    async def fetch(self, ids: Sequence[str]) -> list[Ticket]:
        """The tickets as they are now, in any order. One that is gone comes back as deleted, if it was ever known; an
        id that was never known is left out. SourceError if it cannot be told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a probe of a source found, and what to do about it."""

    level: Literal["ok", "info", "warning", "error"]
    text: str
    remedy: str | None = None


@runtime_checkable
class Probed(Protocol):
    """A source that can look at itself: reach, rights, clock, limits, what it cannot tell, how authors are classed."""

    async def probe(self) -> list[Finding]:
        """Never raises SourceError: what is wrong is a finding of level error."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What a source has learnt beside its tickets; None: it cannot be told."""

    clock_skew: Span | None = None  # the server's clock minus ours
    requests_left: int | None = None
    unmapped: int = 0  # times that a status had no meaning here, since the start


@runtime_checkable
class Measured(Protocol):
    """A source that knows more of its server than its tickets."""

    @property
    def readings(self) -> Readings: ...


class Refused(Exception):
    """What was pushed is not taken. `status` is that of HTTP; the message is for whoever pushed it."""

    def __init__(self, status: int, message: str, retry_after: Span | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


@runtime_checkable
class Pushed(Protocol):
    """A source that others bring tickets to."""

    @property
    def name(self) -> str: ...

    @property
    def tickets_of(self) -> str:
        """The source that the tickets are of: this one, unless it only speeds up another one."""

    def admit(self, headers: Mapping[str, str], body: bytes) -> str:
        """Who knocks: the id of the push, once it is sure that it comes from whom it must. Refused (401).

        Header names are in lower case.
        """

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """The tickets of a push that was admitted; its cursor says nothing. Refused (400) names what is wrong."""


class DirectorySource(Protocol):
    """Where it is kept who a customer is, or how an assignee is reached."""

    @property
    def name(self) -> str: ...

    async def read(self) -> Mapping[str, Mapping[str, Any]]:
        """The attributes of everybody, by the text of the key; SourceError if they cannot be had whole."""

    async def close(self) -> None: ...
