"""Reading slamon.yml: one pass over the tables, then what only several keys together can tell."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar, cast

from slamon.core.instants import DAY, HOUR, SECOND
from slamon.notifiers.console import ConsoleSettings
from slamon.rulefile.compose import MAX_BYTES, compose, decode
from slamon.rulefile.diagnostics import Diagnostic, Refused
from slamon.rulefile.lists import Named
from slamon.rulefile.nodes import Mapping, Node, Scalar, Spot
from slamon.rulefile.records import Key, Values
from slamon.rulefile.source import SourceFile
from slamon.rulefile.suggest import listed, quoted
from slamon.settings import DirectorySettings, LogSettings, NotifierSettings, Settings, SourceSettings, WebSettings
from slamon.settings_file import tables
from slamon.settings_file.excerpts import Excerpts
from slamon.settings_file.references import References
from slamon.settings_file.registry import Connector
from slamon.settings_file.values import Resolved, SettingsReport
from slamon.sources.replay import ReplaySettings
from slamon.sources.webhook import WebhookSettings

T = TypeVar("T")

CONSOLE = "console"
_RULES = "rules"
_STORAGE = "var/slamon.db"
_MAY_REFER = frozenset(tables.DOCUMENT.keys) - {tables.RULES.name}
# Codes of messages that never hold the text they are about.
_SILENT = frozenset(
    {"bad-reference", "bad-value", "empty-secret", "not-utf-8", "unreadable-file", "unset-variable", "wrong-shape"}
)


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """What reading led to: settings, or None and at least one error among the diagnostics."""

    settings: Settings | None
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0  # diagnostics past the most that are kept
    rules: Path | None = None  # as messages show it; None: not known
    notifiers: frozenset[str] | None = None  # the names, of broken ones too; None: not known


def read_settings(path: Path, environment: Environment[str, str]) -> SettingsRead:
    """Read a file. Never raises for what stands in it, or for its absence."""
    report = SettingsReport()
    report.add_file(str(path))
    try:
        data = _bytes(path)
    except FileNotFoundError:
        help = "write one (--config names another file), or try slamon out with: slamon demo"
        report.error_of_file(str(path), "no-settings", "there is no such file", help)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        report.error_of_file(str(path), "unreadable", f"the file cannot be read: {why}")
    else:
        return read_text(path, data, environment, report)
    return SettingsRead(None, report.diagnostics)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a directory")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_text(path: Path, data: bytes, environment: Environment[str, str], report: SettingsReport) -> SettingsRead:
    """As `read_settings`, from bytes; `path` is where they stand, or would."""
    try:
        file = decode(str(path), data, report, private=True)
        root = compose(file, report)
    except Refused:
        return SettingsRead(None, report.diagnostics, report.left_out)
    if root is None or (isinstance(root, Scalar) and root.value is None):  # nothing but comments
        root = Mapping(file, 0, 0, ())
    return _read(path, file, root, environment, report)


def _read(
    path: Path, file: SourceFile, root: Node, environment: Environment[str, str], report: SettingsReport
) -> SettingsRead:
    resolved = References(path.parent, environment, report).of_document(root, _MAY_REFER)
    try:
        values = tables.DOCUMENT.read(resolved, Spot(file, 0, 0), report)
    except Refused:
        return SettingsRead(None, _shown(report, file, root), report.left_out)
    _check(values, report)
    rules = None if tables.RULES.name in values.broken else path.parent / _get(values, tables.RULES, _RULES)
    settings = None if report.failed or rules is None else _settings(values, path.absolute().parent)
    names = None if tables.NOTIFIERS.name in values.broken else _notifier_names(values)
    return SettingsRead(settings, _shown(report, file, root), report.left_out, rules, names)


def _shown(report: SettingsReport, file: SourceFile, root: Node) -> tuple[Diagnostic, ...]:
    """The diagnostics with the lines that may be shown, without the words of one that stands at a secret."""
    excerpts = Excerpts(file, root, report.harmless - report.secrets)
    secret = {file.place(start) for start in report.secrets}
    return tuple(
        replace(found, message="a secret cannot be used here too", help=None)
        if found.place in secret and found.code not in _SILENT
        else excerpts.added(found)
        for found in report.diagnostics
    )


def _get(values: Values | None, key: Key[T], default: T) -> T:
    found = values.get(key) if values is not None else None
    return default if found is None else found


def _notifier_names(values: Values) -> frozenset[str]:
    return frozenset({CONSOLE, *(one.name for one in _get(values, tables.NOTIFIERS, ()))})


# what several keys together must keep to


def _check(values: Values, report: SettingsReport) -> None:
    found = _get(values, tables.SOURCES, ())
    if values.has(tables.SOURCES) and not found:
        help = "add one, such as tickets: {kind: file, path: tickets.jsonl}"
        report.error(values.key_at(tables.SOURCES), "empty", "there is no source", help)
    _check_replays(found, report)
    _check_pushes(found, report)
    _check_directories(_get(values, tables.DIRECTORIES, ()), report)
    for one in _get(values, tables.NOTIFIERS, ()):
        if one.name == CONSOLE and one.value is not None and one.value.kind != CONSOLE:
            message = "the notifier called console is always of kind console"
            report.error(one.key, "bad-name", message, "give this one another name")


def _check_directories(found: tuple[Named[Connector | None], ...], report: SettingsReport) -> None:
    """Who is no customer is looked up for an address only."""
    for one in found:
        values = one.value.values if one.value is not None else None
        if values is not None and values.get(tables.ON) != "customer" and not values.has(tables.ADDRESS):
            help = "add address: the column with the addresses"
            report.error(one.key, "missing-key", f"the key 'address' is missing in {quoted(one.name)}", help)


def _check_pushes(found: tuple[Named[Connector | None], ...], report: SettingsReport) -> None:
    """What is pushed for another source is stored as that one's: it must be there, and be polled."""
    pushed = {one.name for one in found if one.value is not None and isinstance(one.value.options, WebhookSettings)}
    polled = [one.name for one in found if one.name not in pushed]
    for one in found:
        options = one.value.options if one.value is not None else None
        if one.value is not None and isinstance(options, WebhookSettings) and options.source not in (None, *polled):
            node = one.value.values.at(one.value.keys.record.keys["source"])
            help = f"write {listed(polled)}" if polled else "leave it out"
            _refuse(
                node, report, "unknown-source", f"{quoted(options.source or '')} is not a source that is polled", help
            )


def _check_replays(found: tuple[Named[Connector | None], ...], report: SettingsReport) -> None:
    """A replay that is faster than life takes the whole service with it: it has one clock."""
    first: tuple[str, int] | None = None
    others = [one.name for one in found if one.value is not None and one.value.kind != "replay"]
    for name, speed, node in _speeds(found):
        if speed > 1 and others:
            message = f"at speed {speed} everything is a replay, and {quoted(others[0])} is none"
            _refuse(node, report, "bad-speed", message, f"write 1, or make {others[0]} a replay too")
        elif first is not None and first[1] != speed:
            message = f"speed {speed} is not that of {quoted(first[0])}, {first[1]}: all replays share one clock"
            _refuse(node, report, "bad-speed", message, f"write {first[1]}")
        first = first or (name, speed)


def _speeds(found: tuple[Named[Connector | None], ...]) -> list[tuple[str, int, Node]]:
    """The speeds that are written out, where they stand."""
    speeds = []
    for one in found:
        if one.value is None or not isinstance(one.value.options, ReplaySettings):
            continue
        key = one.value.keys.record.keys["speed"]
        if one.value.values.has(key):
            speeds.append((one.name, one.value.options.speed, one.value.values.at(key)))
    return speeds


def _refuse(node: Node, report: SettingsReport, code: str, message: str, help: str) -> None:
    report.error(node, code, message, None if isinstance(node, Resolved) else help)


# settings


def _settings(values: Values, folder: Path) -> Settings:
    return Settings(
        folder=folder,
        rules=folder / _get(values, tables.RULES, _RULES),
        storage=folder / _get(values.get(tables.STORAGE), tables.STORAGE_PATH, _STORAGE),
        sources=tuple(_source(one) for one in _get(values, tables.SOURCES, ())),
        notifiers=_notifiers(values),
        zone=_get(values, tables.TIME_ZONE, UTC),
        horizon=_get(values.get(tables.ALERTS), tables.HORIZON, DAY),
        web=_get(values.get(tables.WEB), tables.LISTEN, WebSettings()),
        log=_log(values.get(tables.LOG)),
        directories=tuple(_directory(one) for one in _get(values, tables.DIRECTORIES, ())),
    )


def _source(one: Named[Connector | None]) -> SourceSettings:
    found = cast(Connector, one.value)
    return SourceSettings(one.name, found.kind, found.options, _get(found.values, tables.POLL, 30 * SECOND))


def _directory(one: Named[Connector | None]) -> DirectorySettings:
    found = cast(Connector, one.value)
    key, on = _get(found.values, tables.DIRECTORY_KEY, ""), _get(found.values, tables.ON, "")
    refresh = _get(found.values, tables.REFRESH, HOUR)
    return DirectorySettings(one.name, found.kind, found.options, key, on, refresh, found.values.get(tables.ADDRESS))


def _notifiers(values: Values) -> tuple[NotifierSettings, ...]:
    listed = [(one.name, cast(Connector, one.value)) for one in _get(values, tables.NOTIFIERS, ())]
    found = [NotifierSettings(name, one.kind, one.options) for name, one in listed]
    if CONSOLE not in {one.name for one in found}:
        found.append(NotifierSettings(CONSOLE, CONSOLE, ConsoleSettings()))
    return tuple(found)


def _log(values: Values | None) -> LogSettings:
    default = LogSettings()
    format: Any = _get(values, tables.LOG_FORMAT, default.format)
    level: Any = _get(values, tables.LOG_LEVEL, default.level)
    return replace(default, format=format, level=level)
