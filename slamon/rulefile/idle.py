"""What stands in routes and can never act, with all files in view. Warnings: another file may yet make use of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slamon.core.policy import Policy, Rules
from slamon.core.routes import Quiet, Recipient, Route, RouteStep
from slamon.rulefile import quiet as quiet_keys
from slamon.rulefile import routes as keys
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.lists import Located, Named
from slamon.rulefile.moments import is_warning
from slamon.rulefile.records import Values
from slamon.rulefile.routing import name_node
from slamon.rulefile.shadow import find_shadowed
from slamon.rulefile.suggest import quoted

_CONSOLE = "console"  # told where there is no route
_ANY_ROUTE = "{name: rest, match: all, steps: [{when: [at_risk, breached], notify: NOTIFIER}]}"


@dataclass(frozen=True, slots=True)
class WrittenRoute:
    """A route, and how it was written."""

    route: Route
    values: Values


def warn_of_idle(
    rules: Rules,
    routes: Sequence[WrittenRoute],
    quiets: Sequence[Named[Values | None]],
    file: str,
    report: Report,
) -> None:
    """Warn of what never acts. `file`: where the want of a route is reported."""
    _warn_of_silence(routes, file, report)
    _warn_of_unreached(routes, report)
    for written in routes:
        _warn_of_warnings(written.values, rules.policies, report)
    for one in quiets:
        exempt = one.value.get(quiet_keys.EXCEPT) if one.value else None
        _warn_of_moments(exempt or (), _warnings(rules.policies), "no target", report)
    for about_monitor in (False, True):
        _warn_of_updates([one for one in routes if one.route.monitor is about_monitor], rules.quiet, report)
    _warn_of_quiet(rules, quiets, report)


def _warn_of_silence(routes: Sequence[WrittenRoute], file: str, report: Report) -> None:
    if not routes:
        message = "there is no route at all: every alert goes to the console"
        report.warn_of_file(file, "no-routes", message, f"add routes: [{_ANY_ROUTE}]")
    elif all(one.route.monitor for one in routes):
        message = "there is no route for tickets, only for slamon itself: nobody is told anything about them"
        report.warn_of_file(file, "no-routes", message, f"add {_ANY_ROUTE}")


# routes


def _warn_of_unreached(routes: Sequence[WrittenRoute], report: Report) -> None:
    values = {one.route: one.values for one in routes}
    for about_monitor in (False, True):
        alike = [route for route in values if route.monitor is about_monitor]
        for route, shadow in find_shadowed(alike, lambda earlier: not earlier.go_on):
            first = quoted(shadow.name)
            message = (
                f"route {quoted(route.name)} can never be reached: {first} at {shadow.place} takes all that it would"
            )
            help = f"put it before {first}, or add continue: true to that one"
            report.warn(name_node(values[route]), "never-reached", message, help)


# warnings


def _warn_of_warnings(route: Values, policies: Sequence[Policy], report: Report) -> None:
    named = {field: {node.text for node in keys.named_values(route, field)} for field in ("policy", "target")}
    narrow = any(named.values())
    known = _warnings(policies, named["policy"], named["target"])
    for step in route.get(keys.STEPS) or ():
        who = "no target that this route is about" if narrow else "no target"
        _warn_of_moments(step.value.get(keys.WHEN) or (), known, who, report)


def _warnings(policies: Iterable[Policy], named: Iterable[str] = (), targets: Iterable[str] = ()) -> frozenset[str]:
    """The texts of all warnings; only those of some policies and targets, if any are named."""
    return frozenset(
        warning.text
        for policy in policies
        if not named or policy.name in named
        for target in policy.targets
        if not targets or target.name in targets
        for warning in target.warn_at
    )


def _warn_of_moments(moments: Iterable[Located[str]], known: frozenset[str], who: str, report: Report) -> None:
    for one in moments:
        if is_warning(one.value) and one.value not in known:
            message = f"{who} has the warning {quoted(one.value)}: it never comes"
            report.warn(one.node, "no-such-warning", message, "add it to a target's warn_at")


# updates


def _warn_of_updates(routes: Sequence[WrittenRoute], quiets: Mapping[str, Quiet], report: Report) -> None:
    """Warn of updates to a notifier that is never told anything which could be updated."""
    first = {name for one in routes for step in one.route.steps if not step.update for name in _told(step, quiets)}
    for one in routes:
        written = one.values.get(keys.STEPS) or ()
        for step, node in zip(one.route.steps, written, strict=True):
            idle = [name for name in _told(step, quiets) if name not in first] if step.update else []
            if idle:
                message = f"no other step tells {quoted(idle[0])} anything that this one could update"
                report.warn(node.value.at(keys.AS), "never-acts", message, "leave out as: update")


def _told(step: RouteStep, quiets: Mapping[str, Quiet]) -> Iterator[str]:
    """Every notifier that a step may reach, in the order written."""
    for recipient in (*step.notify, *step.otherwise):
        for name in _names(recipient):
            yield name
            quiet = quiets.get(name)
            if quiet is not None and quiet.instead is not None:
                yield quiet.instead


def _names(recipient: Recipient) -> Iterator[str]:
    yield recipient.notifier
    if recipient.otherwise is not None:
        yield recipient.otherwise


# quiet


def _warn_of_quiet(rules: Rules, quiets: Sequence[Named[Values | None]], report: Report) -> None:
    """Warn of the quiet of notifiers that no step reaches."""
    told = {name for route in rules.routes for step in route.steps for name in _told(step, rules.quiet)} or {_CONSOLE}
    for one in quiets:
        if one.name not in told:
            message = f"no route tells {quoted(one.name)} anything: its quiet never comes into play"
            report.warn(one.key, "never-acts", message, "leave it out, or name the notifier in a step")
