"""Regular expressions of users: a linear-time engine, bounded memory."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from slamon.core.match import Pattern
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Field, Schema, scalar
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import plain, quoted

_MEMORY = 1 << 20  # bytes, for one compiled pattern and its caches


class RegexField(Field[tuple[str, Pattern]]):
    """A regular expression as RE2 knows it: no look-around, no back-references."""

    takes = "a regular expression such as ^VPN"

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[str, Pattern]:
        text = scalar(node, owner, report, self.takes).text
        try:
            return text, compiled(text)
        except ValueError as mistake:
            help = "look-around and back-references are not available (syntax: RE2)"
            report.refuse(node, "bad-regex", f"{quoted(text)} is not a regular expression: {plain(str(mistake))}", help)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}


@lru_cache(maxsize=4_096)
def compiled(text: str) -> Pattern:
    """The compiled pattern of a text; ValueError says what is wrong with it."""
    import re2

    wishes: Any = re2.Options()
    wishes.max_mem = _MEMORY
    wishes.log_errors = False
    try:
        pattern: Pattern = re2.compile(text, wishes)
    except (re2.error, UnicodeError) as mistake:
        raise ValueError(_said(mistake)) from None
    return pattern


def _said(mistake: Exception) -> str:
    first = mistake.args[0] if mistake.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
