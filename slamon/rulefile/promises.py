"""What is promised, once calendars are known."""

from __future__ import annotations

from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.policy import Always, ByValue, Duration, FixedDays, Promise, Rows, Within
from slamon.rulefile.amounts import Amount
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.names import Calendars
from slamon.rulefile.nodes import Node
from slamon.rulefile.rows import Draft
from slamon.rulefile.suggest import quoted
from slamon.rulefile.within import ByValueDraft, RowsDraft, WithinDraft

_DEFAULT_FIELD = "priority"


def drafts_of(within: WithinDraft) -> list[Draft]:
    """Every promise of a `within`."""
    if isinstance(within, Draft):
        return [within]
    if isinstance(within, RowsDraft):
        return [draft for _, draft in within.rows]
    return [draft for _, draft in within.entries] + ([within.other] if within.other else [])


class PromiseBuilder:
    """Builds the promises of one target; `own` is its calendar, None if that is missing or was reported."""

    def __init__(self, own: Calendar | None, calendars: Calendars, report: Report) -> None:
        self._own = own
        self._calendars = calendars
        self._report = report
        self.used: list[Calendar] = []
        self.complete = True

    def within(self, draft: WithinDraft, by: str | None) -> Within | None:
        """The promises; None if one of them cannot be used."""
        built: Within
        if isinstance(draft, Draft):
            built = Always(self._promise(draft))
        elif isinstance(draft, ByValueDraft):
            entries = tuple((value, self._promise(one)) for value, one in draft.entries)
            built = ByValue(by or _DEFAULT_FIELD, entries, self._promise(draft.other) if draft.other else None)
        else:
            built = Rows(tuple((match, self._promise(one)) for match, one in draft.rows))
        return built if self.complete else None

    def _promise(self, draft: Draft) -> Promise:
        calendar = self._own
        if draft.calendar is not None and draft.calendar_node is not None:
            calendar = self._calendars.find(draft.calendar, draft.calendar_node, self._report)
        if calendar is None:
            self.complete = False
            calendar = ALWAYS
        else:
            self.used.append(calendar)
            self._check(draft, calendar)
        return _promise(draft, calendar)

    def _check(self, draft: Draft, calendar: Calendar) -> None:
        if isinstance(draft.promise, Amount) and draft.promise.days:
            check_days(draft.promise.text, draft.node, calendar, self._report)


def _promise(draft: Draft, calendar: Calendar) -> Promise:
    days = draft.promise
    if isinstance(days, Amount):
        return Duration(days.span, calendar)
    return FixedDays(days.days, days.business, days.time, calendar, days.cutoff, days.roll)


def check_days(text: str, node: Node, calendar: Calendar, report: Report) -> None:
    """Refuse days and weeks where they could mean three different things: on any calendar but 24x7."""
    if calendar is not ALWAYS:
        message = f"{quoted(text)} counts days or weeks, which only the calendar 24x7 has, not {quoted(calendar.name)}"
        report.error(node, "days-on-working-hours", message, "write hours such as 8h, or {business_days: 1}")
