"""slamon schema: what it prints is a JSON Schema that the shipped rules fulfil and broken ones do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from slamon.commands.exits import Exit
from slamon.commands.schema import OF, schema
from slamon.rulefile.compose import compose, decode
from slamon.rulefile.diagnostics import Report
from slamon.ruletests.values import plain_value

ROOT = Path(__file__).parents[2]
# What a schema can see: shapes, keys and single words. Names, shadowing and the like are seen only on reading.
STRUCTURAL = [
    "also-maybe",
    "business-days-below-zero",
    "calendar-without-zone",
    "empty-match",
    "empty-match-value-list",
    "empty-rows",
    "empty-target",
    "exists-maybe",
    "impossible-dates",
    "many-mistakes-in-one-file",
    "no-unit",
    "odd-cutoff",
    "odd-windows",
    "policies-as-map",
    "policy-without-name",
    "steps-out-of-range",
    "target-as-list",
    "unknown-event",
    "unknown-key-at-top",
    "unknown-key-in-policy",
    "unknown-key-in-row",
    "unknown-operator",
    "version-missing",
    "version-two",
    "wrong-choice",
    "yes-is-no-boolean",
]


def data_of(path: Path) -> Any:
    """What a file says by YAML 1.2, as the reader of rules reads it."""
    report = Report()
    root = compose(decode(path.name, path.read_bytes(), report), report)
    assert root is not None
    return plain_value(root)


def printed(of: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert schema(of) is Exit.FINE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("of", OF)
def test_every_schema_is_itself_valid(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(of, capsys)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"]


def test_every_shipped_rules_file_and_rule_test_fulfils_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    validators = {of: jsonschema.Draft202012Validator(printed(of, capsys)) for of in ("rules", "tests")}
    files = sorted(path for path in (ROOT / "rules").rglob("*") if path.suffix in (".yml", ".yaml"))
    assert files, "there are no shipped rules"
    for path in files:
        of = "tests" if "tests" in path.relative_to(ROOT / "rules").parts[:-1] else "rules"
        assert list(validators[of].iter_errors(data_of(path))) == [], path


@pytest.mark.shared
@pytest.mark.parametrize("name", STRUCTURAL)
def test_broken_rules_of_the_structural_kind_do_not_fulfil_it(
    name: str, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "conformance" / "bad_rules" / "dev" / f"{name}.yml"
    assert not jsonschema.Draft202012Validator(printed("rules", capsys)).is_valid(data_of(path))
