"""What is shipped for Prometheus, and which metrics its expressions ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.programs import DEPLOY
from tests.metrics.build import Kind

FOLDER = DEPLOY / "prometheus"
ALERTS = FOLDER / "slamon-alerts.yml"
RECORDING = FOLDER / "slamon-recording.yml"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"\b[\w:]*slamon[\w:]+")
_LABELS = re.compile(r"\{([^}]*)\}|\b(?:by|without|on|group_left|group_right)\s*\(([^)]*)\)")
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum")}


def rules(path: Path) -> list[dict[str, Any]]:
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def names(expression: str) -> set[str]:
    """The metrics and recorded series that a PromQL expression names."""
    return set(_NAME.findall(_QUOTED.sub('""', expression)))


def labels(expression: str) -> set[str]:
    """The labels that it selects or groups by."""
    found = (one or two for one, two in _LABELS.findall(_QUOTED.sub('""', expression)))
    return {label for text in found for label in re.findall(r"\w+", text)}


def series(kinds: dict[str, Kind]) -> dict[str, frozenset[str]]:
    """Every name that can be asked for, with its labels, of what is exported."""
    return {name + suffix: one.labels for name, one in kinds.items() for suffix in _SUFFIXES.get(one.type, ("",))}


def recorded() -> set[str]:
    return {rule["record"] for rule in rules(RECORDING)}


def expressions() -> Iterator[str]:
    for path in (RECORDING, ALERTS):
        yield from (rule["expr"] for rule in rules(path))


def strangers(asked: Iterable[str], there: Iterable[str]) -> set[str]:
    """What is asked for and neither exported nor recorded."""
    return set(asked) - set(there) - recorded()
