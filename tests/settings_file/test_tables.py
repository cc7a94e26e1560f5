"""What is made from the tables: the schema and the reference; and the slamon.yml that comes with slamon."""

from __future__ import annotations

import json
import re
from pathlib import Path

from slamon import sources
from slamon.rulefile.records import options
from slamon.settings_file import settings_schema
from slamon.settings_file.tables import DOCUMENT
from tests.settings_file.build import HOOK, settings

ROOT = Path(__file__).parents[2]


def test_the_schema_knows_every_kind_and_its_keys() -> None:
    schema = settings_schema()
    json.dumps(schema)
    assert schema["required"] == ["version", "sources"]
    kinds = schema["properties"]["sources"]["additionalProperties"]["anyOf"]
    found = {one["properties"]["kind"]["anyOf"][0]["enum"][0]: set(one["properties"]) for one in kinds}
    assert sorted(found) == sources.kinds()
    assert found["file"] == {"kind", "poll", "max_data_age", "path"}
    assert found["replay"] == {"kind", "poll", "max_data_age", "path", "speed", "since"}
    ways = schema["properties"]["notifiers"]["additionalProperties"]["anyOf"]
    assert {tuple(one["required"]) for one in ways} >= {("kind",), ("kind", "host", "from"), ("use",)}


def test_every_key_has_a_line_for_the_reference() -> None:
    found = {one.path: one for one in options(DOCUMENT)}
    assert found["alerts.horizon"].default == "24h"
    assert found["notifiers.NAME (email).from"].required
    assert found["notifiers.NAME (slack).timeout"].default == "10s"
    assert not [path for path, one in found.items() if not one.about and "NAME" not in path]


def test_the_file_that_comes_with_slamon_is_sound_even_with_everything_in_it_switched_on(tmp_path: Path) -> None:
    text = (ROOT / "slamon.yml").read_text("utf-8")
    assert [one.name for one in settings(text).notifiers] == ["console"]
    all_on = re.sub(r"(?m)^#(?=  )", "", text).replace("/run/secrets/", "")
    (tmp_path / "smtp").write_text("secret\n")
    (tmp_path / "prometheus").write_text("0123456789abcdef\n")
    found = settings(all_on, tmp_path, SLACK_SUPPORT=HOOK)
    assert [one.name for one in found.notifiers] == ["console", "slack-support", "mail", "team-lead"]
