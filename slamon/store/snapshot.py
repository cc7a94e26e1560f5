"""What a database holds, read beside the process that has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store import statements as sql
from slamon.store.database import migrations
from slamon.store.examine import reading, version_of


def stored_histories(path: Path, sources: Sequence[str]) -> Iterator[bytes]:
    """The history as JSON of every ticket of these sources, by source and id, as they were at one moment.

    StoreUnusable says why it cannot be read.
    """
    if not path.is_file():
        raise StoreUnusable(f"{path}: there is no such database: slamon run makes it")
    with reading(path) as connection:
        if version_of(connection, path) != len(migrations()):
            raise StoreUnusable(f"{path} was written by another version of slamon: let slamon run open it once")
        connection.execute("BEGIN")
        for source in sources:
            yield from (body for (body,) in connection.execute(sql.HISTORIES, (source,)))
