"""The pages as the tests read them: sections, blocks, tables, links and what links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OUTSIDE_DOCS = ("README.md", "CHANGELOG.md", "rules/README.md", "deploy/README.md")

_FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")


def page(path: str) -> str:
    """The text of a page, by its path below docs."""
    return (DOCS / path).read_text("utf-8")


def every_page() -> list[Path]:
    """Every page of docs, and those that people read first."""
    return [*sorted(DOCS.rglob("*.md")), *(ROOT / path for path in OUTSIDE_DOCS)]


def prose(text: str) -> str:
    """A text without its blocks of code."""
    return _FENCED.sub("", text)


def blocks(text: str, language: str = "") -> list[str]:
    """The blocks of a language; without one, what is typed."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [dedent(block) for _, name, block in found if name == language]


def sections(text: str, level: int = 2) -> dict[str, str]:
    """What stands under each heading of a level, up to the next one of that level or above."""
    marks = list(re.finditer(rf"^#{{1,{level}}} (.+)$", _blanked(text), re.MULTILINE))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return {
        mark[1]: text[mark.end() : end]
        for mark, end in zip(marks, ends, strict=True)
        if mark[0].startswith("#" * level + " ")
    }


def tables(text: str) -> list[list[dict[str, str]]]:
    """Every table: its rows, each a map from the head of a column to what stands there."""
    found: list[list[dict[str, str]]] = []
    for table in re.findall(r"(?:^\|.*\|\n?)+", prose(text), re.MULTILINE):
        head, _, *rows = [_cells(line) for line in table.splitlines()]
        found.append([dict(zip(head, row, strict=True)) for row in rows])
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def in_code(text: str) -> list[str]:
    """Everything between backticks."""
    return re.findall(r"`([^`]+)`", text)


def links(text: str) -> Iterator[str]:
    """Where links and pictures lead, except to the web."""
    for one in _LINK.finditer(prose(text)):
        target = one[1] or one[2]
        if not re.match(r"https?:|mailto:", target):
            yield target


def anchors(text: str) -> set[str]:
    """The headings as they stand in addresses."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _blanked(text: str) -> str:
    """The text with its blocks of code as blanks: places stay where they are."""
    return _FENCED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
