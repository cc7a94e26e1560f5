"""Kinds that another package brings: their keys are read from the dataclass of their settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, EntryPoints
from typing import Literal

import pytest

from slamon import connectors, notifiers
from slamon.notifiers.console import ConsoleNotifier, ConsoleSettings
from slamon.secrets import Secret
from slamon.settings_file.tables import DOCUMENT
from tests.settings_file.build import START, lines, settings


@dataclass(frozen=True, slots=True)
class Proxy:
    address: Secret
    users: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.users == ("nobody",):
            raise ValueError("proxy: nobody may use it: write a user")


@dataclass(frozen=True, slots=True)
class PagerSettings:
    key: Secret
    team: str = field(metadata={"key": "from", "about": "Whom to wake."})
    how: Literal["call", "text"] = "call"
    numbers: list[str] = field(default_factory=list)
    loud: bool = False
    pause: float = 60.0
    tries: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    proxy: Proxy | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tries == 13:
            raise KeyError(self.key.reveal())
        if self.tries is not None and self.tries > 9:
            raise ValueError(f"tries: {self.tries} wakes the neighbours: write 3")
        if self.team == "leak":
            raise ValueError(f"from: the key is {self.key.reveal()}")


@dataclass(frozen=True, slots=True)
class OddSettings:
    table: dict[str, int]


PAGER = notifiers.Kind(PagerSettings, ConsoleNotifier)
ODD = notifiers.Kind(OddSettings, ConsoleNotifier)


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds by entry points, as an installed package has them."""
    group = notifiers.registry.GROUP
    points = EntryPoints([EntryPoint(name, f"{__name__}:{name.upper()}", group) for name in ("pager", "odd")])
    monkeypatch.setattr(connectors, "entry_points", lambda **wanted: points.select(**wanted))


@pytest.mark.usefixtures("pager")
def test_the_keys_of_another_packages_kind_are_read_from_its_dataclass() -> None:
    text = (
        START
        + """
notifiers:
  night: {kind: pager, key: k, from: ops, how: text, numbers: ["1", 2], loud: true, pause: 1m30s, tries: 3,
          names: {a b: c, "1": 2}, proxy: {address: h, users: ann},
          headers: {X-Key: hush, X-Number: 7}}
  day: {use: night, how: call}
"""
    )
    proxy = Proxy(Secret("h"), ("ann",))
    headers = {"X-Key": Secret("hush"), "X-Number": Secret("7")}
    night = PagerSettings(Secret("k"), "ops", "text", ["1", "2"], True, 90.0, 3, {"a b": "c", "1": "2"}, proxy, headers)
    found = [one.options for one in settings(text).notifiers]
    assert found == [night, dataclasses.replace(night, how="call"), ConsoleSettings()]


@pytest.mark.usefixtures("pager")
@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("from: ops", "3:13: the key 'key' is missing in 'n'; "
         'add key: a secret, best as "${env:NAME}" or "${file:PATH}" [missing-key]'),
        ("key: kkkk, from: ops, how: cal", "3:57: 'cal' is not one of call or text; did you mean call? [bad-choice]"),
        ("key: kkkk, from: ops, loud: yes", "3:58: 'yes' is not true or false; write true [bad-boolean]"),
        ("key: kkkk, from: ops, tries: 10", "3:59: tries: 10 wakes the neighbours; write 3 [bad-value]"),
        ("key: k, from: ops, tries: 13", "3:13: the kind cannot use these settings: KeyError [bad-value]"),
        ("key: kkkk, from: ops, proxy: {users: ann}", "3:52: the key 'address' is missing in 'proxy'; "
         'add address: a secret, best as "${env:NAME}" or "${file:PATH}" [missing-key]'),
        ("key: kkkk, from: ops, proxy: {address: hhhh, users: nobody}", "3:59: proxy: nobody may use it; "
         "write a user [bad-value]"),
        ("key: kkkk, from: ops, names: {a: [b]}", "3:63: 'a' takes a text, not a list [wrong-shape]"),
        ("key: kkkk, from: ops, headers: {a: [CANARY]}", "3:65: 'a' takes "
         'a secret, best as "${env:NAME}" or "${file:PATH}", not a list [wrong-shape]'),
        ("key: CANARY, from: leak", "3:49: from: this value cannot be used [bad-value]"),
    ],
)  # fmt: skip
def test_the_mistakes_of_another_packages_kind_are_told_at_their_keys(keys: str, line: str) -> None:
    assert lines(START + f"notifiers: {{n: {{kind: pager, {keys}}}}}") == [line]


@pytest.mark.usefixtures("pager")
def test_a_kind_whose_settings_cannot_be_written_is_named() -> None:
    assert lines(START + "notifiers: {n: {kind: odd, table: x}}") == [
        "3:23: kind 'odd' cannot be configured: its key 'table' is of a type that cannot be written in a file: "
        "dict[str, int] [bad-kind]"
    ]


def test_the_kinds_that_are_installed_can_all_be_configured() -> None:
    for section in ("sources", "directories", "notifiers"):
        registry = DOCUMENT.keys[section].field._registry  # type: ignore[attr-defined]
        assert [kind for kind, _ in registry.records()] == registry.kinds()
