"""What SQLite's errors mean to whoever runs the service, and what to do about them."""

from __future__ import annotations

import sqlite3

from slamon.ports import StoreError, StoreUnusable

# By the beginning of SQLite's own name of the error; the first that fits.
_MEANINGS = (
    ("SQLITE_FULL", "the disk is full: free some space, then it goes on by itself"),
    ("SQLITE_BUSY", "another program holds it locked: end what has the file open, such as a sqlite3 shell or a backup"),
    ("SQLITE_LOCKED", "another program holds it locked: end what has the file open, such as a sqlite3 shell"),
    ("SQLITE_READONLY_DBMOVED", "the file was moved or deleted while in use: put it back, then start slamon again"),
    ("SQLITE_READONLY", "it is read-only: let this user write the file and its directory"),
    ("SQLITE_PERM", "permission denied: let this user read and write the file and its directory"),
    ("SQLITE_CANTOPEN", "it cannot be opened as a file: check its permissions, or give another storage.path"),
    ("SQLITE_IOERR", "the disk refused to read or write: check its space, quota and health"),
)
_HOPELESS = (
    ("SQLITE_NOTADB", "this is no SQLite database: give slamon another storage.path"),
    ("SQLITE_CORRUPT", "the database is damaged: stop slamon and put back a backup of it"),
)


def explain(error: sqlite3.Error, name: str) -> StoreError:
    """The error in plain words, with the remedy; StoreUnusable where waiting cannot help."""
    code = getattr(error, "sqlite_errorname", None) or "SQLITE_ERROR"
    for beginning, meaning in _HOPELESS:
        if code.startswith(beginning):
            return StoreUnusable(f"{name}: {meaning}")
    for beginning, meaning in _MEANINGS:
        if code.startswith(beginning):
            return StoreError(f"{name}: {meaning} ({code})")
    return StoreError(f"{name}: {error}")
