"""slamon backup and slamon restore: the state of the service as one file, and back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.ports import StoreUnusable
from slamon.rulefile.render import render
from slamon.rulefile.suggest import visible
from slamon.settings_file import read_settings
from slamon.store import backup as store


def backup(config: Path, typed: str) -> Exit:
    """Write a backup, whether the service runs or not. Of a directory: into it, named by the time."""
    database, target = database_of(config), Path(typed)
    if database is None:
        return Exit.UNUSABLE
    try:
        if target.is_dir():
            target /= f"{database.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
        elif typed.endswith("/"):  # else a file would take the name of the directory that is not mounted
            raise StoreUnusable(f"there is no directory {target}: make or mount it")
        found = store.backup(database, target)
    except StoreUnusable as error:
        return _refused("backup", error)
    print(f"{visible(str(target))}: {_told(found)}, read through and sound")
    return Exit.FINE


def restore(config: Path, saved: Path) -> Exit:
    """Put a backup in the place of the database, while no service runs on it."""
    database = database_of(config)
    if database is None:
        return Exit.UNUSABLE
    try:
        found = store.restore(database, saved)
    except StoreUnusable as error:
        return _refused("restore", error)
    print(f"{visible(str(database))} is {visible(str(saved))} now: {_told(found.copied)}")
    if found.aside is not None:
        print(f"what was there before is kept as {visible(str(found.aside))}")
    print("next: slamon run")
    return Exit.FINE


def database_of(config: Path) -> Path | None:
    """Where the settings keep the state, whatever else is wrong with them; None: they do not say, and this was said."""
    read = read_settings(config, os.environ)
    if read.storage is None:
        complain(render(read.diagnostics, read.left_out).rstrip())
    return read.storage


def _refused(command: str, error: StoreUnusable) -> Exit:
    complain(f"slamon {command}: {visible(str(error))}")
    return Exit.CANNOT_RUN


def _told(found: store.Copied) -> str:
    return f"{found.tickets:,} tickets, {found.bytes / 1_000_000:,.1f} MB"
