"""A SQLite store in the test's own directory."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from slamon.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "slamon.db"


@pytest.fixture
def make(path: Path) -> Callable[[], SqliteStore]:
    return lambda: SqliteStore(path)


@pytest_asyncio.fixture
async def store(make: Callable[[], SqliteStore]) -> AsyncIterator[SqliteStore]:
    store = make()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[SqliteStore]]:
    numbers = itertools.count()

    @asynccontextmanager
    async def opened() -> AsyncIterator[SqliteStore]:
        store = SqliteStore(tmp_path / f"{next(numbers)}.db")
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    return opened
