"""Files of ticket histories, one JSON object a line, packed or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from slamon.core.history import BadTicket, decode
from slamon.core.ticket import Ticket

LONGEST_LINE = 64 * 1024 * 1024  # bytes: a file without line ends must not fill the memory
STANDARD_INPUT = Path("-")  # where people name a file; what settings name has its folder before it
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a ticket; as a text, FILE:LINE: what is wrong."""

    place: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.what}"


class Item(NamedTuple):
    """What a line holds, its number from 1, and the offset of the byte after it."""

    found: Ticket | BadLine
    line: int
    end: int


def default_source(path: Path) -> str:
    """The file's stem: the source of tickets that name none."""
    if path == STANDARD_INPUT:
        return "stdin"
    return Path(path.name.removesuffix(".gz")).stem


def open_lines(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if its name ends in .gz. OSError if it cannot be opened."""
    if path == STANDARD_INPUT:
        return open(0, "rb", closefd=False)
    return cast(BinaryIO, gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


def read(path: Path, seen: set[tuple[str, str]] | None = None) -> Iterator[Ticket | BadLine]:
    """Every line of a whole file, in its order. OSError if it cannot be opened or read.

    `seen`: the identities that were read before, which this adds to: one that comes again is a bad line. None: a
    ticket may come again.
    """
    with open_lines(path) as stream:
        for found, line, _ in scan(stream, str(path), default_source(path)):
            if isinstance(found, Ticket) and seen is not None:
                if found.key in seen:
                    yield BadLine(str(path), line, f"ticket {found.id!r} of source {found.source!r} was there before")
                    continue
                seen.add(found.key)
            yield found


def scan(
    stream: BinaryIO, place: str, source: str, *, line: int = 0, offset: int = 0, growing: bool = False
) -> Iterator[Item]:
    """What stands in the lines from here on; `line` and `offset` are what lies before. Blank lines are passed over.

    Of a file that is `growing`, a last line without its end is left for later, unless it is already a ticket.
    """
    for text in _lines(stream):
        line += 1
        if isinstance(text, str):
            yield Item(BadLine(place, line, text), line, offset)
            return
        start, offset = offset, offset + text.length
        found = _found(text.text.removeprefix(_BOM) if start == 0 else text.text, place, line, source)
        if growing and not text.ended and not isinstance(found, Ticket):
            return
        if found is not None:
            yield Item(found, line, offset)


class _Line(NamedTuple):
    text: bytes
    length: int
    ended: bool


def _lines(stream: BinaryIO) -> Iterator[_Line | str]:
    """The lines; a text says why there can be no more."""
    while True:
        try:
            text = stream.readline(LONGEST_LINE)
            rest = _pass_over(stream) if len(text) == LONGEST_LINE and text[-1:] != b"\n" else None
        except (EOFError, gzip.BadGzipFile, zlib.error) as mistake:
            yield f"the packed file is damaged from here on: {mistake}"
            return
        if not text:
            return
        ended = text.endswith(b"\n") if rest is None else rest[1]
        yield _Line(text, len(text) + (rest[0] if rest else 0), ended)


def _pass_over(stream: BinaryIO) -> tuple[int, bool]:
    """The length of the rest of a line that is too long, and whether it has an end."""
    passed, text = 0, b""
    while not text.endswith(b"\n") and (text := stream.readline(1024 * 1024)):
        passed += len(text)
    return passed, text.endswith(b"\n")


def _found(text: bytes, place: str, line: int, source: str) -> Ticket | BadLine | None:
    if len(text) >= LONGEST_LINE:
        return BadLine(place, line, f"longer than {LONGEST_LINE // 1024 // 1024} MiB")
    if text.isspace() or not text:
        return None
    try:
        return decode(text.rstrip(), source)
    except BadTicket as mistake:
        return BadLine(place, line, str(mistake))
