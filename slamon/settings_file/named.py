"""Files that slamon.yml names: looked at when it is read, before anybody relies on them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from slamon import notifiers
from slamon.directories.files import FileSettings
from slamon.notifiers import templates
from slamon.rulefile.lists import Named
from slamon.rulefile.nodes import Node
from slamon.rulefile.records import Values
from slamon.rulefile.suggest import quoted
from slamon.settings_file import tables
from slamon.settings_file.made import value
from slamon.settings_file.registry import Connector
from slamon.settings_file.values import Resolved, SettingsReport

_SECTIONS = (tables.SOURCES, tables.DIRECTORIES, tables.NOTIFIERS)


def check_named(values: Values, report: SettingsReport) -> None:
    """Report what cannot be read, or is no such file as is wanted."""
    _check_storage(values.get(tables.STORAGE), report)
    found = {section: _sound(value(values, section, ())) for section in _SECTIONS}
    for one in (one for several in found.values() for one in several):
        _check_authorities(one, report)
    for one in found[tables.DIRECTORIES]:
        _check_directory(one, report)
    for one in found[tables.NOTIFIERS]:
        _check_template(one, report)


def _sound(found: tuple[Named[Connector | None], ...]) -> list[Connector]:
    return [one.value for one in found if one.value is not None]


def _check_storage(values: Values | None, report: SettingsReport) -> None:
    path = values.get(tables.STORAGE_PATH) if values is not None else None
    if values is not None and path is not None and os.path.isdir(_beside(values.at(tables.STORAGE_PATH), path)):
        message = f"{quoted(path)} is a directory, and the database is a file"
        _refuse(values.at(tables.STORAGE_PATH), report, "bad-value", message, "write one such as var/slamon.db")


def _check_authorities(found: Connector, report: SettingsReport) -> None:
    """`ca_file`, of the kind itself or in its map `network`."""
    network = found.values.found.get("network", (None,))[0]
    for values in (found.values, network):
        if isinstance(values, Values) and "ca_file" in values.found:
            written, _, node = values.found["ca_file"]
            why = _why_no_authorities(_beside(node, written))
            if why is not None:
                message = f"ca_file: {quoted(written)} cannot be read: {why}"
                _refuse(node, report, "unreadable-file", message, "write the path of a file of certificates, as PEM")


def _why_no_authorities(path: Path) -> str | None:
    if why := _why_unreadable(path):
        return why
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        return "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
    return None


def _check_directory(found: Connector, report: SettingsReport) -> None:
    """A warning: what was read of it before is remembered, so that it may be away for a while."""
    if not isinstance(found.options, FileSettings):
        return
    node = found.values.at(found.keys.record.keys["path"])
    why = _why_unreadable(_beside(node, found.options.path))
    if why is not None:
        shown = node.shown if isinstance(node, Resolved) else quoted(found.options.path)
        help = "make it a file that this user may read, or correct the path"
        report.warn(node, "unreadable-file", f"the file {shown} cannot be read: {why}", help)


def _why_unreadable(path: Path) -> str | None:
    """Why a file cannot be read; None: it can, as far as can be told without reading it."""
    try:
        if path.exists() and not path.is_file():  # a pipe would keep us waiting
            return "it is not a plain file"
        path.open("rb").close()
    except OSError as error:
        return error.strerror
    return None


def _check_template(found: Connector, report: SettingsReport) -> None:
    """What a template says is tried out before anybody is to be told anything by it."""
    written = found.values.get(tables.TEMPLATE)
    if written is None:
        return
    node = found.values.at(tables.TEMPLATE)
    try:
        notifiers.load(found.kind).check(templates.read(_beside(node, written)))
    except ValueError as error:
        message = str(error).removeprefix("template: ")
        _refuse(node, report, "bad-template", message, "see docs/notifiers/templates.md for what can stand in one")


def _beside(node: Node, path: str) -> Path:
    return Path(node.file.name).parent / path


def _refuse(node: Node, report: SettingsReport, code: str, message: str, help: str) -> None:
    report.error(node, code, message, None if isinstance(node, Resolved) else help)
