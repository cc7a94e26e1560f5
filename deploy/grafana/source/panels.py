"""Panels and dashboards as Grafana reads them, without what is the same in every one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Placed = tuple[int, int, Json]  # width, height and panel
DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"


@dataclass(frozen=True)
class Ask:
    """A query: what it asks, and how its series are called. `now`: only the last value counts."""

    expr: str
    legend: str = ""
    now: bool = False
    format: str = "time_series"


def _target(ask: Ask, place: int) -> Json:
    return {
        "refId": chr(ord("A") + place),
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": ask.expr,
        "legendFormat": ask.legend,
        "instant": ask.now,
        "range": not ask.now,
        "format": ask.format,
    }


def thresholds(*steps: tuple[float | None, str]) -> Json:
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]}


CALM = thresholds((None, GREEN))
NONE_ALLOWED = thresholds((None, GREEN), (1, RED))
_BARS: Json = {"fillOpacity": 80, "lineWidth": 0}
SHOULD_BE_ONE = thresholds((None, RED), (1, GREEN))


def _panel(kind: str, title: str, description: str, asks: Sequence[Ask], unit: str, steps: Json, custom: Json) -> Json:
    defaults: Json = {"unit": unit, "thresholds": steps, "custom": custom, "color": {"mode": "palette-classic"}}
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": [_target(ask, place) for place, ask in enumerate(asks)],
        "fieldConfig": {"defaults": defaults, "overrides": []},
    }


def stat(title: str, description: str, expr: str, unit: str = "none", steps: Json = CALM, mappings: Any = None) -> Json:
    """One number, in the colour of how bad it is."""
    made = _panel("stat", title, description, [Ask(expr, now=True)], unit, steps, {})
    made["fieldConfig"]["defaults"]["color"] = {"mode": "thresholds"}
    if mappings is not None:
        made["fieldConfig"]["defaults"]["mappings"] = mappings
    made["options"] = {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "auto",
        "textMode": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return made


def words(**values: tuple[str, str]) -> list[Json]:
    """What stands for a value: for _1 a text and a colour."""
    shown = {name.removeprefix("_"): {"text": text, "color": color} for name, (text, color) in values.items()}
    return [{"type": "value", "options": shown}]


def lines(
    title: str,
    description: str,
    *asks: Ask,
    unit: str = "none",
    steps: Json = CALM,
    stacked: bool = False,
    bars: bool = False,
) -> Json:
    """Values over time."""
    custom: Json = {
        "drawStyle": "bars" if bars else "line",
        "lineWidth": 1,
        "fillOpacity": 70 if bars else 10 if stacked else 0,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "off" if steps is CALM else "dashed"},
    }
    made = _panel("timeseries", title, description, asks, unit, steps, custom)
    made["options"] = {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return made


def heatmap(title: str, description: str, expr: str, unit: str) -> Json:
    """Buckets of a histogram over time: `expr` gives them by le."""
    made = _panel("heatmap", title, description, [Ask(expr, "{{le}}", format="heatmap")], unit, CALM, {})
    made["options"] = {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64, "exponent": 0.5, "fill": "dark-orange"},
        "rowsFrame": {"layout": "auto"},
        "yAxis": {"axisPlacement": "left", "unit": unit},
        "legend": {"show": True},
        "tooltip": {"mode": "single", "yHistogram": False},
    }
    return made


def states(title: str, description: str, *asks: Ask, mappings: list[Json]) -> Json:
    """What was when, as coloured bars."""
    made = _panel("state-timeline", title, description, asks, "none", SHOULD_BE_ONE, _BARS)
    made["fieldConfig"]["defaults"] |= {"mappings": mappings, "color": {"mode": "thresholds"}}
    made["options"] = {
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "never",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
    }
    return made


def table(
    title: str, description: str, *columns: tuple[str, Ask], by: Sequence[str], hidden: Sequence[str] = ()
) -> Json:
    """A row for each set of labels, a column for each query."""
    asks = [Ask(ask.expr, ask.legend, True, "table") for _, ask in columns]
    made = _panel("table", title, description, asks, "none", CALM, {"align": "auto"})
    letters = [f" #{chr(ord('A') + place)}" for place in range(len(columns))] if len(columns) > 1 else [""]
    names = {f"Value{letter}": name for letter, (name, _) in zip(letters, columns, strict=True)}
    organized = {
        "excludeByName": dict.fromkeys(("Time", *hidden), True),
        "indexByName": {name: place for place, name in enumerate([*by, *names])},
        "renameByName": names,
    }
    made["transformations"] = [{"id": "merge", "options": {}}, {"id": "organize", "options": organized}]
    made["options"] = {"showHeader": True, "cellHeight": "sm"}
    return made


def during(panel: Json, time_from: str, interval: str) -> Json:
    """The same over a time of its own, whatever the dashboard shows, a value each interval."""
    return panel | {"timeFrom": time_from, "interval": interval}
