"""From what was read of slamon.yml, once it is sound, to settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar

from slamon.core.instants import HOUR, MINUTE
from slamon.notifiers.console import ConsoleSettings
from slamon.rulefile.lists import Named
from slamon.rulefile.records import Key, Values
from slamon.settings import (
    Alerts,
    DirectorySettings,
    Heartbeat,
    Keep,
    LogSettings,
    MetricsSettings,
    NotifierSettings,
    Settings,
    SourceSettings,
)
from slamon.settings_file import tables
from slamon.settings_file.registry import Connector
from slamon.settings_file.web import web_settings

T = TypeVar("T")

CONSOLE = "console"
RULES = "rules"
STORAGE = "var/slamon.db"


def value(values: Values | None, key: Key[T], default: T) -> T:
    """What was read of a key, or a default."""
    found = values.get(key) if values is not None else None
    return default if found is None else found


def notifier_names(values: Values) -> frozenset[str]:
    """The names of all notifiers, of broken ones too."""
    return frozenset({CONSOLE, *(one.name for one in value(values, tables.NOTIFIERS, ()))})


def made(values: Values, folder: Path) -> Settings:
    """The settings of a file that stands in a folder, paths made absolute."""
    storage = values.get(tables.STORAGE)
    return Settings(
        folder=folder,
        rules=folder / value(values, tables.RULES, RULES),
        storage=folder / value(storage, tables.STORAGE_PATH, STORAGE),
        sources=tuple(_source(*one) for one in _connectors(values, tables.SOURCES)),
        notifiers=_notifiers(values, folder),
        zone=value(values, tables.TIME_ZONE, UTC),
        web=web_settings(values.get(tables.WEB)),
        log=_log(values.get(tables.LOG)),
        directories=tuple(_directory(*one) for one in _connectors(values, tables.DIRECTORIES)),
        alerts=_alerts(values.get(tables.ALERTS)),
        keep=_keep(storage.get(tables.KEEP) if storage is not None else None),
        heartbeat=_heartbeat(values.get(tables.HEARTBEAT)),
        metrics=_metrics(values.get(tables.METRICS)),
    )


def _connectors(values: Values, key: Key[tuple[Named[Connector | None], ...]]) -> Iterator[tuple[str, Connector]]:
    for one in value(values, key, ()):
        assert one.value is not None  # the file is sound
        yield one.name, one.value


def _source(name: str, found: Connector) -> SourceSettings:
    poll, age = found.values.get(tables.POLL), found.values.get(tables.MAX_DATA_AGE)
    default = SourceSettings(name, found.kind, found.options)
    return replace(default, poll=poll or default.poll, max_data_age=age or default.max_data_age)


def _directory(name: str, found: Connector) -> DirectorySettings:
    key, on = value(found.values, tables.DIRECTORY_KEY, ""), value(found.values, tables.ON, "")
    refresh = value(found.values, tables.REFRESH, HOUR)
    return DirectorySettings(name, found.kind, found.options, key, on, refresh, found.values.get(tables.ADDRESS))


def _notifiers(values: Values, folder: Path) -> tuple[NotifierSettings, ...]:
    found = [_notifier(*one, folder) for one in _connectors(values, tables.NOTIFIERS)]
    if CONSOLE not in {one.name for one in found}:
        found.append(NotifierSettings(CONSOLE, CONSOLE, ConsoleSettings()))
    return tuple(found)


def _notifier(name: str, found: Connector, folder: Path) -> NotifierSettings:
    template = found.values.get(tables.TEMPLATE)
    return NotifierSettings(
        name,
        found.kind,
        _with_its_authorities(found.options, folder),
        rate=found.values.get(tables.RATE),
        fallback=found.values.get(tables.FALLBACK),
        people=found.values.get(tables.PEOPLE),
        template=None if template is None else folder / template,
    )


def _with_its_authorities(options: Any, folder: Path) -> Any:
    """The settings of a notifier, which knows no folder, with the path of `ca_file` made absolute."""
    written = getattr(options, "ca_file", None)
    return replace(options, ca_file=str(folder / written)) if isinstance(written, str) else options


def _alerts(values: Values | None) -> Alerts:
    default = Alerts()
    return Alerts(
        horizon=value(values, tables.HORIZON, default.horizon),
        per_ticket=value(values, tables.PER_TICKET, default.per_ticket),
        realert_after=value(values, tables.REALERT_AFTER, default.realert_after),
        send=value(values, tables.SEND, default.send),
    )


def _keep(values: Values | None) -> Keep:
    default = Keep()
    return Keep(
        ended=value(values, tables.KEEP_ENDED, default.ended),
        deliveries=value(values, tables.KEEP_DELIVERIES, default.deliveries),
        events=value(values, tables.KEEP_EVENTS, default.events),
    )


def _heartbeat(values: Values | None) -> Heartbeat | None:
    url = values.get(tables.HEARTBEAT_URL) if values is not None else None
    return None if url is None else Heartbeat(url, value(values, tables.EVERY, MINUTE))


def _metrics(values: Values | None) -> MetricsSettings:
    customers = value(values, tables.CUSTOMERS, ())
    return MetricsSettings(tuple(dict.fromkeys(one.value for one in customers)))


def _log(values: Values | None) -> LogSettings:
    default = LogSettings()
    format = value(values, tables.LOG_FORMAT, default.format)
    return LogSettings(format, value(values, tables.LOG_LEVEL, default.level))
