"""Steps that come due a time after their moment, and those that are repeated."""

from __future__ import annotations

import pytest

from .alerting import ack, alerts, assessor, diary, said, step, told
from .build import OFFICE, by_priority, lasting, rules, share, target
from .table import of, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50), share(75))))
OPEN = tale("Mon 09:00 created")  # at risk 11:00 and 12:00, due 13:00


# a time after the moment


@pytest.mark.parametrize(
    ("happens", "wanted"),
    [
        ("", ["Mon 13:30 pager breached"]),
        ("Mon 13:29 status=waiting_customer", []),
        ("Mon 13:10 status=waiting_customer; Mon 13:11 status=open", []),
        ("Mon 13:29 status=solved", []),
        ("Mon 13:30 status=solved", []),
        ("Mon 13:31 status=solved", ["Mon 13:30 pager breached"]),
        ("Mon 13:10 agent", ["Mon 13:30 pager breached"]),
    ],
)
def test_a_step_with_after_is_told_if_the_breach_has_stood_all_the_while(happens: str, wanted: list[str]) -> None:
    found = assessor(FOUR_HOURS, step("breached", "pager", after="30m"))
    ticket = tale(f"Mon 09:00 created; {happens}" if happens else "Mon 09:00 created")
    assert diary(found, ticket, "Mon 18:00") == wanted


def test_a_step_with_after_is_dropped_when_the_due_instant_moves_and_armed_anew() -> None:
    by_field = rules(of("resolution", by_priority(low=lasting("4h"), urgent=lasting("3h"))))
    found = assessor(by_field, step("breached", "pager", after="30m"))
    moved = tale("Mon 09:00 created priority=low; Mon 13:10 priority=urgent")
    assert diary(found, moved, "Mon 18:00") == ["Mon 13:40 pager breached"]


def test_the_forgotten_pause_is_told_of_for_as_long_as_it_is_that_pause() -> None:
    found = assessor(FOUR_HOURS, step("paused", after="48h"))
    once = "Mon 09:00 created; Mon 10:00 status=waiting_customer"
    assert diary(found, tale(once), "Sun 09:00") == ["Wed 10:00 chat paused"]
    again = f"{once}; Tue 10:00 status=open; Tue 11:00 status=on_hold; Tue 12:00 status=waiting_customer"
    assert diary(found, tale(again), "Sun 09:00") == ["Thu 12:00 chat paused"]


def test_a_warning_escalates_only_until_the_promise_is_broken() -> None:
    found = assessor(FOUR_HOURS, step("75%", "pager", after="30m"), step("50%", "pager", after="3h"))
    assert diary(found, OPEN, "Tue 09:00") == ["Mon 12:30 pager warning 75%"]


def test_another_warning_does_not_drop_what_waits_after_an_earlier_one() -> None:
    """Neither an acknowledgement, nor a pause, nor a due instant that moved."""
    found = assessor(FOUR_HOURS, step("50%", "lead", after="90m"), step("at_risk", "pager", after="75m"))
    assert diary(found, OPEN, "Tue 09:00") == ["Mon 12:15 pager warning 50%", "Mon 12:30 lead warning 50%"]
    paused = tale("Mon 09:00 created; Mon 12:10 status=waiting_customer; Mon 12:11 status=open")
    assert diary(found, paused, "Tue 09:00") == []
    assert diary(found, OPEN, "Tue 09:00", said(ack("Mon 12:14"))) == []


def test_of_what_waits_after_several_warnings_the_last_that_came_due_counts() -> None:
    found = assessor(FOUR_HOURS, step("at_risk", "pager", after="15m"))
    assert diary(found, OPEN, "Tue 09:00") == ["Mon 11:15 pager warning 50%", "Mon 12:15 pager warning 75%"]
    assert told(found, OPEN, "Mon 12:14") == ["pager warning 50% Mon 11:15"]
    assert told(found, OPEN, "Mon 12:20") == ["pager warning 75% Mon 12:15"]


def test_a_warning_is_repeated_until_one_that_the_step_names_too_takes_its_place() -> None:
    one = assessor(FOUR_HOURS, step("50%", repeat="45m", at_most=3))
    assert diary(one, OPEN, "Tue 09:00") == [f"Mon {time} chat warning 50%" for time in ("11:00", "11:45", "12:30")]
    assert told(one, tale("Mon 09:00 created; Mon 11:30 status=on_hold"), "Mon 12:20") == ["chat warning 50% Mon 11:45"]
    both = assessor(FOUR_HOURS, step("at_risk", repeat="45m", at_most=2))
    assert [line[4:9] for line in diary(both, OPEN, "Tue 09:00")] == ["11:00", "11:45", "12:00", "12:45"]


def test_a_warning_that_was_overtaken_before_it_was_seen_is_not_told_at_once() -> None:
    found = assessor(FOUR_HOURS, step("50%", repeat="2h"), step("50%"))
    assert told(found, OPEN, "Mon 12:30") == []


def test_working_time_is_that_of_the_commitments_calendar() -> None:
    in_office = rules(target("resolution", "4h", OFFICE))
    late = tale("Mon 12:30 created")  # due 16:30
    found = assessor(in_office, step("breached", after="2h working"), step("breached", "pager", after="2h"))
    assert diary(found, late, "Wed 09:00") == ["Mon 18:30 pager breached", "Tue 10:30 chat breached"]


# repetitions


def test_a_step_is_repeated_as_often_as_it_says_the_first_time_included() -> None:
    found = assessor(FOUR_HOURS, step("breached", after="1h", repeat="2h", at_most=3))
    wanted = ["Mon 14:00 chat breached", "Mon 16:00 chat breached", "Mon 18:00 chat breached"]
    assert diary(found, OPEN, "Sun 09:00") == wanted


def test_a_repetition_needs_no_after_and_no_end() -> None:
    found = assessor(FOUR_HOURS, step("breached", repeat="1h"))
    stops = tale("Mon 09:00 created; Mon 15:30 status=solved")
    assert diary(found, stops, "Tue 09:00") == [f"Mon {hour}:00 chat breached" for hour in (13, 14, 15)]


def test_a_repetition_in_working_time_goes_on_in_the_morning() -> None:
    in_office = rules(target("resolution", "4h", OFFICE))
    found = assessor(in_office, step("breached", after="2h working", repeat="4h working", at_most=3))
    assert diary(found, tale("Mon 12:30 created"), "Sun 09:00") == [
        "Tue 10:30 chat breached",
        "Tue 14:30 chat breached",
        "Wed 10:30 chat breached",
    ]


def test_after_downtime_only_the_last_repetition_is_told() -> None:
    found = assessor(FOUR_HOURS, step("breached", after="1h", repeat="2h"))
    assert told(found, OPEN, "Mon 19:00") == ["chat breached Mon 18:00 late"]


def test_each_repetition_is_an_alert_of_its_own() -> None:
    found = assessor(FOUR_HOURS, step("breached", repeat="1h"))
    identities = {alerts(found, OPEN, f"Mon {hour}:30")[0].identity for hour in (13, 14, 15)}
    assert len(identities) == 3
