"""One directory while the service runs: read now and then, and what is known kept if it cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from slamon.core.instants import SECOND, Span
from slamon.directories.directory import Directory, Entry, key_of
from slamon.flow.observe import Fault, log
from slamon.ports import DirectorySource, SourceError, Store, StoreError, Time

_BUDGET = 30.0  # seconds that the start waits for a directory
_LONGEST_PAUSE = 300.0  # seconds between attempts at one that cannot be read
_MOST_NAMED = 100  # missing entries in the log


class DirectoryObserver(Protocol):
    """Who wants to know what directories do; the metrics do."""

    def directory_missed(self, directory: str) -> None: ...

    def directory_read(self, directory: str, entries: int | None) -> None:
        """None: it could not be read."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a directory is for. `on`: the ticket's field that names somebody; `address`: the column with addresses."""

    key: str
    on: str
    refresh: Span
    address: str | None = None


class _Remembered(msgspec.Struct, frozen=True):
    key: str
    entries: Mapping[str, Mapping[str, Any]]


_encoder = msgspec.json.Encoder(order="deterministic")


def _encoded(key: str, entries: Mapping[str, Entry]) -> bytes:
    try:
        return _encoder.encode(_Remembered(key, entries))
    except (OverflowError, ValueError) as error:
        raise SourceError(f"an entry cannot be kept: {error}") from None


class Keeper:
    """The newest entries that could be had. They are remembered in the store: the source may be away at a start."""

    def __init__(
        self,
        source: DirectorySource,
        usage: Usage,
        store: Store,
        time: Time,
        changed: Callable[[], None],
        observer: DirectoryObserver,
    ) -> None:
        self.usage = usage
        self.name = source.name
        self._source = source
        self._store = store
        self._time = time
        self._changed = changed  # called when tickets are to be judged again
        self._observer = observer
        self._fault = Fault("directory", directory=source.name)
        self._directory = Directory({})
        self._settled: bytes | None = None  # by which all tickets are judged, or are marked to be
        self._missed: set[str] = set()
        self._failures = 0
        self._due = time.monotonic()

    @property
    def standing_fault(self) -> str | None:
        return self._fault.standing

    async def open(self) -> None:
        """Read it for the first time. SourceError if it cannot be, and never could: nobody's promise would be known."""
        await self._recall()
        await self.refresh()
        if self._settled is None:
            raise SourceError(f"directory {self.name}: {self._fault.standing}")

    async def refresh(self) -> None:
        """Read it again if it is time to. Faults are reported, not raised, and leave what is known."""
        if self._time.monotonic() < self._due:
            return
        try:
            async with asyncio.timeout(_BUDGET):
                await self._take(dict(await self._source.read()))
        except (SourceError, StoreError) as error:
            self._failed(str(error))
        except TimeoutError:
            self._failed(f"no answer in {_BUDGET:.0f} s")
        except Exception as error:
            log.exception("directory is defective", directory=self.name)
            self._failed(f"defect: {type(error).__name__}")
        else:
            self._failures = 0
            self._due = self._time.monotonic() + self.usage.refresh / SECOND
            self._fault.works()
            self._observer.directory_read(self.name, len(self._directory.entries))

    def entry(self, value: Any) -> Entry | None:
        """What is known of whom a field names. One who is not there is counted and named, once."""
        found = self._directory.entry(value)
        if found is None:
            self._miss(value)
        return found

    def address(self, value: Any) -> str | None:
        """The address of whom a field names; None if there is none."""
        return None if self.usage.address is None else self._directory.address(value, self.usage.address)

    async def close(self) -> None:
        await self._source.close()

    async def _take(self, entries: dict[str, Entry]) -> None:
        """In this order: a ticket that is judged meanwhile is judged by the new entries, or marked after it."""
        saved = await asyncio.to_thread(_encoded, self.usage.key, entries)
        if saved == self._settled:
            return
        self._directory = Directory(entries)
        self._missed -= entries.keys()
        await self._store.mark_for_judging()
        await self._store.set_value(self._place, saved)
        self._settled = saved
        self._changed()
        log.info("directory read", directory=self.name, entries=len(entries))

    async def _recall(self) -> None:
        saved = await self._store.value(self._place)
        try:
            found = msgspec.json.decode(saved or b"", type=_Remembered)
        except msgspec.DecodeError:
            return
        if found.key == self.usage.key:
            self._settled, self._directory = saved, Directory(found.entries)

    @property
    def _place(self) -> str:
        return f"directory {self.name}"

    def _failed(self, error: str) -> None:
        self._failures += 1
        pause = min(_LONGEST_PAUSE, self.usage.refresh / SECOND, 2.0 ** min(self._failures, 16))
        self._due = self._time.monotonic() + pause
        self._fault.broke(error)
        self._observer.directory_read(self.name, None)

    def _miss(self, value: Any) -> None:
        key = key_of(value)
        if key is None or key in self._missed:
            return
        self._missed.add(key)
        self._observer.directory_missed(self.name)
        if len(self._missed) <= _MOST_NAMED:
            log.warning("not in the directory", directory=self.name, **{self.usage.on: key[:100]})
        elif len(self._missed) == _MOST_NAMED + 1:
            log.warning("more are not in the directory, which are only counted", directory=self.name)
