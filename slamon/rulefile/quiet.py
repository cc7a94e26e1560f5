"""The quiet of notifiers: as it stands in files, and as the engine sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from slamon.core.calendars import ALWAYS, Calendar
from slamon.core.routes import Quiet
from slamon.rulefile.fields import Text
from slamon.rulefile.lists import Named
from slamon.rulefile.moments import ANY_MOMENTS
from slamon.rulefile.names import Names
from slamon.rulefile.notify import NOTIFIER
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.routing import Links
from slamon.rulefile.suggest import listed, quoted

_CALENDAR = Text("the name of a calendar")
OUTSIDE = Key("outside", _CALENDAR, "It is quiet while this calendar is closed.")
DURING = Key("during", _CALENDAR, "It is quiet while this calendar is open.")
EXCEPT = Key("except", ANY_MOMENTS, "Moments that are told all the same.", default="none")
INSTEAD = Key("instead", NOTIFIER, "The notifier that tells them meanwhile.", default="held until the quiet is over")
QUIET = Record("a map such as {outside: office, except: breached}", (OUTSIDE, DURING, EXCEPT, INSTEAD))


def link_quiet(
    written: Iterable[Named[Values | None]], may_exist: Callable[[str], bool], links: Links
) -> dict[str, Quiet]:
    """The quiet of each notifier; one that has a mistake is left out, and reported."""
    names = Names("quiet", may_exist, "all that is said of a notifier stands in one place: put the two together")
    taken = [one for one in written if names.add(one.name, one.key, links.report)]
    for one in taken:
        links.notifiers.check(one.name, one.key, links.report)
    built = {one.name: _build(one, one.value, links) for one in taken if one.value is not None}
    _check_circles({one.name: one.value for one in taken if one.value is not None}, links)
    return {name: quiet for name, quiet in built.items() if quiet is not None}


def _build(written: Named[Values | None], values: Values, links: Links) -> Quiet | None:
    instead = values.get(INSTEAD)
    if instead is not None:
        links.notifiers.check(instead, values.at(INSTEAD), links.report)
    calendar = _calendar(written.name, values, links)
    if calendar is None:
        return None
    exempt = tuple(dict.fromkeys(one.value for one in values.get(EXCEPT) or ()))
    return Quiet(calendar, values.has(OUTSIDE), exempt, instead, written.key.file.place(written.key.start))


def _calendar(name: str, values: Values, links: Links) -> Calendar | None:
    """The calendar of a quiet; None, and reported, if there is not exactly one that can be used."""
    given = [key for key in (OUTSIDE, DURING) if values.given(key)]
    if not given:
        message = f"the keys 'outside' and 'during' are both missing in {quoted(name)}"
        links.report.error(values.owner, "missing-key", message, "add outside: office, or during: nights")
        return None
    if len(given) == 2:
        second = values.key_at(DURING) if values.has(DURING) else values.owner
        message = "during stands beside outside: only one of them can hold"
        links.report.error(second, "conflicting-keys", message, "keep one of them")
    key = given[0]
    found = values.get(key)
    if found is None:
        return None
    calendar = links.calendars.find(found, values.at(key), links.report)
    if calendar is ALWAYS:
        _always_open(name, key, values, links)
    return calendar


def _always_open(name: str, key: Key[str], values: Values, links: Links) -> None:
    if key is OUTSIDE:
        message = "outside: 24x7 has no effect: it is never closed"
        links.report.error(values.at(key), "no-effect", message, f"leave the quiet of {name} out")
    else:
        message = f"{quoted(name)} would be quiet for ever: 24x7 is always open"
        help = "name a calendar that closes, or leave the notifier out of the routes"
        links.report.error(values.at(key), "always-quiet", message, help)


def _check_circles(written: dict[str, Values], links: Links) -> None:
    """Report each circle of `instead` once, where it closes."""
    seen: set[str] = set()
    for name in written:
        path: list[str] = []
        while name in written and name not in seen:
            seen.add(name)
            path.append(name)
            name = written[name].get(INSTEAD) or ""
        if name in path:
            _report_circle(path[path.index(name) :], written, links)


def _report_circle(circle: list[str], written: dict[str, Values], links: Links) -> None:
    node = written[circle[-1]].at(INSTEAD)
    if len(circle) == 1:
        message = f"{quoted(circle[0])} cannot stand in for itself"
        help = "name another notifier, or leave instead out: then they are held"
    else:
        message = f"these notifiers stand in for one another in a circle: {listed(circle, 'and')}"
        help = "leave out one instead: then that notifier holds its messages"
    links.report.error(node, "quiet-circle", message, help)
