"""Copies of a database in use, and putting one back: only what is whole and sound takes a name."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from slamon.ports import StoreUnusable
from slamon.store import SqliteStore, stored_histories, stored_sources
from slamon.store.backup import backup, restore, verify
from slamon.store.database import APPLICATION_ID, migrations
from slamon.store.examine import examine, holder
from tests.store.build import SOURCE, opened

NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)
Make = Callable[[], SqliteStore]


def tickets(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [id for (id,) in database.execute("SELECT id FROM tickets ORDER BY id")]


async def save(store: SqliteStore, *ids: str) -> None:
    await store.save_batch(SOURCE, [(id, b"{}") for id in ids], b"cursor of " + ids[-1].encode())


async def closed_with(make: Make, *ids: str) -> None:
    async with opened(make()) as store:
        await save(store, *ids)


def beside(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()} - {path.name, f"{path.name}.lock"}


@pytest.mark.asyncio
async def test_a_backup_of_an_open_database_is_whole_private_and_one_file(
    make: Make, path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backups" / "monday.db"
    target.parent.mkdir()
    async with opened(make()) as store:
        await save(store, "1", "2")  # still in the log beside the file
        found = backup(path, target)
        await save(store, "3")
        assert holder(path) is not None
    assert (found.tickets, found.bytes) == (2, target.stat().st_size)
    assert tickets(target) == ["1", "2"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert beside(target) == set()
    assert tickets(path) == ["1", "2", "3"]


@pytest.mark.asyncio
async def test_a_backup_replaces_nothing(make: Make, path: Path, tmp_path: Path) -> None:
    await closed_with(make, "1")
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(StoreUnusable, match=r"mine\.txt is there already: name another file"):
        backup(path, target)
    assert target.read_text() == "mine"


@pytest.mark.asyncio
async def test_a_backup_of_a_damaged_database_is_refused_and_leaves_nothing(
    make: Make, path: Path, tmp_path: Path
) -> None:
    await closed_with(make, *map(str, range(2000)))
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)
    target = tmp_path / "b" / "backup.db"
    target.parent.mkdir()
    with pytest.raises(StoreUnusable, match=rf"^(the copy of )?{path}(:| is).* damaged"):
        backup(path, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    "what",
    [
        lambda path: backup(path, path.with_name("b.db")),
        lambda path: [*stored_histories(path, ["desk"])],
        stored_sources,
    ],
)
def test_a_database_of_a_newer_release_is_named_with_what_can_use_it(
    what: Callable[[Path], object], path: Path
) -> None:
    _newer(path)
    with pytest.raises(StoreUnusable, match=rf"^{path} is of a newer slamon .*: use that release$"):
        what(path)
    assert beside(path) == set()


@pytest.mark.parametrize("what", ["missing", "foreign"])
def test_only_a_database_of_ours_is_backed_up(what: str, path: Path, tmp_path: Path) -> None:
    if what == "foreign":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(StoreUnusable, match=r"there is no such database|is no database of slamon's"):
        backup(path, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


@pytest.mark.asyncio
async def test_a_folder_that_cannot_be_written_is_told(make: Make, path: Path, tmp_path: Path) -> None:
    await closed_with(make, "1")
    with pytest.raises(StoreUnusable, match=r"nowhere/backup\.db cannot be written: No such file"):
        backup(path, tmp_path / "nowhere" / "backup.db")


@pytest.mark.asyncio
async def test_restored_it_is_as_it_was_and_what_was_there_is_kept_aside(
    make: Make, path: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.db"
    async with opened(make()) as store:
        await save(store, "1")
        backup(path, saved)
        await save(store, "2")
    found = restore(path, saved, NOW)
    assert found.copied.tickets == 1
    assert found.aside == tmp_path / "slamon.db.before-20260608T090000Z"
    assert tickets(found.aside) == ["1", "2"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with opened(make()) as store:
        assert await store.cursor(SOURCE) == b"cursor of 1"
    assert tickets(path) == ["1"]
    assert restore(path, saved, NOW).aside == tmp_path / "slamon.db.before-20260608T090000Z-2"


@pytest.mark.asyncio
async def test_the_log_of_a_killed_process_is_kept_with_what_was_there_and_not_taken_for_the_new_one(
    make: Make, path: Path, tmp_path: Path
) -> None:
    saved, killed = tmp_path / "saved.db", tmp_path / "killed"
    killed.mkdir()
    async with opened(make()) as store:
        await save(store, "1")
        backup(path, saved)
        await save(store, "2")
        for ending in ("", "-wal"):
            (killed / f"slamon.db{ending}").write_bytes(path.with_name(f"slamon.db{ending}").read_bytes())
    found = restore(killed / "slamon.db", saved, NOW)
    assert found.aside is not None
    assert tickets(found.aside) == ["1", "2"]
    assert tickets(killed / "slamon.db") == ["1"]


@pytest.mark.asyncio
async def test_a_database_that_is_damaged_is_put_aside_as_it_is(make: Make, path: Path, tmp_path: Path) -> None:
    await closed_with(make, "1")
    saved = tmp_path / "saved.db"
    backup(path, saved)
    path.write_bytes(b"rubbish" * 1000)
    path.with_name("slamon.db-wal").write_bytes(b"more rubbish")
    found = restore(path, saved, NOW)
    assert found.aside is not None
    assert found.aside.read_bytes().startswith(b"rubbish")
    assert found.aside.with_name(f"{found.aside.name}-wal").read_bytes() == b"more rubbish"
    assert tickets(path) == ["1"]


@pytest.mark.asyncio
async def test_where_there_was_no_database_one_is_restored(make: Make, path: Path, tmp_path: Path) -> None:
    await closed_with(make, "1")
    saved = tmp_path / "saved.db"
    backup(path, saved)
    elsewhere = tmp_path / "new" / "slamon.db"
    assert restore(elsewhere, saved, NOW).aside is None
    assert tickets(elsewhere) == ["1"]


@pytest.mark.asyncio
async def test_nothing_is_restored_while_a_process_holds_the_database(make: Make, path: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    async with opened(make()) as store:
        await save(store, "1")
        backup(path, saved)
        await save(store, "2")
        with pytest.raises(StoreUnusable, match="is in use by process"):
            restore(path, saved, NOW)
    assert tickets(path) == ["1", "2"]
    assert holder(path) is None


def _text(saved: Path) -> None:
    saved.write_text("this is no database")


def _foreign(saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as other:
        other.execute("CREATE TABLE songs (name TEXT)")


def _newer(saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as other:
        other.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(migrations()) + 1}")
        other.execute("CREATE TABLE tickets (id TEXT)")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_text, r"saved\.db is no database: name a file that slamon backup wrote"),
        (_foreign, r"saved\.db is no database of slamon's"),
        (_newer, r"/saved\.db is of a newer slamon \(its version is \d+, this one knows \d+\): use that release$"),
        (lambda saved: None, r"saved\.db cannot be read: No such file"),
    ],
)
@pytest.mark.asyncio
async def test_what_is_no_sound_backup_changes_nothing(
    spoil: Callable[[Path], None], told: str, make: Make, path: Path, tmp_path: Path
) -> None:
    await closed_with(make, "1")
    saved = tmp_path / "saved.db"
    spoil(saved)
    with pytest.raises(StoreUnusable, match=told):
        restore(path, saved, NOW)
    assert tickets(path) == ["1"]
    assert beside(path) <= {"saved.db"}


@pytest.mark.asyncio
async def test_a_backup_is_not_restored_onto_itself(make: Make, path: Path) -> None:
    await closed_with(make, "1")
    with pytest.raises(StoreUnusable, match="is the database itself"):
        restore(path, path, NOW)


@pytest.mark.asyncio
async def test_a_backup_of_an_older_version_is_brought_up_to_date_by_the_next_start(
    make: Make, path: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.db"
    with closing(sqlite3.connect(saved)) as old:
        old.executescript(migrations()[0])
        old.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1")
    restore(path, saved, NOW)
    await closed_with(make, "1")
    assert examine(path).version == len(migrations())


@pytest.mark.asyncio
async def test_looking_at_a_database_tells_its_version_and_its_damage(make: Make, path: Path) -> None:
    await closed_with(make, *map(str, range(2000)))
    found = examine(path, 30)
    assert (found.version, found.damage) == (found.known_version, ())
    assert found.bytes == path.stat().st_size
    verify(path)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)
    assert examine(path, 30).damage
    with pytest.raises(StoreUnusable, match="is damaged"):
        verify(path)


@pytest.mark.asyncio
async def test_looking_at_a_database_that_nobody_has_open_leaves_no_trace(make: Make, path: Path) -> None:
    await closed_with(make, "1")
    examine(path, 30)
    assert beside(path) == set()
