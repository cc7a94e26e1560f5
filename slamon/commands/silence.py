"""slamon silence: nobody is told of what matches, for a while."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from slamon.commands.ack import ending, must_say
from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.commands.exits import Exit
from slamon.commands.text import columns, shown_at, zone_of
from slamon.rulefile.suggest import quoted, visible

_SUCH = '"priority": ["high", "urgent"]'
_OPERATORS = {
    "!": "not",
    "!=": "not",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "~": "regex",
    "=~": "regex",
    "~=": "regex",
}
_COMPARED = re.compile(r"\s*([^=!<>~]+?)\s*(!=|=~|~=|<=|>=|[!<>~])\s*(.*)", re.DOTALL)


def add(where: Where, matches: Sequence[str], how_long: tuple[str, str | None], by: str, comment: str) -> Exit:
    """Have the service keep a silence; prints its id. `how_long`: an option, and what it says."""
    try:
        must_say("--by", by, "write --by NAME")
        body = {"match": match_of(matches), "by": by, "comment": comment, **ending(*how_long)}
        kept = Service(where).ask("POST", "/api/silences", body, dict.fromkeys(("for", "until"), how_long[0]))
    except NoAnswer as trouble:
        return told("silence add", trouble)
    sys.stdout.write(f"{visible(kept['id'])}\n")
    return Exit.FINE


def show(where: Where) -> Exit:
    """Print the silences that are not over."""
    try:
        answer = Service(where).ask("GET", "/api/silences")
    except NoAnswer as trouble:
        return told("silence list", trouble)
    zone = zone_of(answer)
    rows = [
        (one["id"], shown_at(one["until"], zone), one["by"], _match_text(one["match"]), one["comment"])
        for one in answer["silences"]
    ]
    sys.stdout.write(columns(("id", "until", "by", "match", "comment"), rows) if rows else "no silence\n")
    return Exit.FINE


def remove(where: Where, id: str) -> Exit:
    """End a silence before its time."""
    try:
        must_say("ID", id, "write one of those that slamon silence list shows")
        Service(where).ask("DELETE", f"/api/silences/{quote(id, safe='')}")
    except NoAnswer as trouble:
        return told("silence remove", trouble)
    return Exit.FINE


def match_of(written: Sequence[str]) -> Any:
    """The match that several --match mean together: all, FIELD=VALUE (of one field any of its values), or JSON."""
    if list(written) == ["all"]:
        return "all"
    found: list[tuple[str, Any]] = []
    values: dict[str, list[str]] = {}
    for text in written:
        if text.lstrip().startswith("{"):
            found += _json(text).items()
        else:
            field, value = _field_and_value(text)
            values.setdefault(field, []).append(value)
    found += [(field, several if len(several) > 1 else several[0]) for field, several in values.items()]
    return _each_once(found)


def _field_and_value(text: str) -> tuple[str, str]:
    field, equals, value = (part.strip() for part in text.partition("="))
    compared = _COMPARED.fullmatch(text)
    if compared:
        test = json.dumps({compared[1]: {_OPERATORS[compared[2]]: compared[3]}}, ensure_ascii=False)
        raise _unusable(f"{quoted(text)} compares, which FIELD=VALUE cannot; write '{visible(test)}'")
    if not equals or not field:
        raise _unusable(f"{quoted(text)} is no match; write FIELD=VALUE, all, or JSON")
    if not value:
        null = json.dumps({field: None}, ensure_ascii=False)
        raise _unusable(f"{quoted(text)} says no value; write one, or '{visible(null)}' where the field is not set")
    return field, value


def _json(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise _unusable(f"{quoted(text)} is not JSON; write one such as {{{_SUCH}}}") from None
    return found


def _each_once(entries: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A map; of a field that comes twice only one could hold, and more would be silenced than was typed."""
    found = dict(entries)
    for field in found:
        if sum(name == field for name, _ in entries) > 1:
            raise _unusable(f"{quoted(field)} is given twice; write it once, such as {_SUCH}")
    return found


def _unusable(problem: str) -> NoAnswer:
    return NoAnswer(f"--match: {problem}", Exit.UNUSABLE)


def _match_text(match: Any) -> str:
    """As it would be typed."""
    if not isinstance(match, dict) or not all(isinstance(value, str) for value in match.values()):
        return match if isinstance(match, str) else json.dumps(match, ensure_ascii=False)
    return " ".join(f"{field}={value}" for field, value in match.items())
