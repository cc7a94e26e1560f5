"""Alerts in rule tests: steps that wait, acknowledgements, quiet hours and people, by a ticket that is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.core.judge import Judge
from slamon.rulefile import read_texts
from slamon.ruletests.outcomes import Outcome
from slamon.ruletests.read import read_tests
from slamon.ruletests.run import run

RULES = """
version: 1
calendars:
  office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}
policies:
  - {name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h, resolution: 4h}}
quiet:
  mail: {outside: office, except: [breached]}
  chat: {outside: office, instead: pager}
routes:
  - name: answers
    match: {target: first_response}
    steps:
      - {when: at_risk, notify: mail}
      - {when: breached, notify: [mail, {via: direct, to: assignee, else: lead}]}
      - {when: breached, after: 30m, notify: pager}
      - {when: breached, after: 2h working, repeat: 1h, at_most: 2, ack: ignore, notify: boss}
      - {when: met, notify: mail}
  - name: solutions
    match: all
    steps:
      - {when: [at_risk, breached], notify: chat}
      - {when: paused, after: 2d, notify: mail}
"""


def outcome(folder: Path, timeline: str, alert: str) -> Outcome:
    loaded = read_texts({"rules.yml": RULES.encode()})
    assert loaded.rules is not None, loaded.render()
    head = "version: 1\ntests:\n  - name: x\n    time_zone: Europe/Berlin\n"
    (folder / "t.yml").write_text(f"{head}    timeline: [{timeline}]\n    alerts: [{{{alert}}}]\n", encoding="utf-8")
    found = read_tests([folder / "t.yml"], loaded.rules)
    assert found.cases is not None, found.render()
    return run(Judge(loaded.rules), found.cases[0])


CREATED = "2026-06-08 10:00: created"
ASSIGNED = f"{CREATED}, 2026-06-08 10:10: assigned"
ACKNOWLEDGED = f"{CREATED}, 2026-06-08 11:10: acknowledged"
EVENING = "2026-06-08 17:30: created"
PAUSED = f"{CREATED}, 2026-06-08 10:20: {{status: waiting_customer}}"


@pytest.mark.parametrize(
    ("timeline", "alert"),
    [
        (CREATED, "at: 2026-06-08 11:00, target: first_response, when: breached, notify: [mail, lead]"),
        (ASSIGNED, "at: 2026-06-08 11:00, target: first_response, when: breached, notify: [mail, direct]"),
        (CREATED, "at: 2026-06-08 11:30, target: first_response, when: breached, notify: pager"),
        (CREATED, "at: 2026-06-08 11:29:59, target: first_response, when: breached, notify: []"),
        (CREATED, "at: 2026-06-08 13:00, target: first_response, when: breached, notify: boss"),
        (CREATED, "at: 2026-06-08 14:00, target: first_response, when: breached, notify: boss"),
        (CREATED, "at: 2026-06-08 15:00, target: first_response, when: breached, notify: []"),
        (ACKNOWLEDGED, "at: 2026-06-08 11:30, target: first_response, when: breached, notify: []"),
        (ACKNOWLEDGED, "at: 2026-06-08 13:00, target: first_response, when: breached, notify: boss"),
        (
            f"{CREATED}, 2026-06-08 11:20: solved",
            "at: 2026-06-08 11:30, target: first_response, when: breached, notify: []",
        ),
        (EVENING, "at: 2026-06-08 18:00, target: first_response, when: at_risk, notify: mail"),
        (
            f"{EVENING}, 2026-06-08 17:40: agent_message",
            "at: 2026-06-08 17:40, target: first_response, when: met, notify: []",
        ),
        (
            f"{EVENING}, 2026-06-08 17:40: agent_message",
            "at: 2026-06-09 09:00, target: first_response, when: met, notify: mail",
        ),
        (EVENING, "at: 2026-06-08 18:30, target: first_response, when: breached, notify: [mail, lead]"),
        (EVENING, "at: 2026-06-08 21:30, target: resolution, when: breached, notify: pager"),
        (PAUSED, "at: 2026-06-10 10:20, target: resolution, when: paused, notify: mail"),
        (
            f"{PAUSED}, 2026-06-10 10:00: {{status: open}}",
            "at: 2026-06-10 10:20, target: resolution, when: paused, notify: []",
        ),
    ],
)
def test_who_is_told_at_an_instant_is_as_the_service_would(tmp_path: Path, timeline: str, alert: str) -> None:
    assert outcome(tmp_path, timeline, alert).failures == ()


@pytest.mark.parametrize(
    ("timeline", "alert", "difference"),
    [
        (
            CREATED,
            "at: 2026-06-08 11:30, target: first_response, when: breached, notify: []",
            ("notify", "[]", "[pager]"),
        ),
        (
            ACKNOWLEDGED,
            "at: 2026-06-08 11:30, target: first_response, when: breached, notify: pager",
            ("when", "breached", "nothing at this instant"),
        ),
        (
            f"{EVENING}, 2026-06-08 17:40: agent_message",
            "at: 2026-06-08 17:40, target: first_response, when: met, notify: mail",
            ("notify", "[mail]", "[]"),
        ),
    ],
)
def test_a_difference_is_told(tmp_path: Path, timeline: str, alert: str, difference: tuple[str, str, str]) -> None:
    (failure,) = outcome(tmp_path, timeline, alert).failures
    (found,) = failure.differences
    assert (found.key, found.expected, found.got) == difference


def test_beside_a_difference_stands_who_is_told_next_and_by_which_line(tmp_path: Path) -> None:
    alert = "at: 2026-06-08 11:25, target: first_response, when: breached, notify: pager"
    (failure,) = outcome(tmp_path, CREATED, alert).failures
    assert failure.near[-1] == "told: Mon 2026-06-08 11:30:00 CEST pager, by rules.yml:16"
