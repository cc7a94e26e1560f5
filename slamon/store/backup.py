"""A copy of the database while it is in use, and putting one back.

The copy is made by a connection that can only read, so that there is still one connection that writes or checkpoints:
with two, SQLite before 3.51.3 can damage the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from slamon.ports import StoreUnusable
from slamon.store.examine import reading, usable_version_of, version_of
from slamon.store.failures import explain
from slamon.store.lock import ProcessLock

_MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was read through after it was written."""

    bytes: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands at the place of the database now; `aside` is what stood there before, None if nothing did."""

    copied: Copied
    aside: Path | None


def backup(database: Path, target: Path) -> Copied:
    """Write the database as it is at one moment into a file that is not there yet, readable by its owner alone.

    The file appears once it is whole, on the disk and checked. StoreUnusable says what stands in the way.
    """
    if os.path.lexists(target):
        raise StoreUnusable(f"{target} is there already: name another file, nothing is overwritten")
    with _draft(target) as draft:
        found = _copy(database, draft)
        _publish(draft, target)
    return found


def restore(database: Path, saved: Path, now: datetime | None = None) -> Restored:
    """Put a checked copy of a saved database in the place of the database, and keep that one aside.

    StoreUnusable, and nothing is changed: a process holds the database, or the saved one is unsound or too new.
    """
    _check_saved(saved)
    lock = ProcessLock(database)
    lock.take()
    try:
        if database.exists() and database.samefile(saved):
            raise StoreUnusable(f"{saved} is the database itself: name a backup of it")
        with _draft(database) as draft:
            found = _copy(saved, draft, leave_no_trace=True)
            _give_to_owner(database, draft)
            aside = _put_aside(database, now or datetime.now(UTC))
            draft.replace(database)
            _sync_folder(database.parent)
    finally:
        lock.release()
    return Restored(found, aside)


def verify(path: Path, name: str | None = None) -> Copied:
    """Read a whole database of slamon's; StoreUnusable, by its name, if it is damaged or of no use to this release."""
    with reading(path, name=name) as connection:
        usable_version_of(connection, path)
        problems = [str(text) for (text,) in connection.execute("PRAGMA integrity_check(3)")]
        if problems != ["ok"]:
            raise StoreUnusable(f"{name or path} is damaged: {'; '.join(problems)[:300]}")
        (tickets,) = connection.execute("SELECT count(*) FROM tickets").fetchone()
    return Copied(path.stat().st_size, int(tickets))


def _check_saved(saved: Path) -> None:
    try:
        with saved.open("rb") as file:
            sound = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreUnusable(f"{saved} cannot be read: {error.strerror}") from error
    if not sound:
        raise StoreUnusable(f"{saved} is no database: name a file that slamon backup wrote")


def _copy(database: Path, draft: Path, *, leave_no_trace: bool = False) -> Copied:
    """All pages in one step: one moment of the database. The copy has no log beside it, and is read through."""
    name = f"the copy of {database}"  # nobody finds the draft where messages would name it
    with reading(database, leave_no_trace=leave_no_trace) as source:
        usable_version_of(source, database)
        try:
            with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise StoreUnusable(str(explain(error, name))) from error
    _sync(draft)
    return verify(draft, name)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A file of our own in the same folder, gone afterwards. Whatever its file system says comes in words."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        yield draft
    except OSError as error:
        raise StoreUnusable(
            f"{target} cannot be written: {error.strerror}: let this user write in {target.parent}"
        ) from error
    finally:
        for ending in ("", *_BESIDE):
            with suppress(OSError):
                draft.with_name(draft.name + ending).unlink(missing_ok=True)


def _publish(draft: Path, target: Path) -> None:
    """Give it its name, in place of nothing: not of what came meanwhile either."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        draft.replace(target)
    _sync_folder(target.parent)


def _give_to_owner(database: Path, draft: Path) -> None:
    """What root restores is the service's all the same."""
    if os.geteuid() != 0:
        return
    owner = (database if database.exists() else database.parent).stat()
    for path in (draft, database.with_name(f"{database.name}.lock")):
        os.chown(path, owner.st_uid, owner.st_gid)


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Give the database another name as well, with its log if that cannot be merged into it."""
    if not database.exists():
        for ending in _BESIDE:  # a log without its database would be taken for one of the new one
            database.with_name(database.name + ending).unlink(missing_ok=True)
        return None
    aside = _unused(database, now)
    _merge_log(database)
    with suppress(OSError):
        os.link(database, aside)  # so that there is no moment without a database
    if not aside.exists() or any(database.with_name(database.name + ending).exists() for ending in _BESIDE):
        os.replace(database, aside)
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                os.replace(database.with_name(database.name + ending), aside.with_name(aside.name + ending))
    return aside


def _unused(database: Path, now: datetime) -> Path:
    stem = f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    return next(path for name in names if not (path := database.with_name(name)).exists())


def _merge_log(database: Path) -> None:
    """Nobody else has it open, so closing it merges its log; one that is no database of ours keeps what it has."""
    try:
        with reading(database) as connection:
            version_of(connection, database)
    except StoreUnusable:
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems know no such thing
        _sync(folder)
