"""What several keys of slamon.yml must keep to together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slamon.rulefile.lists import Named
from slamon.rulefile.nodes import Mapping as MapNode
from slamon.rulefile.nodes import Node
from slamon.rulefile.records import Key, Values
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.settings_file import tables
from slamon.settings_file.made import CONSOLE, notifier_names, value
from slamon.settings_file.named import check_named
from slamon.settings_file.registry import Connector
from slamon.settings_file.values import Resolved, SettingsReport
from slamon.settings_file.web import check_web
from slamon.sources.replay import ReplaySettings
from slamon.sources.webhook import WebhookSettings

_MOST_CUSTOMERS = 50  # unless it is said otherwise


def check(values: Values, report: SettingsReport) -> None:
    """Report what does not fit together, of that which could be read."""
    found = value(values, tables.SOURCES, ())
    if values.has(tables.SOURCES) and not (found or _is_damaged(values.at(tables.SOURCES))):
        help = "add one, such as tickets: {kind: file, path: tickets.jsonl}"
        report.error(values.key_at(tables.SOURCES), "empty", "there is no source", help)
    _check_replays(found, report)
    _check_pushes(found, report)
    _check_directories(value(values, tables.DIRECTORIES, ()), report)
    _check_notifiers(values, report)
    check_web(values.get(tables.WEB), report)
    _check_metrics(values.get(tables.METRICS), report)
    check_named(values, report)


def _is_damaged(node: Node) -> bool:
    """Whether entries were left out, which has been reported."""
    return isinstance(node, MapNode) and node.damaged


def _check_metrics(values: Values | None, report: SettingsReport) -> None:
    """Every name is many series: a list that grew by itself is noticed here, and not by Prometheus."""
    named = {one.value for one in value(values, tables.CUSTOMERS, ())}
    most = value(values, tables.MOST, _MOST_CUSTOMERS)
    if values is not None and len(named) > most:
        message = f"{len(named)} customers are named, and most is {most}"
        help = f"name fewer, or write most: {len(named)}"
        report.error(values.key_at(tables.CUSTOMERS), "too-many-customers", message, help)


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


# notifiers


def _check_notifiers(values: Values, report: SettingsReport) -> None:
    for one in value(values, tables.NOTIFIERS, ()):
        if one.name == CONSOLE and one.value is not None and one.value.kind != CONSOLE:
            message = "the notifier called console is always of kind console"
            report.error(one.key, "bad-name", message, "give this one another name")
    _check_fallbacks(values, report)
    _check_people(values, report)


def _check_fallbacks(values: Values, report: SettingsReport) -> None:
    """A fallback is another notifier, and never leads back."""
    known, following = notifier_names(values), {}
    for name, other, node in _named(values, tables.FALLBACK):
        following[name] = (other, node)
        if other not in known:
            help = (
                did_you_mean(report.suggest(other, known)) or f"the notifiers here are {listed(sorted(known), 'and')}"
            )
            _refuse(node, report, "unknown-notifier", f"there is no notifier {quoted(other)}", help)
    for name in _circles({name: other for name, (other, _) in following.items()}):
        help = "leave fallback out here, or name one that has none"
        _refuse(following[name][1], report, "fallback-cycle", f"{quoted(name)} would fall back to itself", help)


def _circles(following: Mapping[str, str]) -> Iterator[str]:
    """The names from which one comes back to them."""
    passed: set[str] = set()
    for name in following:
        path: list[str] = []
        while name in following and name not in passed:
            passed.add(name)
            path.append(name)
            name = following[name]
        if name in path:
            yield from path[path.index(name) :]


def _check_people(values: Values, report: SettingsReport) -> None:
    """People are looked up in a directory that knows addresses."""
    if tables.DIRECTORIES.name in values.broken:
        return
    found = {one.name: one.value for one in value(values, tables.DIRECTORIES, ())}
    for _, name, node in _named(values, tables.PEOPLE):
        if name not in found:
            near = did_you_mean(report.suggest(name, found))
            help = near or (f"write {listed(sorted(found))}" if found else "describe it below directories:")
            _refuse(node, report, "unknown-directory", f"there is no directory {quoted(name)}", help)
            continue
        directory = found[name]
        if directory is not None and not directory.values.has(tables.ADDRESS):
            message = f"the directory {quoted(name)} has no addresses"
            _refuse(node, report, "no-address", message, f"add address: to {name}, the column with the addresses")


def _named(values: Values, key: Key[str]) -> Iterator[tuple[str, str, Node]]:
    """Of every notifier that has a key: its name, what the key names, and where."""
    for one in value(values, tables.NOTIFIERS, ()):
        named = one.value.values.get(key) if one.value is not None else None
        if one.value is not None and named is not None:
            yield one.name, named, one.value.values.at(key)
