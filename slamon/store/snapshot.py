"""Reading a database beside the process that holds it: never writes, never makes it wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store import statements as sql
from slamon.store.database import APPLICATION_ID, migrations
from slamon.store.failures import explain


def stored_histories(path: Path, sources: Sequence[str]) -> Iterator[bytes]:
    """The history as JSON of every ticket of these sources, by source and id, as they were at one moment.

    StoreUnusable says why it cannot be read.
    """
    if not path.is_file():
        raise StoreUnusable(f"{path}: there is no such database: slamon run makes it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            _check(connection, path)
            connection.execute("BEGIN")
            for source in sources:
                yield from (body for (body,) in connection.execute(sql.HISTORIES, (source,)))
    except sqlite3.Error as error:
        raise StoreUnusable(str(explain(error, str(path)))) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if owner != APPLICATION_ID:
        raise StoreUnusable(f"{path} is a database of another program: write storage.path of slamon's own")
    if version != len(migrations()):
        raise StoreUnusable(f"{path} was written by another version of slamon: let slamon run open it once")
