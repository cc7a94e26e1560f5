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

from slamon.cli import Exit
from slamon.commands.load import load
from slamon.commands.say import complain
from slamon.ports import StoreUnusable
from slamon.rulefile.suggest import did_you_mean, listed, nearest
from slamon.settings import Settings
from slamon.store import stored_histories


class Writes(Protocol):
    """What lines are written to."""

    def write(self, data: bytes, /) -> int: ...


def export(config: Path, sources: Sequence[str], output: Path | None) -> Exit:
    """Write one line for each ticket; to a file all or nothing."""
    loaded = load(config)
    if loaded.settings is None:
        complain(loaded.render().rstrip())
        return Exit.UNUSABLE
    known = [one.name for one in loaded.settings.sources]
    for name in sources:
        if name not in known:
            help = did_you_mean(nearest(name, known)) or f"there are {listed(known, 'and')}"
            complain(f"there is no source {name!r} in the settings; {help}")
            return Exit.UNUSABLE
    return _export(loaded.settings, sources or known, output)


def _export(settings: Settings, sources: Sequence[str], output: Path | None) -> Exit:
    try:
        with _opened(output) as file:
            count = 0
            for body in stored_histories(settings.storage, sources):
                file.write(body + b"\n")
                count += 1
    except StoreUnusable as error:
        complain(str(error))
        return Exit.CANNOT_RUN
    except BrokenPipeError:
        raise
    except OSError as error:
        if output is None:  # what every command says then
            raise
        complain(f"{output} cannot be written: {error.strerror}")
        return Exit.CANNOT_RUN
    complain(f"{count} tickets of {listed(list(sources), 'and')}")
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
