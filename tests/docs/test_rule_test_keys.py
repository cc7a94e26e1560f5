"""The page about rule tests: every key has its place, with what it takes, its default and an example that is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slamon.commands import test as testing
from slamon.commands.exits import Exit
from slamon.core import decided
from slamon.rulefile import read_texts
from slamon.rulefile.records import options
from slamon.ruletests import events
from slamon.ruletests.read import read_tests
from slamon.ruletests.tables import DOCUMENT
from tests.docs.keys import Place, check, example_of, name_of, rows_of
from tests.docs.pages import blocks, in_code, page, sections, tables

PAGE = page("reference/rule-tests.md")
ALL = {option.path: option for option in options(DOCUMENT)}
VERDICT = {"at": "2026-06-05 10:00", "target": "first_response"}
_TEST = "version: 1\ntests: [{name: x, timeline: [{2026-06-04 16:30: created}], %s}]"
PLACES = {
    "The file": Place(("",), ("{ENTRIES}",), {"version": "1", "tests": "[]"}),
    "A test": Place(
        ("tests[].",),
        ("version: 1\ntests: [{ENTRIES}]",),
        {
            "name": "x",
            "timeline": "[{2026-06-04 16:30: created}]",
            "expect": "[{at: 2026-06-05 10:00, target: first_response, absent: true}]",
        },
    ),
    "Expect": Place(("tests[].expect[].",), (_TEST % "expect: [{ENTRIES}]",), VERDICT | {"status": "met"}),
    "Alerts": Place(
        ("tests[].alerts[].",), (_TEST % "alerts: [{ENTRIES}]",), VERDICT | {"when": "met", "notify": "[]"}
    ),
}
PARTS = sections(PAGE)
ROWS = rows_of(PARTS, PLACES)
NAMES = [f"{title}: {name_of(row)}" for title, row in ROWS]
RULES = "version: 1\npolicies: [{name: gold, match: all, calendar: 24x7, targets: {first_response: 1h}}]\n"

OF_THE_EXAMPLE = """version: 1
calendars: {office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}}
policies: [{name: gold, match: all, calendar: office, targets: {first_response: 1h}}]
routes: [{name: all, match: all, steps: [{when: [at_risk, breached], notify: chat}]}]
"""


def said(text: str, folder: Path) -> str:
    """What is said of a file of rule tests."""
    rules = read_texts({"rules.yml": RULES.encode()}).rules
    assert rules is not None
    (folder / "t.yml").write_text(text, "utf-8")
    return read_tests([folder / "t.yml"], rules).render()


def test_every_key_has_its_place_on_the_page_and_every_row_is_about_a_key() -> None:
    told = [f"{PLACES[title].paths[0]}{name_of(row)}" for title, row in ROWS]
    assert sorted(told) == sorted(ALL)


@pytest.mark.parametrize(("title", "row"), ROWS, ids=NAMES)
def test_a_key_stands_there_with_what_it_takes_and_its_default(title: str, row: dict[str, str]) -> None:
    [one] = PLACES[title].meant(row, ALL).values()
    check(row, one)


@pytest.mark.parametrize(("title", "row"), ROWS, ids=NAMES)
def test_the_example_of_a_key_has_it_and_is_read(title: str, row: dict[str, str], tmp_path: Path) -> None:
    assert example_of(row).startswith(f"{name_of(row)}:")
    alone = {"absent": VERDICT}.get(name_of(row), PLACES[title].beside)
    place = Place(PLACES[title].paths, PLACES[title].files, alone)
    assert {said(text, tmp_path) for text in place.with_example(row)} == {""}


def test_the_example_at_the_top_passes(tmp_path: Path) -> None:
    [text] = blocks(PAGE, "yaml")
    (tmp_path / "tests").mkdir()
    (tmp_path / "rules.yml").write_text(OF_THE_EXAMPLE, "utf-8")
    (tmp_path / "tests" / "t.yml").write_text(text, "utf-8")
    assert testing.test(tmp_path, "text", None) is Exit.FINE


def test_the_page_tells_everything_that_may_happen_and_every_code_of_quality() -> None:
    happens = re.findall(r"`([a-z_]+)`", PARTS["Timeline"])
    assert set(happens) - {"open"} == set(events._NAMES)
    [codes] = tables(sections(PAGE, 3)["Quality"])
    assert {in_code(row["code"])[0]: row["meaning"] for row in codes} == decided._QUALITIES
