"""The keys of a rule-test file: one table that reads them and describes them as JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, get_args

from slamon.core.clock import Cause
from slamon.core.ticket import Creator, Direction
from slamon.core.verdict import ClockState, Confidence, Status
from slamon.rulefile.calendars import TimeZone
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Boolean, Choice, Constant, Field, Schema, Text, WholeNumber, wrong_shape
from slamon.rulefile.lists import ListOf, OneOrMany, Several
from slamon.rulefile.moments import MomentField
from slamon.rulefile.nodes import Mapping, Node, Owner
from slamon.rulefile.records import Key, Record
from slamon.ruletests.events import EntryField
from slamon.ruletests.values import LocalTimeField, OrNull, SecondsField, SpanField, plain_value

_TIME, _SPAN, _SECONDS = LocalTimeField(), OrNull(SpanField()), OrNull(SecondsField())
_TIME_OR_NULL = OrNull(_TIME)
_CUSTOMER = "customer."


@dataclass(frozen=True, slots=True)
class TicketValues:
    """What stands under `ticket:`: the ticket's own, its customer's directory entry, and all else as fields."""

    own: dict[str, str] = field(default_factory=dict)
    customer: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)


class TicketField(Field[TicketValues]):
    """A map of a ticket's values."""

    takes = "a map such as {priority: high, customer.tier: gold}"
    _own: dict[str, Field[str]] = {  # noqa: RUF012 - a table, never changed
        "id": Text("an id"),
        "source": Text("the name of a source"),
        "created_by": Choice(*get_args(Creator)),
        "direction": Choice(*get_args(Direction)),
    }

    def read(self, node: Node, owner: Owner, report: Report) -> TicketValues:
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        found = TicketValues()
        for key, value in node.entries:
            if key.text in self._own:
                found.own[key.text] = self._own[key.text].read(value, key, report)
            elif key.text.startswith(_CUSTOMER):
                found.customer[key.text.removeprefix(_CUSTOMER)] = plain_value(value)
            else:
                found.fields[key.text] = plain_value(value)
        return found

    def schema(self) -> Schema:
        return {"type": "object", "properties": {name: field.schema() for name, field in self._own.items()}}


AT = Key("at", _TIME, "When it is looked at, in the test's time zone.", required=True)
TARGET = Key("target", Text("the name of a target"), "Which target; left out only beside status: unmatched.")
CYCLE = Key("cycle", WholeNumber(1), "Which of its cycles; the last one that has started if left out.")
ABSENT = Key("absent", Boolean(), "Whether there must be no such commitment.", default="false")
# A key of a verdict, and the attribute of core.verdict.Verdict that it is compared with.
VERDICT: tuple[tuple[Key[Any], str], ...] = (
    (Key("policy", OrNull(Text("the name of a policy")), "The policy that promised it."), "policy"),
    (Key("status", Choice(*get_args(Status)), "How it stands."), "status"),
    (Key("clock", OrNull(Choice(*get_args(ClockState))), "What its clock does."), "clock"),
    (Key("remaining", _SPAN, "Working time left; below zero once more was used than promised."), "remaining"),
    (Key("elapsed", _SPAN, "Working time counted so far."), "elapsed"),
    (Key("started", _TIME_OR_NULL, "When it started."), "started_at"),
    (Key("stopped", _TIME_OR_NULL, "When it stopped."), "stopped_at"),
    (Key("due", _TIME_OR_NULL, "When it is due."), "due_at"),
    (Key("breached", _TIME_OR_NULL, "When it became late."), "breached_at"),
    (Key("changes", _TIME_OR_NULL, "When its status changes with no new event."), "changes_at"),
    (Key("started_at", _TIME_OR_NULL, "As started."), "started_at"),
    (Key("stopped_at", _TIME_OR_NULL, "As stopped."), "stopped_at"),
    (Key("due_at", _TIME_OR_NULL, "As due."), "due_at"),
    (Key("breached_at", _TIME_OR_NULL, "As breached."), "breached_at"),
    (Key("changes_at", _TIME_OR_NULL, "As changes."), "changes_at"),
    (Key("target_seconds", _SECONDS, "Working time promised, in seconds."), "target_span"),
    (Key("elapsed_seconds", _SECONDS, "As elapsed, in seconds."), "elapsed"),
    (Key("remaining_seconds", _SECONDS, "As remaining, in seconds."), "remaining"),
    (Key("cause", OrNull(Choice(*get_args(Cause))), "The change that made it late."), "cause"),
    (Key("confidence", Choice(*get_args(Confidence)), "How certain it is."), "confidence"),
    (Key("quality", OneOrMany(Text("a code"), empty=True), "What was odd about the history."), "quality"),
)
EXPECT = Record(
    "a map such as {at: 2026-06-05 16:59, target: first_response, status: met}",
    (AT, TARGET, CYCLE, ABSENT, *(key for key, _ in VERDICT)),
)

ALERT_TARGET = Key("target", Text("the name of a target"), "Which target.", required=True)
WHEN = Key("when", MomentField(), "The moment that somebody is told of at this very instant.", required=True)
NOTIFY = Key(
    "notify",
    OneOrMany(Text("the name of a notifier"), empty=True),
    "Exactly the notifiers that must be told of it; [] for nobody.",
    required=True,
)
ALERT = Record(
    "a map such as {at: 2026-06-05 16:57:30, target: first_response, when: at_risk, notify: [chat]}",
    (AT, ALERT_TARGET, CYCLE, WHEN, NOTIFY),
)

NAME = Key("name", Text("a sentence"), "What the test shows.", required=True)
TICKET = Key("ticket", TicketField(), "The ticket's values at creation.")
TIME_ZONE = Key("time_zone", TimeZone(), "The zone of all times in the test.", default="UTC")
_ENTRIES = ListOf(EntryField(), "a list that begins with TIME: created")
TIMELINE = Key("timeline", _ENTRIES, "What happens.", required=True)
EXPECTED = Key("expect", ListOf(EXPECT, "a list of verdicts"), "What must be said about the ticket.")
ALERTS = Key("alerts", ListOf(ALERT, "a list of alerts"), "Who must be told.")
TEST = Record("a map with name, timeline and expect", (NAME, TICKET, TIME_ZONE, TIMELINE, EXPECTED, ALERTS))

VERSION = Key("version", Constant(1), "The version of this format.", required=True)
TESTS = Key("tests", Several(TEST, "a list of tests"), "The tests.", required=True)
DOCUMENT = Record("a map that begins with version: 1", (VERSION, TESTS))


def tests_schema() -> Schema:
    """The JSON Schema (2020-12) of a file of rule tests."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rule tests of slamon",
        **DOCUMENT.schema(),
    }
