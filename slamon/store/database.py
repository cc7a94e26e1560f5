"""Opening the database file: whether it is ours, of which version, and the steps to the current one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store.failures import explain
from slamon.store.units import GroupCommit

APPLICATION_ID = 0x736C616D  # "slam"
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
BUSY_SECONDS = 5.0
_SETTINGS = """
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -16384;
"""


def migrations() -> Sequence[str]:
    """The scripts that make the tables, in their order: the first brings an empty file to version 1."""
    scripts = [entry for entry in (resources.files(__package__) / "sql").iterdir() if entry.name.endswith(".sql")]
    return [script.read_text("utf-8") for script in sorted(scripts, key=lambda script: script.name)]


def connect(path: Path) -> GroupCommit:
    """The database of this path at the current version, made if missing; StoreUnusable says what stands in the way."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreUnusable(f"SQLite {sqlite3.sqlite_version} is too old for slamon: install 3.37 or newer")
    try:
        _create(path)
        connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # it is handed over to the thread of aiosqlite
            factory=GroupCommit,
        )
        try:
            prepare(connection, str(path), migrations())
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreUnusable(str(explain(error, str(path)))) from error
    return connection


def prepare(connection: sqlite3.Connection, name: str, scripts: Sequence[str]) -> None:
    """Check whose database this is, then bring it to the version of the scripts, one transaction a script."""
    version = _version(connection, name)
    if version > len(scripts):
        raise StoreUnusable(
            f"{name} was written by a newer slamon (its version is {version}, this one knows {len(scripts)}): "
            "run that release again, or give this one another storage.path"
        )
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreUnusable(f"{name}: its file system has no shared memory for SQLite's WAL: put it on a local disk")
    connection.executescript(_SETTINGS)
    for number, script in enumerate(scripts[version:], version + 1):
        _migrate(connection, script, number)


def _create(path: Path) -> None:
    """Make a missing file readable by its owner alone: tickets and customers' names stand in it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnusable(
            f"{path}: cannot be opened for writing ({error.strerror}): "
            "let this user read and write it, or give another storage.path"
        ) from error


def _version(connection: sqlite3.Connection, name: str) -> int:
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if owner != APPLICATION_ID and (owner or version or tables):
        raise StoreUnusable(f"{name} is a database of another program: give slamon another storage.path")
    return int(version)


def _migrate(connection: sqlite3.Connection, script: str, version: int) -> None:
    numbers = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n{numbers}\nCOMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
