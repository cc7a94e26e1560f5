"""slamon ack: somebody takes care of a ticket."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlencode

import msgspec

from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.commands.exits import Exit
from slamon.commands.text import columns, shown_at, zone_of
from slamon.core.instants import parse_instant
from slamon.rulefile.amounts import meant_amount, parse_amount
from slamon.rulefile.suggest import quoted, visible

_FOR_GOOD = "for good"


def ack(where: Where, ticket: str, source: str | None, target: str | None, until: str | None, by: str) -> Exit:
    """Have the service keep an acknowledgement; without `until` it holds for good."""
    try:
        must_say("TICKET", ticket, "write the id that its source gives it")
        must_say("--by", by, "write --by NAME")
        given = {"ticket": ticket, "source": source, "target": target, "by": by, **ending("--until", until)}
        body = {key: value for key, value in given.items() if value is not None}
        kept = Service(where).ask("POST", "/api/acks", body, dict.fromkeys(("for", "until"), "--until"))
    except NoAnswer as trouble:
        return told("ack", trouble)
    what = f"{kept['ticket']} ({kept['source']})" + (f", {kept['target']}" if kept["target"] else "")
    long = f"until {shown_at(kept['until'], zone_of(kept))}" if kept["until"] else _FOR_GOOD
    sys.stdout.write(visible(f"{what} is acknowledged by {kept['by']} {long}") + "\n")
    return Exit.FINE


def show(where: Where, ticket: str | None, source: str | None, format: str) -> Exit:
    """Print the acknowledgements of a ticket, or those of all tickets that are not over."""
    query = urlencode({key: value for key, value in (("ticket", ticket), ("source", source)) if value is not None})
    try:
        if ticket is not None:
            must_say("TICKET", ticket, "write the id that its source gives it, or leave it out")
        answer = Service(where).ask("GET", f"/api/acks?{query}")
    except NoAnswer as trouble:
        return told("ack", trouble)
    sys.stdout.write(_listed(answer, format))
    return Exit.FINE


def _listed(answer: dict[str, Any], format: str) -> str:
    found, zone = answer["acks"], zone_of(answer)
    if format == "json":
        return "".join(msgspec.json.encode(one).decode() + "\n" for one in found)
    if not found:
        return "no acknowledgement\n"
    rows = []
    for one in found:
        until = shown_at(one["until"], zone) if one["until"] else _FOR_GOOD
        rows.append((one["ticket"], one["source"], one["target"] or "all", one["by"], shown_at(one["at"], zone), until))
    return columns(("ticket", "source", "target", "by", "at", "until"), rows)


def must_say(word: str, text: str, help: str) -> None:
    """NoAnswer if there is nothing in what was typed as a word of a command."""
    if not text.strip():
        raise NoAnswer(f"{word}: is empty; {help}", Exit.UNUSABLE)


def ending(word: str, text: str | None) -> dict[str, str]:
    """What ends at a time, as the service takes it: a duration, or else an instant. NoAnswer if it is neither."""
    if text is None:
        return {}
    if parse_amount(text) is not None:
        return {"for": text}
    try:
        parse_instant(text)
    except ValueError:
        help = meant_amount(text) or "a duration such as 2h, or an instant such as 2026-06-08T09:00:00Z"
        message = f"{word}: {quoted(text)} is neither a duration nor an instant; write {help}"
        raise NoAnswer(message, Exit.UNUSABLE) from None
    return {"until": text}
