"""Drawing one panel of a dashboard, by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib

from tests.peers.pictures_answers import NAMED, Board, overridden

COLOURS = ["#3274d9", "#ff9830", "#56a64b", "#8f3bb8", "#37872d", "#5794f2", "#b877d9", "#a0522d", "#6e6e6e", "#e0b400"]
_MOST_LINES = 10  # of a legend: those with the largest values


def unit_of(panel: dict[str, Any]) -> str:
    unit: str = panel["fieldConfig"]["defaults"]["unit"]
    return unit


def shown(value: float, unit: str) -> str:
    """As people write it."""
    if unit == "percentunit":
        return f"{value:.0%}"
    if unit == "s":
        return span(round(value))
    return f"{value:.1f}" if unit == "short" else f"{value:.0f}"


def span(seconds: float) -> str:
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{sign}{seconds / size:.3g} {unit}"
    return f"{sign}{seconds:g} s"


def scale(unit: str, highest: float) -> tuple[float, str]:
    """What values are multiplied by, and what they then are."""
    if unit == "s":
        return next(
            (1 / size, name)
            for size, name in ((3_600, "hours"), (60, "minutes"), (1, "seconds"))
            if highest > 2 * size or size == 1
        )
    return {"percentunit": (100, "%"), "ops": (1, "a second")}.get(unit, (1, ""))


def draw_lines(axes: Any, board: Board, panel: dict[str, Any]) -> None:
    lines = [one for one in board.lines(panel) if any(one[3])]  # what is 0 all along only fills the legend
    most = sorted(lines, key=lambda one: -max(map(abs, one[3])))[:_MOST_LINES]
    free = iter([one for one in COLOURS * 2 if one not in {colour for _, colour, *_ in lines}])
    factor, unit = scale(unit_of(panel), max((max(one[3]) for one in lines), default=1))
    for one in (line for line in lines if line in most):
        name, colour, minutes, values = one
        axes.plot(minutes, [value * factor for value in values], label=name, color=colour or next(free), lw=1.4)
    axes.set_ylabel(unit, fontsize=7)
    if not lines:
        return
    lowest = min(0.0, min(min(values) for *_, values in lines)) * factor
    highest = max(max(values) for *_, values in lines) * factor
    axes.set_ylim(lowest * 1.1, lowest + (highest - lowest) * 1.08 or 1)
    axes.legend(fontsize=6.5, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.03), borderaxespad=0.3)


def draw_heat(axes: Any, board: Board, panel: dict[str, Any]) -> None:
    rows = board.answers(panel, "A")
    bounds = sorted((one for one in rows if one["metric"]["le"] != "+Inf"), key=lambda one: float(one["metric"]["le"]))
    times = sorted({at for one in bounds for at, _ in one["values"]})
    grid, below = [], dict.fromkeys(times, 0.0)
    for one in bounds:
        here = {at: float(value) for at, value in one["values"]}
        grid.append([max(0.0, here.get(at, 0.0) - below[at]) for at in times])
        below = {at: here.get(at, 0.0) for at in times}
    norm = matplotlib.colors.PowerNorm(0.5)
    drawn = axes.pcolormesh([board.minute(at) for at in times], range(len(grid)), grid, cmap="Oranges", norm=norm)
    axes.set_yticks(range(len(grid)), [f"≤ {span(float(one['metric']['le']))}" for one in bounds], fontsize=6)
    bar = axes.figure.colorbar(drawn, cax=axes.inset_axes((1.02, 0, 0.02, 1)))
    bar.ax.tick_params(labelsize=6)
    bar.set_label("in half a minute", fontsize=6)


def draw_states(axes: Any, board: Board, panel: dict[str, Any]) -> None:
    lines = board.lines(panel)
    for row, (_, _, minutes, values) in enumerate(lines):
        for minute, value in zip(minutes, values, strict=True):
            axes.barh(row, 5.2 / 60, left=minute, height=0.7, color=NAMED["green" if value else "red"])
    axes.set_yticks(range(len(lines)), [name for name, *_ in lines], fontsize=6.5)
    axes.set_ylim(len(lines) - 0.4, -0.6)


def colour_of(value: float, thresholds: dict[str, Any]) -> str:
    """By the last step that it reaches."""
    reached = [one["color"] for one in thresholds["steps"] if one["value"] is None or value >= one["value"]]
    return NAMED[reached[-1]]


def draw_stat(axes: Any, board: Board, panel: dict[str, Any]) -> None:
    """The last value of all, on the colour that it has."""
    defaults = panel["fieldConfig"]["defaults"]
    value = float(board.answers(panel, "A")[0]["values"][-1][1])
    colour = colour_of(value, defaults["thresholds"])
    text = shown(value, unit_of(panel))
    for mapping in defaults.get("mappings", []):
        text = mapping["options"].get(f"{value:g}", {}).get("text", text)
    axes.set(xticks=[], yticks=[], facecolor=colour)
    axes.spines[:].set_visible(False)
    axes.text(
        0.5, 0.45, text, ha="center", va="center", fontsize=17, color="white", weight="bold", transform=axes.transAxes
    )


def draw_table(axes: Any, board: Board, panel: dict[str, Any]) -> None:
    """What stood there at the end."""
    names, rows = table_of(board, panel)
    axes.axis("off")
    table = axes.table(rows, colLabels=names, loc="upper left", edges="horizontal", cellLoc="left")
    table.auto_set_font_size(False)
    table.set_fontsize(7.5)
    table.auto_set_column_width(range(len(names)))
    table.scale(1.0, 1.25)
    coloured = overridden(panel, "thresholds")
    for (row, column), cell in table.get_celld().items():
        text, steps = cell.get_text().get_text(), coloured.get(names[column])
        cell.set_edgecolor("#cccccc")
        cell.set_text_props(weight="bold" if row == 0 else "normal")
        if row > 0 and steps and text:
            cell.set_text_props(color=colour_of(float(text), steps))


def table_of(board: Board, panel: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The names of its columns, and its rows, those with the most in the first column of numbers on top."""
    organized = next(one["options"] for one in panel["transformations"] if one["id"] == "organize")
    columns = list(organized["renameByName"].values())
    labels = [one for one in organized["indexByName"] if one not in organized["renameByName"]]
    units, cells = overridden(panel, "unit"), dict[tuple[str, ...], dict[str, str]]()
    for column, target in zip(columns, panel["targets"], strict=True):
        for one in board.answers(panel, target["refId"]):
            at, value = one["values"][-1]
            if at == board.end:
                key = tuple(one["metric"].get(label, "") for label in labels)
                cells.setdefault(key, {})[column] = shown(float(value), units.get(column, "none"))
    rows = sorted(cells.items(), key=lambda one: (-float(one[1].get(columns[0], 0)), one[0]))
    return [*labels, *columns], [[*key, *(found.get(column, "") for column in columns)] for key, found in rows]


DRAWN: dict[str, Callable[[Any, Board, dict[str, Any]], None]] = {
    "timeseries": draw_lines,
    "heatmap": draw_heat,
    "state-timeline": draw_states,
    "stat": draw_stat,
    "table": draw_table,
}
