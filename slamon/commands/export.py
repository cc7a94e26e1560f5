"""slamon export: the histories that the service has stored, in the format that every other command reads."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from errno import EISDIR
from pathlib import Path
from typing import BinaryIO, Protocol

from slamon.commands.backup import database_of
from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.ports import StoreUnusable
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted, visible
from slamon.store import stored_histories, stored_sources


class Writes(Protocol):
    """What lines are written to."""

    def write(self, data: bytes, /) -> int: ...


def export(config: Path, sources: Sequence[str], output: Path | None) -> Exit:
    """Write one line for each ticket; to a file all or nothing."""
    database = database_of(config)
    if database is None:
        return Exit.UNUSABLE
    try:
        known = stored_sources(database)
        for name in sources:
            if name not in known:
                there = f"there are {listed(known, 'and')}" if known else "nothing is stored yet"
                complain(f"there is no source {quoted(name)}; {did_you_mean(nearest(name, known)) or visible(there)}")
                return Exit.UNUSABLE
        return _export(database, sources or known, output)
    except StoreUnusable as error:
        complain(visible(str(error)))
        return Exit.CANNOT_RUN


def _export(database: Path, sources: Sequence[str], output: Path | None) -> Exit:
    try:
        with _opened(output) as file:
            count = 0
            for body in stored_histories(database, sources):
                file.write(body + b"\n")
                count += 1
    except BrokenPipeError:
        raise
    except OSError as error:
        if output is None:  # what every command says then
            raise
        complain(f"{output} cannot be written: {error.strerror}")
        return Exit.CANNOT_RUN
    complain(visible(f"{count} tickets of {listed(sources, 'and')}") if sources else "nothing is stored yet")
    return Exit.FINE


@contextmanager
def _opened(output: Path | None) -> Iterator[Writes]:
    """The file to write; a named one appears only once it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if output.is_dir():
        raise IsADirectoryError(EISDIR, "it is a directory")
    if output.exists() and not output.is_file():  # a device or a pipe, which nothing can take the place of
        with output.open("wb") as file, _packed(file, output) as written:
            yield written
        return
    output = output.resolve()  # what a link leads to is written, and the link stays
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file, _packed(file, output) as written:
            yield written
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


def _packed(file: BinaryIO, output: Path) -> AbstractContextManager[Writes]:
    """What is to be written to, by the name of the file."""
    return gzip.GzipFile(fileobj=file, mode="wb") if output.suffix == ".gz" else nullcontext(file)
