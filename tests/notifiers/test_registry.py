from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from slamon import connectors
from slamon.notifiers import Kind, kinds, load, registry
from slamon.notifiers.console import ConsoleSettings
from slamon.notifiers.templates import Template

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_every_kind_has_its_module_its_entry_point_and_its_test(kind: str) -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][registry.GROUP]
    assert set(points) == set(registry.BUILT_IN)
    assert points[kind] == f"slamon.notifiers.{kind}:KIND"
    assert isinstance(load(kind), Kind)
    assert (ROOT / f"tests/notifiers/test_{kind}.py").exists()


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_the_file_of_a_kind_stays_short(kind: str) -> None:
    assert len((ROOT / f"slamon/notifiers/{kind}.py").read_text().splitlines()) <= 130


def test_a_template_is_given_to_the_kinds_that_can_send_one() -> None:
    words, page = Template("x"), Template("x", "html")
    assert load("console").make("console", ConsoleSettings(), words).name == "console"
    with pytest.raises(ValueError, match=r"^template: this kind sends plain text, no HTML: write a file"):
        load("console").make("console", ConsoleSettings(), page)
    for kind in ("alertmanager", "webhook"):
        with pytest.raises(ValueError, match=r"^template: what this kind sends has a form of its own, for programs"):
            load(kind).make(kind, None, words)
    assert load("email").templates == ("text", "html")


def test_an_unknown_kind_names_the_nearest_or_all() -> None:
    with pytest.raises(LookupError, match=r"^'slak' is not a kind of notifier: did you mean slack\?$"):
        load("slak")
    with pytest.raises(
        LookupError,
        match=r"^'pigeon' is not a kind of notifier: one of alertmanager, console, email, pagerduty, slack, webhook$",
    ):
        load("pigeon")


def test_other_packages_bring_kinds_but_cannot_replace_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        [
            EntryPoint("slack", "os:path", registry.GROUP),
            EntryPoint("pager", "slamon.notifiers.console:KIND", registry.GROUP),
            EntryPoint("broken", "nowhere_to_be_found:KIND", registry.GROUP),
            EntryPoint("wrong", "os:path", registry.GROUP),
        ]
    )
    monkeypatch.setattr(connectors, "entry_points", lambda **wanted: points.select(**wanted))
    assert kinds() == ["alertmanager", "broken", "console", "email", "pager", "pagerduty", "slack", "webhook", "wrong"]
    assert load("pager") is load("console")
    assert load("slack").notifier.__name__ == "SlackNotifier"
    with pytest.raises(LookupError, match=r"kind 'broken' \(nowhere_to_be_found:KIND\) cannot be loaded: No module"):
        load("broken")
    with pytest.raises(LookupError, match="'wrong' does not name a slamon"):
        load("wrong")
