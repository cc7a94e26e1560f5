"""What commands are given: instants, and files of ticket histories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slamon.core.instants import EARLIEST, LATEST, Instant, parse_instant
from slamon.core.ticket import Ticket
from slamon.rulefile.suggest import quoted
from slamon.sources.jsonl import BadLine, read
from slamon.time import wall_now


class Unusable(Exception):
    """What was given cannot be used; the message is for a person, empty if it was told already."""


def instant_of(at: str | None) -> Instant:
    """What --at says, now if nothing. Unusable if it is no instant of the years 1 to 9999."""
    if at is None:
        return wall_now()
    try:
        instant = parse_instant(at)
    except ValueError:
        instant = LATEST + 1
    if not EARLIEST <= instant <= LATEST:
        raise Unusable(f"--at: {quoted(at)} is not an instant: write one such as 2026-06-08T09:00:00Z")
    return instant


def tickets_of(path: Path) -> Iterator[Ticket | BadLine]:
    """Every line of a file, of which an identity may come once. Unusable, but never for what is done with a line."""
    try:
        yield from read(path, set())
    except (OSError, EOFError) as error:
        raise Unusable(f"{path}: {getattr(error, 'strerror', None) or error}") from None
