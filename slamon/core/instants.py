"""Instants and spans as integers: microseconds, so that nothing is rounded and nothing is naive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

Instant = int  # microseconds since 1970-01-01T00:00:00Z
Span = int  # microseconds

SECOND: Span = 1_000_000
MINUTE: Span = 60 * SECOND
HOUR: Span = 60 * MINUTE
DAY: Span = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST: Instant = -62_135_596_800 * SECOND  # 0001-01-01T00:00:00Z
LATEST: Instant = 253_402_300_800 * SECOND - 1  # 9999-12-31T23:59:59.999999Z

_FIRST_DAY, _LAST_DAY = EARLIEST // DAY, LATEST // DAY
_MILLISECONDS = 10**11  # a number from here on is none of seconds: that would be the year 5138
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - only added to, to save the zone's arithmetic


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime."""
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds


def to_datetime(instant: Instant) -> datetime:
    """The aware UTC datetime of an instant between the years 1 and 9999."""
    return EPOCH + timedelta(microseconds=instant)


def parse_instant(text: str) -> Instant:
    """An RFC 3339 text with an offset; digits past microseconds are cut. ValueError for anything else.

    Also for what lies, in UTC, outside the years 1 to 9999: it could not be written.
    """
    moment = datetime.fromisoformat(text)
    try:
        passed = moment - EPOCH
    except TypeError:
        raise ValueError(f"{text!r} has no time zone: end it with Z or an offset such as +02:00") from None
    days = passed.days
    if _FIRST_DAY <= days <= _LAST_DAY:  # quicker than to compare instants, and as exact
        return (days * 86_400 + passed.seconds) * SECOND + passed.microseconds
    raise ValueError(f"{text!r} lies outside the years 1 to 9999")


def from_number(number: float) -> Instant:
    """The instant of a number of seconds since 1970, or of milliseconds where it is too large for one of seconds.

    Of whatever year; ValueError or OverflowError for what is not finite.
    """
    return round(number * (SECOND // 1000 if abs(number) >= _MILLISECONDS else SECOND))


def format_instant(instant: Instant) -> str:
    """RFC 3339 in UTC with Z; a fraction only where there is one."""
    text = (_NAIVE_EPOCH + timedelta(microseconds=instant)).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def seconds(span: Span) -> int | float:
    """Seconds of a span: an int where whole."""
    whole, rest = divmod(span, SECOND)
    return whole if rest == 0 else span / SECOND
