"""Matches: `all`, or a map of fields and what their values must be; `any`, `all` and `not` nest."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from slamon.core.match import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Compare,
    Contains,
    Entry,
    Except,
    Exists,
    Match,
    Not,
    OneOf,
    Regex,
    Test,
)
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Boolean, Field, Schema, entries_of, named, scalar, wrong_shape
from slamon.rulefile.mentions import OF_TICKETS, check_statuses
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Sequence, item_owner
from slamon.rulefile.regexes import RegexField
from slamon.rulefile.suggest import did_you_mean, listed, quoted

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,300}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,5})?")
_OPERATORS = ("not", "regex", "exists", "gt", "gte", "lt", "lte", "all")
_VALUES = "a value or a list of values"
_BOOLEAN = Boolean()
_REGEX = RegexField()


class MatchField(Field[Match]):
    """A condition on a ticket's fields. `statuses`: those that there are; None: they are not looked at."""

    takes = "all, or a map such as {priority: [high, urgent]}"

    def __init__(self, if_empty: str = "write match: all", statuses: Collection[str] | None = OF_TICKETS) -> None:
        self._if_empty = if_empty
        self._statuses = statuses

    def read(self, node: Node, owner: Owner, report: Report) -> Match:
        if isinstance(node, Scalar) and node.text == "all":
            return EVERYTHING
        if isinstance(node, Scalar) and node.value is not None:
            help = f"write all, or {{FIELD: {quoted(node.text)}}}"
            report.refuse(node, "bad-match", f"{quoted(node.text)} is neither all nor a map", help)
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        entries_of(node, owner, report, self._if_empty)
        if self._statuses is not None:
            check_statuses(node, self._statuses, report)
        return read_map(node, owner, report)

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/match"}


def read_map(node: Node, owner: Owner, report: Report) -> Match:
    """A map of conditions, each of which must hold."""
    if not isinstance(node, Mapping):
        wrong_shape(node, owner, report, "a map such as {priority: high}")
    entries = entries_of(node, owner, report, "write {FIELD: VALUE}")
    found: list[Match] = []
    for key, value in entries:
        try:
            found.append(_entry(key, value, report))
        except Refused:
            continue
    if len(found) < len(entries) or node.damaged:
        raise Refused
    return found[0] if len(found) == 1 else AllOf(tuple(found))


def _entry(key: Scalar, value: Node, report: Report) -> Match:
    if key.text == "not":
        return Not(read_map(value, key, report))
    if key.text in ("any", "all"):
        matches = _several(key, value, report)
        return AnyOf(matches) if key.text == "any" else AllOf(matches)
    if not key.text or key.text.startswith(".") or key.text.endswith("."):
        report.refuse(key, "bad-field", f"{quoted(key.text)} is not the name of a field")
    return _condition(key.text, key, value, report)


def _several(key: Scalar, value: Node, report: Report) -> tuple[Match, ...]:
    if not isinstance(value, Sequence):
        wrong_shape(value, key, report, "a list of maps")
    if not value.items:
        report.refuse(value, "empty", f"the list of {named(key)} is empty", "write [{FIELD: VALUE}, …]")
    found: list[Match] = []
    for one in value.items:
        try:
            found.append(read_map(one, item_owner(one), report))
        except Refused:
            continue
    if len(found) < len(value.items):
        raise Refused
    return tuple(found)


def _condition(field: str, owner: Scalar, value: Node, report: Report) -> Match:
    """What one field must be."""
    if not isinstance(value, Mapping):
        return Entry(field, one_of(value, owner, report))
    entries = entries_of(value, owner, report, f"write an operator: {listed(_OPERATORS)}")
    found: list[Match] = []
    for operator, wanted in entries:
        try:
            found.append(_operator(field, operator, wanted, report))
        except Refused:
            continue
    if len(found) < len(entries) or value.damaged:
        raise Refused
    return found[0] if len(found) == 1 else AllOf(tuple(found))


def _operator(field: str, operator: Scalar, wanted: Node, report: Report) -> Match:
    if operator.text == "not" and isinstance(wanted, Mapping):
        return Not(_condition(field, operator, wanted, report))
    return Entry(field, _test(operator, wanted, report))


def _test(operator: Scalar, wanted: Node, report: Report) -> Test:
    name = operator.text
    if name == "not":
        return Except(one_of(wanted, operator, report))
    if name == "regex":
        return Regex(*_REGEX.read(wanted, operator, report))
    if name == "exists":
        return Exists(_BOOLEAN.read(wanted, operator, report))
    if name == "all":
        return _contains(wanted, operator, report)
    if name in ("gt", "gte", "lt", "lte"):
        return Compare(name, _number(wanted, operator, report))
    help = did_you_mean(report.suggest(name, _OPERATORS)) or f"the operators are {listed(_OPERATORS, 'and')}"
    report.refuse(operator, "unknown-operator", f"unknown operator {quoted(name)}", help)


def _contains(wanted: Node, operator: Scalar, report: Report) -> Test:
    if not isinstance(wanted, Sequence):
        wrong_shape(wanted, operator, report, "a list of values")
    one_of(wanted, operator, report)  # every item is a value, and there is one
    return Contains(tuple(one_of(item, item_owner(item), report) for item in wanted.items))


def _number(wanted: Node, operator: Scalar, report: Report) -> float:
    text = scalar(wanted, operator, report, "a number").text
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        report.refuse(wanted, "bad-number", f"{quoted(text)} is not a number", f"write {operator.text}: 100")
    return number


def one_of(value: Node, owner: Owner, report: Report) -> OneOf:
    """A value or a list of values. A null counts as absent."""
    if not isinstance(value, Sequence):
        return OneOf.of(_readings(value, owner, report))
    if not value.items:
        report.refuse(value, "empty", f"the list of {named(owner) or 'values'} is empty", "write at least one value")
    found = []
    for item in value.items:
        try:
            found += _readings(item, item_owner(item), report)
        except Refused:
            continue
    if len(found) < len(value.items):
        raise Refused
    return OneOf.of(found)


def _readings(value: Node, owner: Owner, report: Report) -> list[tuple[object, str]]:
    """The value of a scalar with its text; that of a boolean as it is spelt, and as booleans compare."""
    if not isinstance(value, Scalar) or value.is_empty:
        wrong_shape(value, owner, report, _VALUES)
    found = value.value
    if isinstance(found, bool):
        return [(found, value.text), (found, "true" if found else "false")]
    return [(found, value.text)]


def match_schema() -> Schema:
    """The JSON Schema of a match that is a map or `all`."""
    value: Schema = {"type": ["string", "number", "boolean", "null"]}
    values: Schema = {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    number: Schema = {"type": ["number", "string"]}
    operators: dict[str, Schema] = {
        "not": {"$ref": "#/$defs/condition"},
        "regex": {"type": ["string", "number", "boolean"]},
        "exists": {"type": "boolean"},
        **dict.fromkeys(("gt", "gte", "lt", "lte"), number),
        "all": {"type": "array", "items": value, "minItems": 1},
    }
    tests = {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": operators}
    several = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/conditions"}}
    nested = {"any": several, "all": several, "not": {"$ref": "#/$defs/conditions"}}
    return {
        "match": {"anyOf": [{"const": "all"}, {"$ref": "#/$defs/conditions"}]},
        "conditions": {
            "type": "object",
            "minProperties": 1,
            "properties": nested,
            "additionalProperties": {"$ref": "#/$defs/condition"},
        },
        "condition": {"anyOf": [*values["anyOf"], tests]},
    }
