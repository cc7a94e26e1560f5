"""Kinds of directories."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from slamon.directories import Kind, load
from slamon.directories.registry import BUILT_IN, GROUP

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_of_ours_loads_and_is_named_where_it_must(kind: str) -> None:
    assert isinstance(load(kind), Kind)
    assert PROJECT["project"]["entry-points"][GROUP][kind] == f"{GROUP}.{kind}:KIND"
    contracts = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert f"{GROUP}.{kind}" in contracts["Connectors do not know one another"]["modules"]


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(LookupError) as near:
        load("cvs")
    assert str(near.value) == "'cvs' is not a kind of directory: did you mean csv?"
