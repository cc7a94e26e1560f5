"""Text that strangers wrote, made fit to be shown: one line, visible characters, no longer than there is room."""

from __future__ import annotations

import re
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


def headline(message: Message, limit: int) -> str:
    """The title behind the word that says how serious it is."""
    return one_line(f"{MARKS[message.tone]}: {one_line(message.title, limit)}", limit)


def facts(message: Message, count: int, limit: int) -> list[tuple[str, str]]:
    """At most `count` facts as clean (label, value) pairs; the last says how many were left out."""
    shown = message.facts if len(message.facts) <= count else message.facts[: count - 1]
    clean = [(one_line(label, min(limit, 80)), one_line(value, limit)) for label, value in shown]
    if left := len(message.facts) - len(shown):
        clean.append(("More", f"{left} facts are left out here"))
    return clean


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
