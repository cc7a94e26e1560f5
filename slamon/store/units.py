"""Whole transactions on the one connection, in its thread; those that wait at the same time are committed together."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

import aiosqlite

from slamon.ports import StoreError
from slamon.store.failures import explain

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Parameters = Sequence[Any]


class _Unit(Generic[T]):
    """Work that is done wholly or not at all. It may be run twice: the first time's changes are then undone."""

    __slots__ = ("done", "error", "result", "work", "writes")

    def __init__(self, work: Work[T], *, writes: bool) -> None:
        self.work = work
        self.writes = writes
        self.result: T | None = None
        self.error: Exception | None = None
        self.done = False

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the work and keep its result or its error."""
        self.done, self.error = True, None
        try:
            self.result = self.work(connection)
        except Exception as error:
            self.error = error

    def fail(self, error: sqlite3.Error) -> None:
        """Nothing of it was kept; its own error, if it had one, says more."""
        self.done, self.error = True, self.error or error

    def answer(self, name: str) -> T:
        """The result, or the error in words for whoever runs the service."""
        if not self.done:
            raise StoreError(f"{name}: the connection failed before it came to this")
        if isinstance(self.error, sqlite3.Error):
            raise explain(self.error, name) from self.error
        if self.error:
            raise self.error
        return cast("T", self.result)


class GroupCommit(sqlite3.Connection):
    """A connection whose `commit` carries out all that waits: the writing units as one transaction, then the reading.

    That is one trip to the connection's thread and one fsync, however many units wait.
    """

    waiting: deque[_Unit[Any]]

    def commit(self) -> None:
        units = [self.waiting.popleft() for _ in range(len(self.waiting))]
        if writing := [unit for unit in units if unit.writes]:
            self._write(writing)
        for unit in units:
            if not unit.writes:
                unit.run(self)

    def _write(self, units: Sequence[_Unit[Any]]) -> None:
        try:
            self._undo()  # what an earlier failure may have left
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            for unit in units:
                unit.fail(error)
            return
        try:
            if len(units) == 1:
                self._alone(units[0])
            else:
                self._together(units)
        except sqlite3.Error as error:
            for unit in units:
                unit.fail(error)
            with suppress(sqlite3.Error):  # the next one tries again
                self._undo()
            if len(units) > 1:  # what is too much together may still go one by one
                for unit in units:
                    self._write([unit])

    def _alone(self, unit: _Unit[Any]) -> None:
        """Without a savepoint, which would copy every page that the unit changes."""
        unit.run(self)
        self.execute("ROLLBACK" if unit.error else "COMMIT")

    def _together(self, units: Iterable[_Unit[Any]]) -> None:
        """Every unit inside a savepoint of its own, so that one's failure does not spoil the others."""
        for unit in units:
            self.execute("SAVEPOINT unit")
            unit.run(self)
            if unit.error:
                self.execute("ROLLBACK TO unit")  # fails where SQLite has given up the whole transaction
            self.execute("RELEASE unit")
        self.execute("COMMIT")

    def _undo(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")


class Units:
    """The queue before the connection. Of a cancelled caller the work is done all the same, and wholly."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._connection: aiosqlite.Connection | None = None
        self._waiting: deque[_Unit[Any]] = deque()

    async def open(self, connect: Callable[[], GroupCommit]) -> None:
        """Call `connect`, which may raise, and start the connection's thread.

        Not in that thread: aiosqlite does not wait for its end after a failure, and it may outlive the loop.
        """
        connection = await asyncio.to_thread(connect)
        connection.waiting = self._waiting
        self._connection = await aiosqlite.Connection(lambda: connection, iter_chunk_size=64)

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def write(self, work: Work[T]) -> T:
        """Return once the work is committed; StoreError if the database could not do it."""
        return await self._carry_out(_Unit(work, writes=True))

    async def read(self, work: Work[T]) -> T:
        """The result of work that changes nothing; nobody writes while it runs."""
        return await self._carry_out(_Unit(work, writes=False))

    async def change(self, statement: str, *parameters: Any) -> int:
        """Commit one statement; how many rows it changed."""
        return await self.write(lambda db: db.execute(statement, parameters).rowcount)

    async def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return await self.read(lambda db: db.execute(statement, parameters).fetchall())

    async def one(self, statement: str, *parameters: Any) -> Any:
        """The first column of the first row; None if there is none."""
        found = await self.rows(statement, *parameters)
        return found[0][0] if found else None

    async def _carry_out(self, unit: _Unit[T]) -> T:
        if self._connection is None:
            raise StoreError(f"{self._name} is not open")
        self._waiting.append(unit)
        # In the thread's queue before the first pause of this coroutine: no cancellation can take it back.
        await self._connection.commit()
        return unit.answer(self._name)
