"""The files of a rules directory, or the same from memory."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from slamon.rulefile.compose import MAX_BYTES
from slamon.rulefile.diagnostics import Report

_ENDINGS = (".yml", ".yaml")
_TESTS = "tests"
_MAX_OTHER = 4 << 20  # bytes of an iCalendar file


@dataclass(frozen=True, slots=True)
class RawFile:
    """A rules file by the name its reader typed. `read` and `open_beside` raise OSError; none reads without bound."""

    name: str
    read: Callable[[], bytes]  # one byte more than is allowed, if there is more
    open_beside: Callable[[str], bytes]
    what: str = "file"  # or "folder", if that cannot be looked into


def on_disk(path: Path, report: Report) -> list[RawFile]:
    """The rules files below a directory, by relative path, or the one file; none, and reported, if there is none."""
    if os.path.isfile(path):  # unlike Path.is_file it never raises
        return [_disk_file(path)]
    if not os.path.isdir(path):
        help = "name the directory of the rules, or one rules file"
        report.error_of_file(str(path), "no-rules", _why_none(path), help)
        return []
    found = sorted(_below(path, set()), key=lambda one: Path(one.name).relative_to(path).as_posix())
    if not found:
        help = "put a *.yml file into it (rule tests in tests/ do not count)"
        report.error_of_file(str(path), "no-rules", "there is no rules file in this directory", help)
    return found


def _why_none(path: Path) -> str:
    try:
        path.stat()
    except FileNotFoundError:
        return "there is no such file or directory"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "this is neither a file nor a directory"


def _below(folder: Path, seen: set[str]) -> Iterator[RawFile]:
    """Rules files below a folder. Hidden entries are left out: a mounted ConfigMap keeps its copies in them."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, "folder", error)
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError as error:  # such as a link that leads back to itself
            yield _unreadable(path, "file", error)
            continue
        if is_folder:
            if entry.name != _TESTS:
                yield from _below(path, seen)
        elif entry.name.endswith(_ENDINGS):
            yield _disk_file(path)


def _unreadable(path: Path, what: str, error: OSError) -> RawFile:
    """In place of what may hold rules: reading it tells why it cannot be."""

    def read() -> bytes:
        raise error

    return RawFile(str(path), read, lambda _: read(), what)


def _disk_file(path: Path) -> RawFile:
    return RawFile(str(path), lambda: _read(path, MAX_BYTES + 1), lambda name: _read_whole(path.parent / name))


def _read(path: Path, limit: int) -> bytes:
    if not path.is_file():  # a pipe would wait for ever
        raise FileNotFoundError(2, "no such file")
    with path.open("rb") as file:
        return file.read(limit)


def _read_whole(path: Path) -> bytes:
    data = _read(path, _MAX_OTHER + 1)
    if len(data) > _MAX_OTHER:
        raise OSError(27, "more than 4 MiB")
    return data


def in_memory(files: Mapping[str, bytes]) -> list[RawFile]:
    """The rules files of a mapping from relative paths to their bytes."""
    names = sorted(name for name in files if name.endswith(_ENDINGS) and _TESTS not in name.split("/")[:-1])
    return [_memory_file(name, files) for name in names]


def _memory_file(name: str, files: Mapping[str, bytes]) -> RawFile:
    def open_beside(other: str) -> bytes:
        found = files.get(posixpath.normpath(posixpath.join(posixpath.dirname(name), other)))
        if found is None:
            raise FileNotFoundError(2, "no such file")
        return found

    return RawFile(name, lambda: files[name][: MAX_BYTES + 1], open_beside)
