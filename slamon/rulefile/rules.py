"""What all files say together: names resolved, and what only shows with all of them in view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slamon.core.policy import Policy, Rules
from slamon.rulefile import routes as keys
from slamon.rulefile.beside import add_names, check_beside
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.document import RulesFile
from slamon.rulefile.idle import WrittenRoute, warn_of_idle
from slamon.rulefile.names import Calendars, Names, OfSettings
from slamon.rulefile.policies import link_file, name_node, targets_of
from slamon.rulefile.quiet import link_quiet
from slamon.rulefile.records import Values
from slamon.rulefile.routing import Links, build_route
from slamon.rulefile.shadow import find_shadowed
from slamon.rulefile.suggest import quoted

MayExist = Callable[[str], bool]


def link(
    files: Sequence[RulesFile],
    routes: bool,
    notifiers: frozenset[str] | None,
    sources: frozenset[str] | None,
    may_exist: MayExist,
    report: Report,
) -> Rules:
    """The rules; of use only if nothing was reported as an error."""
    calendars = Calendars(may_exist)
    for file in files:
        for calendar in file.calendars:
            calendars.add(calendar, report)
    policies = _link_policies(files, calendars, may_exist, report)
    links = Links(calendars, OfSettings("notifier", notifiers), OfSettings("source", sources), report)
    built = _link_routes(files, links, may_exist)
    quiets = [quiet for file in files for quiet in file.quiet]
    quiet = link_quiet(quiets, may_exist, links)
    rules = Rules(tuple(policies), calendars.usable, tuple(one.route for one in built), quiet)
    if routes and not report.failed:
        warn_of_idle(rules, built, quiets, files[0].name if files else "rules", report)
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
    main = [policy for policy in policies if not policy.also]
    for policy, shadow in find_shadowed(main, lambda earlier: True):
        _report_shadow(policies[policy], policy, shadow, report)
    return list(policies)


def _report_shadow(values: Values, policy: Policy, shadow: Policy, report: Report) -> None:
    first = quoted(shadow.name)
    message = f"policy {quoted(policy.name)} can never be reached: {first} at {shadow.place} takes all its tickets"
    help = f"put it before {first} (files are ordered by path, and in them the first policy that matches wins)"
    report.error(name_node(values), "never-reached", message, help)


# routes


def _link_routes(files: Sequence[RulesFile], links: Links, may_exist: MayExist) -> list[WrittenRoute]:
    names = Names("route", may_exist)
    policies, targets = _known(files, may_exist)
    built: list[WrittenRoute] = []
    for values in (values for file in files for values in file.routes):
        name = values.get(keys.NAME)
        if name is not None:
            names.add(name, values.at(keys.NAME), links.report)
        for field, known in (("policy", policies), ("target", targets), ("source", links.sources)):
            for node in keys.mentioned_values(values, field):
                known.check(node.text, node, links.report)
        route = build_route(values, links)
        built += [WrittenRoute(route, values)] if route is not None else []
    return built


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
