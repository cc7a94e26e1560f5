"""The page about metrics: it has every metric that is exported, with its type and labels, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.metrics.build import everything, exported, kinds

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
ROW = re.compile(r"^\| `(slamon_\w+)` \| (\w+) \| ([\w, ]*)\| (.+) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, frozenset[str]]]:
    found = ROW.findall(PAGE.read_text("utf-8"))
    return {name: (type, frozenset(re.findall(r"\w+", labels))) for name, type, labels, _ in found}


@pytest.mark.asyncio
async def test_every_metric_is_on_the_page_with_its_type_and_labels_and_no_other() -> None:
    assert rows() == {name: (one.type, one.labels) for name, one in (await kinds(everything())).items()}


@pytest.mark.asyncio
async def test_every_value_of_a_closed_set_of_labels_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    found = re.findall(r'(?:outcome|was|ending|state|reason)="(\w+)"', await exported(everything()))
    assert {one for one in found if f"`{one}`" not in text} == set()


@pytest.mark.asyncio
async def test_no_label_is_called_as_those_that_prometheus_adds_to_a_target() -> None:
    labels = {label for one in (await kinds(everything())).values() for label in one.labels}
    assert labels.isdisjoint({"job", "instance", "customer", "service", "stage", "owner", "namespace", "pod"})
