"""Whom a step tells and how long it waits, as they stand in a file."""

from __future__ import annotations

from slamon.core.routes import Recipient, Wait
from slamon.rulefile.amounts import PATTERN, read_amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, Text, scalar
from slamon.rulefile.lists import Either, Located, OneOrMany
from slamon.rulefile.names import OfSettings
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import quoted

_WORKING = " working"
NOTIFIER = Text("the name of a notifier")


class FieldName(Field[str]):
    """The name of a ticket's field, or of its customer's in the directory."""

    def __init__(self, takes: str) -> None:
        self.takes = takes

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = scalar(node, owner, report, self.takes).text
        if "@" in text:
            message = f"{quoted(text)} is an address, not the name of a field"
            report.refuse(node, "bad-field", message, "give it to a notifier in slamon.yml, and name that one here")
        if not text.strip() or text.startswith(".") or text.endswith("."):
            report.refuse(node, "bad-field", f"{quoted(text)} is not the name of a field", "write assignee")
        return text

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"], "minLength": 1, "pattern": "^[^@]+$"}


class WaitField(Field[Wait]):
    """A time to let pass, on the wall or at work."""

    takes = "a duration such as 30m or 2h working"

    def read(self, node: Node, owner: Owner, report: Report) -> Wait:
        text = scalar(node, owner, report, self.takes).text
        working = text.endswith(_WORKING)
        bare = text.removesuffix(_WORKING)
        amount = read_amount(bare, node, report, _WORKING if working else "")
        if working and amount.days:
            message = f"{quoted(text)} counts days or weeks of working time, which have no fixed length"
            help = f"write hours such as 16h working, or {bare} for time on the wall"
            report.refuse(node, "days-on-working-hours", message, help)
        return Wait(amount.span, working)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?=[0-9]){PATTERN}(?:{_WORKING})?$", "examples": ["30m", "2h working"]}


VIA = Key("via", NOTIFIER, "The notifier that sends it.", required=True, example="mail")
TO = Key(
    "to",
    FieldName("a field that names somebody, such as assignee"),
    "The field that names whom it is for; a directory knows the address.",
    default="the notifier's own recipients",
)
TO_ELSE = Key(
    "else",
    NOTIFIER,
    "The notifier that is used when `to` leads to no address.",
    default="the notifier's own recipients, with a note",
)


class _Short(Field[Values]):
    """A notifier by its name alone."""

    takes = NOTIFIER.takes

    def read(self, node: Node, owner: Owner, report: Report) -> Values:
        values = Values(node, owner)
        written = scalar(node, owner, report, self.takes)
        values.found[VIA.name] = (NOTIFIER.read(written, owner, report), written, written)
        return values

    def schema(self) -> Schema:
        return NOTIFIER.schema()


class RecipientField(Either[Values]):
    """A notifier, or a notifier with the person whom it is for."""

    def __init__(self) -> None:
        full = Record("a map such as {via: mail, to: assignee}", (VIA, TO, TO_ELSE))
        super().__init__(_Short(), full, "the name of a notifier, or a map such as {via: mail, to: assignee}")


RECIPIENTS = OneOrMany(RecipientField())


def build_recipients(
    written: tuple[Located[Values], ...], monitor: bool | None, notifiers: OfSettings, report: Report
) -> tuple[Recipient, ...]:
    """Whom a step tells, each once. `monitor`: whether it is about slamon itself; None if that is not known."""
    found = [_recipient(one.value, monitor, notifiers, report) for one in written]
    return tuple(dict.fromkeys(found))


def _recipient(values: Values, monitor: bool | None, notifiers: OfSettings, report: Report) -> Recipient:
    via, to, otherwise = values.get(VIA), values.get(TO), values.get(TO_ELSE)
    for name, key in ((via, VIA), (otherwise, TO_ELSE)):
        if name is not None:
            notifiers.check(name, values.at(key), report)
    if to is not None and monitor:
        message = "to has no effect here: an alert about slamon itself has no ticket, so no such field"
        report.error(values.at(TO), "no-effect", message, "leave it out: the notifier has recipients of its own")
    if otherwise is not None and not values.given(TO):
        message = "else has no effect without to: it is used when `to` leads to no address"
        report.error(values.at(TO_ELSE), "no-effect", message, "add to: assignee, or leave it out")
    return Recipient(via or "", to, otherwise)
