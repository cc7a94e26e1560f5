"""Kind file: files of ticket histories, read as they grow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from slamon.ports import Batch, SourceError
from slamon.sources.registry import Kind, Surroundings
from slamon.sources.tail import Chunk, Position, follow


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Keys of a source of kind file: one path or several, relative to the settings file."""

    path: str | list[str]

    def __post_init__(self) -> None:
        if not self.path or not all(self.paths):
            raise ValueError("path: nothing to read: write the name of a .jsonl or .jsonl.gz file")

    @property
    def paths(self) -> list[str]:
        """The paths as a list."""
        return [self.path] if isinstance(self.path, str) else self.path


Positions = dict[str, Position]


class FileSource:
    """Tickets of files. A later line of the same ticket is its newer state and replaces the earlier one.

    The cursor is how far each file was read. It survives growing, renaming (the rest of the old file is read too, as
    long as it lies in the same folder) and cutting short; a last line that is still being written waits.
    """

    def __init__(self, name: str, paths: Sequence[Path]) -> None:
        self.name = name
        self._paths = paths

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """What was written since the cursor. A file that cannot be read does not keep the others from being read."""
        positions = _positions(cursor)
        faults: list[str] = []
        for path in self._paths:
            try:
                chunks = await asyncio.to_thread(list, follow(path, positions.get(str(path))))
            except OSError as error:
                faults.append(f"{path} cannot be read: {error.strerror or error}")
            else:
                for batch in self._batches(path, chunks, positions):
                    yield batch
        if faults:
            raise SourceError("; ".join(faults))

    def _batches(self, path: Path, chunks: list[Chunk], positions: Positions) -> Iterator[Batch]:
        for chunk in chunks:
            positions[str(path)] = chunk.position
            tickets = [msgspec.structs.replace(ticket, source=self.name) for ticket in chunk.tickets]
            yield Batch(tickets, msgspec.json.encode(positions), [str(problem) for problem in chunk.problems])

    async def close(self) -> None:
        """No file is held open."""


def _positions(cursor: bytes | None) -> Positions:
    try:
        return msgspec.json.decode(cursor or b"{}", type=Positions)
    except msgspec.DecodeError:  # of a source of another kind that had this name: all is new
        return {}


def _open(name: str, settings: FileSettings, surroundings: Surroundings) -> FileSource:
    return FileSource(name, [surroundings.folder / path for path in settings.paths])


KIND = Kind(FileSettings, _open)
