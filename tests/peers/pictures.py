"""`python -m tests.peers.pictures RESULT.json docs/images`: the dashboards, drawn from what Prometheus answered.

RESULT.json comes from tests.peers.monitored. Needs matplotlib, which nothing else here does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from tests.deploy.boards import panels
from tests.peers.pictures_answers import Board, Series
from tests.peers.pictures_panels import DRAWN, draw_stat


def draw(board: Board, titles: Sequence[Sequence[str]], file: Path) -> None:
    """The numbers on top, below them rows of two panels."""
    numbers = [one for one in panels(board.name) if one["type"] == "stat"]
    figure = plt.figure(figsize=(14, 1.3 + 2.5 * len(titles)), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=[1.2, 2.5 * len(titles)])
    top, bottom = parts
    for axes, panel in zip(top.subplots(1, len(numbers)), numbers, strict=True):
        draw_stat(axes, board, panel)
        axes.set_title(panel["title"], fontsize=9, weight="bold")
    for axes, title in zip(bottom.subplots(len(titles), 2).flat, [one for row in titles for one in row], strict=True):
        panel = board.panel(title)
        DRAWN[panel["type"]](axes, board, panel)
        axes.set_title(title.replace("$target", "every target"), fontsize=9, loc="left", weight="bold")
        axes.tick_params(labelsize=7)
        if panel["type"] != "table":
            axes.set_xlim(0, board.minute(board.end))
            axes.set_xlabel("minutes", fontsize=7)
            axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=90)
    plt.close(figure)


PICTURES = {
    "promises": (
        ("What burns now", "Broken and at risk"),
        ("Kept promises by policy and week", "Burn rate"),
        ("What became of promises", "By customer, last 7 days"),
        ("Half, and nineteen of twenty, are met within", "Working time until a promise was met: $target"),
    ),
    "operations": (
        ("What is wrong", "Work of the judge"),
        ("Lateness within slamon", "Signs of life"),
        ("Sources and directories", "Age of what is known"),
        ("Tickets read", "What cannot be used"),
        ("Unknown names", "Not let in"),
        ("Requests left", "Clocks of the servers are ahead by"),
        ("Waiting", "The oldest waits for"),
        ("How alerts ended", "Attempts"),
        ("Nineteen of twenty alerts are accepted within", "From due to accepted"),
    ),
}


def main(result: Path, folder: Path) -> None:
    seen = json.loads(result.read_text("utf-8"))
    series: Series = seen["series"]
    end = max(at for many in series.values() for one in many for at, _ in one["values"])
    for name, titles in PICTURES.items():
        draw(Board(name, series, seen["begun"] / 60, end), titles, folder / f"dashboard-{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
