"""Kinds of sources: ours, and those of other packages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from slamon.sources import Kind, kinds, load
from slamon.sources.registry import BUILT_IN, GROUP

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that brings three kinds: one that works, one that is none, one that does not load."""
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nacme = acme_desk:KIND\nnone = acme_desk:NOTHING\ngone = acme_gone:KIND\nfile = acme_desk:KIND\n"
    )
    (tmp_path / "acme_desk.py").write_text(
        "from slamon.sources import Kind\nKIND = Kind(dict, lambda name, settings, around: None)\nNOTHING = 5\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_of_ours_loads_and_is_named_where_it_must(kind: str) -> None:
    assert isinstance(load(kind), Kind)
    assert PROJECT["project"]["entry-points"][GROUP][kind] == f"{GROUP}.{kind}:KIND"
    contracts = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert f"{GROUP}.{kind}" in contracts["Connectors do not know one another"]["modules"]


def test_an_unknown_kind_names_the_nearest_or_all() -> None:
    with pytest.raises(LookupError) as near:
        load("fiel")
    assert str(near.value) == "'fiel' is not a kind of source: did you mean file?"
    with pytest.raises(LookupError, match=r"'zendesk' is not a kind of source: one of .*file, .*replay"):
        load("zendesk")


@pytest.mark.usefixtures("plug_in")
def test_another_package_can_bring_a_kind_but_not_replace_ours() -> None:
    assert isinstance(load("acme"), Kind)
    assert load("acme") is not load("file")
    assert load("file").source.__module__ == "slamon.sources.file"
    assert {"acme", "file", "gone", "none", "replay"} <= set(kinds())


@pytest.mark.usefixtures("plug_in")
def test_a_kind_that_is_none_or_does_not_load_says_why() -> None:
    with pytest.raises(LookupError, match=r"kind 'none' does not name a slamon\.sources\.registry\.Kind"):
        load("none")
    with pytest.raises(LookupError, match=r"kind 'gone' \(acme_gone:KIND\) cannot be loaded: No module named"):
        load("gone")


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_of_ours_has_tests(kind: str) -> None:
    assert list(Path(__file__).parent.glob(f"test_{kind}*.py"))
