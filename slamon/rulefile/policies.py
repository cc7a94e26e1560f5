"""Policies as they stand in a file, and as the engine sees them."""

from __future__ import annotations

from collections.abc import Sequence

from slamon.core.policy import Policy
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Boolean, Text
from slamon.rulefile.levels import Level
from slamon.rulefile.linking import TargetBuilder
from slamon.rulefile.lists import Named
from slamon.rulefile.matches import MatchField
from slamon.rulefile.names import Calendars
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.options import CALENDAR, OPTION_KEYS
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import quoted
from slamon.rulefile.targets import Targets

NAME = Key("name", Text("a name"), "How it is called; unique over all files.", required=True, example="gold")
MATCH = Key("match", MatchField(), "Which tickets it is for.", required=True, example="all")
TARGETS = Key("targets", Targets(), "What it promises to them.", required=True, example="{resolution: 4h}")
ALSO = Key("also", Boolean(), "Taken beside the policy that matches, never instead of it.", default="false")
POLICY = Record("a map with name, match and targets", (NAME, MATCH, ALSO, *OPTION_KEYS, TARGETS))
DEFAULTS = Record("a map of options such as {calendar: office}", OPTION_KEYS)


def link_file(
    policies: Sequence[Values], defaults: Values | None, complete: bool, calendars: Calendars, report: Report
) -> list[tuple[Policy, Values]]:
    """The policies of one file, each with how it was written; `complete` if all of them could be read."""
    level = Level(defaults, "this file", certain=complete) if defaults is not None else None
    if defaults is not None:
        _find_calendar(defaults, calendars, report)
    built = [(_link(values, level, calendars, report), values) for values in policies]
    if level is not None:
        level.report_idle(report)
    return [(policy, values) for policy, values in built if policy is not None]


def _link(values: Values, defaults: Level | None, calendars: Calendars, report: Report) -> Policy | None:
    name = values.get(NAME) or ""
    level = Level(values, f"the policy {quoted(name)}", certain=values.has(TARGETS))
    if not level.certain and defaults is not None:
        defaults.certain = False
    _find_calendar(values, calendars, report)
    levels = (level, defaults) if defaults is not None else (level,)
    builder = TargetBuilder(values.owner, levels, calendars, report)
    targets = [builder.build(written) for written in targets_of(values)]
    level.report_idle(report)
    match = values.get(MATCH)
    if match is None:
        return None
    usable = tuple(target for target in targets if target is not None)
    node = name_node(values)
    return Policy(name, match, usable, bool(values.get(ALSO)), node.file.place(node.start))


def targets_of(values: Values) -> tuple[Named[Values | None], ...]:
    """The targets of a policy as written; none if they could not be read."""
    return values.get(TARGETS) or ()


def name_node(values: Values) -> Node | Owner:
    """Where the name of a policy stands; its first key if it has none."""
    return values.at(NAME) if values.has(NAME) else values.owner


def _find_calendar(values: Values, calendars: Calendars, report: Report) -> None:
    """Report an unknown calendar also where every target has its own."""
    name = values.get(CALENDAR)
    if name is not None:
        calendars.find(name, values.at(CALENDAR), report)
