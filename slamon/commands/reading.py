"""Files of ticket histories, as commands read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slamon.core.ticket import Ticket
from slamon.sources.jsonl import BadLine, read


class Unreadable(Exception):
    """The file cannot be read; the message is for a person."""


def tickets_of(path: Path) -> Iterator[Ticket | BadLine]:
    """Every line of a file, of which an identity may come once. Unreadable, but never for what is done with a line."""
    try:
        yield from read(path, set())
    except (OSError, EOFError) as error:
        raise Unreadable(f"{path}: {getattr(error, 'strerror', None) or error}") from None
