"""Moments: what a commitment has come to, and when it did."""

from __future__ import annotations

import pytest

from slamon.core.instants import Span
from slamon.core.judge import Judge
from slamon.core.moments import REALERT_AFTER, Moment, moments
from slamon.core.policy import Target

from .build import OFFICE, ROUND, by_priority, lasting, left, rules, share, target
from .table import moment, of, shown, tale

FOUR_HOURS = of("resolution", "4h", warn_at=(share(50), share(75)))
IN_OFFICE = target("resolution", "4h", OFFICE, warn_at=(share(50),))
BY_PRIORITY = of("resolution", by_priority(low=lasting("8h", ROUND), urgent=lasting("4h", ROUND)), warn_at=(share(50),))
FIXED = target("due", None, OFFICE, warn_at=(share(50),))


def found(of: Target, history: str, asked: str, realert_after: Span = REALERT_AFTER) -> list[Moment]:
    cycles = Judge(rules(of)).judged(tale(history), moment(asked))
    return [one for cycle, verdict in cycles if cycle for one in moments(cycle, verdict, moment(asked), realert_after)]


def said(of: Target, history: str, asked: str, realert_after: Span = REALERT_AFTER) -> list[str]:
    return [f"{one.name} {shown(one.at)}" for one in found(of, history, asked, realert_after)]


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ("Mon 09:00 created", "Mon 10:59", []),
        ("Mon 09:00 created", "Mon 11:00", ["warning 50% Mon 11:00"]),
        ("Mon 09:00 created", "Mon 12:30", ["warning 75% Mon 12:00"]),
        ("Mon 09:00 created", "Mon 13:00", ["warning 75% Mon 12:00"]),
        ("Mon 09:00 created", "Mon 13:01", ["breached Mon 13:00"]),
        ("Mon 09:00 created; Mon 10:00 status=solved", "Mon 12:00", ["met Mon 10:00"]),
        ("Mon 09:00 created; Mon 14:00 status=solved", "Mon 15:00", ["breached Mon 13:00", "missed Mon 14:00"]),
        ("Mon 09:00 created; Mon 10:00 deleted", "Mon 12:00", ["cancelled Mon 10:00"]),
        ("Mon 09:00 created; Mon 14:00 deleted", "Mon 15:00", ["cancelled Mon 14:00"]),
        ("Mon 09:00 created status=waiting_customer", "Mon 12:00", ["paused Mon 09:00"]),
        ("Mon 09:00 created; Mon 10:00 status=waiting_customer", "Mon 12:00", ["paused Mon 10:00"]),
        (
            "Mon 09:00 created; Mon 14:00 status=waiting_customer",
            "Mon 15:00",
            ["breached Mon 13:00", "paused Mon 14:00"],
        ),
    ],
)
def test_a_commitment_comes_to_these_moments(history: str, asked: str, wanted: list[str]) -> None:
    assert said(FOUR_HOURS, history, asked) == wanted


def test_a_warning_of_the_whole_time_is_the_breach_and_comes_with_it() -> None:
    """At the due instant itself, a microsecond long, nothing real would ever look."""
    both = of("resolution", "4h", warn_at=(share(50), share(100)))
    assert said(both, "Mon 09:00 created", "Mon 13:00") == ["warning 50% Mon 11:00"]
    (breach,) = found(both, "Mon 09:00 created", "Mon 13:00:01")
    assert (breach.name, shown(breach.at), breach.names) == ("breached", "Mon 13:00", ("breached", "100%"))
    (only,) = found(of("resolution", "4h", warn_at=(share(100),)), "Mon 09:00 created", "Mon 13:00:01")
    assert only.names == ("breached", "at_risk", "100%")  # there is no other warning that a step could mean
    assert not only.is_warning
    closed = target("due", None, OFFICE, warn_at=(share(100),))  # its working time is used up when the office closes
    assert said(closed, "Mon 09:00 created due_at=2026-06-08T20:00:00Z", "Mon 19:00") == []


WAITED = "Mon 09:00 created; Mon 10:00 status=waiting_customer; Mon 11:00 status=open"


def test_a_clock_that_runs_again_has_resumed_and_one_that_never_stood_has_not() -> None:
    assert said(FOUR_HOURS, WAITED, "Mon 11:30") == ["resumed Mon 11:00"]
    assert said(FOUR_HOURS, "Mon 09:00 created", "Mon 09:30") == []
    assert said(FOUR_HOURS, WAITED, "Mon 12:30") == ["warning 50% Mon 12:00", "resumed Mon 11:00"]


def test_each_pause_and_each_resumption_is_a_moment_of_its_own() -> None:
    again = f"{WAITED}; Mon 11:20 status=on_hold; Mon 11:40 status=waiting_customer; Mon 11:50 status=open"
    keys = [found(FOUR_HOURS, again, asked)[0].key for asked in ("Mon 10:30", "Mon 11:10", "Mon 11:45", "Mon 11:55")]
    assert len(set(keys)) == 4


def test_a_fixed_instant_is_warned_of_and_neither_pauses_nor_resumes() -> None:
    history = (
        "Mon 09:00 created due_at=2026-06-08T17:00:00+02:00; Mon 10:00 status=waiting_customer; Mon 12:00 status=open"
    )
    assert said(FIXED, history, "Mon 11:00") == []
    assert said(FIXED, history, "Mon 14:00") == ["warning 50% Mon 13:00"]


def test_a_reopened_ticket_runs_again_and_what_was_missed_is_broken_since_then() -> None:
    history = "Mon 09:00 created; Mon 14:00 status=solved; Mon 15:00 status=open"
    assert said(FOUR_HOURS, history, "Mon 15:10") == ["breached Mon 13:00", "resumed Mon 15:00"]


def test_a_warning_reached_while_the_ticket_was_solved_shows_as_it_is_reopened() -> None:
    counted = of("resolution", "4h", warn_at=(share(50),), on_reopen="continue_wall")
    history = "Mon 09:00 created; Mon 10:00 status=solved; Mon 11:30 status=open"
    assert said(counted, history, "Mon 11:40") == ["warning 50% Mon 11:30"]


# warnings that are reached together


def test_warnings_that_are_reached_together_are_one_moment_of_both_names() -> None:
    together = of("resolution", "1h", warn_at=(share(50), left("30m")))
    (one,) = found(together, "Mon 09:00 created", "Mon 09:40")
    assert one.name == "warning 50%"
    assert set(one.names) == {"at_risk", "50%", "30m"}


# told again after a pause


PAUSED_AT_RISK = "Mon 09:00 created; Mon 11:20 status=waiting_customer; Mon {} status=open"


@pytest.mark.parametrize(
    ("resumed", "asked", "again"),
    [("11:30", "11:40", False), ("12:00", "12:10", False), ("12:01", "12:10", True), ("16:00", "16:10", True)],
)
def test_a_warning_is_told_again_once_more_than_an_hour_has_passed_since(resumed: str, asked: str, again: bool) -> None:
    before = found(FOUR_HOURS, PAUSED_AT_RISK.format(resumed), "Mon 11:10")[0]
    after = found(FOUR_HOURS, PAUSED_AT_RISK.format(resumed), f"Mon {asked}")[0]
    assert (before.name, shown(before.at)) == ("warning 50%", "Mon 11:00")
    assert (after.key != before.key) is again
    assert shown(after.at) == (f"Mon {resumed}" if again else "Mon 11:00")


def test_how_long_must_have_passed_can_be_chosen() -> None:
    history = PAUSED_AT_RISK.format("12:01")
    assert said(FOUR_HOURS, history, "Mon 12:05", 2 * REALERT_AFTER)[0] == "warning 50% Mon 11:00"


def test_a_pause_that_does_not_move_the_due_instant_warns_of_nothing_new() -> None:
    history = "Mon 14:00 created; Mon 17:30 status=waiting_customer; Tue 08:30 status=open"
    assert said(IN_OFFICE, history, "Tue 09:00")[0] == "warning 50% Mon 16:00"
    moved = history.replace("Tue 08:30", "Tue 09:30")
    assert said(IN_OFFICE, moved, "Tue 09:30")[0] == "warning 50% Tue 09:30"


def test_a_warning_that_is_reached_as_a_pause_begins_is_told_after_it() -> None:
    history = "Mon 09:00 created; Mon 11:00 status=waiting_customer; Mon 11:30 status=open"
    assert said(FOUR_HOURS, history, "Mon 11:10") == ["paused Mon 11:00"]
    assert said(FOUR_HOURS, history, "Mon 11:30")[0] == "warning 50% Mon 11:30"


# a new promise


def test_a_retarget_makes_a_new_promise_that_is_at_risk_or_broken_from_then_on() -> None:
    raised = "Mon 09:00 created priority=low; Mon {} priority=urgent"
    assert said(BY_PRIORITY, raised.format("12:00"), "Mon 12:10") == ["warning 50% Mon 12:00"]
    assert said(BY_PRIORITY, raised.format("15:00"), "Mon 15:10") == ["breached Mon 15:00"]


def test_a_broken_promise_that_is_changed_is_a_new_one_broken_from_the_change_on() -> None:
    lowered = "Mon 09:00 created priority=urgent; Mon 14:00 priority=low"
    assert said(BY_PRIORITY, lowered, "Mon 13:30") == ["breached Mon 13:00"]
    assert said(BY_PRIORITY, lowered, "Mon 14:30") == ["breached Mon 14:00"]


# what has stood since


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ("Mon 09:00 created", "Mon 15:00", {"breached": True}),
        ("Mon 09:00 created; Mon 14:00 status=waiting_customer", "Mon 15:00", {"breached": False, "paused": True}),
        (
            "Mon 09:00 created; Mon 14:00 status=waiting_customer; Mon 14:01 status=open",
            "Mon 15:00",
            {"breached": False, "resumed": True},
        ),
        ("Mon 09:00 created; Mon 14:00 status=solved", "Mon 15:00", {"breached": False, "missed": True}),
        ("Mon 09:00 created; Mon 11:30 status=on_hold; Mon 11:40 status=open", "Mon 11:50", {"warning 50%": True}),
        (PAUSED_AT_RISK.format("11:30"), "Mon 11:40", {"warning 50%": False, "resumed": True}),
        (PAUSED_AT_RISK.format("14:00"), "Mon 14:10", {"warning 50%": True, "resumed": True}),
    ],
)
def test_a_moment_knows_whether_it_has_stood_since(history: str, asked: str, wanted: dict[str, bool]) -> None:
    assert {one.name: one.stands for one in found(FOUR_HOURS, history, asked)} == wanted
