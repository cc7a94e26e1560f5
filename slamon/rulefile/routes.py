"""Routes as they stand in a file. What page-six alerting knows and this version does not is refused, never ignored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slamon.core.match import EVERYTHING, Match
from slamon.core.routes import Route, RouteStep
from slamon.rulefile.amounts import format_amount, parse_amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Boolean, Field, Schema, Text, scalar
from slamon.rulefile.lists import ListOf, Located, OneOrMany
from slamon.rulefile.matches import MatchField
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Sequence
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.rulefile.warn_at import parse_share

MOMENTS = ("at_risk", "breached", "missed", "met")
_LATER_MOMENTS = frozenset({"paused", "resumed", "cancelled", "raised", "cleared"})
_LATER_IN_STEP = ("after", "repeat", "at_most", "ack", "during", "else", "as", "to")
_LATER_IN_ROUTE = ("group",)


class MomentField(Field[str]):
    """When a step acts: a moment of every commitment, or a single warning."""

    takes = "at_risk, breached, missed, met, or a single warning such as 90% or 30m"

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = scalar(node, owner, report, self.takes).text
        if text in _LATER_MOMENTS:
            message = f"the moment {quoted(text)} is not built yet in this version"
            report.refuse(node, "not-built-yet", message, f"write {listed(MOMENTS)}")
        moment = text if text in MOMENTS else _single_warning(text)
        if moment is None:
            help = did_you_mean(report.suggest(text, MOMENTS)) or f"write {self.takes}"
            report.refuse(node, "unknown-moment", f"{quoted(text)} is no moment of a commitment", help)
        return moment

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(MOMENTS)}, {"type": "string", "pattern": "^[0-9]"}]}


def _single_warning(text: str) -> str | None:
    """A warning in the one form in which `warn_at` keeps it; None if the text is none."""
    share = parse_share(text)
    if share is not None:
        return share.text if 0 < share.numerator <= share.denominator else None
    amount = parse_amount(text)
    return format_amount(amount.span) if amount and amount.span else None


class _Notifier(Field[str]):
    takes = "the name of a notifier"
    _text = Text(takes)

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        if isinstance(node, Mapping):
            for key, _ in node.entries[:1]:
                message = f"{quoted(key.text)} and other ways to choose a recipient are not built yet in this version"
                report.refuse(key, "not-built-yet", message, "write the name of a notifier")
        return self._text.read(node, owner, report)

    def schema(self) -> Schema:
        return self._text.schema()


WHEN = Key("when", OneOrMany(MomentField()), "The moments at which the step acts.", required=True, example="breached")
NOTIFY = Key("notify", OneOrMany(_Notifier()), "The notifiers that send it.", required=True, example="pager")
STEP = Record("a map such as {when: breached, notify: pager}", (WHEN, NOTIFY), not_built=_LATER_IN_STEP)


class _RouteMatch(Field[tuple[Match, bool]]):
    """A match, and whether it is about slamon itself (`alert: monitor`)."""

    takes = MatchField.takes
    _match = MatchField()

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Match, bool]:
        if not isinstance(node, Mapping):
            return self._match.read(node, owner, report), False
        alerts = [value for key, value in node.entries if key.text == "alert"]
        if not alerts:
            return self._match.read(node, owner, report), False
        text = scalar(alerts[0], owner, report, "monitor").text
        if text != "monitor":
            report.refuse(
                alerts[0], "bad-choice", f"{quoted(text)} is not monitor", "write alert: monitor, or leave it out"
            )
        rest = tuple(entry for entry in node.entries if entry[0].text != "alert")
        others = Mapping(node.file, node.start, node.end, rest)
        return (self._match.read(others, owner, report) if rest else EVERYTHING), True

    def schema(self) -> Schema:
        return self._match.schema()


NAME = Key("name", Text("a name"), "How it is called; unique over all files.", required=True, example="gold")
MATCH = Key(
    "match", _RouteMatch(), "Fields of the ticket, and policy, target, status, source.", required=True, example="all"
)
CONTINUE = Key("continue", Boolean(), "Whether the next routes are looked at too.", default="false")
STEPS = Key(
    "steps",
    ListOf(STEP, "a list of steps"),
    "Who is told what.",
    required=True,
    example="[{when: breached, notify: pager}]",
)
ROUTE = Record("a map with name, match and steps", (NAME, MATCH, CONTINUE, STEPS), not_built=_LATER_IN_ROUTE)


def build_route(values: Values, notifiers: frozenset[str] | None, report: Report) -> Route | None:
    """The route; None once a mistake in it was reported. `notifiers`: those that there are, None if not known."""
    match, steps = values.get(MATCH), values.get(STEPS)
    for step in steps or ():
        _check_notifiers(step.value, notifiers, report)
    if values.broken or match is None or not steps:
        return None
    built = tuple(_step(step) for step in steps)
    node = values.at(NAME) if values.has(NAME) else values.owner
    place = node.file.place(node.start)
    return Route(values.get(NAME) or "", match[0], built, bool(values.get(CONTINUE)), match[1], place)


def _step(step: Located[Values]) -> RouteStep:
    values = step.value
    when = tuple(dict.fromkeys(one.value for one in values.get(WHEN) or ()))
    notify = tuple(dict.fromkeys(one.value for one in values.get(NOTIFY) or ()))
    return RouteStep(when, notify, values.owner.file.place(values.owner.start))


def _check_notifiers(step: Values, notifiers: frozenset[str] | None, report: Report) -> None:
    for one in step.get(NOTIFY) or ():
        if notifiers is not None and one.value not in notifiers:
            known = sorted(notifiers)
            help = did_you_mean(report.suggest(one.value, known)) or (
                f"known: {listed(known, 'and')}" if known else "there is no notifier at all in slamon.yml"
            )
            report.error(one.node, "unknown-notifier", f"unknown notifier {quoted(one.value)}", help)


def is_about_monitor(values: Values) -> bool:
    """Whether a route is about slamon itself."""
    match = values.get(MATCH)
    return match is not None and match[1]


def named_values(values: Values, field: str) -> Iterable[Scalar]:
    """The single values that a route's match wants of a field."""
    node: Any = values.at(MATCH) if values.has(MATCH) else None
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text == field:
            items = value.items if isinstance(value, Sequence) else (value,)
            yield from (item for item in items if isinstance(item, Scalar))
