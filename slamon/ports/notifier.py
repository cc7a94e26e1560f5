"""Who brings messages to people, and how a send can fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from slamon.core.instants import HOUR, Instant, Span
from slamon.core.message import Covered, Message


class Reason(StrEnum):
    """Why a send failed: a closed set, and the label of a metric."""

    UNREACHABLE = "unreachable"  # no connection, DNS, TLS
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"  # the other side failed: 5xx, SMTP 4yz
    UNAUTHORIZED = "unauthorized"  # key, token or password refused
    NO_RECIPIENT = "no_recipient"  # channel or address gone
    REJECTED = "rejected"  # this message will never be taken
    INTERNAL = "internal"  # a defect of ours


class SendError(Exception):
    """A send failed. `unknown`: it may have been taken all the same (the answer was lost)."""

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        permanent: bool = False,
        retry_after: Span | None = None,
        unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many messages in any stretch of time of a length."""

    count: int
    span: Span


PER_TICKET = Rate(6, HOUR)  # messages about one ticket to one recipient, unless the settings say otherwise


class Notifier(Protocol):
    """Brings messages to people. One attempt per call; trying again is the flow's affair."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message) -> None:
        """Return once the other side has accepted the message; SendError otherwise."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody takes care of a cycle of a target. `reply_to`: where the other side wants to hear what came of it."""

    source: str
    ticket: str
    target: str
    cycle: int
    by: str
    reply_to: str | None


@runtime_checkable
class Clickable(Protocol):
    """A notifier whose messages can have a button by which they are acknowledged."""

    def clicked(self, headers: Mapping[str, str], body: bytes, now: Instant) -> Click:
        """What the other side posts of a click; Refused, unless it is certain who did. Headers in lower case."""

    def reply(self, click: Click, text: str) -> None:
        """Tell what came of it, where the button was clicked; nobody waits for that, and it may be lost."""


@runtime_checkable
class Mirrors(Protocol):
    """A notifier that shows what is so now, beside what it is sent: it must be told again before it forgets."""

    async def sync(self, active: Sequence[Covered]) -> None:
        """Show these commitments and no others; SendError if nobody took note of it. About once a minute."""
