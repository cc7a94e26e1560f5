"""Looking at a database without taking hold of it: never writes, never makes its holder wait."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store.database import APPLICATION_ID, BUSY_SECONDS, OLDEST_SQLITE, migrations
from slamon.store.failures import explain

SQLITE_VERSION = sqlite3.sqlite_version


@dataclass(frozen=True, slots=True)
class Examined:
    """A database as it was found. `damage` is what SQLite says of it, empty if it is sound; None: not looked at."""

    version: int
    known_version: int  # the newest that this release knows
    bytes: int
    waiting_bytes: int  # in the write-ahead log
    damage: tuple[str, ...] | None


def sqlite_is_too_old() -> bool:
    """Whether no database of slamon's can be opened with this SQLite."""
    return sqlite3.sqlite_version_info < OLDEST_SQLITE


@contextmanager
def reading(path: Path, *, leave_no_trace: bool = False, name: str | None = None) -> Iterator[sqlite3.Connection]:
    """A connection that can only read: the one that writes stays the only one. StoreUnusable says why there is none,
    and calls the file by a `name` where people do not know it by its own.

    With `leave_no_trace` a file without a log, which nobody has open, is read without making one beside it; whoever
    opens it in that very moment is not seen.
    """
    if not path.is_file():
        raise StoreUnusable(f"{path}: there is no such database")
    try:
        still = leave_no_trace and not path.with_name(f"{path.name}-wal").exists()
        uri = f"{path.absolute().as_uri()}?{'immutable=1' if still else 'mode=ro'}"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StoreUnusable(str(explain(error, name or str(path)))) from error


def examine(path: Path, seconds: float | None = None) -> Examined:
    """Look at a database of slamon's, page by page unless that takes longer; StoreUnusable says why it cannot be."""
    with reading(path, leave_no_trace=True) as connection:
        version = version_of(connection, path)
        damage = _damage(connection, seconds)
    return Examined(version, len(migrations()), path.stat().st_size, _size(path.with_name(f"{path.name}-wal")), damage)


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a database of slamon's; StoreUnusable if it is another program's."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if owner != APPLICATION_ID:
        raise StoreUnusable(f"{path} is no database of slamon's")
    return int(version)


def usable_version_of(connection: sqlite3.Connection, path: Path) -> int:
    """As `version_of`; StoreUnusable too if a newer release wrote it."""
    version, known = version_of(connection, path), len(migrations())
    if version > known:
        raise StoreUnusable(
            f"{path} is of a newer slamon (its version is {version}, this one knows {known}): use that release"
        )
    return version


def holder(path: Path) -> int | None:
    """The process that holds a database; None if none does."""
    try:
        file = os.open(f"{path}.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        pid = int(os.pread(file, 20, 0).strip() or 0)
        if pid and _lives(pid):  # else it is free: to try would keep out one that starts just now
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return pid
    except (OSError, ValueError):
        return None
    finally:
        os.close(file)
    return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:  # of another user
        return True
    except (OSError, OverflowError):
        return False
    return True


def _damage(connection: sqlite3.Connection, seconds: float | None) -> tuple[str, ...] | None:
    stop = threading.Timer(seconds, connection.interrupt) if seconds is not None else None
    if stop is not None:
        stop.start()
    try:
        found = [str(text) for (text,) in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
            raise
        return None
    finally:
        if stop is not None:
            stop.cancel()
            stop.join()
    return () if found == ["ok"] else tuple(found)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
