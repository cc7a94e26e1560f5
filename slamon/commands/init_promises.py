"""The rule tests that `slamon init` writes beside the rules: what is promised, at instants of these very hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

from slamon.commands.init_texts import Answers
from slamon.core.calendars import Calendar
from slamon.core.instants import DAY, SECOND, Instant, Span, to_datetime
from slamon.core.policy import Always, Duration, Rules, Target
from slamon.rulefile.amounts import format_amount

_MONDAY = date(2026, 6, 8).toordinal()
_WEEK: Span = 7 * DAY


@dataclass(frozen=True, slots=True)
class _Told:
    """One target's promise, and how instants and notifiers are written."""

    target: Target
    span: Span
    zone: tzinfo
    notify: str

    @property
    def calendar(self) -> Calendar:
        return self.target.calendar

    def at(self, instant: Instant) -> str:
        text = to_datetime(instant).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")
        return text.removesuffix(":00")

    def after(self, start: Instant, span: Span) -> Instant:
        found = self.calendar.due(start, span)
        if found is None:
            raise ValueError(f"in these hours nothing of {format_amount(span)} is ever due")
        return found


def tests_text(answers: Answers, rules: Rules) -> str:
    """Tests that hold for the rules; ValueError if their hours never open."""
    zone = ZoneInfo(answers.zone)
    notify = ", ".join(one.name for one in answers.notifiers)
    tests = [
        test
        for target in rules.policies[0].targets
        if (span := _span(target)) is not None
        for test in _tests(_Told(target, span, zone, notify), answers)
    ]
    return "# What the rules are expected to say: slamon test rules\nversion: 1\ntests:\n" + "\n".join(tests)


def _span(target: Target) -> Span | None:
    within = target.within
    if isinstance(within, Always) and isinstance(within.promise, Duration):
        return within.promise.span
    return None


def _tests(told: _Told, answers: Answers) -> Iterator[str]:
    opening = told.calendar.opening(told.calendar.instant(_MONDAY, 0))
    if opening is None:
        raise ValueError("in these hours it is never open")
    yield _kept(told, opening, answers.zone)
    yield _broken(told, opening, answers.zone)
    closing = next((end for _, end in told.calendar.intervals(opening, opening + _WEEK)), None)
    if not answers.all_day and closing is not None and told.calendar.opening(closing) != closing:
        yield _closed(told, closing, answers.zone)


def _kept(told: _Told, opening: Instant, zone: str) -> str:
    answered = told.after(opening, max(told.span // 4, SECOND))
    happened = "agent_message" if told.target.kind == "first_response" else "{status: solved}"
    return f"""\
  - name: {told.target.name} within {format_amount(told.span)} is a promise kept
    ticket: {{priority: normal}}
    time_zone: {zone}
    timeline:
      - {told.at(opening)}: created
      - {told.at(answered)}: {happened}
    expect:
      - {{at: {told.at(answered)}, target: {told.target.name}, status: met}}
"""


def _broken(told: _Told, opening: Instant, zone: str) -> str:
    half, due = told.after(opening, told.span // 2), told.after(opening, told.span)
    name = told.target.name
    return f"""\
  - name: {name} is warned of at half time, and broken after {format_amount(told.span)}
    ticket: {{priority: normal}}
    time_zone: {zone}
    timeline:
      - {told.at(opening)}: created
    expect:
      - {{at: {told.at(half)}, target: {name}, status: at_risk}}
      - {{at: {told.at(due)}, target: {name}, status: at_risk}}
      - {{at: {told.at(due + SECOND)}, target: {name}, status: breached}}
    alerts:
      - {{at: {told.at(half)}, target: {name}, when: at_risk, notify: [{told.notify}]}}
      - {{at: {told.at(due)}, target: {name}, when: breached, notify: [{told.notify}]}}
"""


def _closed(told: _Told, closing: Instant, zone: str) -> str:
    opening = told.calendar.opening(closing)
    assert opening is not None
    return f"""\
  - name: {told.target.name} does not run while nobody is there
    ticket: {{priority: normal}}
    time_zone: {zone}
    timeline:
      - {told.at(closing)}: created
    expect:
      - {{at: {told.at(opening)}, target: {told.target.name}, remaining: {format_amount(told.span)}}}
"""
