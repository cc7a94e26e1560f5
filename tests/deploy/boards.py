"""The shipped dashboards: their panels, and their queries with every variable in place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.deploy.programs import DEPLOY

FOLDER = DEPLOY / "grafana"
NAMES = ("promises", "operations")
_SPANS = {"__rate_interval": "2m", "__interval": "1m", "__range": "1h"}


@dataclass(frozen=True)
class Query:
    """A query of a panel, as Grafana would send it with all chosen."""

    panel: str
    letter: str
    kind: str  # of the panel
    expr: str
    raw: str


def board(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "dashboards" / f"{name}.json").read_text("utf-8"))
    return found


def panels(name: str) -> list[dict[str, Any]]:
    return [one for one in board(name)["panels"] if one["type"] != "row"]


def queries(name: str, spans: dict[str, str] | None = None) -> Iterator[Query]:
    for panel in panels(name):
        for target in panel["targets"]:
            yield Query(panel["title"], target["refId"], panel["type"], filled(target["expr"], spans), target["expr"])


def filled(expr: str, spans: dict[str, str] | None = None) -> str:
    """An expression with spans in place of Grafana's own variables, and everything in place of the others."""
    known = _SPANS | (spans or {})
    return re.sub(r"\$\{?(\w+)\}?", lambda found: known.get(found[1], ".*"), expr)
