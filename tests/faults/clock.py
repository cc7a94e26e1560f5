"""Instants of the one day on which all rows of the matrix happen."""

from __future__ import annotations

from slamon.core.instants import Instant, parse_instant, to_datetime


def at(clock: str) -> Instant:
    """The instant of a time of that day, as 12:30 or 12:30:15."""
    return parse_instant(f"2026-06-05T{clock if clock.count(':') == 2 else clock + ':00'}Z")


def shown(instant: Instant) -> str:
    """The time of that day, to the second."""
    return to_datetime(instant).strftime("%H:%M:%S")


def stamp(instant: Instant) -> str:
    """As servers write it: whole seconds."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(instant: Instant) -> str:
    """A Date header."""
    return to_datetime(instant).strftime("Date: %a, %d %b %Y %H:%M:%S GMT")
