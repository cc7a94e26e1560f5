"""Quiet hours: who is told instead, and what is held until they are over."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.calendars import ALWAYS
from slamon.core.instants import DAY
from slamon.core.occasions import quiet_until
from slamon.core.routes import Quiet
from slamon.core.worktime import WorkTime

from .alerting import alerts, assessor, diary, said, silence, step, told
from .build import NIGHT_SHIFT, OFFICE, Hours, at, daily, rules, share
from .table import moment, of, shown, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50), share(75))))
EVENING = tale("Mon 16:00 created")  # at risk 18:00 and 19:00, due 20:00
OVERNIGHT = rules(of("resolution", "20h", warn_at=(share(50),)))


def outside(hours: Hours = OFFICE, **rest: Any) -> dict[str, Quiet]:
    return {"chat": Quiet(hours.calendar, True, **rest)}


def during(hours: Hours, **rest: Any) -> dict[str, Quiet]:
    return {"chat": Quiet(hours.calendar, False, **rest)}


def test_what_comes_due_in_the_quiet_is_held_until_it_is_over() -> None:
    found = assessor(FOUR_HOURS, step("breached"), quiet=outside())
    assert told(found, EVENING, "Mon 20:00:01") == ["chat breached Mon 20:00 until Tue 09:00 held"]
    assert diary(found, EVENING, "Tue 12:00") == ["Tue 09:00 chat breached"]


def test_a_quiet_may_be_the_open_time_of_a_calendar() -> None:
    found = assessor(FOUR_HOURS, step("breached"), quiet=during(NIGHT_SHIFT))
    assert told(found, EVENING, "Mon 20:00:01") == ["chat breached Mon 20:00"]
    assert told(found, tale("Mon 19:00 created"), "Mon 23:00:01") == ["chat breached Mon 23:00 until Tue 06:00 held"]


def test_another_notifier_is_told_instead_and_only_once() -> None:
    found = assessor(FOUR_HOURS, step("breached", "chat, mail"), quiet=outside(instead="pager"))
    assert told(found, EVENING, "Mon 20:00:01") == ["pager breached Mon 20:00", "mail breached Mon 20:00"]
    both = assessor(FOUR_HOURS, step("breached", "chat, pager"), quiet=outside(instead="pager"))
    assert told(both, EVENING, "Mon 20:00:01") == ["pager breached Mon 20:00"]
    assert told(both, EVENING, "Tue 10:00") == ["pager breached Mon 20:00 late"]


@pytest.mark.parametrize(
    ("quiet", "notify", "wanted"),
    [
        ("mail", "mail:assignee/boss, pager", ["boss", "pager"]),  # nobody is assigned: it is boss who sends
        ("chat", "mail:assignee/chat, pager", ["pager"]),
        ("chat", "chat, mail:assignee/chat", ["pager"]),
        ("mail", "mail:assignee/boss, mail:group/boss", ["boss"]),
        ("mail", "boss, mail:assignee/boss", ["boss"]),
        ("chat", "mail:assignee/boss, boss", ["boss"]),
        ("chat", "mail, mail:assignee, mail:group", ["mail"]),
    ],
)
def test_nobody_is_told_twice_by_one_line(quiet: str, notify: str, wanted: list[str]) -> None:
    found = assessor(FOUR_HOURS, step("breached", notify), quiet={quiet: Quiet(OFFICE.calendar, True, instead="pager")})
    assert [one.notifier for one in alerts(found, EVENING, "Mon 20:00:01")] == wanted
    assert len(alerts(found, EVENING, "Tue 10:00")) == len(wanted)  # what was left out is not told in the morning


def test_one_person_in_two_fields_is_told_once() -> None:
    found = assessor(FOUR_HOURS, step("breached", "mail:assignee, mail:group, mail:owner"))
    both = tale("Mon 16:00 created assignee=ada group=ada owner=bob")
    assert [one.who for one in alerts(found, both, "Mon 20:00:01")] == ["ada", "bob"]


def test_who_is_told_instead_does_not_change_the_identity() -> None:
    loud = alerts(assessor(FOUR_HOURS, step("breached")), EVENING, "Mon 20:00:01")
    quiet = alerts(assessor(FOUR_HOURS, step("breached"), quiet=outside(instead="pager")), EVENING, "Mon 20:00:01")
    assert [one.identity for one in loud] == [one.identity for one in quiet]


@pytest.mark.parametrize(("exempt", "held"), [("breached", False), ("at_risk", True), ("75%", True)])
def test_some_moments_are_told_all_the_same(exempt: str, held: bool) -> None:
    found = assessor(FOUR_HOURS, step("breached"), quiet=outside(exempt=(exempt,)))
    (alert,) = alerts(found, EVENING, "Mon 20:00:01")
    assert (alert.held_until is not None) is held


def test_a_warning_whose_due_instant_lies_in_the_quiet_is_not_held() -> None:
    found = assessor(FOUR_HOURS, step("at_risk"), quiet=outside())
    assert told(found, EVENING, "Mon 18:00") == ["chat warning 50% Mon 18:00"]


def test_a_warning_that_leaves_time_after_the_quiet_is_held() -> None:
    found = assessor(OVERNIGHT, step("at_risk"), quiet=outside())
    assert told(found, tale("Mon 16:00 created"), "Tue 02:00") == ["chat warning 50% Tue 02:00 until Tue 09:00 held"]
    # due at the very opening: as it opens it would be too late to act
    assert told(found, tale("Mon 13:00 created"), "Mon 23:00") == ["chat warning 50% Mon 23:00"]


def test_what_is_held_over_a_weekend_is_still_true_at_opening_however_long_that_was() -> None:
    found = assessor(FOUR_HOURS, step("met"), quiet=outside(), horizon=DAY)
    solved = tale("Fri 17:00 created; Fri 18:00 status=solved")
    (alert,) = alerts(found, solved, "Fri 18:00")
    monday = alert.held_until
    assert monday == at("2026-06-15 09:00")
    assert list(found.tell(solved, [alert.identity], monday)) == [alert.identity]


def test_what_is_held_and_not_true_any_more_at_opening_is_not_told() -> None:
    found = assessor(OVERNIGHT, step("at_risk"), quiet=outside())
    solved = tale("Mon 16:00 created; Tue 08:00 status=solved")
    (alert,) = alerts(found, solved, "Tue 02:00")
    assert found.tell(solved, [alert.identity], moment("Tue 09:00")) == {}


def test_what_a_silence_lets_out_in_the_quiet_is_held_like_anything_else() -> None:
    found = assessor(FOUR_HOURS, step("breached"), quiet=outside())
    quiet = said(silence("Mon 09:00", "Mon 18:00"))
    lunch = tale("Mon 09:00 created")
    assert told(found, lunch, "Mon 17:59", quiet) == []
    assert told(found, lunch, "Mon 18:00", quiet) == ["chat breached Mon 13:00 until Tue 09:00 held"]


def test_a_quiet_that_never_ends_holds_nothing_back() -> None:
    assert quiet_until(Quiet(ALWAYS, False), moment("Mon 12:00")) is None
    never = Hours("never", OFFICE.zone, ("",) * 7).calendar
    assert quiet_until(Quiet(never, True), moment("Mon 12:00")) is None


@pytest.mark.parametrize(
    ("hours", "is_outside", "asked", "until"),
    [
        (OFFICE, True, "Mon 08:59", "Mon 09:00"),
        (OFFICE, True, "Mon 09:00", "-"),
        (OFFICE, True, "Mon 16:59:59", "-"),
        (OFFICE, True, "Mon 17:00", "Tue 09:00"),
        (OFFICE, False, "Mon 09:00", "Mon 17:00"),
        (OFFICE, False, "Mon 17:00", "-"),
        (NIGHT_SHIFT, False, "Mon 23:00", "Tue 06:00"),
        (daily("whole", "00:00-24:00", dates={"2026-06-10": ""}), False, "Mon 23:00", "Wed 00:00"),
    ],
)
def test_a_quiet_ends_as_its_calendar_says(hours: Hours, is_outside: bool, asked: str, until: str) -> None:
    assert shown(quiet_until(Quiet(hours.calendar, is_outside), moment(asked))) == until


def test_a_quiet_goes_on_over_new_year() -> None:
    whole = daily("whole", "00:00-24:00", dates={"2032-01-02": "", "2032-01-03": ""}).calendar
    assert isinstance(whole, WorkTime)
    assert quiet_until(Quiet(whole, False), at("2031-12-31 12:00")) == at("2032-01-02 00:00")
