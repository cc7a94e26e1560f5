"""Alerts about slamon itself: from a condition that was raised or cleared to what routes tell of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from slamon.core.alerts import HELD_BUNDLE, LATE, Alert, canonical, delivery_id
from slamon.core.calendars import ALWAYS
from slamon.core.conditions import CONDITIONS, Raised, Sign
from slamon.core.decide import Decided
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.match import EVERYTHING, Fields, lookup
from slamon.core.message import Covered, Message, footer_of
from slamon.core.moments import Moment
from slamon.core.occasions import Occasion, is_open, last_occasion, next_occasion
from slamon.core.recipients import quiet_of, told_once
from slamon.core.routes import Recipient, Route, RouteStep, Routing
from slamon.core.standing import Silence
from slamon.core.wording import instant_text, lateness, span_text

SOURCE = "slamon"  # stands where alerts of tickets name their source
RAISED = "raised"
CLEARED = "cleared"
_KIND = "monitor"


def ticket_of(one: Raised) -> str:
    """What stands where alerts of tickets name the ticket."""
    return f"{one.name} {one.subject}".rstrip()


def fields_of(one: Raised | Sign) -> Fields:
    """What a match of a route sees of a condition."""
    about = CONDITIONS[one.name].about
    return {"alert": _KIND, "monitor": one.name, **({about: one.subject} if about else {})}


def routes_for(routing: Routing, one: Raised | Sign) -> Iterator[Route]:
    """The routes that tell of a condition."""
    fields = fields_of(one)
    for route in routing.routes:
        if route.monitor and (route.match is EVERYTHING or route.match.holds(fields)):
            yield route
            if not route.go_on:
                return


def alerts_of(
    routing: Routing,
    one: Raised,
    at: Instant,
    *,
    is_so: bool,
    horizon: Span | None,
    silences: Iterable[Silence] = (),
) -> Decided:
    """Who is to be told of a condition. `is_so`: right now, for it stands a while longer; what is to be told a time
    after it was raised waits until it is so.

    Older than the horizon: nothing; no horizon: however old. A silence counts if its match names `alert`.
    """
    moment = _moment(one, is_so=is_so)
    at = max(at, moment.at)  # the clock may have been set back
    due: list[Alert] = []
    wakes: list[Instant | None] = []
    for route in routes_for(routing, one):
        for index, step in enumerate(route.steps):
            if moment.name in step.when:
                occasion = last_occasion(step, moment, ALWAYS, at)
                if occasion is not None and (horizon is None or occasion.due_at >= at - horizon):
                    due += _line(routing, route, index, step, one, moment, occasion, at)
                wakes.append(next_occasion(step, moment, ALWAYS, at))
    next_at = min((wake for wake in wakes if wake is not None), default=None)
    return Decided(() if _is_silenced(one, at, silences) else tuple(due), next_at)


def message(alert: Alert, one: Raised, sign: Sign | None, at: Instant, zone: tzinfo, footer: str | None) -> Message:
    """The message of an alert of `alerts_of`, from what is known at `at`."""
    condition, raised = CONDITIONS[one.name], alert.moment.name == RAISED
    text = (sign.text if sign is not None else one.text) if raised else f"over: {one.text}"
    late = lateness(alert.due_at, at, zone) if at - alert.due_at > LATE else None
    title = f"slamon: {text}"
    covered = _covered(alert, one, title)
    return Message(
        id=delivery_id(alert.identity),
        thread=covered.thread,
        tone=condition.tone if raised else "good",
        title=title,
        facts=tuple(_facts(one, zone)),
        footer=footer_of(footer, late),
        at=at,
        covers=(covered,),
        update=alert.update,
    )


def _moment(one: Raised, *, is_so: bool) -> Moment:
    if one.cleared_at is not None:
        return Moment(CLEARED, max(one.cleared_at, one.raised_at), CLEARED, (CLEARED,))
    return Moment(RAISED, one.raised_at, RAISED, (RAISED,), is_so)


def _is_silenced(one: Raised, at: Instant, silences: Iterable[Silence]) -> bool:
    """`match: all` means all tickets: only who says so silences slamon itself."""
    fields = fields_of(one)
    return any(
        silence.at <= at < silence.until and "alert" in silence.match.reads and silence.match.holds(fields)
        for silence in silences
    )


def _line(
    routing: Routing,
    route: Route,
    index: int,
    step: RouteStep,
    one: Raised,
    moment: Moment,
    occasion: Occasion,
    at: Instant,
) -> Iterator[Alert]:
    inside = step.during is None or is_open(step.during, occasion.due_at)
    told = step.notify if inside else step.otherwise
    for recipient in told_once(told, routing.quiet, moment, occasion.due_at):
        now, held_until = _in_quiet(routing, moment, recipient, at)
        held = held_until is not None
        subject = (SOURCE, one.name, one.subject, one.raised_at, moment.key)
        yield Alert(
            canonical((*subject, route.name, index, occasion.number, recipient.notifier)),
            route.name,
            index,
            now,
            None,
            moment,
            str(one.raised_at),
            occasion.due_at,
            held_until,
            HELD_BUNDLE if held else _bundle(route, one),
            held,
            step.update,
            step.place,
        )


def _in_quiet(routing: Routing, moment: Moment, recipient: Recipient, at: Instant) -> tuple[Recipient, Instant | None]:
    """Who is told now, and until when that is held."""
    quiet = quiet_of(recipient.notifier, routing.quiet, moment, at)
    if quiet is None:
        return recipient, None
    instead, until = quiet
    return (recipient, until) if instead is None else (Recipient(instead), None)


def _bundle(route: Route, one: Raised) -> str:
    fields = fields_of(one)
    return canonical([lookup(fields, name) for name in route.group.by])


def _facts(one: Raised, zone: tzinfo) -> Iterator[tuple[str, str]]:
    condition = CONDITIONS[one.name]
    yield "Condition", one.name
    if condition.about:
        yield condition.about.capitalize(), one.subject
    yield "Since", instant_text(one.raised_at, zone)
    if one.cleared_at is None:
        yield "To do", condition.remedy
    else:
        yield "Until", instant_text(one.cleared_at, zone)
        if one.cleared_at - one.raised_at >= SECOND:
            yield "Lasted", span_text(one.cleared_at - one.raised_at)


def _covered(alert: Alert, one: Raised, title: str) -> Covered:
    name = alert.moment.name
    return Covered(SOURCE, ticket_of(one), _KIND, one.name, one.number, name, name, None, None, title)
