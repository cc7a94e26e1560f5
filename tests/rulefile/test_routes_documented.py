"""The page about routes: every key stands on it with its default, and every example on it loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slamon.rulefile import read_texts, rules_options
from slamon.rulefile.records import Option

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "routes.md").read_text("utf-8")
PLACES = {
    "Routes": ("routes[].",),
    "Steps": ("routes[].steps[].",),
    "Recipients": ("routes[].steps[].notify.", "routes[].steps[].else."),
    "Groups": ("routes[].group.",),
    "Quiet": ("quiet.NAME.",),
}
AROUND = """version: 1
calendars:
  office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}
  nights: {time_zone: Europe/Berlin, hours: {mon-sun: 22:00-06:00}}
policies:
  - {name: gold, match: all, calendar: office, warn_at: [90%, 30m], targets: {resolution: 4h}}
"""
EVERYBODY = "routes: [{name: rest, match: all, steps: [{when: breached, notify: [chat, pager]}]}]\n"
NOTIFIERS = frozenset({"chat", "pager", "mail", "lead", "ops"})


def sections() -> dict[str, str]:
    """What stands under the heading of a key, by each path that the key has."""
    parts = re.split(r"^## (.*)\n", PAGE, flags=re.MULTILINE)
    found = {}
    for title, part in zip(parts[1::2], parts[2::2], strict=True):
        keys = re.split(r"^### (.*)\n", part, flags=re.MULTILINE)
        for name, text in zip(keys[1::2], keys[2::2], strict=True):
            found.update(dict.fromkeys((place + name for place in PLACES[title]), text))
    return found


OPTIONS = {option.path: option for option in rules_options() if option.path.startswith(("routes[]", "quiet.NAME"))}
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_key_of_routes_and_of_quiet_has_a_heading_and_every_heading_a_key() -> None:
    assert sections().keys() == OPTIONS.keys()


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.path)
def test_a_key_stands_there_with_its_default_and_an_example(option: Option) -> None:
    text = sections()[option.path]
    told = " ".join(text.split())
    assert ("Required." in told) is option.required
    assert option.required or f"Default: {option.default or ''}" in told
    assert re.search(rf"\b{option.path.rpartition('.')[2]}:", text.partition("```yaml\n")[2])


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads_without_a_remark(example: str) -> None:
    text = AROUND + ("" if "routes:" in example else EVERYBODY) + example
    assert read_texts({"rules.yml": text.encode()}, notifiers=NOTIFIERS).render() == ""
