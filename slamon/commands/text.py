"""Plain tables for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from slamon.rulefile.suggest import visible


def columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines in columns under their names; nothing in them that a terminal would obey."""
    shown = [[visible(cell) for cell in row] for row in (names, *rows)]
    widths = [max(len(row[index]) for row in shown) for index in range(len(names))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown)
    return "".join(line.rstrip() + "\n" for line in lines)
