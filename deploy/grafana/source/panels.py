"""Panels and dashboards as Grafana reads them, without what is the same in every one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Placed = tuple[int, int, Json]  # width, height and panel
DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, ORANGE, RED, BLUE, PURPLE = "green", "yellow", "orange", "red", "blue", "purple"


@dataclass(frozen=True)
class Ask:
    """A query: what it asks, and how its series are called. `now`: only the last value counts.

    `color`: of all its series. `steps` and `unit`: of its column in a table.
    """

    expr: str
    legend: str = ""
    now: bool = False
    format: str = "time_series"
    color: str = ""
    steps: Json | None = None
    unit: str = "none"


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


def _override(by: str, name: str, **properties: Any) -> Json:
    """What is different for some fields, as `color` or `custom_cellOptions`."""
    found = [{"id": id.replace("_", "."), "value": value} for id, value in properties.items()]
    return {"matcher": {"id": by, "options": name}, "properties": found}


def _colours(asks: Sequence[Ask]) -> list[Json]:
    """What is bad is red in every panel, whatever else is shown there."""
    letters = ((chr(ord("A") + place), ask.color) for place, ask in enumerate(asks) if ask.color)
    return [_override("byFrameRefID", letter, color={"mode": "fixed", "fixedColor": one}) for letter, one in letters]


def _panel(kind: str, title: str, description: str, asks: Sequence[Ask], unit: str, steps: Json, custom: Json) -> Json:
    defaults: Json = {"unit": unit, "thresholds": steps, "custom": custom, "color": {"mode": "palette-classic"}}
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": [_target(ask, place) for place, ask in enumerate(asks)],
        "fieldConfig": {"defaults": defaults, "overrides": _colours(asks)},
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
    if unit == "percentunit":
        made["fieldConfig"]["defaults"] |= {"min": 0, "max": 1}
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
    title: str,
    description: str,
    *columns: tuple[str, Ask],
    by: Sequence[str],
    hidden: Sequence[str] = (),
    chooses: str = "",
) -> Json:
    """A row for each set of labels, a column for each query, the worst of the first of them on top.

    `chooses`: the dashboard on which a click at a label chooses that value.
    """
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
    made["options"] = {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": columns[0][0], "desc": True}]}
    made["fieldConfig"]["overrides"] = [
        *(_coloured(name, ask) for name, ask in columns if ask.steps is not None),
        *(_choosing(name, chooses) for name in by if chooses),
    ]
    return made


def _coloured(column: str, ask: Ask) -> Json:
    colours = {"thresholds": ask.steps, "color": {"mode": "thresholds"}, "custom_cellOptions": {"type": "color-text"}}
    return _override("byName", column, unit=ask.unit, decimals=1 if ask.unit != "none" else 0, **colours)


def _choosing(label: str, dashboard: str) -> Json:
    url = f"/d/{dashboard}?var-{label}=${{__value.text:percentencode}}&${{datasource:queryparam}}&${{__url_time_range}}"
    return _override("byName", label, links=[{"title": "Only this one", "url": url, "targetBlank": False}])


def leading(panel: Json, title: str, dashboard: str) -> Json:
    """The same, with a link to where more is to be seen."""
    url = f"/d/{dashboard}?${{datasource:queryparam}}&${{__url_time_range}}"
    return panel | {"links": [{"title": title, "type": "link", "url": url}]}


def for_each(panel: Json, variable: str) -> Json:
    """One such panel for each value that is chosen, side by side; to be the last of its row."""
    return panel | {"repeat": variable, "repeatDirection": "h"}


def during(panel: Json, time_from: str, interval: str) -> Json:
    """The same over a time of its own, whatever the dashboard shows, a value each interval."""
    return panel | {"timeFrom": time_from, "interval": interval}
