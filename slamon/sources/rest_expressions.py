"""JMESPath expressions of the configuration: checked when they are read, and what they find turned into our values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError, LexerError, ParseError
from jmespath.functions import Functions

from slamon.core.instants import EARLIEST, LATEST, Instant, from_datetime, from_number, parse_instant
from slamon.sources.http.mapping import truth
from slamon.sources.rest_finders import Find, finder, is_path

_LONGEST = 2_000  # characters of an expression


class Unmapped(Exception):
    """What an expression finds is nothing that it can stand for: WHERE: what is wrong."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, and the key of the configuration that it stands at.

    `find` gives what it finds in data; None if there is nothing. Unmapped.
    """

    where: str
    text: str
    find: Find

    def items(self, data: Any) -> list[Any]:
        """The list it finds; nothing is never taken for an empty list."""
        found = self.find(data)
        if found is None:
            raise Unmapped(f"{self.where}: {self.text!r} finds nothing: if that means none, write {self.text} || `[]`")
        if not isinstance(found, list):
            raise Unmapped(f"{self.where}: {self.text!r} finds {_kind(found)}, not a list")
        return found

    def string(self, data: Any) -> str | None:
        """A text; numbers and truths as their text."""
        found = self.find(data)
        return found if found is None or isinstance(found, str) else self.as_string(found)

    def as_string(self, found: Any) -> str | None:
        """What was found, as `string` gives it."""
        if found is None or isinstance(found, str):
            return found
        if isinstance(found, bool):
            return str(found).lower()
        if isinstance(found, int | float):
            return str(found)
        raise Unmapped(f"{self.where}: {self.text!r} finds {_kind(found)}, not a text")

    def truth(self, data: Any) -> bool | None:
        """true or false, also as 1 and 0, "yes" and "no"; None for nothing."""
        return self.as_truth(self.find(data))

    def as_truth(self, value: Any) -> bool | None:
        """What was found, as `truth` gives it."""
        if value is None or value is True or value is False:
            return value
        found = truth(value)
        if found is None:
            raise Unmapped(f"{self.where}: {self.text!r} finds {self.as_string(value)!r:.42}, not true or false")
        return found

    def instant(self, data: Any, zone: ZoneInfo | None) -> Instant | None:
        """An instant: RFC 3339, or seconds or milliseconds since 1970; `zone`: of texts that name none."""
        found = self.find(data)
        if found is None:
            return None
        try:
            instant = _instant(found, zone)
        except (ValueError, OverflowError):
            raise Unmapped(f"{self.where}: {str(found)[:40]!r} is no instant") from None
        if not EARLIEST <= instant <= LATEST:
            raise Unmapped(f"{self.where}: {str(found)[:40]!r} is no instant")
        return instant

    def value(self, data: Any) -> Any:
        """Whatever a rule can read: a text, a number, a truth, or a list of them."""
        found = self.find(data)
        return found if found is None or isinstance(found, str) else self.as_value(found)

    def as_value(self, found: Any) -> Any:
        """What was found, as `value` gives it."""
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict | list):
                raise Unmapped(f"{self.where}: {self.text!r} finds {_kind(one)}: pick something in it")
        return found


def _kind(found: Any) -> str:
    return "a map" if isinstance(found, dict) else "a list" if isinstance(found, list) else f"a {type(found).__name__}"


def _instant(found: Any, zone: ZoneInfo | None) -> Instant:
    if isinstance(found, str):
        if zone is not None and (naive := datetime.fromisoformat(found)).tzinfo is None:
            return from_datetime(naive.replace(tzinfo=zone))
        return parse_instant(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError
    return from_number(found)


def compiled(where: str, text: str) -> Expression:
    """The expression of a key; ValueError, as `key: what is wrong: write this`, if it is none."""
    if len(text) > _LONGEST:
        raise ValueError(f"{where}: an expression of {len(text)} characters: write one of {_LONGEST} at the most")
    try:
        parsed = jmespath.compile(text)
    except (JMESPathError, RecursionError) as mistake:
        raise ValueError(
            f"{where}: {text!r} is no JMESPath expression{_place(mistake)}: write one such as a.b"
        ) from None
    for name, given in _calls(parsed.parsed):
        _check_call(where, name, given)
    find = finder(parsed.parsed)
    return Expression(where, text, find if is_path(parsed.parsed) else _guarded(where, find))


def _guarded(where: str, search: Find) -> Find:
    def find(data: Any) -> Any:
        try:
            return search(data)
        except JMESPathTypeError as mistake:
            given = f"{mistake.function_name}() is given {mistake.actual_type}, which it cannot take"
            raise Unmapped(f"{where}: {given}") from None
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError) as mistake:
            raise Unmapped(f"{where}: it cannot be worked out: {type(mistake).__name__}") from None

    return find


def _place(mistake: Exception) -> str:
    at = getattr(mistake, "lex_position", None) if isinstance(mistake, ParseError) else None
    at = mistake.lexer_position if isinstance(mistake, LexerError) else at
    return "" if at is None else f" from character {at + 1} on"


def _calls(node: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The functions that are called, and with how many arguments."""
    left = [node]
    while left:
        one = left.pop()
        if one["type"] == "function_expression":
            yield one["value"], len(one["children"])
        left += [child for child in one.get("children", ()) if isinstance(child, dict)]


def _check_call(where: str, name: str, given: int) -> None:
    known = Functions.FUNCTION_TABLE
    if name not in known:
        near = get_close_matches(name, known, n=1) or sorted(known)
        raise ValueError(f"{where}: there is no function {name}(): write {' or '.join(near[:1])}(…)")
    signature = known[name]["signature"]
    variadic = bool(signature) and signature[-1].get("variadic", False)
    if given < len(signature) or (given > len(signature) and not variadic):
        raise ValueError(f"{where}: {name}() takes {len(signature)} arguments: write so many, not {given}")
