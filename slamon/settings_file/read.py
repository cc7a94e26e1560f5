"""Reading slamon.yml: one pass over the tables, then what only several keys together can tell."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path

from slamon.core.policy import Place
from slamon.rulefile.compose import MAX_BYTES, compose, decode
from slamon.rulefile.diagnostics import Diagnostic, Refused
from slamon.rulefile.nodes import Mapping, Node, Scalar, Spot
from slamon.rulefile.records import Values
from slamon.rulefile.source import SourceFile
from slamon.settings import Settings
from slamon.settings_file import tables
from slamon.settings_file.checks import check
from slamon.settings_file.excerpts import Excerpts
from slamon.settings_file.made import RULES, STORAGE, made, notifier_names, value
from slamon.settings_file.references import References
from slamon.settings_file.values import SettingsReport

_MAY_REFER = frozenset(tables.DOCUMENT.keys) - {tables.RULES.name}
# Codes of messages that never hold the text they are about.
_SILENT = frozenset(
    {
        "bad-alias",
        "bad-reference",
        "bad-tag",
        "bad-value",
        "empty-secret",
        "not-utf-8",
        "same-secret",
        "unreadable-file",
        "unset-variable",
        "weak-secret",
        "wrong-shape",
    }
)


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """What reading led to: settings, or None and at least one error among the diagnostics."""

    settings: Settings | None
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0  # diagnostics past the most that are kept
    rules: Path | None = None  # as messages show it; None: not known
    notifiers: frozenset[str] | None = None  # the names, of broken ones too; None: not known
    storage: Path | None = None  # the database, as a path from where one stands; None: not known
    zone: tzinfo | None = None  # in which times are shown; None: not known
    ages: dict[str, Place] = field(default_factory=dict)  # where it stands, or would, how old a source's data may be


def read_settings(path: Path, environment: Environment[str, str]) -> SettingsRead:
    """Read a file. Never raises for what stands in it, or for its absence."""
    report = SettingsReport()
    report.add_file(str(path))
    try:
        data = _bytes(path)
    except FileNotFoundError:
        help = "write one with slamon init (--config names another file), or try slamon out with: slamon demo"
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
    check(values, report)
    rules = None if tables.RULES.name in values.broken else path.parent / value(values, tables.RULES, RULES)
    settings = None if report.failed or rules is None else made(values, path.absolute().parent)
    names = None if tables.NOTIFIERS.name in values.broken else notifier_names(values)
    zone = None if tables.TIME_ZONE.name in values.broken else value(values, tables.TIME_ZONE, UTC)
    shown, storage, ages = _shown(report, file, root), _storage(path, values), _ages(values)
    return SettingsRead(settings, shown, report.left_out, rules, names, storage, zone, ages)


def _storage(path: Path, values: Values) -> Path | None:
    found = values.get(tables.STORAGE)
    broken = tables.STORAGE.name in values.broken or (found is not None and tables.STORAGE_PATH.name in found.broken)
    return None if broken else path.parent / value(found, tables.STORAGE_PATH, STORAGE)


def _ages(values: Values) -> dict[str, Place]:
    found = {}
    for one in values.get(tables.SOURCES) or ():
        own = one.value.values if one.value is not None else None
        node = own.key_at(tables.MAX_DATA_AGE) if own is not None and own.has(tables.MAX_DATA_AGE) else one.key
        found[one.name] = node.file.place(node.start)
    return found


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
