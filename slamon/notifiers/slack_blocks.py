"""A message as Slack's Block Kit: what strangers wrote stands only where Slack interprets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

import msgspec

from slamon.core.message import Message
from slamon.notifiers.slack_clicks import ACTION, value
from slamon.notifiers.text import facts, headline, is_digest, one_line, rows, tickets, web_url

MOST_CHARACTERS = 12_000  # of the whole, as JSON; Slack's own limits for the parts are below
_HEADER = 150
_FIELDS = 10
_SHORT = 60  # longer values get the whole width
_BLOCK_ID = 255
_LINK = 1_500
_SECTIONS = 10  # for the lines of a digest

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """How many facts and lines are shown, and how many characters of each, of the tickets, and of the text."""

    facts: int
    value: int
    lines: int
    line: int
    tickets: int
    text: int


# What is tried until the whole fits. The last always does.
_ROOM = (
    Room(24, 1_900, 60, 290, 2_900, 3_000),  # ten sections of six lines: none over 3,000
    Room(24, 500, 40, 200, 2_000, 2_000),
    Room(20, 150, 30, 120, 1_000, 1_200),
    Room(12, 60, 20, 60, 500, 600),
)


def payload(message: Message, *, button: bool = False) -> dict[str, Any]:
    """The body of the request: blocks, and the text for notifications and for whoever cannot show blocks.

    `button`: one to acknowledge, where there is something to take care of.
    """
    for room in _ROOM:
        body = {**plain_payload(message, room), "blocks": _blocks(message, room, button=button)}
        if len(encode(body).decode()) < MOST_CHARACTERS:
            break
    return body


def plain_payload(message: Message, room: Room = _ROOM[1]) -> dict[str, Any]:
    """The same message without any layout."""
    lines = [headline(message, _HEADER), *(f"{label}: {value}" for label, value in _facts(message, room))]
    lines += (row.line for row in rows(message, room.lines, room.line))
    lines += filter(None, (tickets(message, room.tickets), one_line(message.footer or "", 300)))
    link = _link(message)
    text = _fitting([escape(line) for line in lines], room.text - len(link) - 1)
    return {"text": f"{text}\n{link}".strip(), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def encode(body: dict[str, Any]) -> bytes:
    """UTF-8 JSON, the same bytes for the same body."""
    return msgspec.json.encode(body)


def escape(text: str) -> str:
    """Slack's three control characters: without them nothing can mention, link or ping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _facts(message: Message, room: Room) -> list[tuple[str, str]]:
    """What follows an earlier message has none: they stand there."""
    return [] if message.update else facts(message, room.facts, room.value)


def _fitting(lines: list[str], room: int) -> str:
    """As many of the lines as there is room for: none is cut, for half an entity is worse than none."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > room and kept:
            break
        kept.append(line)
    return "\n".join(kept)


def _blocks(message: Message, room: Room, *, button: bool) -> list[Block]:
    block_id = quote(message.id, safe="", errors="replace")[:_BLOCK_ID]  # tells a repeated delivery from a new one
    blocks: list[Block] = [{"type": "header", "block_id": block_id, "text": _plain(headline(message, _HEADER))}]
    for short, group in groupby(_facts(message, room), key=lambda fact: len(fact[1]) <= _SHORT):
        blocks += _sections([_plain(f"{label}\n{value or '-'}") for label, value in group], _FIELDS if short else 1)
    blocks += _sections(_lines(message, room), 1)
    if link := _link(message):
        label = f"Open all {len(message.covers):,}" if is_digest(message) else "Open the ticket"
        # Not a button: without an app behind it, Slack shows a warning sign to everybody who clicks on one.
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"<{link}|{label}>"}})
    if button and (about := value(message)):
        blocks.append({"type": "actions", "elements": [_button("Acknowledge", about)]})
    if message.footer:
        blocks.append({"type": "context", "elements": [_plain(one_line(message.footer, 300))]})
    return blocks


def _link(message: Message) -> str:
    link = escape(web_url(message.url) or "")
    return link if len(link) <= _LINK else ""


def _lines(message: Message, room: Room) -> Iterable[Block]:
    """The lines, several to a section if there are many, and the tickets if they stand nowhere else."""
    shown = [row.line for row in rows(message, room.lines, room.line)]
    each = max(-(-len(shown) // _SECTIONS), 1)
    for at in range(0, len(shown), each):
        yield _plain("\n".join(shown[at : at + each]))
    if ids := tickets(message, room.tickets):
        yield _plain(f"Tickets\n{ids}")


def _sections(elements: Iterable[Block], width: int) -> list[Block]:
    if width == 1:
        return [{"type": "section", "text": element} for element in elements]
    listed = list(elements)
    return [{"type": "section", "fields": listed[at : at + width]} for at in range(0, len(listed), width)]


def _button(label: str, about: str) -> Block:
    return {"type": "button", "action_id": ACTION, "text": _plain(label), "value": about}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
