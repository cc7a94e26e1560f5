"""Routes as they stand in a file: who is told what, and when."""

from __future__ import annotations

from collections.abc import Iterable

from slamon.core.conditions import CONDITIONS
from slamon.core.match import EVERYTHING, Match
from slamon.rulefile.amounts import Duration
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Boolean, Choice, Field, Schema, Text, WholeNumber, scalar
from slamon.rulefile.lists import ListOf, OneOrMany
from slamon.rulefile.matches import MatchField
from slamon.rulefile.mentions import OF_COMMITMENTS, mentioned, scalars
from slamon.rulefile.moments import ANY_MOMENTS
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar
from slamon.rulefile.notify import RECIPIENTS, FieldName, WaitField
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import did_you_mean, listed, quoted

# steps

_WAIT = WaitField()
WHEN = Key("when", ANY_MOMENTS, "The moments at which the step acts.", required=True, example="breached")
NOTIFY = Key("notify", RECIPIENTS, "The notifiers that send it.", required=True, example="pager")
AFTER = Key("after", _WAIT, "How long after the moment; only if it has stood all the while.", default="at once")
REPEAT = Key("repeat", _WAIT, "Told again each time this has passed, as long as it stands.", default="told once")
AT_MOST = Key("at_most", WholeNumber(1, 1_000), "How often with repeats, the first included.", default="no limit")
ACK = Key("ack", Choice("drop", "ignore"), "Whether an acknowledgement stops the step.", default="drop")
DURING = Key("during", Text("the name of a calendar"), "Only while this calendar is open.", default="always")
ELSE = Key("else", RECIPIENTS, "Who is told while the calendar of `during` is closed.", default="nobody")
AS = Key(
    "as",
    Choice("update"),
    "Edits or threads the earlier message, and goes only where there is one.",
    default="a message of its own",
)
STEP = Record(
    "a map such as {when: breached, notify: pager}",
    (WHEN, AFTER, REPEAT, AT_MOST, ACK, DURING, NOTIFY, ELSE, AS),
    hints={"to": "write notify: {via: NOTIFIER, to: assignee}", "via": "write notify: {via: NOTIFIER, to: assignee}"},
)

# groups

BY = Key(
    "by",
    OneOrMany(FieldName("policy, target, or a field of the ticket")),
    "What one message is about: these are the same for all that is in it.",
    default="the route",
)
GROUP_WAIT = Key("wait", Duration(), "How long what comes after the first is collected.", default="30s")
DIGEST_ABOVE = Key(
    "digest_above", WholeNumber(1, 100_000), "More messages than this become one with the worst of them.", default="8"
)
GROUP = Record("a map such as {by: group, wait: 20s, digest_above: 8}", (BY, GROUP_WAIT, DIGEST_ABOVE))

# routes


class _RouteMatch(Field[tuple[Match, bool]]):
    """A match, and whether it is about slamon itself (`alert: monitor`)."""

    takes = MatchField.takes
    _match = MatchField(statuses=OF_COMMITMENTS)

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Match, bool]:
        if not isinstance(node, Mapping):
            return self._match.read(node, owner, report), False
        alert = next((entry for entry in node.entries if entry[0].text == "alert"), None)
        if alert is None:
            return self._match.read(node, owner, report), False
        text = scalar(alert[1], alert[0], report, "monitor").text
        if text != "monitor":
            help = "write alert: monitor, or leave it out"
            report.refuse(alert[1], "bad-choice", f"{quoted(text)} is not monitor", help)
        rest = tuple(entry for entry in node.entries if entry[0].text != "alert")
        for key, value in rest:
            _check_condition(key, value, report)
        others = Mapping(node.file, node.start, node.end, rest)
        return (self._match.read(others, owner, report) if rest else EVERYTHING), True

    def schema(self) -> Schema:
        return self._match.schema()


def _check_condition(key: Scalar, value: Node, report: Report) -> None:
    """Report a condition of slamon itself that does not exist."""
    for node in scalars(value) if key.text == "monitor" else ():
        if node.text not in CONDITIONS:
            help = did_you_mean(report.suggest(node.text, list(CONDITIONS))) or f"write {listed(CONDITIONS)}"
            report.error(node, "bad-choice", f"{quoted(node.text)} is no condition of slamon itself", help)


NAME = Key("name", Text("a name"), "How it is called; unique over all files.", required=True, example="gold")
MATCH = Key(
    "match", _RouteMatch(), "Fields of the ticket, and policy, target, status, source.", required=True, example="all"
)
GROUP_KEY = Key("group", GROUP, "What becomes one message when there is too much of it.")
CONTINUE = Key("continue", Boolean(), "Whether the next routes are looked at too.", default="false")
STEPS = Key(
    "steps",
    ListOf(STEP, "a list of steps"),
    "Who is told what.",
    required=True,
    example="[{when: breached, notify: pager}]",
)
ROUTE = Record("a map with name, match and steps", (NAME, MATCH, GROUP_KEY, CONTINUE, STEPS))


def is_about_monitor(values: Values) -> bool | None:
    """Whether a route is about slamon itself; None if its match could not be read."""
    match = values.get(MATCH)
    return None if match is None else match[1]


def named_values(values: Values, field: str) -> Iterable[Scalar]:
    """The single values that a route's match wants of a field."""
    node = values.at(MATCH) if values.has(MATCH) else None
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text == field and not isinstance(value, Mapping):
            yield from scalars(value)


def mentioned_values(values: Values, field: str) -> Iterable[Scalar]:
    """The values of a field that a route's match wants, or does not want."""
    return mentioned(values.at(MATCH), field) if values.has(MATCH) else ()
