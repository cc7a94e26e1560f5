"""Following a file as it grows, is renamed, replaced or cut short."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from slamon.core.ticket import Ticket
from slamon.sources.jsonl import BadLine, Item, default_source, open_lines, scan

CHUNK = 1_000  # tickets
_MARKED = 1_024  # bytes at the beginning, and before the offset, by which a file is known again


class Position(Struct, frozen=True):
    """How far a file was read. `mark` tells whether what lies before the offset is still what was read."""

    inode: int
    offset: int
    line: int
    mark: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was read at once, and how far that reaches."""

    tickets: list[Ticket]
    problems: list[BadLine]
    position: Position


def follow(path: Path, before: Position | None) -> Iterator[Chunk]:
    """What is new since a position (None: all), the last state of each ticket only. OSError if it cannot be read."""
    with path.open("rb") as file:
        if path.suffix == ".gz":
            yield from _packed(path, file, before)
            return
        if before and not _continues(file, before):
            yield from _rest_of_renamed(path, before)
            before = None
        start = before or Position(os.fstat(file.fileno()).st_ino, 0, 0, "")
        yield from _chunks(path, file, start, growing=True)


def _packed(path: Path, file: BinaryIO, before: Position | None) -> Iterator[Chunk]:
    """A packed file does not grow: it is read whole whenever it is another one."""
    status = os.fstat(file.fileno())
    position = Position(status.st_ino, status.st_size, 0, str(status.st_mtime_ns))
    if position != before:
        with open_lines(path) as stream:
            kept = _last_states(list(scan(stream, str(path), default_source(path))))
        unread = Position(status.st_ino, 0, 0, "")
        for first in range(0, len(kept), CHUNK):
            yield _chunk(kept[first : first + CHUNK], position if first + CHUNK >= len(kept) else unread)


def _chunks(path: Path, file: BinaryIO, start: Position, *, growing: bool) -> Iterator[Chunk]:
    file.seek(start.offset)
    place, source = str(path), default_source(path)
    items = list(scan(file, place, source, line=start.line, offset=start.offset, growing=growing))
    kept = _last_states(items)
    for first in range(0, len(kept), CHUNK):
        part = kept[first : first + CHUNK]
        yield _chunk(part, _after(part[-1], file, start.inode))


def _after(item: Item, file: BinaryIO, inode: int) -> Position:
    ended = os.pread(file.fileno(), 1, item.end - 1) == b"\n"  # else what follows belongs to the same line
    return Position(inode, item.end, item.line if ended else item.line - 1, _mark(file, item.end))


def _last_states(items: list[Item]) -> list[Item]:
    """Of each ticket the last line alone, so that what was newer never gives way to what is older.

    In the order of the lines: whatever stands before an item is in the list before it, or comes after it anew.
    """
    last = {item.found.id: item.line for item in items if isinstance(item.found, Ticket)}
    return [item for item in items if isinstance(item.found, BadLine) or last[item.found.id] == item.line]


def _chunk(items: list[Item], position: Position) -> Chunk:
    found = [item.found for item in items]
    tickets = [one for one in found if isinstance(one, Ticket)]
    return Chunk(tickets, [one for one in found if isinstance(one, BadLine)], position)


def _rest_of_renamed(path: Path, before: Position) -> Iterator[Chunk]:
    """What was written to the file under its old name after it was last read, if it still lies beside the new one."""
    names: list[str] = []
    with suppress(OSError), os.scandir(path.parent) as entries:
        names = [entry.path for entry in entries if entry.inode() == before.inode]
    for name in names:
        with suppress(OSError), open(name, "rb") as file:
            if _continues(file, before):
                yield from _chunks(Path(name), file, before, growing=False)


def _continues(file: BinaryIO, before: Position) -> bool:
    status = os.fstat(file.fileno())
    same = status.st_ino == before.inode and status.st_size >= before.offset
    return same and _mark(file, before.offset) == before.mark


def _mark(file: BinaryIO, offset: int) -> str:
    head = os.pread(file.fileno(), min(_MARKED, offset), 0)
    end = os.pread(file.fileno(), min(_MARKED, offset), max(0, offset - _MARKED))
    return sha256(head + end).hexdigest()[:16]
