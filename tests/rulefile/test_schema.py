"""The JSON Schema and the list of options are made from the tables that read files, so they agree with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from slamon.core.kinds import EVENTS, KINDS
from slamon.rulefile import rules_options, rules_schema
from tests.rulefile.texts import load, reports


def inside(schema: Any) -> Iterator[dict[str, Any]]:
    """Every map in a schema."""
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from inside(one)


def test_the_schema_is_json_and_its_references_lead_somewhere() -> None:
    schema = json.loads(json.dumps(rules_schema()))
    wanted = {one["$ref"] for one in inside(schema) if isinstance(one.get("$ref"), str)}
    assert wanted == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_every_map_with_fixed_keys_refuses_others() -> None:
    closed = [one for one in inside(rules_schema()) if isinstance(one.get("properties"), dict)]
    assert len(closed) > 8
    assert all("additionalProperties" in one for one in closed)


def test_every_key_has_a_description() -> None:
    schema = rules_schema()
    target = schema["properties"]["policies"]["items"]["properties"]["targets"]["anyOf"][1]["additionalProperties"]
    keys = target["anyOf"][1]["properties"]
    assert all(key["description"].endswith(".") for key in keys.values())
    assert keys["kind"]["enum"] == list(KINDS)
    assert keys["start_on"]["anyOf"][0]["anyOf"][0]["enum"] == list(EVENTS)


def test_patterns_are_those_of_json_schema_and_fit_their_own_examples() -> None:
    patterns = [one for one in inside(rules_schema()) if isinstance(one.get("pattern"), str)]
    assert patterns
    for one in patterns:
        assert all(re.search(one["pattern"], example) for example in one.get("examples", []))


def test_every_option_is_listed_once_with_what_it_takes() -> None:
    found = {option.path: option for option in rules_options()}
    assert len(found) == len(list(rules_options()))
    assert found["version"].required
    assert found["policies[].targets.NAME.warn_at"].default == "75%"
    assert found["policies[].targets.NAME.within[].for"].takes.startswith("all, or a map")
    assert found["routes[].steps[].notify"].about == "The notifiers that send it."
    assert all(option.takes and option.about for option in found.values())


def test_the_keys_that_are_listed_are_those_that_are_named_when_one_is_unknown() -> None:
    known = {option.path for option in rules_options() if "." not in option.path}
    (report,) = reports(load("version: 1\nzzzz: 1\n", routes=True))
    named = re.search(r"the keys here are (.*) \[", report)
    assert named is not None
    assert set(re.split(", | and ", named[1])) == known
