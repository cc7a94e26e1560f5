"""What all files say together: names resolved, and what only shows with all of them in view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from slamon.core.policy import Policy, Rules
from slamon.core.routes import Route
from slamon.rulefile import routes as routing
from slamon.rulefile.beside import add_names, check_beside
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.document import RulesFile
from slamon.rulefile.names import Calendars, Names
from slamon.rulefile.policies import link_file, name_node, targets_of
from slamon.rulefile.records import Values
from slamon.rulefile.shadow import find_shadowed
from slamon.rulefile.suggest import quoted

MayExist = Callable[[str], bool]


def link(
    files: Sequence[RulesFile],
    routes: bool,
    notifiers: frozenset[str] | None,
    may_exist: MayExist,
    report: Report,
) -> Rules:
    """The rules; of use only if nothing was reported as an error."""
    calendars = Calendars(may_exist)
    for file in files:
        for calendar in file.calendars:
            calendars.add(calendar, report)
    policies = _link_policies(files, calendars, may_exist, report)
    built = _link_routes(files, notifiers, may_exist, report)
    rules = Rules(tuple(policies), calendars.usable, tuple(built))
    if routes and not report.failed:
        _warn_of_routes(rules, files, report)
    return rules


def _link_policies(
    files: Sequence[RulesFile], calendars: Calendars, may_exist: MayExist, report: Report
) -> list[Policy]:
    written = [values for file in files for values in file.policies]
    add_names(written, Names("policy", may_exist), report)
    policies = {
        policy: values
        for file in files
        for policy, values in link_file(file.policies, file.defaults, file.complete, calendars, report)
    }
    check_beside(written, report)
    for policy, shadow in find_shadowed(list(policies)):
        _report_shadow(policies[policy], policy, shadow, report)
    return list(policies)


def _report_shadow(values: Values, policy: Policy, shadow: Policy, report: Report) -> None:
    first = quoted(shadow.name)
    message = f"policy {quoted(policy.name)} can never be reached: {first} at {shadow.place} takes all its tickets"
    help = f"put it before {first} (files are ordered by path, and in them the first policy that matches wins)"
    report.error(name_node(values), "never-reached", message, help)


# routes


def _link_routes(
    files: Sequence[RulesFile], notifiers: frozenset[str] | None, may_exist: MayExist, report: Report
) -> list[Route]:
    names = Names("route", may_exist)
    policies, targets = _known(files, may_exist)
    built: list[Route | None] = []
    for values in (values for file in files for values in file.routes):
        name = values.get(routing.NAME)
        if name is not None:
            names.add(name, values.at(routing.NAME), report)
        for field, known in (("policy", policies), ("target", targets)):
            for node in routing.named_values(values, field):
                known.check(node.text, node, report)
        built.append(routing.build_route(values, notifiers, report))
    return [route for route in built if route is not None]


def _known(files: Sequence[RulesFile], may_exist: MayExist) -> tuple[Names, Names]:
    """The names of all policies and of all targets; a name given twice is somebody else's affair."""
    ignored = Report()
    policies, targets = Names("policy", may_exist), Names("target", may_exist)
    written = [values for file in files for values in file.policies]
    add_names(written, policies, ignored)
    for values in written:
        for target in targets_of(values):
            targets.add(target.name, target.key, ignored)
    return policies, targets


def _warn_of_routes(rules: Rules, files: Sequence[RulesFile], report: Report) -> None:
    if not rules.routes:
        help = "add routes, or all alerts go to the console only"
        name = files[0].name if files else "rules"
        report.warn_of_file(name, "no-routes", "there is no route at all: nobody is told anything", help)
    warnings = {warning.text for policy in rules.policies for target in policy.targets for warning in target.warn_at}
    for values in (values for file in files for values in file.routes):
        for step in values.get(routing.STEPS) or ():
            if routing.is_about_monitor(values):
                message = "this step never acts: monitor alerts are only raised and cleared, which is not built yet"
                report.warn(step.node, "never-acts", message, "leave the route out for now")
            else:
                _warn_of_moments(step.value, warnings, report)


def _warn_of_moments(step: Values, warnings: Iterable[str], report: Report) -> None:
    for moment in step.get(routing.WHEN) or ():
        if moment.value not in routing.MOMENTS and moment.value not in warnings:
            message = f"no target has the warning {quoted(moment.value)}: this step never acts"
            report.warn(moment.node, "no-such-warning", message, "add it to a target's warn_at")
