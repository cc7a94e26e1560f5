"""Files of rule tests are read with positions: what is wrong is told where it stands, all of it at once."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from slamon import ruletests
from slamon.core.instants import parse_instant
from slamon.core.policy import Rules
from slamon.core.standing import Ack
from slamon.core.ticket import Event
from slamon.rulefile import read_texts
from slamon.ruletests.cases import Case
from slamon.ruletests.read import ReadTests, files_below, read_tests, rules_beside

RULES = b"""
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, targets: {first_response: 1h, resolution: 4h}}
"""


def rules() -> Rules:
    loaded = read_texts({"rules.yml": RULES})
    assert loaded.rules is not None, loaded.render()
    return loaded.rules


def read(folder: Path, text: str) -> ReadTests:
    path = folder / "t.yml"
    path.write_text(text, encoding="utf-8")
    return read_tests([path], rules())


def case_of(folder: Path, body: str) -> Case:
    found = read(folder, f"version: 1\ntests:\n  - name: x\n{body}")
    assert found.cases is not None, found.render()
    return found.cases[0]


EXPECT = "    expect: [{at: 2026-06-05 17:00, target: resolution, status: on_track}]\n"


def test_a_ticket_has_its_own_values_its_customers_entry_and_everything_else_as_fields(tmp_path: Path) -> None:
    ticket = case_of(
        tmp_path,
        "    ticket: {id: 7, source: desk, created_by: agent, direction: outbound, customer.tier: gold,\n"
        "             customer: acme, subject: no, priority: 1, tags: [a, b], group: null}\n"
        "    timeline: [{2026-06-05 16:50: created}]\n" + EXPECT,
    ).ticket
    assert (ticket.id, ticket.source, ticket.created_by, ticket.direction) == ("7", "desk", "agent", "outbound")
    assert ticket.customer == {"tier": "gold"}
    assert ticket.fields == {"customer": "acme", "subject": "no", "priority": 1, "tags": ["a", "b"], "group": None}
    assert ticket.created_at == parse_instant("2026-06-05T16:50:00Z")  # UTC unless told otherwise


def test_the_timeline_takes_messages_triggers_and_changes_by_the_names_of_rules(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "    time_zone: Europe/Berlin\n    timeline:\n"
        "      - 2026-06-05 16:50: created\n"
        "      - 2026-06-05 16:51: [customer_message, agent_message, agent_note, bot_message, third_party_message]\n"
        "      - 2026-06-05 16:52:30: [assigned, assigned]\n"
        "      - 2026-06-05 16:53: solved\n"
        "      - 2026-06-05 16:54: reopened\n"
        "      - 2026-06-05 16:55: {status: on_hold, priority: high}\n"
        "      - 2026-06-05T14:56:00Z: closed\n" + EXPECT,
    )
    first, *_ = events = case.ticket.events
    assert first == Event(parse_instant("2026-06-05T14:51:00Z"), "message", "e1", "customer", True)
    assert [(event.by, event.public) for event in events[:5]] == [
        ("customer", True),
        ("agent", True),
        ("agent", False),
        ("bot", True),
        ("third_party", True),
    ]
    assert [event.set for event in events[5:]] == [
        {"assignee": "agent-6"},
        {"assignee": "agent-7"},
        {"status": "solved"},
        {"status": "open"},
        {"status": "on_hold", "priority": "high"},
        {"status": "closed"},
    ]
    assert events[5].at == parse_instant("2026-06-05T14:52:30Z")
    assert events[-1].at == parse_instant("2026-06-05T14:56:00Z")


def test_an_acknowledgement_is_of_the_whole_ticket_and_changes_nothing_of_it(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "    ticket: {id: 7, source: desk}\n"
        "    timeline: [{2026-06-05 16:50: created}, {2026-06-05 16:51: [acknowledged, agent_message]}]\n" + EXPECT,
    )
    assert case.acks == (Ack("desk", "7", None, "somebody", parse_instant("2026-06-05T16:51:00Z")),)
    assert [event.kind for event in case.ticket.events] == ["message"]


def test_a_local_time_that_does_not_exist_is_a_gap_later_and_of_two_the_first_is_meant(tmp_path: Path) -> None:
    case = case_of(
        tmp_path,
        "    time_zone: Europe/Berlin\n"
        "    timeline: [{2026-03-29 02:30: created}, {2026-10-25 02:30: agent_message}]\n" + EXPECT,
    )
    assert case.ticket.created_at == parse_instant("2026-03-29T01:30:00Z")
    assert case.ticket.events[0].at == parse_instant("2026-10-25T00:30:00Z")


MISTAKES = {
    "ticket: {created_by: nobody}": ("bad-choice", "'nobody'"),
    "ticket: 7": ("wrong-shape", "7"),
    "time_zone: Europe/Berln": ("unknown-time-zone", "Europe/Berln"),
    "timeline: [{2026-06-05 16:50: agent_message}]": ("bad-timeline", "agent_message"),
    "timeline: [{2026-06-05 16:50: created}, {2026-06-05 16:51: created}]": ("bad-timeline", "created}]"),
    "timeline: [{2026-06-05 16:50: created}, {2026-06-05 16:51: reopened}]": ("bad-timeline", "reopened"),
    "timeline: [{2026-06-05 16:50: created}, {2026-06-05 16:51: solvd}]": ("unknown-event", "solvd"),
    "timeline: [{2026-06-05 16:50: created}, {2026-06-05 16:51: {}}]": ("empty", "{}}]"),
    "timeline: [{2026-06-05 25:50: created}]": ("bad-time", "2026-06-05 25:50"),
    "timeline: [{today: created}]": ("bad-time", "today"),
    "timeline: created": ("wrong-shape", "created"),
    "expect: [{at: 2026-06-05 17:00, target: resolutoin, absent: true}]": ("unknown-target", "resolutoin"),
    "expect: [{at: 2026-06-05 17:00, status: met}]": ("missing-key", "{at:"),
    "expect: [{at: 2026-06-05 17:00, target: resolution}]": ("expects-nothing", "{at:"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, absent: true, clock: paused}]": ("dead-key", "clock"),
    "expect: [{target: resolution, status: met}]": ("missing-key", "{target:"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, status: fine}]": ("bad-choice", "fine"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, remaining: 4:30}]": ("bad-duration", "4:30"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, remaining_seconds: soon}]": ("bad-number", "soon"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, due: soon}]": ("bad-time", "soon"),
    "expect: [{at: 2026-06-05 17:00, target: resolution, sttus: met}]": ("unknown-key", "sttus"),
    "alerts: [{at: 2026-06-05 17:00, target: resolution, when: late, notify: []}]": ("unknown-moment", "late"),
    "alerts: [{at: 2026-06-05 17:00, target: resolution, when: met}]": ("missing-key", "{at:"),
}


@pytest.mark.parametrize(("line", "found"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_is_told_at_its_place_and_no_test_is_run(tmp_path: Path, line: str, found: tuple[str, str]) -> None:
    code, offending = found
    key = line.split(":")[0]
    lines = {"timeline": "timeline: [{2026-06-05 16:50: created}]", "expect": EXPECT.strip(), key: line}
    text = "version: 1\ntests:\n  - name: x\n" + "".join(f"    {one}\n" for one in lines.values())
    result = read(tmp_path, text)
    assert result.cases is None
    assert [one.code for one in result.diagnostics] == [code], result.render()
    place = result.diagnostics[0].place
    assert text.splitlines()[place.line - 1][place.column - 1 :].startswith(offending.strip("'"))
    assert result.render().rstrip().endswith("no test was run")


def test_a_test_that_expects_nothing_is_a_mistake(tmp_path: Path) -> None:
    found = read(tmp_path, "version: 1\ntests:\n  - name: x\n    timeline: [{2026-06-05 16:50: created}]\n")
    assert [one.code for one in found.diagnostics] == ["expects-nothing"]


@pytest.mark.parametrize("text", ["", "tests: []", "version: 2\ntests: []", "version: 1", "[", "version: 1\ntests: 7"])
def test_a_file_that_is_none_of_rule_tests_is_told_so(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.cases is None
    assert found.diagnostics


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("version: 1\ntests: [{nme: x}, {nme: y}]\n", encoding="utf-8")
    found = read_tests([tmp_path / "a.yml", tmp_path / "b.yml"], rules())
    places = [(Path(one.place.file).name, one.place.column) for one in found.diagnostics if one.code == "unknown-key"]
    assert places == [("a.yml", 10), ("a.yml", 20), ("b.yml", 10), ("b.yml", 20)]


def test_tests_are_found_in_folders_called_tests_and_hidden_copies_are_left_out(tmp_path: Path) -> None:
    for name in (
        "rules.yml",
        "tests/b.yml",
        "tests/deep/a.yaml",
        "sub/tests/c.yml",
        ".old/tests/d.yml",
        "tests/no.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)]
    assert found == ["sub/tests/c.yml", "tests/b.yml", "tests/deep/a.yaml"]
    below = [path.name for path in files_below(tmp_path / "tests")]
    assert below == ["b.yml", "a.yaml"]


def test_the_rules_stand_beside_the_folder_of_the_tests(tmp_path: Path) -> None:
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    for path in (tmp_path, tmp_path / "tests", tmp_path / "tests" / "t.yml", tmp_path / "tests" / "deep" / "t.yml"):
        assert rules_beside(path).resolve() == tmp_path.resolve()


def test_what_the_schema_of_rule_tests_refuses_is_refused_on_reading_too(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(ruletests.tests_schema())
    validator.check_schema(ruletests.tests_schema())
    good = f"version: 1\ntests:\n  - name: x\n    timeline: [{{2026-06-05 16:50: created}}]\n{EXPECT}"
    assert validator.is_valid(
        yaml.safe_load(
            good.replace("2026-06-05 16:50:", "'2026-06-05 16:50':").replace(
                "at: 2026-06-05 17:00", "at: '2026-06-05 17:00'"
            )
        )
    )
    for bad in ({"version": 1, "tests": [{"nme": "x"}]}, {"version": 2, "tests": []}, {"version": 1}):
        assert not validator.is_valid(bad)
        assert read(tmp_path, yaml.safe_dump(bad)).cases is None
