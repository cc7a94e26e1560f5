"""Keys of the kinds of sources and notifiers, derived from the dataclasses of their settings."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from slamon.core.instants import DAY, SECOND, Span
from slamon.rulefile.amounts import PATTERN, format_amount, meant_amount, parse_amount
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Boolean, Choice, Field, Schema, Text, scalar
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.nodes import Node, Owner, Spot
from slamon.rulefile.nodes import Sequence as ListNode
from slamon.rulefile.records import Key, Values
from slamon.rulefile.suggest import plain, quoted
from slamon.secrets import Secret
from slamon.settings_file.values import Leaf, Resolved, SecretText, Section, SettingsReport

_LONGEST: Span = 3650 * DAY
_LARGEST = 10**15
_OF_A_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*): (.+)", re.DOTALL)


class WallTime(Field[Span]):
    """A duration by the wall clock, longer than zero: a day is 24 hours."""

    takes = "a duration such as 30s, 10m or 1d"

    def read(self, node: Node, owner: Owner, report: Report) -> Span:
        text = scalar(node, owner, report, self.takes).text
        amount = parse_amount(text)
        if amount is None:
            report.refuse(node, "bad-duration", f"{quoted(text)} is not a duration", f"write {_meant(text)}")
        if not 0 < amount.span <= _LONGEST:
            what = "zero" if amount.span == 0 else "longer than 3650d"
            report.refuse(node, "bad-duration", f"{quoted(text)} is {what}", f"write {self.takes}")
        return amount.span

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?=.){PATTERN}$", "examples": ["30s"]}


def _meant(text: str) -> str:
    if text.isascii() and text.isdigit() and len(text) < 12:
        return f"{text}s or {text}m"
    return plain(meant_amount(text[:80]) or "a number with a unit, such as 30s, 10m or 1d")


class Integer(Field[int]):
    """A whole number; its bounds are the kind's own affair."""

    takes = "a whole number"

    def read(self, node: Node, owner: Owner, report: Report) -> int:
        found = scalar(node, owner, report, self.takes)
        value = found.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
            return value
        help = "write it without quotes" if isinstance(value, str) and value.isdecimal() else None
        report.refuse(node, "bad-number", f"{quoted(found.text)} is not {self.takes}", help)

    def schema(self) -> Schema:
        return {"type": "integer"}


@dataclass(frozen=True, slots=True)
class Argument:
    """A field of a dataclass, the key it is written as, and what makes its value of what was read."""

    name: str
    key: Key[Any]
    made: Callable[[Any], Any]
    secret: bool


class Unreadable(Exception):
    """A kind's settings cannot be written in a file: a defect of the kind."""


def arguments(settings: Callable[..., Any]) -> tuple[Argument, ...]:
    """The keys of a kind, in the order of its dataclass. Unreadable says which of them has no form in a file."""
    if not (isinstance(settings, type) and dataclasses.is_dataclass(settings)):
        raise Unreadable("its settings are not a dataclass")
    try:
        hints = get_type_hints(settings)
    except Exception as error:
        raise Unreadable(f"the types of its settings cannot be found: {error}") from error
    return tuple(_argument(one, hints[one.name]) for one in dataclasses.fields(settings) if one.init)


def _argument(field: dataclasses.Field[Any], hint: Any) -> Argument:
    reader, made, secret = _reader(field.name, hint)
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    key = Key(
        field.metadata.get("key", field.name),
        reader,
        field.metadata.get("about", ""),
        required,
        None if required else _shown_default(field.default, hint),
    )
    return Argument(field.name, key, made, secret)


def _shown_default(value: object, hint: Any) -> str | None:
    if value is None or value is dataclasses.MISSING or isinstance(value, Secret) or value == ():
        return None
    if isinstance(value, float) or (hint is float and isinstance(value, int)):
        return format_amount(round(value * SECOND))
    return str(value).lower() if isinstance(value, bool) else str(value)


_SINGLE: dict[Any, tuple[Callable[[], Field[Any]], Callable[[Any], Any]]] = {
    str: (Text, str),
    int: (Integer, int),
    bool: (Boolean, bool),
    float: (WallTime, lambda span: span / SECOND),
}


def _reader(name: str, hint: Any) -> tuple[Field[Any], Callable[[Any], Any], bool]:
    """The field for a type, what makes a value of the type from what it read, and whether that is a secret."""
    options = _without_none(hint)
    if options == [Secret]:
        return SecretText(), _as_it_is, True
    if len(options) == 1 and options[0] in _SINGLE:
        field, made = _SINGLE[options[0]]
        return Leaf(field()), made, False
    if len(options) == 1 and get_origin(options[0]) is Literal:
        return Leaf(Choice(*map(str, get_args(options[0])))), _as_it_is, False
    several = next((get_origin(one) for one in options if _is_texts(one)), None)
    if several is not None and all(one is str or _is_texts(one) for one in options):
        return OneOrMany(Leaf(Text())), lambda items: several(item.value for item in items), False
    raise Unreadable(f"its key {name!r} is of a type that cannot be written in a file: {hint}")


def _without_none(hint: Any) -> list[Any]:
    parts = list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]
    return [part for part in parts if part is not type(None)]


def _is_texts(hint: Any) -> bool:
    return (get_origin(hint) is list and get_args(hint) == (str,)) or (
        get_origin(hint) is tuple and get_args(hint) == (str, ...)
    )


def _as_it_is(value: Any) -> Any:
    return value


class LoadedKind(Protocol):
    """What sources.Kind and notifiers.Kind have in common."""

    @property
    def settings(self) -> Callable[..., Any]: ...


@dataclass(frozen=True, slots=True)
class KindKeys:
    """The keys of one kind as a record, and the way from what was read to its settings."""

    record: Section
    arguments: Sequence[Argument]
    settings: Callable[..., Any]

    def build(self, values: Values, report: SettingsReport) -> Any:
        """The settings; Refused once what their class does not accept is reported."""
        given = {one.name: one.made(values.get(one.key)) for one in self.arguments if values.has(one.key)}
        try:
            return self.settings(**given)
        except ValueError as error:
            self._refuse(str(error), values, report)
        except Exception as error:  # of other people's kinds; its words may hold a secret
            report.error(values.owner, "bad-value", f"the kind cannot use these settings: {type(error).__name__}")
            raise Refused from None

    def _refuse(self, text: str, values: Values, report: SettingsReport) -> None:
        found = _OF_A_KEY.fullmatch(text)
        at = next((one for one in self.arguments if found and one.key.name == found[1]), None)
        node = values.at(at.key) if at is not None and values.has(at.key) else values.owner
        if self._tells(text, at, values):
            message, help = f"{at.key.name if at else 'what is given'}: this value cannot be used", None
        else:
            message, help = _with_help(text)
        report.error(Spot(node.file, node.start, node.end), "bad-value", message, help)
        raise Refused

    def _tells(self, text: str, at: Argument | None, values: Values) -> bool:
        """Whether a message may hold something that must not be shown."""
        for one in self.arguments:
            outside = list(_from_outside(values.at(one.key))) if values.has(one.key) else []
            if one is at and outside and not one.secret:
                return True
            hidden = [node.text for node in outside]
            if one.secret and isinstance(secret := values.get(one.key), Secret):
                hidden.append(secret.reveal())
            if any(value.strip() in text for value in hidden):
                return True
        return False


def _from_outside(node: Node) -> Iterable[Resolved]:
    if isinstance(node, Resolved):
        yield node
    elif isinstance(node, ListNode):
        yield from (item for item in node.items if isinstance(item, Resolved))


def _with_help(text: str) -> tuple[str, str | None]:
    """A message and its remedy: kinds write both in one, as `key: what is wrong: write this`."""
    message, found, remedy = text.rpartition(": write ")
    return (message, f"write {remedy}") if found else (text, None)
