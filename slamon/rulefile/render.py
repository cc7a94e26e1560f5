"""Diagnostics for people, for programs and for GitHub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal
from unicodedata import east_asian_width

from slamon.rulefile.diagnostics import Diagnostic
from slamon.rulefile.source import Excerpt
from slamon.rulefile.suggest import visible

Format = Literal["text", "json", "github"]
_WHOLE = 50  # diagnostics shown with their line; of the next ones only the first line


def first_line(found: Diagnostic) -> str:
    """The whole diagnostic on one line: PLACE: MESSAGE; HELP [CODE]."""
    warning = "warning: " if found.severity == "warning" else ""
    help = f"; {found.help}" if found.help else ""
    return f"{_where(found)}: {warning}{visible(found.message + help)} [{found.code}]"


def render(found: Sequence[Diagnostic], left_out: int = 0, style: Format = "text", outcome: str = "") -> str:
    """All diagnostics as one text that ends in a line end; empty if there are none (`[]` as JSON)."""
    if style == "json":
        return json.dumps([_record(one) for one in found], ensure_ascii=False, indent=2) + "\n"
    if style == "github":
        return "".join(_annotation(one) + "\n" for one in found)
    return _text(found, left_out, outcome) if found else ""


def _where(found: Diagnostic) -> str:
    place = found.place
    name = visible(place.file)
    return f"{name}:{place.line}:{place.column}" if place.line else name


def _text(found: Sequence[Diagnostic], left_out: int, outcome: str) -> str:
    parts = ["\n".join(_block(one)) + "\n" for one in found[:_WHOLE]]
    parts += [first_line(one) for one in found[_WHOLE:]]
    if left_out:
        parts.append(f"and {left_out:,} more")
    if len(found) > _WHOLE:
        parts.append("")
    return "\n".join([*parts, summary(found, left_out) + outcome]) + "\n"


def summary(found: Sequence[Diagnostic], left_out: int = 0) -> str:
    """How many errors and warnings there are, in how many files."""
    errors = sum(one.severity == "error" for one in found) + left_out
    warnings = sum(one.severity == "warning" for one in found)
    counts = [_count(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    return f"{' and '.join(counts)} in {_count(len({one.place.file for one in found}), 'file')}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _block(found: Diagnostic) -> list[str]:
    margin = " " * len(str(found.place.line))
    lines = [first_line(found)]
    if found.excerpt is not None:
        lines += _excerpt(found.excerpt, str(found.place.line), margin)
    if found.help:
        lines.append(f"{margin} = help: {visible(found.help)}")
    return lines


def _excerpt(excerpt: Excerpt, number: str, margin: str) -> list[str]:
    before, marked = excerpt.text[: excerpt.begin], excerpt.text[excerpt.begin : excerpt.end]
    text = ("…" if excerpt.cut_before else "") + _flat(excerpt.text) + ("…" if excerpt.cut_after else "")
    caret = " " * (excerpt.cut_before + _columns(before)) + "^" * max(1, _columns(marked))
    return [f"{margin} |", f"{number} | {text}".rstrip(), f"{margin} | {caret}"]


def _flat(text: str) -> str:
    """The text with each invisible character as one visible cell, so that the caret stands below what it means."""
    return "".join(
        letter if letter.isprintable() else " " if letter == "\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _record(found: Diagnostic) -> dict[str, object]:
    place = found.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "length": found.length,
        "severity": found.severity,
        "code": found.code,
        "message": found.message,
        "help": found.help,
    }


def _annotation(found: Diagnostic) -> str:
    place = found.place
    properties = {"file": place.file, "line": max(1, place.line), "col": max(1, place.column), "title": found.code}
    shown = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    text = found.message + (f"; {found.help}" if found.help else "")
    return f"::{found.severity} {shown}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(letter):02X}" if letter in "%\r\n" + more else letter for letter in text)
