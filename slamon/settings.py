"""slamon.yml as frozen settings. What may stand in it and how it is read: `settings_file`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Span
from slamon.logs import LogFormat, LogLevel


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A source: `options` is an instance of the settings class of its kind."""

    name: str
    kind: str
    options: Any
    poll: Span = 30 * SECOND
    max_data_age: Span = 10 * MINUTE  # what is known is stale once it is older


@dataclass(frozen=True, slots=True)
class NotifierSettings:
    """A notifier: `options` is an instance of the settings class of its kind."""

    name: str
    kind: str
    options: Any


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """A directory: `options` is an instance of the settings class of its kind."""

    name: str
    kind: str
    options: Any
    key: str  # the column by which an entry is found
    on: str  # the ticket's field that names an entry
    refresh: Span = HOUR
    address: str | None = None  # the column with addresses


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where to listen; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8080


@dataclass(frozen=True, slots=True)
class LogSettings:
    format: LogFormat = "console"
    level: LogLevel = "info"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that slamon.yml says, paths made absolute."""

    folder: Path  # where slamon.yml stands: what other paths in it are relative to
    rules: Path
    storage: Path
    sources: tuple[SourceSettings, ...]
    notifiers: tuple[NotifierSettings, ...]
    zone: tzinfo = UTC  # for showing only
    horizon: Span = DAY
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    directories: tuple[DirectorySettings, ...] = ()
