"""slamon ack: somebody takes care of a ticket."""

from __future__ import annotations

import sys
from typing import Any

from slamon.cli import Exit
from slamon.commands.call import NoAnswer, Service, Where, told
from slamon.rulefile.amounts import parse_amount
from slamon.rulefile.suggest import visible


def ack(where: Where, ticket: str, source: str | None, target: str | None, until: str | None, by: str) -> Exit:
    """Have the service keep an acknowledgement; without `until` it holds for good."""
    body: dict[str, Any] = {"ticket": ticket, "source": source, "target": target, "by": by, **ending(until)}
    try:
        must_say("TICKET", ticket, "write the id that its source gives it")
        must_say("--by", by, "write --by NAME")
        kept = Service(where).ask("POST", "/api/acks", {key: value for key, value in body.items() if value is not None})
    except NoAnswer as trouble:
        return told("ack", trouble)
    what = f"{kept['ticket']} ({kept['source']})" + (f", {kept['target']}" if kept["target"] else "")
    long = f"until {kept['until']}" if kept["until"] else "for good"
    sys.stdout.write(visible(f"{what} is acknowledged by {kept['by']} {long}") + "\n")
    return Exit.FINE


def must_say(word: str, text: str, help: str) -> None:
    """NoAnswer if there is nothing in what was typed as a word of a command."""
    if not text.strip():
        raise NoAnswer(f"{word}: is empty; {help}", Exit.UNUSABLE)


def ending(text: str | None) -> dict[str, str]:
    """What ends at a time, as the service takes it: a duration, or else an instant."""
    if text is None:
        return {}
    return {"for" if parse_amount(text) is not None else "until": text}
