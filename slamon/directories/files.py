"""What directories in files have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from slamon.directories.directory import Entry
from slamon.directories.entries import contents
from slamon.directories.registry import Surroundings

Parse = Callable[[bytes, str, str], dict[str, Entry]]  # of bytes, the path as messages show it, and the key's column


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Keys of a directory in a file."""

    path: str = field(metadata={"about": "The file, relative to this one."})

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError("path: nothing to read: write the name of a file")


class FileDirectory:
    """ports.DirectorySource in one file, read whole each time, away from the loop."""

    def __init__(self, name: str, path: Path, key: str, parse: Parse) -> None:
        self.name = name
        self._path = path
        self._key = key
        self._parse = parse

    async def read(self) -> dict[str, Entry]:
        return await asyncio.to_thread(self._read)

    def _read(self) -> dict[str, Entry]:
        return self._parse(contents(self._path), str(self._path), self._key)

    async def close(self) -> None:
        """No file is held open."""


def opener(parse: Parse) -> Callable[[str, FileSettings, Surroundings], FileDirectory]:
    """What makes a directory of a kind that parses a file so."""
    return lambda name, settings, around: FileDirectory(name, around.folder / settings.path, around.key, parse)
