"""The page about metrics: it has every metric that is exported, with its type and labels, and no other."""

from __future__ import annotations

import re

import pytest

from tests.deploy.queries import recorded
from tests.docs.pages import ROOT, every_page, page
from tests.metrics.build import everything, exported, kinds

PAGE = page("metrics.md")
ROW = re.compile(r"^\| `(slamon_\w+)` \| (\w+) \| ([\w, ]*)\| (.+) \|$", re.MULTILINE)
OF_A_FAMILY = re.compile(r"_(?:bucket|count|sum)$")


def rows() -> dict[str, tuple[str, frozenset[str]]]:
    return {name: (type, frozenset(re.findall(r"\w+", labels))) for name, type, labels, _ in ROW.findall(PAGE)}


@pytest.mark.asyncio
async def test_every_metric_is_on_the_page_with_its_type_and_labels_and_no_other() -> None:
    assert rows() == {name: (one.type, one.labels) for name, one in (await kinds(everything())).items()}


@pytest.mark.asyncio
async def test_every_value_of_a_closed_set_of_labels_is_on_the_page() -> None:
    found = re.findall(r'(?:outcome|was|ending|state|reason|status)="(\w+)"', await exported(everything()))
    assert {one for one in found if f"`{one}`" not in PAGE} == set()


@pytest.mark.asyncio
async def test_a_metric_that_any_page_names_is_exported_or_recorded() -> None:
    there = {*await kinds(everything()), *recorded()}
    for path in every_page():
        named = re.findall(r"(?<![\w:/.-])slamon_[a-z_]+\b(?![./-])", path.read_text("utf-8"))
        unknown = {name for name in named if name not in there and OF_A_FAMILY.sub("", name) not in there}
        assert unknown == set(), path.relative_to(ROOT)
