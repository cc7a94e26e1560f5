"""Rule tests are run by the one engine, and what differs is told key by key."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from slamon.core.judge import Judge
from slamon.rulefile import read_texts
from slamon.ruletests.read import read_tests
from slamon.ruletests.report import as_json, as_junit, as_text
from slamon.ruletests.run import Outcome, run

RULES = """
version: 1
calendars:
  office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}
policies:
  - name: gold
    match: {customer.tier: gold}
    calendar: 24x7
    warn_at: [50%, 5m]
    targets:
      first_response: {within: {urgent: 15m, high: 1h}}
      next_response: 2h
      resolution: {within: 4h, calendar: office}
routes:
  - name: main
    match: {priority: urgent}
    steps:
      - {when: at_risk, notify: slack-support}
      - {when: 5m, notify: pager}
      - {when: breached, notify: [slack-support, pager]}
      - {when: met, notify: slack-support}
"""
HEAD = """
version: 1
tests:
  - name: a sentence
    ticket: {customer.tier: gold, priority: urgent}
    time_zone: Europe/Berlin
    timeline:
      - 2026-06-05 16:50: created
      - 2026-06-05 16:58: agent_message
      - 2026-06-05 17:30: {status: waiting_customer}
      - 2026-06-08 09:30: [customer_message, {status: open}]
      - 2026-06-08 10:00: agent_message
      - 2026-06-08 12:00: customer_message
"""


def outcome(folder: Path, body: str, head: str = HEAD, rules: str = RULES) -> Outcome:
    loaded = read_texts({"rules.yml": rules.encode()})
    assert loaded.rules is not None, loaded.render()
    (folder / "t.yml").write_text(head + body, encoding="utf-8")
    found = read_tests([folder / "t.yml"], loaded.rules)
    assert found.cases is not None, found.render()
    return run(Judge(loaded.rules), found.cases[0])


def differences(found: Outcome) -> list[tuple[str, str, str]]:
    return [(one.key, one.expected, one.got) for failure in found.failures for one in failure.differences]


@pytest.mark.parametrize(
    "entry",
    [
        "at: 2026-06-05 16:57:30, target: first_response, status: at_risk, remaining: 7m30s, policy: gold",
        "at: 2026-06-05 16:59, target: first_response, status: met, stopped: 2026-06-05 16:58",
        "at: 2026-06-05 16:59, target: first_response, elapsed: 8m, quality: [], clock: stopped",
        "at: 2026-06-05 16:50, target: first_response, due: 2026-06-05 17:05, due_at: 2026-06-05 17:05, breached: null",
        "at: 2026-06-05 16:50, target: first_response, changes: 2026-06-05 16:57:30, cause: null, confidence: exact",
        "at: 2026-06-05 16:50, target: first_response, target_seconds: 900, remaining_seconds: 900, elapsed_seconds: 0",
        "at: 2026-06-05 18:00, target: resolution, clock: paused, due: null, started: 2026-06-05 16:50",
        "at: 2026-06-05 18:00, target: resolution, remaining: 3h50m",
        "at: 2026-06-05 18:00, target: next_response, absent: true",
        "at: 2026-06-08 09:59, target: next_response, cycle: 1, clock: running",
        "at: 2026-06-08 12:01, target: next_response, cycle: 1, clock: stopped",
        "at: 2026-06-08 12:01, target: next_response, clock: running",
        "at: 2026-06-08 12:01, target: next_response, cycle: 3, absent: true",
        "at: 2026-06-08 13:00, target: next_response, absent: false",
        "at: 2026-06-10 12:00, target: next_response, status: breached, remaining: -46h",
    ],
)
def test_what_is_expected_and_true_passes(tmp_path: Path, entry: str) -> None:
    assert differences(outcome(tmp_path, f"    expect: [{{{entry}}}]\n")) == []


@pytest.mark.parametrize(
    ("entry", "difference"),
    [
        ("at: 2026-06-05 16:59, target: first_response, status: missed", ("status", "missed", "met")),
        ("at: 2026-06-05 16:55, target: first_response, remaining: 7m30s", ("remaining", "7m30s", "10m")),
        (
            "at: 2026-06-05 18:00, target: resolution, due: 2026-06-08 13:00",
            ("due", "Mon 2026-06-08 13:00:00 CEST", "null"),
        ),
        ("at: 2026-06-05 18:00, target: next_response, status: met", ("commitment", "there", "absent")),
        ("at: 2026-06-05 18:00, target: resolution, absent: true", ("commitment", "absent", "there, on_track")),
        ("at: 2026-06-05 18:00, target: resolution, quality: no_due", ("quality", "[no_due]", "[]")),
        ("at: 2026-06-05 18:00, status: unmatched", ("status", "unmatched", "a policy matches")),
        ("at: 2026-06-05 18:00, target: resolution, policy: silver", ("policy", "silver", "gold")),
    ],
)
def test_what_is_expected_and_false_is_told_key_by_key(
    tmp_path: Path, entry: str, difference: tuple[str, str, str]
) -> None:
    found = outcome(tmp_path, f"    expect: [{{{entry}}}]\n")
    assert differences(found) == [difference]
    assert found.failures[0].near
    assert found.failures[0].place.line == 14


def test_the_nearest_stretch_of_the_explanation_stands_below_a_difference(tmp_path: Path) -> None:
    found = outcome(tmp_path, "    expect: [{at: 2026-06-05 16:55, target: first_response, remaining: 1s}]\n")
    start, end = "Fri 2026-06-05 16:50:00 CEST", "Fri 2026-06-05 16:55:00 CEST"
    assert found.failures[0].near == (
        f"{start} to {end}: running, in working hours; 5 min counted, 5 min in all",
        "due Fri 2026-06-05 17:05 CEST: 10 min of working time left",
    )


def test_a_missing_commitment_is_told_with_the_reason(tmp_path: Path) -> None:
    head = HEAD.replace("priority: urgent", "priority: low")
    found = outcome(tmp_path, "    expect: [{at: 2026-06-05 16:55, target: first_response, status: met}]\n", head)
    assert found.failures[0].near == ("first_response does not apply: no entry for priority 'low' and no other",)


def test_an_unmatched_ticket_can_be_expected(tmp_path: Path) -> None:
    head = HEAD.replace("customer.tier: gold", "customer.tier: silver")
    assert outcome(tmp_path, "    expect: [{at: 2026-06-05 16:55, status: unmatched}]\n", head).passed


@pytest.mark.parametrize(
    "entry",
    [
        "at: 2026-06-05 16:57:30, target: first_response, when: at_risk, notify: [slack-support]",
        "at: 2026-06-05 16:57:30, target: first_response, when: 50%, notify: slack-support",
        "at: 2026-06-05 16:58, target: first_response, when: met, notify: slack-support",
        "at: 2026-06-08 13:55, target: next_response, cycle: 2, when: 5m, notify: [slack-support, pager]",
        "at: 2026-06-08 14:00, target: next_response, when: breached, notify: [pager, slack-support]",
        "at: 2026-06-08 14:00, target: next_response, cycle: 1, when: breached, notify: []",
        "at: 2026-06-08 13:59:59, target: next_response, when: breached, notify: []",
    ],
)
def test_alerts_that_come_at_the_very_instant_pass(tmp_path: Path, entry: str) -> None:
    found = outcome(tmp_path, f"    alerts: [{{{entry}}}]\n")
    assert differences(found) == []


@pytest.mark.parametrize(
    ("entry", "difference"),
    [
        (
            "at: 2026-06-05 16:57:30, target: first_response, when: at_risk, notify: [slack-support, pager]",
            ("notify", "[pager, slack-support]", "[slack-support]"),
        ),
        (
            "at: 2026-06-05 16:57:30, target: first_response, when: at_risk, notify: []",
            ("notify", "[]", "[slack-support]"),
        ),
        (
            "at: 2026-06-05 16:57, target: first_response, when: at_risk, notify: [slack-support]",
            ("when", "at_risk", "nothing at this instant"),
        ),
        (
            "at: 2026-06-08 14:00:01, target: next_response, when: breached, notify: [slack-support, pager]",
            ("when", "breached", "nothing at this instant"),
        ),
    ],
)
def test_alerts_that_are_told_to_others_or_come_at_another_instant_fail(
    tmp_path: Path, entry: str, difference: tuple[str, str, str]
) -> None:
    found = outcome(tmp_path, f"    alerts: [{{{entry}}}]\n")
    assert differences(found) == [difference]


def test_an_alert_at_another_instant_is_told_with_the_nearest_moment(tmp_path: Path) -> None:
    entry = "at: 2026-06-05 16:57, target: first_response, when: at_risk, notify: [slack-support]"
    near = outcome(tmp_path, f"    alerts: [{{{entry}}}]\n").failures[0].near
    assert near == (
        "nearest: Fri 2026-06-05 16:57:30 CEST warning 50% (7 min 30 s used)",
        "told: Fri 2026-06-05 16:57:30 CEST slack-support, by rules.yml:18",
    )


def outcomes(folder: Path) -> list[Outcome]:
    (folder / "a").mkdir()
    good = outcome(folder / "a", "    expect: [{at: 2026-06-05 16:59, target: first_response, status: met}]\n")
    bad = outcome(folder, "    expect: [{at: 2026-06-05 16:59, target: first_response, status: missed}]\n")
    return [good, bad]


def test_the_text_has_a_line_for_each_test_the_differences_and_a_summary(tmp_path: Path) -> None:
    lines = as_text(outcomes(tmp_path)).splitlines()
    assert lines[:2] == ["ok    a sentence", "FAIL  a sentence"]
    assert lines[2] == f"      {tmp_path}/t.yml:14:14: first_response at Fri 2026-06-05 16:59:00 CEST"
    assert lines[3] == "        status  expected missed, got met"
    assert lines[-1] == "1 passed, 1 failed"


def test_json_holds_every_test_with_its_differences(tmp_path: Path) -> None:
    data = json.loads(as_json(outcomes(tmp_path)))
    assert (data["passed"], data["failed"]) == (1, 1)
    assert [one["passed"] for one in data["tests"]] == [True, False]
    assert data["tests"][1]["failures"][0]["differences"] == [{"key": "status", "expected": "missed", "got": "met"}]


def test_junit_holds_a_suite_for_each_file_and_a_failure_with_its_text(tmp_path: Path) -> None:
    found = outcomes(tmp_path)
    root = ElementTree.fromstring(as_junit(found))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert [suite.get("name") for suite in root] == [found[0].case.place.file, found[1].case.place.file]
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "expected missed, got met" in (failure.text or "")


def test_a_name_with_control_characters_is_still_xml(tmp_path: Path) -> None:
    head = HEAD.replace("name: a sentence", r'name: "a \x01 <b> sentence"')
    found = outcome(tmp_path, "    expect: [{at: 2026-06-05 16:59, target: first_response, status: met}]\n", head)
    case = ElementTree.fromstring(as_junit([found])).find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == r"a \x01 <b> sentence"
