"""The example rules load without a remark, and their own tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.commands.exits import Exit
from slamon.commands.test import test as run_rule_tests
from slamon.rulefile import load_rules

RULES = Path(__file__).parents[1] / "rules"
SETS = sorted(path.parent.name for path in RULES.glob("*/rules.yml"))


def test_there_are_example_rules() -> None:
    assert len(SETS) >= 9


@pytest.mark.parametrize("name", SETS)
def test_example_rules_load_without_a_remark(name: str) -> None:
    assert load_rules(RULES / name, notifiers=frozenset({"console"})).render() == ""


@pytest.mark.parametrize("name", SETS)
def test_the_rule_tests_of_an_example_pass(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule_tests(RULES / name, "text", None) is Exit.FINE, capsys.readouterr().out
