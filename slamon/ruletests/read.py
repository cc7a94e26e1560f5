"""Files of rule tests: found beside the rules, read with positions, every mistake told at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from slamon.core.policy import Rules
from slamon.core.standing import Ack
from slamon.core.ticket import Ticket
from slamon.rulefile import Diagnostic
from slamon.rulefile.compose import MAX_BYTES, compose, decode
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.lists import Located
from slamon.rulefile.nodes import Spot
from slamon.rulefile.records import Key, Values
from slamon.rulefile.render import render
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.ruletests import tables
from slamon.ruletests.cases import AlertExpectation, Case, Expectation, Wanted
from slamon.ruletests.events import Tale, build_events
from slamon.ruletests.tables import TicketValues
from slamon.ruletests.values import LocalTime

_ENDINGS = (".yml", ".yaml")
_FOLDER = "tests"
_SOURCE = "tests"  # the source of a test's ticket that names none
_SOMEBODY = "somebody"  # who acknowledges


@dataclass(frozen=True, slots=True)
class ReadTests:
    """The tests; None if anything is wrong with any of their files."""

    cases: tuple[Case, ...] | None
    diagnostics: tuple[Diagnostic, ...]

    def render(self) -> str:
        """The diagnostics as text that ends in a line end; empty if there are none."""
        return render(self.diagnostics, outcome="" if self.cases is not None else "; no test was run")


def rules_beside(path: Path) -> Path:
    """The rules that the tests in a directory or file are about."""
    if path.is_dir():
        return path / ".." if path.absolute().name == _FOLDER else path
    folders = path.absolute().parents
    return next((one.parent for one in folders if one.name == _FOLDER), folders[0])


def files_below(path: Path) -> list[Path]:
    """The file itself, or all in folders called tests below a directory, by path. OSError if it is not there."""
    if not path.is_dir():
        path.stat()
        return [path]
    inside = path.absolute().name == _FOLDER
    found = ((one, one.relative_to(path).parts) for one in path.rglob("*") if one.suffix in _ENDINGS and one.is_file())
    # Hidden folders are left out: a mounted ConfigMap keeps its copies in them.
    seen = ((one, parts) for one, parts in found if not any(part.startswith(".") for part in parts))
    return sorted(one for one, parts in seen if inside or _FOLDER in parts[:-1])


def read_tests(files: Sequence[Path], rules: Rules) -> ReadTests:
    """Read files of rule tests; a target that no policy has is a mistake too."""
    report = Report()
    targets = sorted({target.name for policy in rules.policies for target in policy.targets})
    cases = [case for path in files for case in _file(path, targets, report)]
    return ReadTests(None if report.failed else tuple(cases), report.diagnostics)


def _file(path: Path, targets: list[str], report: Report) -> list[Case]:
    report.add_file(str(path))
    try:
        with path.open("rb") as stream:
            file = decode(str(path), stream.read(MAX_BYTES + 1), report)
        root = compose(file, report)
        if root is None:
            report.error_of_file(str(path), "empty", "the file is empty", "begin it with version: 1", line=1)
            return []
        values = tables.DOCUMENT.read(root, Spot(file, 0, 0), report)
        return list(_cases(values, targets, report))
    except OSError as mistake:
        report.error_of_file(str(path), "unreadable", f"the file cannot be read: {mistake.strerror or mistake}")
    except Refused:
        pass
    return []


def _cases(values: Values, targets: list[str], report: Report) -> Iterator[Case]:
    for one in values.get(tables.TESTS) or ():
        test = one.value
        if not test.given(tables.EXPECTED) and not test.given(tables.ALERTS):
            help = "add expect, a list of verdicts, or alerts"
            report.error(test.owner, "expects-nothing", "this test expects nothing", help)
        if not test.broken and test.has(tables.TIMELINE):
            yield _case(test, targets, report)


def _case(test: Values, targets: list[str], report: Report) -> Case:
    zone = test.get(tables.TIME_ZONE) or UTC
    expected = [_expectation(one.value, zone, targets, report) for one in test.get(tables.EXPECTED) or ()]
    alerts = [_alert(one.value, zone, targets, report) for one in test.get(tables.ALERTS) or ()]
    place = test.owner.file.place(test.owner.start)
    given = test.get(tables.TICKET) or TicketValues()
    tale = _tale(test, given, zone, report)
    ticket = _ticket(given, tale)
    acks = tuple(Ack(ticket.source, ticket.id, None, _SOMEBODY, at) for at in tale.acknowledged)
    return Case(test.get(tables.NAME) or "", place, zone, ticket, tuple(expected), tuple(alerts), acks)


def _tale(test: Values, given: TicketValues, zone: tzinfo, report: Report) -> Tale:
    entries = [entry for item in test.get(tables.TIMELINE) or () for entry in item.value]
    return build_events(entries, zone, given.fields.get("status"), report)


def _ticket(given: TicketValues, tale: Tale) -> Ticket:
    own: dict[str, Any] = {"id": "1", "source": _SOURCE, **given.own}
    customer = given.customer or None
    return Ticket(created_at=tale.created_at, fields=given.fields, events=tale.events, customer=customer, **own)


def _expectation(values: Values, zone: tzinfo, targets: list[str], report: Report) -> Expectation:
    wanted = tuple(
        Wanted(key.name, attribute, _value(values.get(key), zone))
        for key, attribute in tables.VERDICT
        if values.has(key)
    )
    absent = values.get(tables.ABSENT) or False
    _check(values, wanted, absent, report)
    place = values.owner.file.place(values.owner.start)
    target = _target(values, tables.TARGET, targets, report)
    return Expectation(place, _at(values, zone), target, values.get(tables.CYCLE), absent, wanted)


def _check(values: Values, wanted: tuple[Wanted, ...], absent: bool, report: Report) -> None:
    """Keys that would do nothing, and what is missing."""
    if absent and wanted:
        key = next(key for key, _ in tables.VERDICT if values.has(key))
        message = f"{quoted(key.name)} cannot be looked at beside absent: true"
        report.error(values.key_at(key), "dead-key", message, "leave one of them out")
    given = wanted or values.broken or values.unknown or values.has(tables.ABSENT)
    if not given:
        report.error(values.owner, "expects-nothing", "nothing is expected here", "add status: met, or absent: true")
    unmatched = any(one.key == "status" and one.value == "unmatched" for one in wanted)
    if not unmatched and not values.given(tables.TARGET):
        tables.EXPECT.missing(tables.TARGET, values, report)


def _alert(values: Values, zone: tzinfo, targets: list[str], report: Report) -> AlertExpectation:
    place = values.owner.file.place(values.owner.start)
    target = _target(values, tables.ALERT_TARGET, targets, report) or ""
    notify = frozenset(one.value for one in values.get(tables.NOTIFY) or ())
    when = values.get(tables.WHEN) or ""
    return AlertExpectation(place, _at(values, zone), target, values.get(tables.CYCLE), when, notify)


def _at(values: Values, zone: tzinfo) -> int:
    at = values.get(tables.AT)
    return 0 if at is None else at.instant(zone)  # a missing one was reported: nothing will be run


def _target(values: Values, key: Key[str], targets: list[str], report: Report) -> str | None:
    """The target's name; one that no policy has would make `absent` pass for ever."""
    name = values.get(key)
    if name is not None and name not in targets:
        known = f"the targets are {listed(targets, 'and')}" if targets else "no policy has a target"
        help = did_you_mean(report.suggest(name, targets)) or known
        report.error(values.at(key), "unknown-target", f"unknown target {quoted(name)}", help)
    return name


def _value(value: Any, zone: tzinfo) -> Any:
    """What a verdict holds where this was written."""
    if isinstance(value, LocalTime):
        return value.instant(zone)
    if isinstance(value, tuple):
        return tuple(sorted({one.value for one in value if isinstance(one, Located)}))
    return value
