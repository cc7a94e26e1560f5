"""Routes in short words, and what an assessor says in lines that a person can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slamon.core.alerts import Alert
from slamon.core.assess import Assessor
from slamon.core.instants import Instant, Span
from slamon.core.judge import Judge
from slamon.core.match import EVERYTHING
from slamon.core.plan import Planned, looks
from slamon.core.policy import Place, Rules
from slamon.core.routes import Quiet, Recipient, Route, RouteStep, Routing, Wait
from slamon.core.standing import NOTHING_SAID, Ack, Silence, Standing
from slamon.core.ticket import Ticket

from .build import BERLIN, span
from .table import moment, shown


def step(when: str, notify: str = "chat", **rest: Any) -> RouteStep:
    """A step that tells the notifiers of a list such as `chat, pager`; `mail:assignee/boss` is via, to and else.

    `after` and `repeat` are spans such as `30m`, of working time if they end in `working`.
    """
    place = Place("rules.yml", rest.pop("line", 1), 1)
    for name in ("after", "repeat"):
        if name in rest:
            rest[name] = wait(rest[name])
    if "otherwise" in rest:
        rest["otherwise"] = recipients(rest["otherwise"])
    return RouteStep(words(when), recipients(notify), place, **rest)


def recipients(text: str) -> tuple[Recipient, ...]:
    return tuple(recipient(one) for one in words(text))


def recipient(text: str) -> Recipient:
    notifier, _, rest = text.partition(":")
    to, _, otherwise = rest.partition("/")
    return Recipient(notifier, to or None, otherwise or None)


def wait(text: str) -> Wait:
    return Wait(span(text.removesuffix(" working")), text.endswith("working"))


def words(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(","))


def route(*steps: RouteStep, name: str = "main", **rest: Any) -> Route:
    return Route(name, rest.pop("match", EVERYTHING), steps, **rest)


def assessor(rules: Rules, *lines: RouteStep | Route, quiet: dict[str, Quiet] | None = None, **rest: Any) -> Assessor:
    """An assessor of some routes; bare steps are those of one route for everything."""
    routes = tuple(one for one in lines if isinstance(one, Route))
    steps = tuple(one for one in lines if isinstance(one, RouteStep))
    routing = Routing((*routes, route(*steps)) if steps else routes, quiet or {})
    return Assessor(Judge(rules), routing, zone=BERLIN, **rest)


def alerts(found: Assessor, ticket: Ticket, at: str | Instant, standing: Standing = NOTHING_SAID) -> list[Alert]:
    instant = moment(at) if isinstance(at, str) else at
    return [alert for one in found.assess(ticket, instant, standing) for alert in one.due]


def told(found: Assessor, ticket: Ticket, at: str | Instant, standing: Standing = NOTHING_SAID) -> list[str]:
    """What has come due by an instant: `chat breached Mon 13:00`."""
    return [line(alert) for alert in alerts(found, ticket, at, standing)]


def line(alert: Alert) -> str:
    """`pager breached Mon 13:30`; with `to WHO`, `held until`, and the bundle if it is no plain one."""
    parts = [alert.recipient.notifier, alert.moment.name, shown(alert.due_at)]
    if alert.recipient.to is not None:
        parts.insert(1, f"to {alert.who}")
    if alert.held_until is not None:
        parts.append(f"until {shown(alert.held_until)}")
    if alert.collective:
        parts.append(alert.bundle)
    return " ".join(parts)


def diary(found: Assessor, ticket: Ticket, end: str, standing: Standing = NOTHING_SAID) -> list[str]:
    """Everything that is told of a ticket, as the service tells it: `Mon 13:30 pager breached`."""
    return [entry(one) for one in looks(found, ticket, ticket.created_at, moment(end), standing)]


def entry(one: Planned) -> str:
    return f"{shown(one.at)} {one.alert.notifier} {one.alert.moment.name}"


def ack(at: str, until: str | None = None, target: str | None = None, by: str = "ann") -> Ack:
    return Ack("desk", "1", target, by, moment(at), None if until is None else moment(until))


def silence(at: str, until: str, match: Any = EVERYTHING) -> Silence:
    return Silence("s1", match, moment(at), moment(until), "ann")


def said(*what: Ack | Silence) -> Standing:
    acks: Iterable[Ack] = (one for one in what if isinstance(one, Ack))
    silences: Iterable[Silence] = (one for one in what if isinstance(one, Silence))
    return Standing(tuple(acks), tuple(silences))


def minutes(count: int) -> Span:
    return count * 60_000_000
