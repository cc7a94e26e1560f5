"""A message as Slack's Block Kit: what strangers wrote stands only where Slack interprets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from urllib.parse import quote

import msgspec

from slamon.core.message import Message
from slamon.notifiers.text import facts, headline, one_line, web_url

MOST_CHARACTERS = 12_000  # of the whole, as JSON; Slack's own limits for the parts are below
_HEADER = 150
_FIELDS = 10
_SHORT = 60  # longer values get the whole width
_BLOCK_ID = 255
_LINK = 1_500
# Facts, characters of a value, characters of the text: what is tried until the whole fits. The last always does.
_ROOM = ((40, 1_900, 3_000), (40, 500, 2_000), (40, 150, 1_200), (20, 60, 600))

Block = dict[str, Any]


def payload(message: Message) -> dict[str, Any]:
    """The body of the request: blocks, and the text for notifications and for whoever cannot show blocks."""
    for count, value, text in _ROOM:
        shown = facts(message, count, value)
        body = {**plain_payload(message, shown, text), "blocks": _blocks(message, shown)}
        if len(encode(body).decode()) <= MOST_CHARACTERS:
            break
    return body


def plain_payload(message: Message, shown: Iterable[tuple[str, str]], room: int = 3_000) -> dict[str, Any]:
    """The same message without any layout."""
    lines = [headline(message, _HEADER), *(f"{label}: {value}" for label, value in shown)]
    if message.footer:
        lines.append(one_line(message.footer, 300))
    link = web_url(message.url)
    text = _fitting([escape(line) for line in lines] + ([escape(link)] if link else []), room)
    return {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def encode(body: dict[str, Any]) -> bytes:
    """UTF-8 JSON, the same bytes for the same body."""
    return msgspec.json.encode(body)


def escape(text: str) -> str:
    """Slack's three control characters: without them nothing can mention, link or ping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitting(lines: list[str], room: int) -> str:
    """As many of the lines as there is room for: none is cut, for half an entity is worse than none."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > room and kept:
            break
        kept.append(line)
    return "\n".join(kept)


def _blocks(message: Message, shown: list[tuple[str, str]]) -> list[Block]:
    block_id = quote(message.id, safe="", errors="replace")[:_BLOCK_ID]  # tells a repeated delivery from a new one
    blocks: list[Block] = [{"type": "header", "block_id": block_id, "text": _plain(headline(message, _HEADER))}]
    for short, group in groupby(shown, key=lambda fact: len(fact[1]) <= _SHORT):
        blocks += _sections([_plain(f"{label}\n{value or '-'}") for label, value in group], _FIELDS if short else 1)
    link = escape(web_url(message.url) or "")
    if link and len(link) <= _LINK:
        # Not a button: without an app behind it, Slack shows a warning sign to everybody who clicks on one.
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"<{link}|Open the ticket>"}})
    if message.footer:
        blocks.append({"type": "context", "elements": [_plain(one_line(message.footer, 300))]})
    return blocks


def _sections(elements: list[Block], width: int) -> list[Block]:
    if width == 1:
        return [{"type": "section", "text": element} for element in elements]
    return [{"type": "section", "fields": elements[at : at + width]} for at in range(0, len(elements), width)]


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
