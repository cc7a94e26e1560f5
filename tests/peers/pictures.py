"""`python -m tests.peers.pictures RESULT.json docs/images`: panels of the dashboards, drawn from what Prometheus answered.

RESULT.json comes from tests.peers.monitored. Needs matplotlib, which nothing else here does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from tests.deploy.boards import panels

Series = dict[str, list[dict[str, Any]]]
COLOURS = ["#3274d9", "#e02f44", "#56a64b", "#ff9830", "#8f3bb8", "#5794f2", "#b877d9", "#fade2a"]


def legend(panel: dict[str, Any], letter: str, metric: dict[str, str]) -> str:
    (text,) = [one["legendFormat"] for one in panel["targets"] if one["refId"] == letter]
    for label, value in metric.items():
        text = text.replace("{{" + label + "}}", value)
    return text


def found(series: Series, board: str, panel: dict[str, Any]) -> list[tuple[str, list[float], list[float]]]:
    """(legend, minutes since the start, values) of every series."""
    shown = []
    for target in panel["targets"]:
        for one in series[f"{board}/{panel['title']}/{target['refId']}"]:
            points = [(at / 60, float(value)) for at, value in one["values"] if value not in ("NaN", "+Inf")]
            if points:
                shown.append((legend(panel, target["refId"], one["metric"]), *map(list, zip(*points, strict=True))))
    return shown


def draw_lines(axes: Any, series: Series, board: str, panel: dict[str, Any], start: float) -> None:
    many = [one for one in found(series, board, panel) if any(one[2])]  # what is 0 all along only fills the legend
    factor, unit = (100, "%") if panel["fieldConfig"]["defaults"]["unit"] == "percentunit" else (1, "")
    for number, (name, minutes, values) in enumerate(many):
        colour = COLOURS[number % len(COLOURS)]
        axes.plot([one - start for one in minutes], [one * factor for one in values], label=name, color=colour, lw=1.4)
    unit = unit or {"s": "s", "ops": "a second"}.get(panel["fieldConfig"]["defaults"]["unit"], "")
    axes.set_ylabel(unit, fontsize=7)
    highest = max((max(values) for _, _, values in many), default=1) * factor
    axes.set_ylim(0, highest * (1.1 + 0.06 * len(many)))
    axes.legend(fontsize=6, ncol=2, frameon=False, loc="upper left")


def span(seconds: float) -> str:
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def draw_heat(axes: Any, series: Series, board: str, panel: dict[str, Any], start: float) -> None:
    rows = series[f"{board}/{panel['title']}/A"]
    bounds = sorted((one for one in rows if one["metric"]["le"] != "+Inf"), key=lambda one: float(one["metric"]["le"]))
    times = sorted({at for one in bounds for at, _ in one["values"]})
    grid, below = [], dict.fromkeys(times, 0.0)
    for one in bounds:
        here = {at: float(value) for at, value in one["values"]}
        grid.append([max(0.0, here.get(at, 0.0) - below[at]) for at in times])
        below = {at: here.get(at, 0.0) for at in times}
    axes.pcolormesh([at / 60 - start for at in times], range(len(grid)), grid, cmap="Oranges", shading="nearest")
    axes.set_yticks(range(len(grid)), [f"≤ {span(float(one['metric']['le']))}" for one in bounds], fontsize=6)


PICTURES = {
    "dashboard-promises": (
        "promises",
        ("Broken and at risk", "Burn rate", "What became of promises", "Working time until a promise was met"),
    ),
    "dashboard-operations": (
        "operations",
        ("Work of the judge", "Age of what is known", "How alerts ended", "From due to accepted"),
    ),
}


def main(result: Path, folder: Path) -> None:
    series: Series = json.loads(result.read_text("utf-8"))["series"]
    start = min(at for many in series.values() for one in many for at, _ in one["values"]) / 60
    for name, (board, titles) in PICTURES.items():
        figure, grid = plt.subplots(2, 2, figsize=(11, 6.4), layout="constrained")
        for axes, title in zip(grid.flat, titles, strict=True):
            (panel,) = [one for one in panels(board) if one["title"] == title]
            draw: Callable[..., None] = draw_heat if panel["type"] == "heatmap" else draw_lines
            draw(axes, series, board, panel, start)
            axes.set_title(title, fontsize=9, loc="left", weight="bold")
            axes.tick_params(labelsize=7)
            axes.set_xlabel("minutes of a replay at 240 times the speed", fontsize=7)
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(folder / f"{name}.png", dpi=100)
        plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
