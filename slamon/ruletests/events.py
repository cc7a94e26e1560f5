"""The timeline of a rule test: messages and triggers by the names that rules use, field changes as maps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from slamon.core.instants import Instant
from slamon.core.ticket import ENDED, Event
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar, wrong_shape
from slamon.rulefile.lists import Located, OneOrMany
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Spot
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.ruletests.values import LocalTime, LocalTimeField, plain_value

CREATED = "created"
_MESSAGES = {
    "customer_message": ("customer", True),
    "agent_message": ("agent", True),
    "agent_note": ("agent", False),
    "bot_message": ("bot", True),
    "bot_note": ("bot", False),
    "third_party_message": ("third_party", True),
}
_STATUSES = {"reopened": "open", "solved": "solved", "closed": "closed"}
_ACKNOWLEDGED = "acknowledged"
_NAMES = (CREATED, *_MESSAGES, "assigned", *_STATUSES, _ACKNOWLEDGED)
_LOCAL_TIME = LocalTimeField()

Happened = str | dict[str, Any]  # a name, or the fields that changed


class _HappenedField(Field[Happened]):
    takes = "an event such as agent_message, or a map of changed fields such as {status: open}"

    def read(self, node: Node, owner: Owner, report: Report) -> Happened:
        if isinstance(node, Mapping):
            return self._change(node, report)
        text = scalar(node, owner, report, self.takes).text
        if text not in _NAMES:
            help = did_you_mean(report.suggest(text, _NAMES)) or f"the events are {listed(_NAMES, 'and')}"
            report.refuse(node, "unknown-event", f"unknown event {quoted(text)}", help)
        return text

    def _change(self, node: Mapping, report: Report) -> Happened:
        if not node.entries:
            report.refuse(node, "empty", "the map of changed fields is empty", "write {FIELD: VALUE}")
        return {key.text: plain_value(value) for key, value in node.entries}

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(_NAMES)}, {"type": "object", "minProperties": 1}]}


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at one time."""

    at: LocalTime
    what: tuple[Located[Happened], ...]


class EntryField(Field[tuple[Entry, ...]]):
    """An entry of a timeline: a map from a time to what happened then."""

    takes = "a map such as 2026-06-05 16:50: agent_message"
    _what = OneOrMany(_HappenedField())

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Entry, ...]:
        if not isinstance(node, Mapping) or not node.entries:
            wrong_shape(node, owner, report, self.takes)
        return tuple(self._entry(key, value, report) for key, value in node.entries)

    def _entry(self, key: Scalar, value: Node, report: Report) -> Entry:
        return Entry(_LOCAL_TIME.read(key, key, report), self._what.read(value, key, report))

    def schema(self) -> Schema:
        time = _LOCAL_TIME.schema()["pattern"]
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "patternProperties": {time: self._what.schema()},
        }


@dataclass(frozen=True, slots=True)
class Tale:
    """When a ticket was created, what happened to it, and when somebody acknowledged its alerts."""

    created_at: Instant
    events: list[Event]
    acknowledged: list[Instant]


def build_events(entries: list[Entry], zone: tzinfo, status: Any, report: Report) -> Tale:
    """What a timeline tells. `status` is the one that the ticket was created with."""
    happened = [(entry.at.instant(zone), one) for entry in entries for one in entry.what]
    first, *rest = happened
    _check_start(first[1], rest, report)
    _check_reopened(sorted(rest, key=lambda pair: pair[0]), status, report)
    numbered = [(number, at, one.value) for number, (at, one) in enumerate(rest, 1)]
    events = [_event(number, at, what) for number, at, what in numbered if what != _ACKNOWLEDGED]
    return Tale(first[0], events, [at for _, at, what in numbered if what == _ACKNOWLEDGED])


def _check_start(first: Located[Happened], rest: list[tuple[Instant, Located[Happened]]], report: Report) -> None:
    if first.value != CREATED:
        message = "the first entry of a timeline is the creation of the ticket"
        report.error(_spot(first), "bad-timeline", message, "write TIME: created before it")
    for _, one in rest:
        if one.value == CREATED:
            report.error(_spot(one), "bad-timeline", "a ticket is created only once", "leave this entry out")


def _check_reopened(happened: list[tuple[Instant, Located[Happened]]], status: Any, report: Report) -> None:
    """A reopening of what is open would be nothing at all: it was meant to stand elsewhere."""
    for _, one in happened:
        if one.value == "reopened" and status not in ENDED:
            message = "the ticket is not solved or closed when it is reopened here"
            report.error(_spot(one), "bad-timeline", message, "write TIME: solved before it")
        status = _changed(one.value, 0).get("status", status)


def _spot(one: Located[Happened]) -> Spot:
    return Spot(one.node.file, one.node.start, one.node.end)


def _changed(what: Happened, number: int) -> dict[str, Any]:
    """The fields that something changes."""
    if isinstance(what, dict):
        return what
    if what == "assigned":
        return {"assignee": f"agent-{number}"}  # another one each time
    return {"status": _STATUSES[what]} if what in _STATUSES else {}


def _event(number: int, at: Instant, what: Happened) -> Event:
    if isinstance(what, str) and what in _MESSAGES:
        by, public = _MESSAGES[what]
        return Event(at, "message", f"e{number}", by, public)
    return Event(at, "change", f"e{number}", set=_changed(what, number))
