"""A rules file as a whole: its keys, and what was read of it."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.calendars import Calendar
from slamon.rulefile.calendars import CALENDAR, Opener, build_calendar
from slamon.rulefile.compose import compose
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Anything, Constant
from slamon.rulefile.lists import MapOf, Named, Several
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence, Spot, shape
from slamon.rulefile.policies import DEFAULTS, POLICY
from slamon.rulefile.quiet import QUIET
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.routes import ROUTE
from slamon.rulefile.source import SourceFile

VERSION = Key("version", Constant(1), "The version of this format.", required=True)
CALENDARS = Key("calendars", MapOf(CALENDAR, "a map of calendars"), "When work is done; 24x7 is built in.")
DEFAULTS_KEY = Key("defaults", DEFAULTS, "Options for all policies of this file.")
POLICIES = Key(
    "policies", Several(POLICY, "a list of policies"), "Who is promised what; the first that matches is taken."
)
ROUTES = Key("routes", Several(ROUTE, "a list of routes"), "Who is told what; the first that matches is taken.")
QUIET_KEY = Key("quiet", MapOf(QUIET, "a map of notifiers"), "When a notifier should not disturb.")
_ANY_ROUTES = Key("routes", Anything(), "Read by the service.")
_ANY_QUIET = Key("quiet", Anything(), "Read by the service.")

_TAKES = "a map that begins with version: 1"
_HINTS = {"tests": "put rule tests into a folder called tests"}
DOCUMENT = Record(_TAKES, (VERSION, CALENDARS, DEFAULTS_KEY, POLICIES, QUIET_KEY, ROUTES), hints=_HINTS)
WITHOUT_ROUTES = Record(_TAKES, (VERSION, CALENDARS, DEFAULTS_KEY, POLICIES, _ANY_QUIET, _ANY_ROUTES), hints=_HINTS)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What one file says, with names still unresolved."""

    name: str
    calendars: tuple[Named[Calendar | None], ...] = ()
    defaults: Values | None = None
    policies: tuple[Values, ...] = ()
    complete: bool = True  # whether every policy could be read
    routes: tuple[Values, ...] = ()
    quiet: tuple[Named[Values | None], ...] = ()


def read_document(file: SourceFile, opener: Opener, routes: bool, report: Report) -> RulesFile:
    """What a file says; Refused if it cannot be read at all. Everything wrong with it is reported."""
    root = compose(file, report)
    if isinstance(root, Sequence) or (isinstance(root, Scalar) and not root.is_empty):
        report.refuse(root, "wrong-shape", f"a rules file is {_TAKES}, not {shape(root)}", "begin with version: 1")
    values = (DOCUMENT if routes else WITHOUT_ROUTES).read(_map(root, file), Spot(file, 0, 0), report)
    return _rules_file(values, opener, routes, report)


def _map(root: Node | None, file: SourceFile) -> Node:
    """The root; an empty file is a map without keys."""
    if root is None or (isinstance(root, Scalar) and root.is_empty):
        return Mapping(file, 0, 0, ())
    return root


def _rules_file(values: Values, opener: Opener, routes: bool, report: Report) -> RulesFile:
    policies = values.get(POLICIES) or ()
    listed = values.at(POLICIES) if values.has(POLICIES) else None
    written = len(getattr(listed, "items", ()))
    return RulesFile(
        values.node.file.name,
        tuple(_calendar(one, opener, report) for one in values.get(CALENDARS) or ()),
        values.get(DEFAULTS_KEY),
        tuple(policy.value for policy in policies),
        len(policies) == written and POLICIES.name not in values.broken,
        tuple(route.value for route in values.get(ROUTES) or ()) if routes else (),
        (values.get(QUIET_KEY) or ()) if routes else (),
    )


def _calendar(written: Named[Values | None], opener: Opener, report: Report) -> Named[Calendar | None]:
    built = build_calendar(written.name, written.value, opener, report) if written.value is not None else None
    return Named(written.name, written.key, built, written.node)
