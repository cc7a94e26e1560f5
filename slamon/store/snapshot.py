"""What a database holds, read beside the process that has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store import statements as sql
from slamon.store.database import migrations
from slamon.store.examine import reading, usable_version_of


def stored_sources(path: Path) -> list[str]:
    """The names of all sources of which a ticket is stored, of those that the settings lack by now too.

    StoreUnusable says why they cannot be read.
    """
    with _opened(path) as connection:
        return [name for (name,) in connection.execute(sql.SOURCES)]


def stored_histories(path: Path, sources: Sequence[str]) -> Iterator[bytes]:
    """The history as JSON of every ticket of these sources, by source and id, as they were at one moment.

    StoreUnusable says why it cannot be read.
    """
    with _opened(path) as connection:
        connection.execute("BEGIN")
        for source in sources:
            yield from (body for (body,) in connection.execute(sql.HISTORIES, (source,)))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise StoreUnusable(f"{path}: there is no such database: slamon run makes it")
    with reading(path) as connection:
        if usable_version_of(connection, path) < len(migrations()):
            raise StoreUnusable(f"{path} was written by an older slamon: let slamon run open it once")
        yield connection
