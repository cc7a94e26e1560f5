"""What starts, stops, resets or cancels a clock: events by name, or a change that makes a match true."""

from __future__ import annotations

from slamon.core.kinds import EVENTS
from slamon.core.match import Match
from slamon.core.policy import Happening, Trigger
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, entries_of, scalar
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.matches import read_map
from slamon.rulefile.mentions import OF_TICKETS, check_statuses
from slamon.rulefile.nodes import Mapping, Node, Owner
from slamon.rulefile.suggest import did_you_mean, listed, quoted

_EXAMPLE = "{to: {FIELD: VALUE}}"


class _Event(Field[Happening | Match]):
    takes = "an event such as agent_message"

    def read(self, node: Node, owner: Owner, report: Report) -> Happening | Match:
        if isinstance(node, Mapping):
            return self._becomes(node, owner, report)
        text = scalar(node, owner, report, f"{self.takes}, or {_EXAMPLE}").text
        if text not in EVENTS:
            known = f"the events are {listed(EVENTS, 'and')}, or {_EXAMPLE}"
            help = did_you_mean(report.suggest(text, EVENTS)) or known
            report.refuse(node, "unknown-event", f"unknown event {quoted(text)}", help)
        return EVENTS[text]

    def _becomes(self, node: Mapping, owner: Owner, report: Report) -> Match:
        for key, _ in node.entries:
            if key.text != "to":
                report.refuse(key, "unknown-key", f"unknown key {quoted(key.text)} in an event", f"write {_EXAMPLE}")
        key, value = entries_of(node, owner, report, f"write {_EXAMPLE}")[0]
        check_statuses(value, OF_TICKETS, report)
        return read_map(value, key, report)

    def schema(self) -> Schema:
        to = {"type": "object", "required": ["to"], "additionalProperties": False}
        return {"anyOf": [{"enum": list(EVENTS)}, {**to, "properties": {"to": {"$ref": "#/$defs/conditions"}}}]}


class TriggerField(Field[Trigger]):
    """One event or a list of them."""

    takes = f"an event such as agent_message, {_EXAMPLE}, or a list of these"
    _events = OneOrMany(_Event())

    def read(self, node: Node, owner: Owner, report: Report) -> Trigger:
        found = [one.value for one in self._events.read(node, owner, report)]
        happenings = Happening(0)
        for one in found:
            if isinstance(one, Happening):
                happenings |= one
        return Trigger(happenings, tuple(one for one in found if not isinstance(one, Happening)))

    def schema(self) -> Schema:
        return self._events.schema()
