"""Taking hold of the database file: whose it is, which version, who else has it, and what to do if it cannot be."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from slamon.ports import StoreUnusable
from slamon.store import SqliteStore, database
from slamon.store.database import APPLICATION_ID, migrations, prepare
from tests.store.build import SOURCE, delivery, opened, queued, saved

HOLDER = """
import asyncio, sys
from pathlib import Path
from slamon.store import SqliteStore
async def hold():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open()
    print("held", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await store.close()
asyncio.run(hold())
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the database open until it is killed or its input ends."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def nobody() -> Iterator[None]:
    """Without root's right to write everywhere."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)


async def refused(path: Path) -> str:
    store = SqliteStore(path)
    with pytest.raises(StoreUnusable) as caught:
        await store.open()
    await store.close()
    return str(caught.value)


def numbers(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return owner, version


@pytest.mark.asyncio
async def test_a_missing_file_is_made_with_its_directories_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lib" / "slamon.db"
    async with opened(SqliteStore(path)) as store:
        await saved(store, "T-1")
        files = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    assert files == dict.fromkeys(["slamon.db", "slamon.db-wal", "slamon.db-shm", "slamon.db.lock"], 0o600)
    assert numbers(path) == (APPLICATION_ID, len(migrations()))


@pytest.mark.asyncio
async def test_an_acknowledged_write_has_been_synced_to_the_disk(store: SqliteStore) -> None:
    assert await store._units.one("PRAGMA synchronous") == 2  # FULL
    assert await store._units.one("PRAGMA journal_mode") == "wal"


@pytest.mark.asyncio
async def test_a_second_process_is_told_who_has_the_database(path: Path) -> None:
    with holder(path) as process:
        assert await refused(path) == (
            f"{path} is in use by process {process.pid}; stop it, or give this one another storage.path"
        )


@pytest.mark.asyncio
async def test_a_refused_second_process_does_not_disturb_the_first(path: Path, store: SqliteStore) -> None:
    await refused(path)
    assert await refused(path) == (
        f"{path} is in use by process {os.getpid()}; stop it, or give this one another storage.path"
    )
    await saved(store, "T-1")


@pytest.mark.asyncio
async def test_the_lock_of_a_killed_process_is_no_hindrance(path: Path) -> None:
    with holder(path) as process:
        process.kill()
        process.wait()
        async with opened(SqliteStore(path)):
            pass
    assert Path(f"{path}.lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.asyncio
async def test_a_holder_that_left_no_pid_is_another_process(path: Path, store: SqliteStore) -> None:
    Path(f"{path}.lock").write_text("")
    assert "is in use by another process;" in await refused(path)


@pytest.mark.asyncio
async def test_a_failed_opening_lets_go_of_the_lock(path: Path) -> None:
    path.write_text("notes, and no database")
    await refused(path)
    path.unlink()
    async with opened(SqliteStore(path)):
        pass


@pytest.mark.asyncio
@pytest.mark.parametrize("pauses", range(4))
async def test_a_cancelled_opening_lets_go_of_the_lock(
    path: Path, make: Callable[[], SqliteStore], pauses: int
) -> None:
    opening = asyncio.ensure_future(make().open())
    for _ in range(pauses):
        await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    async with opened(make()):
        pass


@pytest.mark.asyncio
async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("notes, and no database\n" * 100)
    assert await refused(path) == f"{path}: this is no SQLite database: give slamon another storage.path"
    assert path.read_text().startswith("notes")


@pytest.mark.asyncio
async def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes()
    assert await refused(path) == f"{path} is a database of another program: give slamon another storage.path"
    assert path.read_bytes() == before


@pytest.mark.asyncio
async def test_a_database_of_a_newer_version_is_left_alone(path: Path, store: SqliteStore) -> None:
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert await refused(path) == (
        f"{path} was written by a newer slamon (its version is 99, this one knows {len(migrations())}): "
        "run that release again, or give this one another storage.path"
    )
    assert numbers(path) == (APPLICATION_ID, 99)


@pytest.mark.asyncio
async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await refused(tmp_path / "file" / "slamon.db") == (
        f"{tmp_path}/file/slamon.db: cannot write in the directory {tmp_path}/file (File exists): "
        "let this user write there, or give another storage.path"
    )


@pytest.mark.asyncio
async def test_a_directory_in_place_of_the_file_is_named(path: Path) -> None:
    path.mkdir()
    assert await refused(path) == (
        f"{path}: cannot be opened for writing (Is a directory): "
        "let this user read and write it, or give another storage.path"
    )


@pytest.mark.asyncio
async def test_a_directory_without_permission_is_named(path: Path) -> None:
    path.parent.chmod(0o500)
    with nobody():
        text = await refused(path)
    assert re.fullmatch(r".*slamon.db: cannot write in the directory .* \(Permission denied\): let this user .*", text)


@pytest.mark.asyncio
async def test_a_file_without_permission_is_named(path: Path, store: SqliteStore) -> None:
    await store.close()
    path.chmod(0o400)
    Path(f"{path}.lock").chmod(0o666)
    for directory in path.parents:
        if directory.stat().st_mode & 0o755 == 0o700:  # pytest's own
            directory.chmod(0o755)
    with nobody():
        text = await refused(path)
    assert text == (
        f"{path}: cannot be opened for writing (Permission denied): "
        "let this user read and write it, or give another storage.path"
    )


@pytest.mark.asyncio
async def test_an_sqlite_that_is_too_old_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_SQLITE", (99, 0, 0))
    assert await refused(path) == f"SQLite {sqlite3.sqlite_version} is too old for slamon: install 3.37 or newer"


@pytest.mark.asyncio
@pytest.mark.parametrize("version", range(1, len(migrations())))
async def test_a_database_of_an_older_version_is_brought_up_and_keeps_its_rows(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        prepare(connection, str(path), migrations()[:version])
        connection.execute("INSERT INTO tickets VALUES ('desk', 'T-1', 3, NULL, 7, x'6f6c64')")
    async with opened(SqliteStore(path)) as store:
        kept = (await store.load(SOURCE, ["T-1"]))["T-1"]
        assert await queued(store, delivery("a")) == 1
    assert (kept.body, kept.version) == (b"old", 3)
    assert numbers(path) == (APPLICATION_ID, len(migrations()))


def test_a_migration_that_fails_leaves_the_version_before(path: Path) -> None:
    scripts = ["CREATE TABLE one (a TEXT);", "CREATE TABLE two (a TEXT); INSERT INTO nowhere VALUES (1);"]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            prepare(connection, "x", scripts)
        assert not connection.in_transaction
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("one",)]
        prepare(connection, "x", [scripts[0], "CREATE TABLE two (a TEXT);"])
    assert numbers(path) == (APPLICATION_ID, 2)
