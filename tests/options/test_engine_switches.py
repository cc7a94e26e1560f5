"""The table sees the engine too: each of these defects, put into it, turns a row red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slamon.core import calendars, fixed, replay, timeline
from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.clock import Cycle
from slamon.core.dates import date_value
from slamon.core.instants import DAY
from slamon.core.judge import Judge
from slamon.core.match import AllOf, Compare, Except, Regex
from slamon.core.policy import Happening
from slamon.core.replay import _Clock
from slamon.core.timeline import _Builder
from tests.options import judging
from tests.options.judging import differences, load
from tests.options.rows import table

ROWS = [(row, load(row)) for row in table()]
Defect = Callable[[pytest.MonkeyPatch], None]


def instead(holder: Any, name: str, other: Any) -> Defect:
    """Something else in place of an attribute, or of an entry of a dict."""
    if isinstance(holder, dict):
        return lambda patch: patch.setitem(holder, name, other)
    return lambda patch: patch.setattr(holder, name, other)


def nothing(*given: Any, **named: Any) -> None:
    """In place of a method: it does not act at all."""


def heard_as(message: Any, what: int) -> Defect:
    return instead(timeline._MESSAGE_BITS, message, what)


def reopened(wall: bool) -> Defect:
    real = Cycle.reopen
    return instead(Cycle, "reopen", lambda self, at, **rest: real(self, at, **{**rest, "wall": wall}))


def begun_by(cutoff: Callable[[int], int | None]) -> Defect:
    real = fixed._begun
    return instead(
        fixed,
        "_begun",
        lambda promise, start: real(replace(promise, cutoff=promise.cutoff and cutoff(promise.cutoff)), start),
    )


ANSWER = int(Happening.AGENT_MESSAGE)
DEFECTS: dict[str, Defect] = {
    "pauses are ignored": instead(Cycle, "pause", nothing),
    "a pause is never over": instead(Cycle, "resume", nothing),
    "bots answer": heard_as(("bot", True), ANSWER),
    "notes answer": heard_as(("agent", False), ANSWER),
    "third parties answer": heard_as(("third_party", True), ANSWER),
    "customers are not heard": heard_as(("customer", True), 0),
    "breached at the due instant": instead(Cycle, "settle", lambda self, at: _settled_too_soon(self, at)),
    "a breach is never noticed": instead(Cycle, "settle", nothing),
    "there are no warnings": instead(Cycle, "thresholds", lambda self: []),
    "solved time counts": reopened(True),
    "solved time never counts": reopened(False),
    "reopenings are ignored": instead(_Clock, "_reopen", nothing),
    "a reset counts on": instead(Cycle, "begin_again", nothing),
    "nothing is cancelled": instead(Cycle, "cancel", nothing),
    "targets never cease to apply": instead(_Clock, "_withdraw", nothing),
    "another target is not noticed": instead(replay, "retarget", nothing),
    "another date is not noticed": instead(_Clock, "_end_by_value", nothing),
    "a date is its first moment": instead(replay, "date_value", lambda value, calendar: _date(value)),
    "deleted tickets stay": instead(_Builder, "_vanish", nothing),
    "outbound tickets are inbound": instead(timeline, "_CREATED", timeline._INBOUND),
    "a solve is not seen": instead(timeline, "_SOLVED", 0),
    "the wall clock is counted": instead(Calendar, "elapsed", lambda self, start, end: max(0, end - start)),
    "due by the wall clock": instead(Calendar, "due", lambda self, start, amount: start + amount),
    "there is no cut-off": begun_by(lambda cutoff: None),
    "the cut-off itself is too late": begun_by(lambda cutoff: cutoff - 1),
    "calendar days are business days": instead(fixed, "_calendar", fixed._business),
    "the last policy wins": instead(
        judging, "Judge", lambda rules: Judge(replace(rules, policies=rules.policies[::-1]))
    ),
    "one condition is enough": instead(AllOf, "holds", lambda self, fields: any(m.holds(fields) for m in self.matches)),
    "absent is never another value": instead(
        Except, "passes", lambda self, value: value and not self.values.passes(value)
    ),
    "more than includes the number": instead(Compare, "passes", lambda self, value: value >= self.bound),
    "a pattern must fit as a whole": instead(Regex, "passes", lambda self, value: self.source == value),
}
AT_LOADING: dict[str, Defect] = {  # a calendar keeps what it has once worked out
    "holidays are working days": instead(Calendar, "holiday", lambda self, day: None),
    "windows end at midnight": instead(calendars, "_split", lambda windows: (_until_midnight(windows), [])),
}


def _settled_too_soon(cycle: Cycle, at: int) -> None:
    if cycle.breached_at is None and cycle.due is not None and cycle.due <= at and not cycle.off:
        cycle.breached_at = cycle.due


def _date(value: Any) -> int | None:
    end = date_value(value, ALWAYS)
    return None if end is None else end - DAY


def _until_midnight(windows: Any) -> list[Any]:
    return [(opening, min(closing, DAY)) for opening, closing in windows]


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_row_turns_red_when_the_engine_has_this_defect(defect: Defect, monkeypatch: pytest.MonkeyPatch) -> None:
    defect(monkeypatch)
    assert any(differences(row, rules) for row, rules in ROWS)


@pytest.mark.parametrize("defect", AT_LOADING.values(), ids=AT_LOADING.keys())
def test_a_row_turns_red_when_calendars_have_this_defect(defect: Defect, monkeypatch: pytest.MonkeyPatch) -> None:
    defect(monkeypatch)
    assert any(differences(row, load(row)) for row, _ in ROWS)
