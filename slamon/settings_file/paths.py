"""Paths in slamon.yml."""

from __future__ import annotations

from pathlib import Path

from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Text
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.suggest import quoted
from slamon.settings import socket_beside

_SUCH = "write one such as var/slamon.db"


class DatabasePath(Text):
    """The path of a file beside which the local socket can lie."""

    def __init__(self) -> None:
        super().__init__("a path")

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = super().read(node, owner, report)
        found = _mistake(text)
        if found is not None:
            report.refuse(node, "bad-value", *found)
        return text


def _mistake(text: str) -> tuple[str, str] | None:
    """What is wrong, and what to type. What is silently made of the others would be found by nobody."""
    path = Path(text)
    if "://" in text:  # with a password, perhaps
        return "an address is no file", _SUCH
    if text == ":memory:":
        return f"{quoted(text)} is no file", _SUCH
    if path.parts[:1] == ("~",):
        return "'~' is not put in place here", "write the whole path, such as /var/lib/slamon/slamon.db"
    if text.endswith("/") or path.name in ("", ".."):
        return f"{quoted(text)} is a directory, and the database is a file", _SUCH
    if socket_beside(path) == path:
        return f"{quoted(text)} is where the local socket lies", _SUCH
    return None
