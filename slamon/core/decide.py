"""Who is told what: from what a commitment has come to, to the alerts of its routes that have come due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from slamon.core.alerts import HELD_BUNDLE, LATE, LATE_BUNDLE, Alert, Reaches, canonical, is_named, sender
from slamon.core.clock import Cycle
from slamon.core.instants import Instant, Span
from slamon.core.known import Known
from slamon.core.match import EVERYTHING, Fields, lookup
from slamon.core.moments import AT_RISK, BREACHED, CANCELLED, MET, MISSED, RESUMED, Moment, promise_of
from slamon.core.occasions import Occasion, is_open, last_occasion, next_occasion
from slamon.core.recipients import quiet_of, told_once
from slamon.core.routes import Quiet, Recipient, Route, RouteStep, Routing
from slamon.core.standing import Ack, Silence, Standing
from slamon.core.ticket import Ticket
from slamon.core.verdict import NOT_YET_BROKEN, Verdict

_NO_CALL = frozenset({MET, MISSED, CANCELLED, RESUMED})  # news that call on nobody to do something


class Decided(Struct, frozen=True):
    """The alerts of a commitment or a condition that have come due by an instant, and when something new does next."""

    due: tuple[Alert, ...]
    wakes_at: Instant | None


def decide(
    routing: Routing,
    known: Known,
    cycle: Cycle,
    verdict: Verdict,
    reached: Sequence[Moment],
    standing: Standing,
    horizon: Span | None,
    reaches: Reaches = is_named,
) -> Decided:
    """Who is to be told what of a commitment that has come to some moments.

    Older than the horizon: nothing, but for breaches that still stand; no horizon: however old. `reaches` decides only
    whose quiet counts, that of `via` or that of `else`: no identity rests on it.
    """
    one = _Commitment(known, cycle.shown or cycle, verdict, standing, reaches)
    due: list[Alert] = []
    wakes = []
    for route, index, step in one.steps(routing.routes):
        for moment in one.to_tell(step, reached):
            due += one.alerts(_Line(route, index, step, routing.quiet), moment, horizon)
            wakes.append(next_occasion(step, moment, one.calendar, known.at))
    silent = [silence.until for silence in standing.silences if due and one.is_silenced_by(silence)]
    next_at = min((at for at in [*wakes, *silent] if at is not None), default=None)
    return Decided(() if silent else tuple(due), next_at)


class _Line(Struct, frozen=True):
    """A line of a route, and the quiet of those whom it tells."""

    route: Route
    index: int
    step: RouteStep
    quiet: Mapping[str, Quiet]


class _Commitment:
    """A commitment at an instant, as routes look at it."""

    def __init__(self, known: Known, cycle: Cycle, verdict: Verdict, standing: Standing, reaches: Reaches) -> None:
        assert cycle.bound is not None
        self.known = known
        self.at = known.at
        self.verdict = verdict
        self.calendar = cycle.bound.calendar
        self.due = cycle.due
        self.promise = promise_of(cycle)
        self.reaches = reaches
        self.acks = [ack for ack in standing.acks if _is_about(ack, known.ticket, cycle)]
        self._seen: Fields | None = None

    @property
    def seen(self) -> Fields:
        """What a match of a route or a silence looks at."""
        if self._seen is None:
            self._seen = self._with_own(self.known.now)
        return self._seen

    def _with_own(self, fields: Fields) -> Fields:
        status = (fields.get("status"), self.verdict.status)  # either may be meant
        return {**fields, "policy": self.verdict.policy, "target": self.verdict.target, "status": status}

    def steps(self, routes: Iterable[Route]) -> Iterator[tuple[Route, int, RouteStep]]:
        for route in routes:
            if not route.monitor and (route.match is EVERYTHING or route.match.holds(self.seen)):
                yield from ((route, index, step) for index, step in enumerate(route.steps))
                if not route.go_on:
                    return

    def is_silenced_by(self, silence: Silence) -> bool:
        return silence.at <= self.at < silence.until and silence.match.holds(self.seen)

    # one line of a route

    def to_tell(self, step: RouteStep, reached: Sequence[Moment]) -> list[Moment]:
        """The moments that a step names. Of warnings those after the highest that it has come due for, and that one."""
        named = [moment for moment in reached if moment.is_among(step.when)]
        warnings = [moment for moment in named if AT_RISK in moment.names]
        if len(warnings) < 2:
            return named
        come = [moment for moment in warnings if last_occasion(step, moment, self.calendar, self.at)]
        before = warnings[: warnings.index(come[-1])] if come else []
        return [moment for moment in named if moment not in before]

    def alerts(self, line: _Line, moment: Moment, horizon: Span | None) -> Iterator[Alert]:
        """The alerts of a line that have come due for a moment: those of the last time it did."""
        step = line.step
        occasion = last_occasion(step, moment, self.calendar, self.at)
        if occasion is None or self._is_acknowledged(step, moment, occasion):
            return
        if moment.overtaken and step.after is None and occasion.number == 0:
            return
        old = horizon is not None and occasion.due_at < self.at - horizon
        if old and not (moment.name == BREACHED and self.verdict.is_open):
            return
        inside = step.during is None or is_open(step.during, occasion.due_at)
        told = step.notify if inside else step.otherwise
        who_of = partial(_named, self.known.fields_at(occasion.due_at))
        for recipient in told_once(told, line.quiet, moment, occasion.due_at, who_of):
            yield self._alert(line, moment, occasion, recipient, who_of(recipient))

    def _is_acknowledged(self, step: RouteStep, moment: Moment, occasion: Occasion) -> bool:
        """Acknowledged before it came due, if it was to come a time after its moment; or before it was told."""
        if step.despite_ack or not self.acks:
            return False
        due_at, waited = occasion.due_at, step.after is not None or occasion.number > 0
        before = waited and any(ack.at <= due_at and (ack.until is None or due_at < ack.until) for ack in self.acks)
        calls = waited or moment.name not in _NO_CALL
        return before or (calls and any(due_at <= ack.at <= self.at for ack in self.acks))

    def _alert(self, line: _Line, moment: Moment, occasion: Occasion, recipient: Recipient, who: Any) -> Alert:
        route, step, due_at = line.route, line.step, occasion.due_at
        now, held_until = self._in_quiet(line.quiet, moment, recipient, who)
        bundle = self._bundle(route, due_at, held_until)
        identity = self._identity(line, moment, occasion.number, recipient, who)
        return Alert(
            identity,
            route.name,
            line.index,
            now,
            who if now is recipient else None,
            moment,
            self.promise,
            due_at,
            held_until,
            bundle,
            bundle in (HELD_BUNDLE, LATE_BUNDLE),
            step.update,
            step.place,
        )

    def _in_quiet(
        self, quiets: Mapping[str, Quiet], moment: Moment, recipient: Recipient, who: Any
    ) -> tuple[Recipient, Instant | None]:
        """Who is told now, and until when that is held. A warning is never held past the instant it warns of."""
        quiet = quiet_of(sender(recipient, who, self.reaches), quiets, moment, self.at) if quiets else None
        if quiet is None:
            return recipient, None
        instead, until = quiet
        if instead is not None:
            return Recipient(instead), None
        warned_in_vain = moment.is_warning and self.due is not None and self.due <= until
        return recipient, None if warned_in_vain else until

    def _bundle(self, route: Route, due_at: Instant, held_until: Instant | None) -> str:
        if held_until is not None:
            return HELD_BUNDLE
        if self.at - due_at > LATE and self.verdict.status not in NOT_YET_BROKEN:
            return LATE_BUNDLE
        if not route.group.by:
            return "[]"
        fields = self._with_own(self.known.fields_at(due_at))
        return canonical([lookup(fields, name) for name in route.group.by])

    def _identity(self, line: _Line, moment: Moment, number: int, recipient: Recipient, who: Any) -> str:
        """What stands at its end only where it is needed keeps the identities of earlier versions."""
        found = self.verdict
        commitment = (*self.known.ticket.key, found.policy, found.target, found.cycle, self.promise)
        parts = (*commitment, moment.key, line.route.name, line.index, recipient.notifier)
        return canonical(parts if number == 0 and recipient.to is None else (*parts, number, recipient.to, who))


def _named(fields: Fields, recipient: Recipient) -> Any:
    """Whom the field of a recipient names."""
    return None if recipient.to is None else lookup(fields, recipient.to)


def _is_about(ack: Ack, ticket: Ticket, cycle: Cycle) -> bool:
    """An acknowledgement with no end is of what was there when it was given, not of what comes years later."""
    if (ack.source, ack.ticket) != ticket.key or ack.target not in (None, cycle.definition.target.name):
        return False
    return ack.until is not None or cycle.started_at <= ack.at
