"""Did you mean …? And how a text of the user's is shown in a message."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_SHOWN = 80
_LOOKED_AT = 2_000


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like a word, whatever its case; None if none does."""
    by_lower = {name.lower(): name for name in islice(known, _LOOKED_AT)}
    found = get_close_matches(word[:_SHOWN].lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(found: str | None) -> str | None:
    """A help line for a found word."""
    return None if found is None else f"did you mean {found}?"


def quoted(text: str) -> str:
    """A text of the user's in quotes: on one line, nothing invisible, not too long."""
    return f"'{plain(text)}'"


def plain(text: str) -> str:
    """As `quoted`, without the quotes."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return visible(shown)


def visible(text: str) -> str:
    """Control characters, line ends and other invisible things written as escapes, so that no terminal obeys them."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names as a list in a sentence: a, b or c."""
    words = list(names)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
