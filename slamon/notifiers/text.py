"""Text that strangers wrote, made fit to be shown: one line, visible characters, no longer than there is room."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from slamon.core.message import Message, Tone

MARKS: dict[Tone, str] = {"warning": "WARNING", "breach": "BREACHED", "good": "MET", "info": "INFO"}

_LONGEST_URL = 2_000
_URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"
_ELLIPSIS = "\u2026"

# Characters that turn, hide or smuggle text: bidirectional controls, zero width, soft hyphen, tags, annotations.
# The joiners U+200C and U+200D stay: Persian and composed emoji are made with them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\\s\u0085\u2028\u2029]+")
# What is left of the controls (terminal escapes among them), lone surrogates, noncharacters.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# Marks over and under a letter: a pile of more than four reaches into the lines of others.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{4}}){_MARK}+")


def one_line(text: str, limit: int) -> str:
    """The text as one line of at most `limit` visible characters; an ellipsis shows that it was cut."""
    window = text[: 8 * limit]  # of a megabyte no more is looked at
    line = _PILE.sub(r"\1", _UNPRINTABLE.sub("\ufffd", _BREAKS.sub(" ", _INVISIBLE.sub("", window)))).strip()
    if len(window) == len(text) and len(line) <= limit:
        return line
    return line[: limit - 1].rstrip("\u200d ") + _ELLIPSIS


class Row(NamedTuple):
    """A line of a message, and what is known of the commitment that it is about."""

    line: str
    status: str | None = None
    url: str | None = None


def mark(message: Message) -> str:
    """The word that says how serious it is, and whether it follows an earlier message."""
    return f"{'UPDATE ' if message.update else ''}{MARKS[message.tone]}"


def headline(message: Message, limit: int) -> str:
    """The title behind the word that says how serious it is."""
    return one_line(f"{mark(message)}: {one_line(message.title, limit)}", limit)


def facts(message: Message, count: int, limit: int) -> list[tuple[str, str]]:
    """At most `count` facts as clean (label, value) pairs; the last says how many were left out."""
    shown = message.facts if len(message.facts) <= count else message.facts[: count - 1]
    clean = [(one_line(label, min(limit, 80)), one_line(value, limit)) for label, value in shown]
    if left := len(message.facts) - len(shown):
        clean.append(("More", f"{left} facts are left out here"))
    return clean


def rows(message: Message, count: int, limit: int) -> list[Row]:
    """At most `count` lines, clean, without those that are blank; the last says how many were left out."""
    wanted = [line for line in message.lines if line and not line.isspace()]
    shown = wanted if len(wanted) <= count else wanted[: count - 1]
    known = {one.line: one for one in message.covers}
    found = []
    for line in shown:
        about = known.get(line)
        clean = one_line(line, limit)
        found.append(Row(clean) if about is None else Row(clean, about.status, web_url(about.url)))
    if left := len(wanted) - len(shown):
        found.append(Row(f"{left} lines are left out here"))
    return found


def is_digest(message: Message) -> bool:
    """Whether it tells of several commitments at once."""
    return len(message.covers) > 1


def tickets(message: Message, room: int) -> str:
    """The tickets of a digest that has no link to where they all stand, as many as there is room for; else nothing."""
    if not is_digest(message) or web_url(message.url):
        return ""
    several = len({one.source for one in message.covers}) > 1
    names = dict.fromkeys(f"{one.source}/{one.ticket}" if several else one.ticket for one in message.covers)
    kept, left = [], room - 40
    for name in names:
        clean = one_line(name, 100)
        left -= len(clean) + 2
        if left < 0:
            break
        kept.append(clean)
    more = f" and {len(names) - len(kept)} more" if len(kept) < len(names) else ""
    return ", ".join(kept) + more


def web_url(text: str | None) -> str | None:
    """The address if it is http or https with a host and no password, safe to put anywhere; else None."""
    if text is None or len(text) > _LONGEST_URL:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    safe = quote(text, safe=_URL_CHARACTERS, errors="replace")
    return safe if usable and len(safe) <= _LONGEST_URL and text.isprintable() and " " not in text else None
