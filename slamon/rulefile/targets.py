"""Targets as they stand in a file: their keys, their kind, and what starts and stops them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slamon.core.kinds import KINDS, Kind
from slamon.core.policy import Trigger
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, Text, entries_of, scalar, wrong_shape
from slamon.rulefile.lists import Either, MapOf, Named
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar
from slamon.rulefile.options import OPTION_KEYS, Shape
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.rulefile.triggers import TriggerField
from slamon.rulefile.within import WithinField


class KindField(Field[Kind]):
    """The name of a kind of targets."""

    takes = f"one of {listed(KINDS)}"

    def read(self, node: Node, owner: Owner, report: Report) -> Kind:
        return find_kind(scalar(node, owner, report, self.takes), report)

    def schema(self) -> Schema:
        return {"enum": list(KINDS)}


def find_kind(node: Scalar, report: Report) -> Kind:
    """The kind that a text names; Refused if there is none."""
    known = KINDS.get(node.text)
    if known is None:
        help = did_you_mean(report.suggest(node.text, KINDS)) or f"the kinds are {listed(KINDS, 'and')}"
        report.refuse(node, "unknown-kind", f"unknown kind {quoted(node.text)} of target", help)
    return known


_FIELD_NAME = Text("the name of a field")
_BY_KIND = "by kind"
KIND = Key("kind", KindField(), "The preset it follows.", default="the target's name")
WITHIN = Key("within", WithinField(), "What is promised; every kind but due needs it.", example="4h")
BY = Key("by", _FIELD_NAME, "The field whose values a map of `within` is about.", default="priority")
FIELD = Key("field", _FIELD_NAME, "The field that holds the due instant (kind due only).", example="due_at")
START_ON = Key("start_on", TriggerField(), "What starts the clock.", default=_BY_KIND, example="created")
STOP_ON = Key("stop_on", TriggerField(), "What stops the clock.", default=_BY_KIND, example="solved")
RESET_ON = Key("reset_on", TriggerField(), "What makes the clock begin again.")
CANCEL_ON = Key("cancel_on", TriggerField(), "What makes the target void.")
EVENT_LISTS: tuple[Key[Trigger], ...] = (START_ON, STOP_ON, RESET_ON, CANCEL_ON)

HINTS = {
    "business_days": "write within: {business_days: 1}",
    "calendar_days": "write within: {calendar_days: 1}",
    "duration": "write within: 4h",
    "other": "write within: {high: 1h, other: 4h}",
}
FULL = Record("a map such as {within: 4h}", (KIND, WITHIN, BY, FIELD, *EVENT_LISTS, *OPTION_KEYS), hints=HINTS)


class _Short(Field[Values]):
    """A target that is written as a duration only."""

    takes = "a duration such as 4h"

    def read(self, node: Node, owner: Owner, report: Report) -> Values:
        values = Values(node, owner)
        draft = WITHIN.field.read(node, owner, report)
        if isinstance(owner, Scalar):
            values.found[WITHIN.name] = (draft, owner, node)
        return values

    def schema(self) -> Schema:
        return {"type": "string"}


class Targets(Field[tuple[Named[Values | None], ...]]):
    """The targets of a policy by name; `none` is an empty tuple."""

    takes = "a map such as {resolution: 4h}, or none"
    _map = MapOf(Either(_Short(), FULL, "a duration such as 4h, or a map such as {within: 4h}"), takes)

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Named[Values | None], ...]:
        if isinstance(node, Scalar) and node.text == "none":
            return ()
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        entries_of(node, owner, report, "write targets: none if that is on purpose")
        return self._map.read(node, owner, report)

    def schema(self) -> Schema:
        return {"anyOf": [{"const": "none"}, {**self._map.schema(), "minProperties": 1}]}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return self._map.parts()


def kind_of(target: Named[Values | None], values: Values, report: Report) -> Kind:
    """The kind of a target: what it says, or its name."""
    kind = values.get(KIND)
    return kind if kind is not None else find_kind(target.key, report)


def shape_of(kind: Kind, values: Values) -> Shape:
    """The kind with the events that were written instead of the preset's."""
    start, stop = values.get(START_ON), values.get(STOP_ON)
    return Shape(
        kind,
        start if start is not None else Trigger(kind.start),
        stop if stop is not None else Trigger(kind.stop),
        values.get(RESET_ON) or Trigger(),
        values.get(CANCEL_ON) or Trigger(),
        start is not None,
    )
