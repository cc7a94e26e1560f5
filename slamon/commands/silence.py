"""slamon silence: nobody is told of what matches, for a while."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from slamon.cli import Exit
from slamon.commands.ack import ending, must_say
from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.commands.text import columns
from slamon.rulefile.suggest import quoted, visible


def add(where: Where, matches: Sequence[str], until: str, by: str, comment: str) -> Exit:
    """Have the service keep a silence; prints its id."""
    try:
        must_say("--by", by, "write --by NAME")
        body = {"match": match_of(matches), "by": by, "comment": comment, **ending(until)}
        kept = Service(where).ask("POST", "/api/silences", body)
    except NoAnswer as trouble:
        return told("silence add", trouble)
    sys.stdout.write(f"{visible(kept['id'])}\n")
    return Exit.FINE


def show(where: Where) -> Exit:
    """Print the silences that are not over."""
    try:
        found = Service(where).ask("GET", "/api/silences")["silences"]
    except NoAnswer as trouble:
        return told("silence list", trouble)
    rows = [(one["id"], one["until"], one["by"], _match_text(one["match"]), one["comment"]) for one in found]
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
    found: dict[str, Any] = {}
    values: dict[str, list[str]] = {}
    for text in written:
        if text.lstrip().startswith("{"):
            found |= _json(text)
            continue
        field, equals, value = text.partition("=")
        if not equals or not field.strip():
            raise NoAnswer(f"--match: {quoted(text)} is no match; write FIELD=VALUE, all, or JSON", Exit.UNUSABLE)
        values.setdefault(field.strip(), []).append(value.strip())
    return found | {field: several if len(several) > 1 else several[0] for field, several in values.items()}


def _json(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        message = f"--match: {quoted(text)} is not JSON; write one such as " + '{"priority": ["high", "urgent"]}'
        raise NoAnswer(message, Exit.UNUSABLE) from None
    return found


def _match_text(match: Any) -> str:
    """As it would be typed."""
    if not isinstance(match, dict) or not all(isinstance(value, str) for value in match.values()):
        return match if isinstance(match, str) else json.dumps(match, ensure_ascii=False)
    return " ".join(f"{field}={value}" for field, value in match.items())
