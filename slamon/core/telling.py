"""Instants and stretches in an explanation, as people read them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from slamon.core.instants import MINUTE, SECOND, Instant, to_datetime
from slamon.core.promised import exact_text
from slamon.core.stretches import Stretch

_STATES = {
    "working": "running, in working hours",
    "closed": "running, outside working hours",
    "holiday": "running, holiday",
    "summed": "running for years, the working hours in them summed up",
    "paused": "paused",
    "solved": "solved",
    "not_applying": "not applying",
}


def moment_text(instant: Instant, zone: tzinfo) -> str:
    """`Mon 2026-06-08 10:00:00 CEST`: always with seconds, a fraction only where there is one."""
    local = _local(instant, zone)
    fraction = f".{instant % SECOND:06d}".rstrip("0").rstrip(".")
    return f"{local:%a} {local.isoformat(' ', 'seconds')[:19]}{fraction} {local:%Z}"


def short_text(instant: Instant, zone: tzinfo) -> str:
    """The same in a sentence: seconds only where there are some."""
    text = moment_text(instant, zone)
    return text if instant % MINUTE else text.replace(":00 ", " ")


def _local(instant: Instant, zone: tzinfo) -> datetime:
    """The local time; UTC at the very ends of time, where there is none."""
    moment = to_datetime(instant)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def state_text(stretch: Stretch) -> str:
    """What the clock did, and why."""
    return _STATES[stretch.state] + (f": {stretch.reason}" if stretch.reason else "")


def stretch_text(stretch: Stretch, zone: tzinfo) -> str:
    """One stretch on one line, for where there is no table."""
    span = f"{moment_text(stretch.start, zone)} to {moment_text(stretch.end, zone)}"
    return f"{span}: {state_text(stretch)}; {exact_text(stretch.counted)} counted, {exact_text(stretch.total)} in all"
