"""slamon.yml as frozen settings. What may stand in it and how it is read: `settings_file`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Literal

from slamon.addresses import is_loopback
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Span
from slamon.logs import LogFormat, LogLevel
from slamon.ports import PER_TICKET, Rate
from slamon.secrets import Secret

Scope = Literal["read", "act", "admin"]  # each may do what those before it may
Opened = Literal["health", "metrics", "api"]  # what asks for no token


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
    rate: Rate | None = None  # None: that of its kind
    fallback: str | None = None  # the notifier that gets what this one could not deliver
    people: str | None = None  # the directory with the addresses of those whom a ticket's field names
    template: Path | None = None  # absolute; what its messages are made by


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
class Token:
    """Who may ask for what: known by the SHA-256 of his secret, which itself is kept nowhere."""

    name: str
    scope: Scope
    hash: bytes


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where to listen, and who may ask; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8080
    url: str | None = None  # where people reach it, without a slash at its end: for links in messages
    tokens: tuple[Token, ...] = ()
    open: frozenset[Opened] = frozenset({"health"})
    auth_none: bool = False  # whoever reaches it may read, token or not

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is worth a message."""

    horizon: Span = DAY  # news older than this when first seen is none
    per_ticket: Rate = PER_TICKET  # deliveries of one ticket to one recipient
    realert_after: Span = HOUR  # a warning is told again after a pause that took longer
    send: bool = True  # False: everything but the sending


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is over is kept."""

    ended: Span = 400 * DAY  # tickets, after the last of their commitments ended
    deliveries: Span = 90 * DAY
    events: Span = 400 * DAY


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Whose commitments are counted by name, too: every name is that many series more for each promise."""

    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Who is told that slamon is at work, so that he notices when it is not; the address is as good as a password."""

    url: Secret
    every: Span = MINUTE


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
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    directories: tuple[DirectorySettings, ...] = ()
    alerts: Alerts = Alerts()
    keep: Keep = Keep()
    heartbeat: Heartbeat | None = None
    metrics: MetricsSettings = MetricsSettings()

    @property
    def source_names(self) -> list[str]:
        return [one.name for one in self.sources]

    @property
    def socket(self) -> Path:
        """Where people of this machine reach the running service: beside the database, for each an own one."""
        return socket_beside(self.storage)


def socket_beside(storage: Path) -> Path:
    """The local socket of the service that keeps its state there."""
    return storage.with_suffix(".sock")
