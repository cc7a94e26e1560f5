"""What Prometheus answered to the queries of a dashboard, panel by panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.deploy.boards import panels

NAMED = {"red": "#e02f44", "yellow": "#e0b400", "green": "#56a64b", "blue": "#3274d9", "orange": "#ff9830"}
NAMED |= {"purple": "#8f3bb8", "text": "#222222"}

Series = dict[str, list[dict[str, Any]]]
Line = tuple[str, str | None, list[float], list[float]]  # legend, colour, minutes, values


@dataclass(frozen=True)
class Board:
    """A dashboard's answers; `start` in minutes, `end` in seconds since 1970."""

    name: str
    series: Series
    start: float
    end: float

    def panel(self, title: str) -> dict[str, Any]:
        (found,) = [one for one in panels(self.name) if one["title"] == title]
        return found

    def answers(self, panel: dict[str, Any], letter: str) -> list[dict[str, Any]]:
        return self.series[f"{self.name}/{panel['title']}/{letter}"]

    def minute(self, at: float) -> float:
        return at / 60 - self.start

    def lines(self, panel: dict[str, Any]) -> list[Line]:
        """Everything that has a value, in the order of the panel's queries."""
        colours = fixed_colours(panel)
        found: list[Line] = []
        for target in panel["targets"]:
            for one in self.answers(panel, target["refId"]):
                points = [(at, float(value)) for at, value in one["values"] if value not in ("NaN", "+Inf")]
                if points:
                    name = legend(target["legendFormat"], one["metric"])
                    minutes, values = [self.minute(at) for at, _ in points], [value for _, value in points]
                    found.append((name, colours.get(target["refId"]), minutes, values))
        return found


def legend(text: str, metric: dict[str, str]) -> str:
    for label, value in metric.items():
        text = text.replace("{{" + label + "}}", value)
    return text


def overridden(panel: dict[str, Any], property: str) -> dict[str, Any]:
    """What is different for some queries, by letter, or columns, by name."""
    overrides = panel["fieldConfig"]["overrides"]
    return {
        one["matcher"]["options"]: found["value"]
        for one in overrides
        for found in one["properties"]
        if found["id"] == property
    }


def fixed_colours(panel: dict[str, Any]) -> dict[str, str]:
    """By the letter of the query."""
    chosen = overridden(panel, "color")
    return {letter: NAMED[one["fixedColor"]] for letter, one in chosen.items() if "fixedColor" in one}
