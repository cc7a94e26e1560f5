"""When something that is wrong with slamon itself is raised, and when it is over."""

from __future__ import annotations

import pytest

from slamon.core.conditions import CALM, CONDITIONS, EVENTS, Conditions, Raised, Sign
from slamon.core.instants import HOUR, MINUTE, SECOND

STALE = Sign("source_stale", "desk", "desk could not be read for 12 min")
FAILING = Sign("notifier_failing", "chat", "chat takes no messages")
UNMATCHED = Sign("unmatched_tickets", "", "open tickets that no policy matches: desk: 3")
NOW = 1_780_000_000 * SECOND


class Line:
    """Conditions in the hands of somebody who keeps all that he is told; both clocks run alike."""

    def __init__(self, *known: Raised) -> None:
        self.conditions = Conditions(HOUR, known)

    def at(self, passed: int, *signs: Sign) -> list[str]:
        changed = self.conditions.look(signs, NOW + passed, passed)
        self.conditions.keep(changed)
        return [f"{one.name} {one.number} {'raised' if one.stands else 'cleared'}" for one in changed]


def test_what_needs_no_patience_is_raised_at_once_and_once() -> None:
    line = Line()
    assert line.at(0, STALE) == ["source_stale 1 raised"]
    assert line.at(10, STALE) == []
    (kept,) = line.conditions.all
    assert kept == Raised("source_stale", "desk", 1, NOW, STALE.text, 0)


def test_what_needs_patience_must_have_been_so_without_a_break() -> None:
    line = Line()
    assert line.at(0, FAILING) == []
    assert line.at(4 * MINUTE, FAILING) == []
    assert line.at(4 * MINUTE + 1) == []
    assert line.at(5 * MINUTE, FAILING) == []
    assert line.at(10 * MINUTE - 1, FAILING) == []
    assert line.at(10 * MINUTE, FAILING) == ["notifier_failing 1 raised"]


def test_what_is_sure_at_once_needs_no_patience() -> None:
    assert Line().at(0, Sign("notifier_failing", "chat", "broken", at_once=True)) == ["notifier_failing 1 raised"]


def test_it_is_over_when_it_was_calm_for_long_enough() -> None:
    line = Line()
    line.at(0, UNMATCHED)
    line.at(MINUTE, UNMATCHED)
    assert line.at(MINUTE + CALM - 1) == []
    assert line.at(MINUTE + CALM) == ["unmatched_tickets 1 cleared"]
    assert line.at(MINUTE + CALM + 1) == []


def test_each_subject_is_a_condition_of_its_own() -> None:
    line = Line()
    other = Sign("source_stale", "shop", "shop could not be read")
    assert line.at(0, STALE) == ["source_stale 1 raised"]
    assert line.at(1, STALE, other) == ["source_stale 1 raised"]
    assert line.at(2, other) == ["source_stale 1 cleared"]


def test_what_flaps_is_told_at_most_once_in_the_time_after_which_it_is_told_again() -> None:
    line, told = Line(), []
    for minute in range(0, 24 * 60):  # for a day: three minutes so, three minutes not
        told += line.at(minute * MINUTE, *([STALE] if minute % 6 < 3 else []))
    assert told[:3] == ["source_stale 1 raised", "source_stale 1 cleared", "source_stale 2 raised"]
    assert len(told) == 3  # it never was calm for an hour after that: it stands
    assert line.at(25 * HOUR) == ["source_stale 2 cleared"]


def test_what_comes_back_after_long_is_over_at_once_again() -> None:
    line = Line()
    line.at(0, STALE)
    line.at(MINUTE)
    assert line.at(2 * HOUR, STALE) == ["source_stale 2 raised"]
    assert line.at(2 * HOUR + MINUTE) == ["source_stale 2 cleared"]


def test_a_restart_neither_forgets_nor_repeats() -> None:
    before = Line()
    before.at(0, UNMATCHED)
    before.at(MINUTE, UNMATCHED)
    after = Line(*before.conditions.all)
    assert after.at(2 * MINUTE, UNMATCHED) == []
    assert after.at(2 * MINUTE + CALM) == ["unmatched_tickets 1 cleared"]
    again = Line(*after.conditions.all)
    assert again.at(3 * MINUTE + CALM) == []


def test_what_stood_at_a_restart_and_shows_no_more_is_over_after_the_calm_alone() -> None:
    before = Line()
    before.at(0, UNMATCHED)
    before.at(MINUTE, UNMATCHED)
    after = Line(*before.conditions.all)
    assert after.at(10 * HOUR) == []
    assert after.at(10 * HOUR + CALM) == ["unmatched_tickets 1 cleared"]


def test_what_could_not_be_kept_is_found_again() -> None:
    conditions = Conditions(HOUR)
    assert len(conditions.look([STALE], NOW, 0)) == 1
    assert len(conditions.look([STALE], NOW + 10, 10)) == 1


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_says_what_to_do(name: str) -> None:
    assert len(CONDITIONS[name].remedy) > 20


def test_what_happened_is_one_of_the_conditions() -> None:
    assert CONDITIONS.keys() >= EVENTS
