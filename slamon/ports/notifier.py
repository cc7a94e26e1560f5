"""Who brings messages to people, and how a send can fail."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

from slamon.core.instants import Span
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


class Notifier(Protocol):
    """Brings messages to people. One attempt per call; trying again is the flow's affair."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message) -> None:
        """Return once the other side has accepted the message; SendError otherwise."""

    async def close(self) -> None: ...


@runtime_checkable
class Mirrors(Protocol):
    """A notifier that shows what is so now, beside what it is sent: it must be told again before it forgets."""

    async def sync(self, active: Sequence[Covered]) -> None:
        """Show these commitments and no others; SendError if nobody took note of it. About once a minute."""
