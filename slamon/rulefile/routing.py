"""Routes as the engine sees them: calendars found, notifiers checked, and nothing in a step that cannot act."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.routes import Group, Recipient, Route, RouteStep
from slamon.rulefile import routes as keys
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.lists import Located
from slamon.rulefile.moments import MONITOR_MOMENTS, is_warning
from slamon.rulefile.names import Calendars, OfSettings
from slamon.rulefile.nodes import Node, Owner
from slamon.rulefile.notify import build_recipients
from slamon.rulefile.records import Key, Values
from slamon.rulefile.suggest import quoted

_LASTING = frozenset({"missed", "met", "cancelled", "cleared"})  # stay so for ever, or till who knows when
_ACKNOWLEDGED = frozenset({"at_risk", "breached", "paused"})  # dropped by an acknowledgement even if told at once
_OF_COMMITMENTS = frozenset({"policy", "target"})


@dataclass(frozen=True, slots=True)
class Links:
    """What a route may name, and where mistakes are told."""

    calendars: Calendars
    notifiers: OfSettings
    sources: OfSettings
    report: Report


def build_route(values: Values, links: Links) -> Route | None:
    """The route; None once it could not be read. What is wrong with what could be read is reported."""
    match, steps = values.get(keys.MATCH), values.get(keys.STEPS)
    monitor = keys.is_about_monitor(values)
    group = _group(values.get(keys.GROUP_KEY), monitor, links.report)
    built = tuple(_StepBuilder(step.value, monitor, links).build() for step in steps or ())
    if values.broken or match is None or not steps:
        return None
    node = name_node(values)
    place = node.file.place(node.start)
    return Route(values.get(keys.NAME) or "", match[0], built, bool(values.get(keys.CONTINUE)), match[1], place, group)


def name_node(values: Values) -> Node | Owner:
    """Where the name of a route stands; its first key if it has none."""
    return values.at(keys.NAME) if values.has(keys.NAME) else values.owner


def _group(values: Values | None, monitor: bool | None, report: Report) -> Group:
    group = Group()
    if values is None:
        return group
    if not values.found and not values.broken and not values.unknown:
        help = "leave it out, or write {by: policy, wait: 20s, digest_above: 8}"
        report.error(values.node, "empty", "the map of 'group' is empty", help)
    by = values.get(keys.BY) or ()
    for one in by if monitor else ():
        if one.value in _OF_COMMITMENTS:
            message = f"{one.value} has no effect here: an alert about slamon itself has none"
            report.error(one.node, "no-effect", message, "leave it out")
    wait, above = values.get(keys.GROUP_WAIT), values.get(keys.DIGEST_ABOVE)
    names = tuple(dict.fromkeys(one.value for one in by))
    digest_above = group.digest_above if above is None else above
    return Group(names, group.wait, digest_above) if wait is None else Group(names, wait.span, digest_above, wait.span)


class _StepBuilder:
    """One step. `monitor`: whether its route is about slamon itself; None if that is not known."""

    def __init__(self, values: Values, monitor: bool | None, links: Links) -> None:
        self._values = values
        self._monitor = monitor
        self._links = links
        self._when = tuple(dict.fromkeys(one.value for one in values.get(keys.WHEN) or ()))

    def build(self) -> RouteStep:
        values = self._values
        self._check_moments()
        self._check_waits()
        self._check_repeat()
        self._check_ack()
        notify = self._recipients(keys.NOTIFY)
        calendar, otherwise = self._during(), self._recipients(keys.ELSE)
        self._check_else(notify, otherwise)
        return RouteStep(
            when=self._when,
            notify=notify,
            place=values.owner.file.place(values.owner.start),
            after=values.get(keys.AFTER),
            repeat=values.get(keys.REPEAT),
            at_most=values.get(keys.AT_MOST),
            despite_ack=values.get(keys.ACK) == "ignore",
            during=calendar,
            otherwise=otherwise,
            update=values.has(keys.AS),
        )

    def _recipients(self, key: Key[tuple[Located[Values], ...]]) -> tuple[Recipient, ...]:
        return build_recipients(self._values.get(key) or (), self._monitor, self._links.notifiers, self._links.report)

    def _no_effect(self, key: Key[object], message: str, help: str) -> None:
        self._links.report.error(self._values.at(key), "no-effect", message, help)

    # moments and times

    def _check_moments(self) -> None:
        for one in self._values.get(keys.WHEN) or () if self._monitor is not None else ():
            if self._monitor and one.value not in MONITOR_MOMENTS:
                problem, help = "an alert about slamon itself is only raised and cleared", "write raised or cleared"
            elif not self._monitor and one.value in MONITOR_MOMENTS:
                problem, help = "only alerts about slamon itself are", "give the route match: {alert: monitor}"
            else:
                continue
            message = f"{quoted(one.value)} never comes here: {problem}"
            self._links.report.error(one.node, "wrong-moment", message, help)

    def _check_waits(self) -> None:
        for key in (keys.AFTER, keys.REPEAT):
            wait = self._values.get(key)
            if wait is not None and wait.working and self._monitor:
                node = self._values.at(key)
                message = f"{key.name} cannot count working time here: slamon itself has no calendar"
                self._links.report.error(node, "missing-calendar", message, "leave out the word working")

    def _check_repeat(self) -> None:
        values, times = self._values, self._values.get(keys.AT_MOST)
        if times is not None and not values.given(keys.REPEAT):
            self._no_effect(keys.AT_MOST, "at_most has no effect without repeat", "add repeat: 4h, or leave it out")
        elif times == 1:
            message = "at_most: 1 leaves nothing to repeat: the first message counts too"
            self._no_effect(keys.AT_MOST, message, "write at_most: 2, or leave out both")
        lasting = [moment for moment in self._when if moment in _LASTING]
        if lasting and values.has(keys.REPEAT) and not values.given(keys.AT_MOST):
            message = f"repeat would never end: nothing ends {quoted(lasting[0])}"
            self._links.report.error(values.at(keys.REPEAT), "endless-repeat", message, "add at_most: 3")

    def _check_ack(self) -> None:
        values = self._values
        if not values.has(keys.ACK):
            return
        if self._monitor:
            message = "ack has no effect here: tickets are acknowledged, alerts about slamon itself are not"
            self._no_effect(keys.ACK, message, "leave it out")
        elif not (self._is_acknowledged() or values.given(keys.AFTER) or values.given(keys.REPEAT)):
            message = "ack has no effect here: what is told at once it stops only for at_risk, breached and paused"
            self._no_effect(keys.ACK, message, "leave it out, or add after: 1h")

    def _is_acknowledged(self) -> bool:
        return not self._values.has(keys.WHEN) or any(is_warning(one) or one in _ACKNOWLEDGED for one in self._when)

    # during

    def _during(self) -> Calendar | None:
        name = self._values.get(keys.DURING)
        if name is None:
            return None
        calendar = self._links.calendars.find(name, self._values.at(keys.DURING), self._links.report)
        if calendar is ALWAYS:
            self._no_effect(keys.DURING, "during: 24x7 has no effect: it is always open", "leave it out")
        return calendar

    def _check_else(self, notify: tuple[Recipient, ...], otherwise: tuple[Recipient, ...]) -> None:
        if not otherwise:
            return
        if not self._values.given(keys.DURING):
            help = "add during: and the name of a calendar, or leave it out"
            self._no_effect(keys.ELSE, "else has no effect without during", help)
        elif set(notify) == set(otherwise):
            help = "name another notifier, or leave out during and else"
            self._no_effect(keys.ELSE, "else has no effect: it is the same as notify", help)
