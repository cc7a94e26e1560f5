"""Text for a terminal or a pipe: plain tables, times, names of files as a shell takes them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slamon.core.instants import parse_instant
from slamon.core.wording import instant_text
from slamon.rulefile.suggest import visible


def columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines in columns under their names; nothing in them that a terminal would obey."""
    shown = [[visible(cell) for cell in row] for row in (names, *rows)]
    widths = [max(len(row[index]) for row in shown) for index in range(len(names))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown)
    return "".join(line.rstrip() + "\n" for line in lines)


def typed(path: Path) -> str:
    """A path as it is typed in a shell."""
    return visible(shlex.quote(str(path)))


def zone_of(answer: Mapping[str, Any]) -> tzinfo:
    """The zone in which the service that gave an answer shows times."""
    return known_zone(answer.get("zone", "UTC"))


def known_zone(name: str) -> tzinfo:
    """The zone of a name; UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return UTC


def shown_at(instant: str, zone: tzinfo) -> str:
    """An instant of an answer, as people read it."""
    return instant_text(parse_instant(instant), zone)
