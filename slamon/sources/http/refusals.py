"""What it means that a server does not answer with data: whether to try again, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slamon.core.instants import HOUR, MINUTE, SECOND, Instant, Span, from_datetime
from slamon.ports import SourceError

LONGEST_WAIT: Span = HOUR  # a Retry-After beyond that is not believed
USUAL_WAIT: Span = MINUTE  # where a server asks to wait and does not say how long
_EPOCH_SECONDS = 1_000_000_000  # a number of seconds beyond this is an instant, not a span


class NotFound(SourceError):
    """There is nothing at this address, or nothing that the account may know of."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Unreadable(SourceError):
    """What was asked for cannot be had, though the server may well answer for everything else."""


class ServerFault(Unreadable):
    """The server itself failed at this request (5xx): alone, it may manage."""


class Forbidden(Unreadable):
    """The account may not have this (403)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: its status, headers, the beginning of its text, and when it came."""

    status: int
    headers: Mapping[str, str]
    said: str
    at: Instant


def failure(place: str, refusal: Refusal, remedy: str) -> SourceError:
    """The error for an answer with a status other than 2xx; `remedy`: what to do where the account is refused."""
    status, said = refusal.status, f" ({refusal.said})" if refusal.said else ""
    if status in (429, 503) or (status == 403 and _is_limited(refusal.headers)):
        wait = asked_wait(refusal.headers, refusal.at) or USUAL_WAIT
        return SourceError(f"{place} asks to wait for {wait // SECOND} s: {status}", retry_after=wait)
    if status in (401, 403):
        refused = f"{place} refused the account: {status}{said}; {remedy}"
        return Forbidden(refused) if status == 403 else SourceError(refused, permanent=True)
    if status in (404, 410):
        return NotFound(f"{place} is not there: {status}")
    if 300 <= status < 400 and status != 304:
        where = _address(refusal.headers.get("Location", ""))
        return SourceError(f"{place} is redirected{where}, which is not followed: correct url", permanent=True)
    if status >= 500:
        return ServerFault(f"{place} answered {status}{said}")
    return SourceError(f"{place} answered {status}{said}", permanent=status not in (408, 425))


def _address(location: str) -> str:
    """Where a redirect leads, without what follows the path: that may be a ticket of a login."""
    bare = location.split("?")[0].split("#")[0][:100]
    return f" to {bare!r}" if bare and "@" not in bare else ""


def _is_limited(headers: Mapping[str, str]) -> bool:
    return "Retry-After" in headers or remaining(headers) == 0


def remaining(headers: Mapping[str, str]) -> int | None:
    """How many requests are left, if the server says so."""
    for name in ("X-RateLimit-Remaining", "RateLimit-Remaining"):
        text = headers.get(name, "").strip()
        if text.isascii() and text.isdigit():
            return int(text[:12])
    return None


def asked_wait(headers: Mapping[str, str], now: Instant) -> Span | None:
    """The wait that a server asks for, more than zero and an hour at the most; None if it says nothing usable."""
    wanted = headers.get("Retry-After", "").strip()
    wait = _number(wanted)
    if wait is None and wanted:
        wait = _until(wanted, headers, now)
    if wait is None:
        wait = _reset(headers, now)
    return None if wait is None else min(max(wait, SECOND), LONGEST_WAIT)


def _until(wanted: str, headers: Mapping[str, str], now: Instant) -> Span | None:
    """By the answer's own Date, if it has one: the other clock may be wrong."""
    then = http_date(wanted)
    return None if then is None else then - (http_date(headers.get("Date", "")) or now)


def _reset(headers: Mapping[str, str], now: Instant) -> Span | None:
    if remaining(headers) != 0:
        return None
    for name in ("X-RateLimit-Reset", "RateLimit-Reset"):
        span = _number(headers.get(name, "").strip())
        if span is not None:
            return span - (http_date(headers.get("Date", "")) or now) if span > _EPOCH_SECONDS * SECOND else span
    return None


def _number(text: str) -> Span | None:
    """A number of seconds, whole or not."""
    whole, _, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (rest and not (rest.isascii() and rest.isdigit())):
        return None
    return int(whole[:12]) * SECOND + int((rest + "000000")[:6])


def http_date(text: str) -> Instant | None:
    """The instant of a date as headers write it."""
    try:
        moment = parsedate_to_datetime(text)
        return from_datetime(_aware(moment))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
