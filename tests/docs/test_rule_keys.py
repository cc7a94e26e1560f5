"""The pages about rules: every key has its place, with what it takes, its default and an example that loads."""

from __future__ import annotations

import re

import pytest

from slamon.core.kinds import EVENTS, KINDS
from slamon.rulefile import read_texts, rules_options
from slamon.rulefile.amounts import UNITS
from slamon.rulefile.calendars import WEEKDAYS
from slamon.rulefile.matches import match_schema
from slamon.rulefile.options import OPTIONS
from slamon.rulefile.records import Option
from tests.docs.keys import Place, check, example_of, name_of, rows_of
from tests.docs.pages import blocks, in_code, page, sections, tables

RULES, ROUTES = page("reference/rules.md"), page("reference/routes.md")
ALL = {option.path: option for option in rules_options()}
OF_ROUTES = {path: one for path, one in ALL.items() if path.startswith(("routes[].", "quiet.NAME."))}

TARGET = "policies[].targets.NAME"
OFFICE = "{office: {time_zone: UTC, hours: {mon-fri: 09:00-17:00}}}"
TARGETS = "{first_response: 1h, resolution: 4h, mine: {kind: custom, within: 1h, start_on: created, stop_on: solved}}"
GOLD = "name: gold, match: all, calendar: 24x7, targets: {resolution: 4h}"
DAY_OFF = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261228\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _in_policies(policy: str) -> str:
    return f"version: 1\ncalendars: {OFFICE}\npolicies: [{{name: gold, match: all, {policy}}}]"


_IN_CALENDAR = "version: 1\ncalendars: {office: {%s}}"
PLACES = {
    "The file": Place(("",), ("{ENTRIES}",), {"version": "1", "calendars": OFFICE, "policies": f"[{{{GOLD}}}]"}),
    "Calendars": Place(
        ("calendars.NAME.",), (_IN_CALENDAR % "ENTRIES",), {"time_zone": "UTC", "hours": "{mon: 09:00-17:00}"}
    ),
    "Holidays": Place(
        ("calendars.NAME.holidays.",),
        (_IN_CALENDAR % "time_zone: UTC, hours: {mon: 09:00-17:00}, holidays: {ENTRIES}",),
        {"country": "DE"},
    ),
    "Policies": Place(
        ("policies[].",),
        (f"version: 1\ncalendars: {OFFICE}\npolicies: [{{ENTRIES}}]",),
        {"name": "gold", "match": "all", "calendar": "office", "targets": "{resolution: 4h}"},
    ),
    "Targets": Place((f"{TARGET}.",), (_in_policies("calendar: office, targets: {ENTRIES}"),)),
    "Options": Place(
        ("defaults.", "policies[].", f"{TARGET}."),
        (
            f"{_in_policies(f'targets: {TARGETS}')}\ndefaults: {{ENTRIES}}",
            _in_policies(f"targets: {TARGETS}, ENTRIES"),
        ),
        {"calendar": "office"},
    ),
    "Within": Place(
        (f"{TARGET}.within.", f"{TARGET}.within[]."),
        (_in_policies("calendar: office, targets: {resolution: {ENTRIES}}"),),
    ),
}
ON_ONE_TARGET = (  # of these at least one takes an option
    _in_policies("targets: {first_response: {within: 1h, ENTRIES}}"),
    _in_policies("targets: {resolution: {within: 1h, ENTRIES}}"),
    _in_policies("targets: {mine: {kind: custom, within: 1h, start_on: created, stop_on: solved, ENTRIES}}"),
)
PARTS = {title: re.split(r"^### ", text, flags=re.MULTILINE)[0] for title, text in sections(RULES).items()}
PARTS |= sections(RULES, 3)
ROWS = rows_of(PARTS, PLACES)
NAMES = [f"{title}: {name_of(row)}" for title, row in ROWS]


def said(text: str) -> str:
    """What is said of rules beside which an iCalendar file lies."""
    return read_texts({"rules.yml": text.encode(), "plant-closure.ics": DAY_OFF}, routes=False).render()


def test_every_key_has_its_place_on_a_page_and_every_row_is_about_a_key() -> None:
    assert [name_of(row) for title, row in ROWS if not PLACES[title].meant(row, ALL)] == []
    assert {path for title, row in ROWS for path in PLACES[title].meant(row, ALL)} == ALL.keys() - OF_ROUTES.keys()
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize(("title", "row"), ROWS, ids=NAMES)
def test_a_key_stands_there_with_what_it_takes_and_its_default(title: str, row: dict[str, str]) -> None:
    for one in PLACES[title].meant(row, ALL).values():
        check(row, one)


@pytest.mark.parametrize(("title", "row"), ROWS, ids=NAMES)
def test_the_example_of_a_key_has_it_and_loads(title: str, row: dict[str, str]) -> None:
    assert re.search(rf"\b{name_of(row)}:", example_of(row))
    assert {said(text) for text in PLACES[title].with_example(row)} == {""}


@pytest.mark.parametrize("row", [row for title, row in ROWS if title == "Options"], ids=name_of)
def test_the_example_of_an_option_loads_on_a_target_too(row: dict[str, str]) -> None:
    assert "" in [said(text) for text in Place((), ON_ONE_TARGET, PLACES["Options"].beside).with_example(row)]


def test_the_example_at_the_top_loads() -> None:
    [text] = blocks(RULES, "yaml")
    assert said(text) == ""


def test_the_page_says_on_which_targets_an_option_can_act() -> None:
    assert {name_of(row): row["acts on"] for title, row in ROWS if title == "Options"} == {
        one.key.name: one.acts_on for one in OPTIONS
    }


def test_the_page_tells_every_kind_with_its_pauses_and_whether_it_starts_again() -> None:
    [rows] = tables(PARTS["Kinds"])
    assert {row["kind"].strip("`"): tuple(in_code(row["pauses in"])) for row in rows} == {
        name: kind.pauses for name, kind in KINDS.items()
    }
    assert {row["kind"].strip("`"): row["starts again"] == "yes" for row in rows} == {
        name: kind.repeat for name, kind in KINDS.items()
    }
    assert {row["kind"].strip("`"): row["`on_reopen`"].strip("`") for row in rows} == {
        name: str(kind.on_reopen or "none") for name, kind in KINDS.items()
    }


def test_the_page_tells_every_event_weekday_and_unit() -> None:
    assert set(in_code(PARTS["Events"])) - {"{to: {FIELD: VALUE}}"} == set(EVENTS)
    assert {day for day in WEEKDAYS if f"`{day}`" not in PARTS["Calendars"]} == set()
    assert {unit for unit in UNITS if f"`{unit}`" not in PARTS["Within"]} == set()


def test_every_operator_of_a_match_is_on_the_page_and_its_example_loads() -> None:
    known = match_schema()
    operators = known["condition"]["anyOf"][-1]["properties"]
    nested = known["conditions"]["properties"]
    [rows] = tables(PARTS["Matches"])
    told = [in_code(row["entry"])[0] for row in rows]
    forms = {"FIELD: VALUE", "FIELD: [VALUE, …]", *(f"{name}: …" for name in ("not",))}
    assert {one for one in told if one.startswith("FIELD: {")} == {
        f"FIELD: {{{name}: {'[…]' if name == 'all' else '…'}}}" for name in operators
    }
    assert {one for one in told if not one.startswith("FIELD: {")} == forms | {
        f"{name}: […]" for name in nested if name != "not"
    }
    for row in rows:
        assert {said(text) for text in PLACES["Policies"].with_example(row)} == {""}


# the page on routes and quiet hours

HEADINGS = {
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


def under_keys() -> dict[str, str]:
    """What stands under the heading of a key, by each path that the key has."""
    found = {}
    for title, part in sections(ROUTES).items():
        for name, text in sections(part, 3).items():
            found.update(dict.fromkeys((place + name for place in HEADINGS[title]), text))
    return found


def test_every_key_of_routes_and_of_quiet_has_a_heading_and_every_heading_a_key() -> None:
    assert under_keys().keys() == OF_ROUTES.keys()


@pytest.mark.parametrize("option", OF_ROUTES.values(), ids=lambda option: option.path)
def test_a_key_stands_under_its_heading_with_its_default_and_an_example(option: Option) -> None:
    text = under_keys()[option.path]
    told = " ".join(text.split())
    assert ("Required." in told) is option.required
    assert option.required or f"Default: {option.default or ''}" in told
    assert re.search(rf"\b{option.path.rpartition('.')[2]}:", text.partition("```yaml\n")[2])


@pytest.mark.parametrize("example", blocks(ROUTES, "yaml"))
def test_an_example_of_routes_loads_without_a_remark(example: str) -> None:
    text = AROUND + ("" if "routes:" in example else EVERYBODY) + example
    assert read_texts({"rules.yml": text.encode()}, notifiers=NOTIFIERS).render() == ""
