"""Fixtures of the flow's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from slamon.ports import Store
from slamon.store import SqliteStore
from tests.flow.build import database


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = SqliteStore(database(tmp_path))
    await opened.open()
    yield opened
    await opened.close()
