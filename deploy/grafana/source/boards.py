"""A dashboard of rows of panels, with what it is chosen by and where else to look."""

from __future__ import annotations

from collections.abc import Sequence

from panels import DATASOURCE, Json, Placed

Rows = Sequence[tuple[str, Sequence[Placed]]]
_WIDTH = 24


def label_values(name: str, metric: str) -> Json:
    """A variable to choose among the values of the label of its name; all of them at first."""
    query = f"label_values({metric}, {name})"
    everything = {"text": ["All"], "value": ["$__all"], "selected": True}
    return {
        "name": name,
        "label": name,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": everything,
        "sort": 1,
        "hide": 0,
    }


_DATASOURCE_VARIABLE: Json = {
    "name": "datasource",
    "label": "Prometheus",
    "type": "datasource",
    "query": "prometheus",
    "refresh": 1,
    "regex": "",
    "hide": 0,
    "includeAll": False,
    "multi": False,
}


def dashboard(
    uid: str,
    title: str,
    description: str,
    rows: Rows,
    variables: Sequence[Json],
    links: Sequence[tuple[str, str]],
    since: str,
) -> Json:
    """Rows of (width, height, panel), each row below the one before it."""
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["slamon"],
        "timezone": "browser",
        "editable": False,
        "graphTooltip": 1,
        "schemaVersion": 39,
        "version": 1,
        "refresh": "1m",
        "time": {"from": since, "to": "now"},
        "templating": {"list": [_DATASOURCE_VARIABLE, *variables]},
        "links": [_link(name, url) for name, url in links],
        "panels": _placed(rows),
    }


def _link(title: str, url: str) -> Json:
    return {
        "title": title,
        "type": "link",
        "url": url,
        "icon": "dashboard",
        "tooltip": title,
        "tags": [],
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": True,
        "keepTime": True,
    }


def _placed(rows: Rows) -> list[Json]:
    placed: list[Json] = []
    y = 0
    for title, panels in rows:
        bar = {"type": "row", "title": title, "collapsed": False, "panels": []}
        placed.append(bar | {"id": len(placed) + 1, "gridPos": {"x": 0, "y": y, "w": _WIDTH, "h": 1}})
        x, y, tallest = 0, y + 1, 0
        for width, height, panel in panels:
            if x + width > _WIDTH:
                x, y, tallest = 0, y + tallest, 0
            grid = {"x": x, "y": y, "w": width, "h": height}
            placed.append(panel | {"id": len(placed) + 1, "gridPos": grid})
            x, tallest = x + width, max(tallest, height)
        y += tallest
    return placed
