"""slamon doctor: what it says of this machine, its files and the database."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from slamon.commands.exits import Exit
from slamon.store import SqliteStore
from slamon.store.database import APPLICATION_ID, migrations
from tests.commands.examined import Desk, line
from tests.store.build import opened


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.asyncio
async def test_files_that_others_may_read_or_write_are_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    async with opened(SqliteStore(desk.database)):
        pass
    desk.database.chmod(0o644)
    assert await desk.examined() is Exit.FOUND
    assert line(capsys.readouterr().out, "files") == (
        f"WARNING files: others may read {desk.database}, where customers' names stand; type chmod 600 {desk.database}"
    )
    desk.database.chmod(0o600)
    desk.config.chmod(0o666)
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "files").startswith(f"ERROR   files: everybody may write {desk.config}; ")


@pytest.mark.asyncio
async def test_a_database_that_cannot_be_used_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.database.parent.mkdir()
    with closing(sqlite3.connect(desk.database)) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    assert await desk.examined() is Exit.CANNOT_RUN
    assert "is no database of slamon's" in line(capsys.readouterr().out, "database")
    with closing(sqlite3.connect(desk.database)) as newer:
        newer.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(migrations()) + 1}")
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "database").endswith("; run the release that wrote it")
    desk.database.write_bytes(b"rubbish" * 1000)
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "database").startswith("ERROR   database: ")


@pytest.mark.asyncio
async def test_an_older_database_asks_for_a_backup_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.database.parent.mkdir()
    with closing(sqlite3.connect(desk.database)) as old:
        old.executescript(migrations()[0])
        old.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1")
    desk.database.chmod(0o600)
    assert await desk.examined() is Exit.FOUND
    found = line(capsys.readouterr().out, "database")
    assert "version 1, " in found
    assert found.endswith("take a backup first, with slamon backup FILE")


@pytest.mark.asyncio
async def test_a_port_that_somebody_else_has_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk.port))
        other.listen()
        assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "port") == (
        f"ERROR   port: 127.0.0.1:{desk.port} cannot be had: Address already in use; "
        "stop what listens there, or set web.listen to another address"
    )


@pytest.mark.asyncio
async def test_a_link_in_the_rules_that_leads_nowhere_is_passed_over(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.folder / "rules").mkdir()
    (desk.folder / "rules" / ".#policies.yml").symlink_to("anna@desk.4711:1780909200")  # what Emacs locks a file by
    desk.rules = "rules"
    assert await desk.examined() is Exit.FINE
    assert line(capsys.readouterr().out, "files").startswith("ok ")


@pytest.mark.asyncio
async def test_of_a_directory_in_the_place_of_the_database_it_says_so_and_locks_nobody_out(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.database.mkdir(parents=True)
    assert await desk.examined() is Exit.CANNOT_RUN
    out = capsys.readouterr().out
    assert line(out, "database") == (
        f"ERROR   database: {desk.database} is a directory; name a file in it at storage.path: slamon run makes it"
    )
    assert line(out, "files").startswith("ok ")
