"""The alerts that a rule test expects: a ticket is followed as the service would, and who is told is compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from slamon.core.assess import Assessor
from slamon.core.explain import Commitment, explain
from slamon.core.instants import DAY, Instant
from slamon.core.judge import Judge
from slamon.core.moments import BREACHED, moments
from slamon.core.plan import Planned, looks
from slamon.core.routes import Routing
from slamon.core.standing import Standing
from slamon.core.telling import moment_text
from slamon.core.worktime import FAR
from slamon.ruletests.cases import AlertExpectation, Case
from slamon.ruletests.outcomes import Difference, Failure, about, near

_TOLD = frozenset({"warning", "due", "breached", "stopped", "paused", "resumed"})


def alert_failure(judge: Judge, case: Case, expected: AlertExpectation) -> Failure | None:
    """What is not as expected; None if all is."""
    assessor = Assessor(judge, Routing(judge.rules.routes, judge.rules.quiet), horizon=FAR, zone=case.zone)
    alerts = list(_alerts(assessor, case, expected))
    told = frozenset(one.alert.notifier for one in alerts if _goes_out(assessor, case, expected, one))
    if told == expected.notify:
        return None
    if told or _comes(judge, case, expected):
        difference = Difference("notify", _names(expected.notify), _names(told))
    else:
        difference = Difference("when", expected.when, "nothing at this instant")
    how = (*_near(judge, case, expected), *_nearest_told(alerts, expected.at, case.zone))
    return Failure(expected.place, f"{about(expected, case.zone)}: {expected.when}", (difference,), how)


def _alerts(assessor: Assessor, case: Case, expected: AlertExpectation) -> Iterator[Planned]:
    """Every alert of the target for the moment, up to a day later."""
    for one in looks(assessor, case.ticket, case.ticket.created_at, expected.at + DAY, Standing(case.acks)):
        found = one.verdict
        is_of_target = found.target == expected.target and expected.cycle in (None, found.cycle)
        if is_of_target and expected.when in one.alert.moment.names:
            yield one


def _goes_out(assessor: Assessor, case: Case, expected: AlertExpectation, one: Planned) -> bool:
    """Whether an alert goes out at the very instant; one that was held must still be true then."""
    if one.at != expected.at:
        return False
    said = Standing(tuple(ack for ack in case.acks if ack.at <= expected.at))
    look = expected.at + (one.alert.moment.name == BREACHED)
    return one.alert.held_until is None or bool(assessor.tell(case.ticket, {one.alert.identity}, look, said))


def _comes(judge: Judge, case: Case, expected: AlertExpectation) -> bool:
    """Whether the target comes to the moment at the very instant."""
    return any(
        moment.at == expected.at and expected.when in moment.names
        for look in (expected.at, expected.at + 1)  # at the due instant itself a commitment is still in time
        for cycle, verdict in judge.judged(case.ticket, look)
        if cycle is not None and verdict.target == expected.target and expected.cycle in (None, verdict.cycle)
        for moment in moments(cycle, verdict, look)
    )


def _names(notifiers: frozenset[str]) -> str:
    return f"[{', '.join(sorted(notifiers))}]"


# how it came to that


def _near(judge: Judge, case: Case, expected: AlertExpectation) -> tuple[str, ...]:
    """The moment of the target that lies nearest to the instant."""
    explanation = explain(judge, case.ticket, expected.at + 1, case.zone)
    commitments = [one for one in explanation.commitments if one.verdict.target == expected.target]
    if not commitments:
        return near(explanation, expected.target, None)
    return tuple(_nearest(one, expected.at, case.zone) for one in commitments[-1:])


def _nearest(one: Commitment, at: Instant, zone: tzinfo) -> str:
    told = [point for point in one.points if point.what in _TOLD]
    if not told:
        return one.decided
    point = min(told, key=lambda point: abs(point.at - at))
    return f"nearest: {moment_text(point.at, zone)} {point.words}"


def _nearest_told(alerts: list[Planned], at: Instant, zone: tzinfo) -> Iterator[str]:
    """Who is told of the moment at the instant that lies nearest, and by which lines."""
    if not alerts:
        return
    nearest = min((one.at for one in alerts), key=lambda instant: abs(instant - at))
    for one in alerts:
        if one.at == nearest:
            place = one.alert.place
            yield f"told: {moment_text(nearest, zone)} {one.alert.notifier}, by {place.file}:{place.line}"
