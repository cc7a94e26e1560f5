"""What `slamon doctor` looks at on this machine: versions, zones, files, disk, database, port."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from slamon.addresses import host_and_port
from slamon.commands.doctor_findings import Found, ok
from slamon.commands.text import typed
from slamon.ports import StoreUnusable
from slamon.settings import Settings, WebSettings
from slamon.store import examine
from slamon.web import local

_LITTLE, _NOTHING = 1 << 30, 100 << 20  # bytes of disk
_MUCH_WAITS = 512 << 20  # bytes in the log, of which SQLite keeps 64 MiB
_NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
_SKEW_OF_FILES = 60.0  # seconds


def programs() -> Sequence[Found]:
    """Python and SQLite."""
    running = f"Python {'.'.join(map(str, sys.version_info[:3]))}, SQLite {examine.SQLITE_VERSION}"
    if examine.sqlite_is_too_old():
        return [Found("error", running, "install SQLite 3.37 or newer")]
    return ok(running)


def zones(settings: Settings | None) -> Sequence[Found]:
    """Time zone data, without which no hour of work is right."""
    try:
        ZoneInfo("Europe/Berlin")
    except (OSError, LookupError):
        return [Found("error", "there is no time zone data", "install the package tzdata")]
    system = next((path for path in TZPATH if Path(path, "Europe").is_dir()), None)
    try:
        own = version("tzdata")
    except PackageNotFoundError:
        own = "none"
    source = f"of the system ({system})" if system else f"of the package tzdata {own}"
    shown = f"; times are shown in {settings.zone}" if settings is not None else ""
    return ok(f"time zone data {source}{shown}")


def clock(storage: Path) -> Sequence[Found]:
    """Whether the clock can be right, as far as files tell; sources tell more."""
    now = datetime.now(UTC)
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < _NOT_BEFORE:
        return [Found("error", f"this machine's clock says {shown}", "set it, and keep it right by NTP")]
    ahead = max((path.stat().st_mtime - time.time() for path in _files(storage)), default=0.0)
    if ahead > _SKEW_OF_FILES:
        text = f"this machine's clock says {shown}, and the database was written {ahead:.0f} s later than that"
        return [Found("warning", text, "set it, and keep it right by NTP")]
    return ok(f"this machine's clock says {shown}")


def files(config: Path, settings: Settings) -> Sequence[Found]:
    """Who may read and write."""
    found = [*_settings_file(config), *_rules(settings.rules), *_folder(settings.storage)]
    found += _socket(settings.socket)
    found += [one for path in _files(settings.storage) for one in _private(path)]
    return found or ok(f"{config}, {settings.rules} and {settings.storage.parent} can be used")


def disk(storage: Path) -> Sequence[Found]:
    """Room for the database, its log and a backup."""
    folder = _existing(storage.parent)
    free, size = shutil.disk_usage(folder).free, sum(path.stat().st_size for path in _files(storage))
    text = f"{_size(free)} free at {folder}"
    if free < _NOTHING:
        return [Found("error", text, "free some space: without, nothing new is kept and nobody is told")]
    if free < max(_LITTLE, 2 * size):
        return [Found("warning", text, f"free some space: the database has {_size(size)}, and a backup needs as much")]
    return ok(text)


def database(storage: Path, seconds: float) -> Sequence[Found]:
    """Whose it is, of which version, whether it is sound, and who has it."""
    if storage.is_dir():
        return [Found("error", f"{storage} is a directory", "name a file in it at storage.path: slamon run makes it")]
    if not storage.exists():
        return ok(f"{storage} is not there yet: slamon run makes it")
    try:
        found = examine.examine(storage, seconds)
    except StoreUnusable as error:
        return [Found("error", str(error), "see storage.path in the settings, and who may read it")]
    if found.damage:
        remedy = "stop slamon, and put a backup in its place: slamon restore FILE"
        return [Found("error", f"{storage} is damaged: {'; '.join(found.damage)[:200]}", remedy)]
    if found.version > found.known_version:
        text = f"{storage} has version {found.version}, this slamon knows {found.known_version}"
        return [Found("error", text, "run the release that wrote it")]
    return list(_about(storage, found))


def port(web: WebSettings, *, served: bool) -> Sequence[Found]:
    """Whether the service can listen, or does."""
    place = host_and_port(web.host, web.port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if served:
            return ok(f"{place} is listened on by the running service")
        remedy = "stop what listens there, or set web.listen to another address"
        return [Found("error", f"{place} cannot be had: {error.strerror}", remedy)]
    return ok(f"{place} is free")


def _about(storage: Path, found: examine.Examined) -> Iterator[Found]:
    pid = examine.holder(storage)
    held = f"held by process {pid}" if pid is not None else "held by nobody"
    sound = "sound" if found.damage is not None else "not looked through, it is too large for the time allowed"
    text = f"{storage}: version {found.version}, {_size(found.bytes)}, {held}, {sound}"
    if found.version < found.known_version:
        remedy = "slamon run brings it up to date: take a backup first, with slamon backup FILE"
        yield Found("warning", f"{text}; this slamon writes version {found.known_version}", remedy)
    elif found.waiting_bytes > _MUCH_WAITS:
        remedy = "end what has it open for long, such as a sqlite3 shell"
        yield Found("warning", f"{text}; {_size(found.waiting_bytes)} wait in its log", remedy)
    else:
        yield Found("ok", f"{text}, {_size(found.waiting_bytes)} in its log")


def _settings_file(config: Path) -> Iterator[Found]:
    if config.stat().st_mode & stat.S_IWOTH:
        yield Found("error", f"everybody may write {config}", f"type chmod o-w {typed(config)}")


def _rules(rules: Path) -> Iterator[Found]:
    for path in (rules, *rules.rglob("*")):
        if path.exists() and path.stat().st_mode & stat.S_IWOTH:  # a link may lead nowhere, such as an editor's lock
            yield Found("warning", f"everybody may write {path}", f"type chmod -R o-w {typed(rules)}")
            return


def _folder(storage: Path) -> Iterator[Found]:
    folder = _existing(storage.parent)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Found("error", f"this user may not write in {folder}", "give it that right, or set another storage.path")
    for path in _files(storage):
        if not os.access(path, os.R_OK | os.W_OK):
            remedy = f"run as its owner, or type chown $USER {typed(path)}"
            yield Found("error", f"this user may not write {path}", remedy)
        elif os.geteuid() == 0 and (owner := path.stat().st_uid) != 0:
            yield Found("warning", f"{path} belongs to user {owner}, and this is root", "run slamon as that user")


def _private(path: Path) -> Iterator[Found]:
    if path.is_file() and path.stat().st_mode & 0o077:
        yield Found("warning", f"others may read {path}, where customers' names stand", f"type chmod 600 {typed(path)}")


def _socket(path: Path) -> Iterator[Found]:
    if len(os.fsencode(path)) > local.MOST_BYTES:
        remedy = f"set storage.path to one shorter than {local.MOST_BYTES} bytes"
        yield Found("error", f"{path} is too long for a local socket", remedy)


def _files(storage: Path) -> list[Path]:
    """The database and what stands beside it, as far as it is there."""
    return [path for ending in ("", "-wal") if (path := storage.with_name(storage.name + ending)).exists()]


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _size(bytes: int) -> str:
    return f"{bytes / 1e9:.1f} GB" if bytes >= 1e9 else f"{bytes / 1e6:.1f} MB"
