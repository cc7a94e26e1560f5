"""Every option of the rules language, and every word that one may have as its value: asked of the reader itself.

Keys come from the reader's tables, at each path. Values belong to a field, which several paths may share (`on_reopen`
of a target, a policy and `defaults`): they are listed once, at the longest path. What a match may hold, and in which
units durations are, is listed once for all. A field of a class that is not known here is a KeyError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slamon.core.kinds import EVENTS, KINDS
from slamon.rulefile.amounts import UNITS
from slamon.rulefile.calendars import WEEKDAYS
from slamon.rulefile.document import DOCUMENT
from slamon.rulefile.fields import Field
from slamon.rulefile.matches import match_schema
from tests.options import conditions, ignoring
from tests.options.ignoring import Ignore, Misread
from tests.options.trees import is_list, is_scalar

_TARGET = "policies[].targets.NAME"
_OTHER_TIME = "12:34"


@dataclass(frozen=True, slots=True)
class Item:
    """An option (`policies[].also`) or one of its values (`policies[].also=true`), and the ways to overlook it."""

    name: str
    ignore: Ignore


def inventory(document: Field[Any] = DOCUMENT) -> dict[str, Item]:
    """All items by name, keys first."""
    fields = list(_walk(document, ""))
    items = [Item(path, ignoring.key(path, _misread(path, field))) for path, field in fields if _is_key(path)]
    for path, field in fields_of(document):
        items += VALUES[type(field).__name__](path, field)
    return {item.name: item for item in items}


def fields_of(document: Field[Any] = DOCUMENT) -> list[tuple[str, Field[Any]]]:
    """Every field once, at the longest of its paths."""
    found = sorted(_walk(document, ""), key=lambda pair: len(pair[0]))
    return list({id(field): (path, field) for path, field in found}.values())


def _walk(field: Field[Any], path: str) -> Iterator[tuple[str, Field[Any]]]:
    """Every field with the path at which it reads; those inside a list or a map too."""
    for added, inner in field.parts():
        here = (path + added).removeprefix(".")
        yield here, inner
        yield from _walk(inner, here)


def keys(document: Field[Any] = DOCUMENT) -> list[str]:
    """The paths of all keys."""
    return list(dict.fromkeys(path for path, _ in _walk(document, "") if _is_key(path)))


def _is_key(path: str) -> bool:
    return not path.endswith(("[]", "NAME"))


def _misread(path: str, field: Field[Any]) -> Misread:
    """Another text that could stand there."""
    if path.endswith(("calendar", ".during", ".outside")):
        return lambda node: "24x7"
    others: Mapping[str, Misread] = {
        "Text": lambda node: "something_else" if is_scalar(node) else None,
        "TimeZone": lambda node: "America/New_York",
        "WholeNumber": lambda node: str(int(node.value) + 1),
        "TimeOfDay": lambda node: "10:01",
        "FieldName": lambda node: "something_else" if is_scalar(node) else None,
        **dict.fromkeys(("Duration", "WaitField"), lambda node: "77h"),
        **dict.fromkeys(("MatchField", "_RouteMatch"), lambda node: "all"),
    }
    return others.get(type(field).__name__, lambda node: None)


# the values of each class of fields


def _none(path: str, field: Field[Any]) -> Iterator[Item]:
    yield from ()


def _words(path: str, words: list[str], more: list[str] | None = None) -> Iterator[Item]:
    """Words of which each is read as each other one."""
    for word in words:
        others = [other for other in words if other != word] + (more or [])
        is_mine = partial(str.__eq__, word)
        yield Item(f"{path}={word}", ignoring.word(path, is_mine, others) if others else ignoring.key(path))


def _choice(path: str, field: Any) -> Iterator[Item]:
    yield from _words(path, list(field.words))


def _boolean(path: str, field: Field[Any]) -> Iterator[Item]:
    yield from _words(path, ["true", "false"])


def _kind(path: str, field: Field[Any]) -> Iterator[Item]:
    for kind in KINDS.values():
        others = [name for name, other in KINDS.items() if _preset(other) != _preset(kind)]
        yield Item(f"{path}={kind.name}", ignoring.word(path, partial(str.__eq__, kind.name), others))


def _preset(kind: Any) -> tuple[Any, ...]:
    return tuple(getattr(kind, name) for name in kind.__slots__ if name != "name")


def _listed(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}=[…]", ignoring.each(path))


def _windows(path: str) -> Iterator[Item]:
    """What may stand for a day, below a map of days."""
    yield Item(f"{path}=closed", ignoring.window(path, lambda text: text == "closed", "00:00-24:00"))
    yield Item(f"{path}=WINDOW", ignoring.window(path, lambda text: text[:1].isdigit(), "closed"))
    yield Item(f"{path}=[…]", ignoring.each(f"{path}.NAME"))


def _hours(path: str, field: Field[Any]) -> Iterator[Item]:
    for day in WEEKDAYS:
        yield Item(f"{path}.{day}", ignoring.entry(path, partial(str.__eq__, day)))
    yield Item(f"{path}.DAY-DAY", partial(ignoring.day_range, path))
    yield from _windows(path)


def _dates(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}.DATE", ignoring.entry(path, lambda text: True))
    yield from _windows(path)


def _warn_at(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}=SHARE", ignoring.form(path, lambda node: is_scalar(node) and node.value.endswith("%")))
    yield Item(f"{path}=DURATION", ignoring.form(path, lambda node: is_scalar(node) and node.value[-1] in UNITS))
    yield Item(f"{path}=[…]", ignoring.each(path))
    yield Item(f"{path}=[]", ignoring.form(path, lambda node: is_list(node) and not node.value))


def _trigger(path: str, field: Field[Any]) -> Iterator[Item]:
    yield from _words(path, list(EVENTS))
    yield Item(f"{path}=to", ignoring.event_map(path, EVENTS))
    yield Item(f"{path}=[…]", ignoring.each(path))


def _moment(path: str, field: Any) -> Iterator[Item]:
    words = list(field.words)
    yield from _words(path, words)
    yield Item(f"{path}=SHARE", ignoring.word(path, lambda text: text.endswith("%"), words))
    yield Item(f"{path}=DURATION", ignoring.word(path, lambda text: text[0].isdigit() and text[-1] in UNITS, words))


def _wait(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}=DURATION", ignoring.tail(path, "", " working"))
    yield Item(f"{path}=WORKING", ignoring.tail(path, " working", ""))


def _time(path: str, field: Field[Any]) -> Iterator[Item]:
    words = list(field.schema()["anyOf"][0]["enum"])
    yield from _words(path, words, [_OTHER_TIME])
    yield Item(f"{path}=TIME", ignoring.word(path, lambda text: text[0].isdigit(), words))


def _within(path: str, field: Field[Any]) -> Iterator[Item]:
    fixed = {path.rpartition(".")[2] for path, _ in _walk(field, "")}
    yield Item(f"{path}.VALUE", ignoring.entry(path, lambda name: name not in fixed and name != "other"))
    yield Item(f"{path}.other", ignoring.entry(path, lambda name: name == "other"))
    yield Item(f"{path}=DURATION", ignoring.word(path, lambda text: True, ["77h"]))
    yield Item(f"{path}=[…]", ignoring.each(path))


def _targets(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}=none", ignoring.holder(path, "none", 1))
    yield Item(f"{path}.NAME=DURATION", ignoring.word(f"{path}.NAME", lambda text: True, ["77h"]))
    yield Item(f"{path}.NAME", ignoring.entry(path, lambda text: True))


def _match(path: str, field: Field[Any]) -> Iterator[Item]:
    """The same wherever a match stands, so listed once; the proof is with that of a policy."""
    known = match_schema()
    operators = known["condition"]["anyOf"][-1]["properties"]
    nested = known["conditions"]["properties"]
    yield Item("match=all", conditions.everything)
    yield from (Item(name, conditions.condition(name)) for name in conditions.names(operators, nested))


def _route_match(path: str, field: Field[Any]) -> Iterator[Item]:
    yield Item(f"{path}.alert=monitor", ignoring.entry(path, lambda name: name == "alert"))


def _duration(path: str, field: Field[Any]) -> Iterator[Item]:
    """The same wherever a duration stands, so listed once."""
    for unit in UNITS:
        paths = (_TARGET, f"{_TARGET}.within")
        yield Item(f"DURATION={unit}", ignoring.unit(paths, unit, [other for other in UNITS if other != unit]))


VALUES: Mapping[str, Callable[[str, Any], Iterator[Item]]] = {
    **dict.fromkeys(("Record", "Constant", "Text", "TimeZone", "WholeNumber", "TimeOfDay"), _none),
    **dict.fromkeys(("MapOf", "Either", "RecipientField", "FieldName"), _none),
    **dict.fromkeys(("OneOrMany", "ListOf", "Several"), _listed),
    "Choice": _choice,
    "Boolean": _boolean,
    "KindField": _kind,
    "Hours": _hours,
    "Dates": _dates,
    "WarnField": _warn_at,
    "TriggerField": _trigger,
    "MomentField": _moment,
    "WaitField": _wait,
    "_Time": _time,
    "WithinField": _within,
    "Targets": _targets,
    "MatchField": _match,
    "_RouteMatch": _route_match,
    "Duration": _duration,
}
