"""Targets as the engine sees them: presets, options and calendars put together."""

from __future__ import annotations

from slamon.core.calendars import Calendar
from slamon.core.kinds import Kind
from slamon.core.match import Entry, Match, OneOf
from slamon.core.policy import USUAL_WARNINGS, Happening, OnReopen, OnRetarget, Target, Trigger, Warning, Within
from slamon.rulefile import options as opt
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.levels import Chosen, Level, choose
from slamon.rulefile.lists import Named
from slamon.rulefile.names import Calendars
from slamon.rulefile.nodes import Owner
from slamon.rulefile.options import Shape
from slamon.rulefile.promises import PromiseBuilder, check_days, drafts_of
from slamon.rulefile.records import Key, Values
from slamon.rulefile.targets import (
    BY,
    EVENT_LISTS,
    FIELD,
    FULL,
    HINTS,
    KIND,
    RESET_ON,
    START_ON,
    STOP_ON,
    WITHIN,
    kind_of,
    shape_of,
)
from slamon.rulefile.within import ByValueDraft


class TargetBuilder:
    """Builds the targets of one policy. `policy` is where it begins, for what neither it nor its target says."""

    def __init__(self, policy: Owner, levels: tuple[Level, ...], calendars: Calendars, report: Report) -> None:
        self._policy = policy
        self._levels = levels
        self._calendars = calendars
        self._report = report

    def build(self, written: Named[Values | None]) -> Target | None:
        """The target; None once a mistake in it was reported."""
        try:
            if written.value is None or written.value.broken & {key.name for key in (KIND, *EVENT_LISTS)}:
                raise Refused
            kind = kind_of(written, written.value, self._report)
        except Refused:
            for level in self._levels:
                level.certain = False
            return None
        return self._build(written, written.value, shape_of(kind, written.value))

    def _build(self, written: Named[Values | None], values: Values, shape: Shape) -> Target | None:
        self._check_keys(values, shape)
        chosen = choose(values, written.name, shape, self._levels, self._report)
        calendar = self._calendar(values, chosen)
        promises = PromiseBuilder(calendar, self._calendars, self._report)
        draft = values.get(WITHIN)
        within = promises.within(draft, values.get(BY)) if draft is not None else None
        if shape.is_due and calendar is not None:
            promises.used.append(calendar)
        warnings = self._warnings(chosen, promises.used)
        if not promises.used:
            return None
        return _target(written, values, shape, chosen, within, calendar or promises.used[0], warnings)

    # keys

    def _check_keys(self, values: Values, shape: Shape) -> None:
        """Report what the kind needs and is not there, and what is there and cannot act."""
        if shape.is_due:
            self._need(FIELD, values)
            for key in (WITHIN, BY, START_ON, RESET_ON):
                self._refuse(
                    key, values, f"{key.name} has no effect on a target of kind due", "its due instant is in a field"
                )
            return
        self._need(WITHIN, values)
        if shape.kind.name == "custom":
            self._need(START_ON, values)
            self._need(STOP_ON, values)
        self._refuse(
            FIELD, values, f"field has no effect on a target of kind {shape.kind.name}", "only kind due reads it"
        )
        if values.has(WITHIN) and not isinstance(values.get(WITHIN), ByValueDraft):
            self._refuse(BY, values, "by has no effect: `within` is not a map from values", "write within: {high: 1h}")

    def _need(self, key: Key[object], values: Values) -> None:
        wrapped = key is WITHIN and not HINTS.keys().isdisjoint(values.unknown)
        if not values.given(key) and not wrapped:
            FULL.missing(key, values, self._report)

    def _refuse(self, key: Key[object], values: Values, message: str, help: str) -> None:
        if values.has(key):
            self._report.error(values.at(key), "no-effect", message, help)

    # options

    def _calendar(self, values: Values, chosen: Chosen) -> Calendar | None:
        """The target's own calendar; None, and reported, if it has none but needs one."""
        name = chosen.get(opt.CALENDAR)
        if name is not None:
            return self._calendars.find(name, chosen.at(opt.CALENDAR), self._report)
        draft = values.get(WITHIN)
        needed = draft is None or any(one.calendar is None for one in drafts_of(draft))
        is_broken = any(one.broken & {"calendar"} for one in (values, *(level.values for level in self._levels)))
        if needed and not is_broken:
            self._no_calendar(values)
        return None

    def _no_calendar(self, values: Values) -> None:
        place = self._policy.file.place(self._policy.start)
        message = f"there is no calendar here, nor for the whole policy at {place}: one of them must name it"
        self._report.error(values.owner, "missing-calendar", message, "add calendar: 24x7, or a calendar of your own")

    def _warnings(self, chosen: Chosen, used: list[Calendar]) -> tuple[Warning, ...]:
        steps = chosen.get(opt.WARN_AT)
        if steps is None:
            return USUAL_WARNINGS
        found: list[Warning] = []
        for step in steps:
            for calendar in used if step.value.in_days else ():
                check_days(step.value.in_days or "", step.node, calendar, self._report)
            found.append(step.value.warning)
        return tuple(dict.fromkeys(found))


def _target(
    written: Named[Values | None],
    values: Values,
    shape: Shape,
    chosen: Chosen,
    within: Within | None,
    calendar: Calendar,
    warnings: tuple[Warning, ...],
) -> Target:
    kind = shape.kind
    counts = _counts(chosen)
    window = chosen.get(opt.REOPEN_WINDOW)
    return Target(
        name=written.name,
        kind=kind.name,
        within=within,
        calendar=calendar,
        start=_heard(shape.start, counts),
        stop=_heard(shape.stop, counts),
        reset=_heard(shape.reset, counts),
        cancel=_heard(shape.cancel, counts),
        warn_at=warnings,
        pause_while=_pauses(kind, chosen),
        counts=counts,
        repeat=kind.repeat or bool(chosen.get(opt.REPEAT)),
        after_first_response=kind.after_first_response and not shape.own_start,
        only_while_open=kind.only_while_open and not shape.own_start,
        on_reopen=OnReopen(chosen.get(opt.ON_REOPEN) or kind.on_reopen or OnReopen.ONCE),
        reopen_window=window.span if window else None,
        on_retarget=OnRetarget(chosen.get(opt.ON_RETARGET) or OnRetarget.RETARGET),
        agent_created=chosen.get(opt.AGENT_CREATED) or "start",
        date_field=values.get(FIELD),
        place=written.key.file.place(written.key.start),
    )


def _counts(chosen: Chosen) -> Happening:
    """What an agent's message means here."""
    counts = Happening.AGENT_MESSAGE
    bots, notes = chosen.get(opt.BOTS_COUNT), chosen.get(opt.NOTES_COUNT)
    if bots:
        counts |= Happening.BOT_MESSAGE
    if notes:
        counts |= Happening.AGENT_NOTE
    return counts | Happening.BOT_NOTE if bots and notes else counts


def _heard(trigger: Trigger, counts: Happening) -> Trigger:
    """The trigger with everything that counts as an agent's message."""
    if trigger.happenings & Happening.AGENT_MESSAGE:
        return Trigger(trigger.happenings | counts, trigger.becomes)
    return trigger


def _pauses(kind: Kind, chosen: Chosen) -> Match | None:
    written = chosen.get(opt.PAUSE_WHILE)
    if written is not None or not kind.pauses:
        return written
    return Entry("status", OneOf.of((status, status) for status in kind.pauses))
