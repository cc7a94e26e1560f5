"""What people ask for by JSON: acknowledgements and silences. Every mistake of a body is told at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from slamon.core.instants import DAY, LATEST, Instant, parse_instant
from slamon.rulefile.amounts import meant_amount, parse_amount
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted
from slamon.silences import BadMatch, read_match
from slamon.web.problems import Problem, Unwilling

_LONGEST = 3650 * DAY
_MOST_LETTERS = {"by": 100, "comment": 1000}
_UNTIL = "write until: an instant such as 2026-06-08T09:00:00Z, or for: a duration such as 2h"


@dataclass(frozen=True, slots=True)
class AckAsked:
    ticket: str
    source: str | None
    target: str | None
    until: Instant | None
    by: str


@dataclass(frozen=True, slots=True)
class SilenceAsked:
    match: str  # JSON, as it is kept
    until: Instant
    by: str
    comment: str


def read_ack(body: bytes, now: Instant) -> AckAsked:
    """Unwilling (400) tells every mistake."""
    given = _Given(body, ("ticket", "source", "target", "until", "for", "by"))
    ticket, by = given.text("ticket", required=True), given.text("by", required=True)
    source, target = given.text("source"), given.text("target")
    until = given.until(now)
    given.end()
    return AckAsked(ticket or "", source, target, until, by or "")


def read_silence(body: bytes, now: Instant) -> SilenceAsked:
    """Unwilling (400) tells every mistake."""
    given = _Given(body, ("match", "until", "for", "by", "comment"))
    match, by, comment = given.match(), given.text("by", required=True), given.text("comment")
    until = given.until(now, required=True)
    given.end()
    return SilenceAsked(match, until or 0, by or "", comment or "")


class _Given:
    """A body while it is read: what is wrong with it is collected."""

    def __init__(self, body: bytes, keys: Iterable[str]) -> None:
        self._problems: list[Problem] = []
        self._values = _object(body)
        for name in self._values:
            if name not in keys:
                help = did_you_mean(nearest(name, keys)) or f"the keys here are {listed(keys, 'and')}"
                self._refuse(name, f"unknown key {quoted(name)}", help)

    def end(self) -> None:
        """Raise what was found."""
        if self._problems:
            raise Unwilling(400, self._problems)

    def _refuse(self, key: str, message: str, help: str | None) -> None:
        self._problems.append(Problem(message, help, key))

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A text of one line; None if there is none, or it cannot be used."""
        value, most = self._values.get(key), _MOST_LETTERS.get(key, 1000)
        if value in (None, "") and not required:
            return None
        if not isinstance(value, str) or not value.strip():
            what = "is missing" if value is None else "is empty" if isinstance(value, str) else "is not a text"
            self._refuse(key, what, f"write {key}: a text in quotes")
        elif len(value) > most or not value.isprintable():
            self._refuse(key, f"{quoted(value)} is not one line of up to {most} letters", "write it shorter")
        else:
            return value
        return None

    def until(self, now: Instant, *, required: bool = False) -> Instant | None:
        """The instant at which it ends, given as such or as a duration from now."""
        until, span = self._values.get("until"), self._values.get("for")
        if until is not None and span is not None:
            self._refuse("until", "until and for cannot both be given", "leave one of them out")
        elif span is not None:
            return self._after(span, now)
        elif until is not None:
            return self._instant(until, now)
        elif required:
            self._refuse("until", "is missing", _UNTIL)
        return None

    def _after(self, value: Any, now: Instant) -> Instant | None:
        amount = parse_amount(value) if isinstance(value, str) else None
        if amount is not None and 0 < amount.span <= _LONGEST:
            return now + amount.span
        text = str(value)[:80]
        meant = meant_amount(text)
        help = f"write {meant}" if meant and amount is None else "write one such as 30m, 2h or 3d, up to 3650d"
        self._refuse("for", f"{quoted(text)} is not a duration that can be used", help)
        return None

    def _instant(self, value: Any, now: Instant) -> Instant | None:
        shown = quoted(str(value)[:80])
        try:
            instant = parse_instant(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None:
            self._refuse("until", f"{shown} is not an instant that can be used", _UNTIL)
        elif instant <= now:
            self._refuse("until", f"{shown} is past", "write an instant that is yet to come")
        elif instant > min(now + _LONGEST, LATEST):
            self._refuse("until", f"{shown} is too far off", "write an instant of the next 3650 days")
        else:
            return instant
        return None

    def match(self) -> str:
        """The match as JSON."""
        value = self._values.get("match")
        if value is None:
            self._refuse("match", "is missing", 'write {"policy": "gold"}, or "all"')
            return ""
        text = msgspec.json.encode(value).decode()
        try:
            read_match(text)
        except BadMatch as mistake:
            self._problems += [Problem(message, help, "match") for message, help in mistake.problems]
        return text


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Unwilling(
            400, [Problem("the body is not JSON", 'write one such as {"by": "anna", "for": "2h"}')]
        ) from None
    if not isinstance(found, dict):
        raise Unwilling(400, [Problem("the body is not a JSON object", "write {…} around it")])
    return found
