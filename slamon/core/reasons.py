"""Why a match holds or does not: the entries that decide it and the ticket's values, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slamon.core.match import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Both,
    Compare,
    Contains,
    Entry,
    Except,
    Exists,
    Fields,
    Match,
    Not,
    OneOf,
    Regex,
    Test,
    lookup,
    text_of,
)

_SHOWN = 60  # characters of a value
_COMPARED = {"gt": "greater than", "gte": "at least", "lt": "less than", "lte": "at most"}


def why(match: Match, fields: Fields) -> str:
    """Why a match that holds does: "priority is 'high'"."""
    if match is EVERYTHING:
        return "it matches every ticket"
    if isinstance(match, Entry):
        return _has(match.field, lookup(fields, match.field))
    if isinstance(match, AllOf):
        return ", ".join(why(one, fields) for one in match.matches)
    if isinstance(match, AnyOf):
        return next((why(one, fields) for one in match.matches if one.holds(fields)), "")
    return why_not(match.match, fields) if isinstance(match, Not) else ""


def why_not(match: Match, fields: Fields) -> str:
    """Why a match that does not hold does not, by the first entry that fails: "tier is 'silver', not 'gold'"."""
    if isinstance(match, Entry):
        value = lookup(fields, match.field)
        return f"{_has(match.field, value)}{_failing(match.test, value)}"
    if isinstance(match, AllOf):
        return next((why_not(one, fields) for one in match.matches if not one.holds(fields)), "")
    if isinstance(match, AnyOf):
        return "; and ".join(why_not(one, fields) for one in match.matches)
    return f"{why(match.match, fields)}, which is excluded" if isinstance(match, Not) else ""


def wanted(match: Match) -> str:
    """What a match asks for: "status is 'open'"."""
    if match is EVERYTHING:
        return "anything"
    if isinstance(match, Entry):
        return f"{match.field} {_asked(match.test)}"
    if isinstance(match, AllOf):
        return " and ".join(wanted(one) for one in match.matches)
    if isinstance(match, AnyOf):
        return " or ".join(wanted(one) for one in match.matches)
    return f"not ({wanted(match.match)})" if isinstance(match, Not) else ""


def value_text(value: Any) -> str:
    """A value of a ticket for a person: quoted, on one line, nothing invisible in it, not too long."""
    if value is None:
        return "no value"
    if isinstance(value, (list, tuple)):
        return _shortened(f"[{', '.join(value_text(item) for item in value)}]")
    if isinstance(value, Mapping):
        return "a map"
    return f"'{_shortened(text_of(value))}'"


def _has(field: str, value: Any) -> str:
    return f"{field} has no value" if value is None else f"{field} is {value_text(value)}"


def _failing(test: Test, value: Any) -> str:
    """What was wanted of a value instead, as the rest of a sentence."""
    if isinstance(test, OneOf):
        return f", not {_values(test)}"
    if isinstance(test, Except):
        return ", which is excluded"
    if isinstance(test, Contains):
        missing = [_values(one) for one in test.each if not one.passes(value)]
        return f", without {' and '.join(missing)}"
    if isinstance(test, Exists):
        return "" if test.wanted else ", and must have none"
    if isinstance(test, Regex):
        return f", which does not match /{_shortened(test.source)}/"
    if isinstance(test, Compare):
        return f", not {_COMPARED[test.operator]} {text_of(test.bound)}"
    tests = test.tests if isinstance(test, Both) else ()
    return next((_failing(one, value) for one in tests if not one.passes(value)), "")


def _asked(test: Test) -> str:
    if isinstance(test, OneOf):
        return f"is {_values(test)}"
    if isinstance(test, Except):
        return f"is not {_values(test.values)}"
    if isinstance(test, Contains):
        return f"contains {' and '.join(_values(one) for one in test.each)}"
    if isinstance(test, Exists):
        return "has a value" if test.wanted else "has no value"
    if isinstance(test, Regex):
        return f"matches /{_shortened(test.source)}/"
    if isinstance(test, Compare):
        return f"is {_COMPARED[test.operator]} {text_of(test.bound)}"
    return " and ".join(_asked(one) for one in test.tests) if isinstance(test, Both) else ""


def _values(test: OneOf) -> str:
    texts: Iterable[str] = [f"'{_shortened(text)}'" for text in sorted(test.texts)]
    listed = [*texts, *(["no value"] if test.absent else [])]
    return listed[0] if len(listed) == 1 else f"one of {', '.join(listed)}"


def _shortened(text: str) -> str:
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return shown if shown.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)
