"""Things by name, over all files: looked up once everything has been read."""

from __future__ import annotations

from collections.abc import Callable

from slamon.core.calendars import ALWAYS, Calendar
from slamon.rulefile.calendars import BUILT_IN
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.lists import Named
from slamon.rulefile.nodes import Node
from slamon.rulefile.suggest import did_you_mean, listed, quoted

_SHOWN = 8
_IF_TWICE = "names are unique over all files: rename one"


class Names:
    """The names of one sort of things, each of which may stand only once in all files."""

    def __init__(self, sort: str, may_exist: Callable[[str], bool], if_twice: str = _IF_TWICE) -> None:
        self.sort = sort
        self._may_exist = may_exist  # whether a name may stand in a file that could not be read
        self._if_twice = if_twice
        self._nodes: dict[str, Node] = {}

    def add(self, name: str, node: Node, report: Report) -> bool:
        """Take a name; False, and reported, if it is taken."""
        known = self._nodes.setdefault(name, node)
        if known is node:
            return True
        first = known.file.place(known.start)
        message = f"duplicate {self.sort} {quoted(name)}: it stands already at {first}"
        report.error(node, f"duplicate-{self.sort}", message, self._if_twice)
        return False

    def check(self, name: str, node: Node, report: Report, built_in: tuple[str, ...] = ()) -> bool:
        """Whether there is such a thing; if not, it is reported."""
        if name in self._nodes or name in built_in:
            return True
        if not self._may_exist(name):
            known = [*self._nodes, *built_in]
            help = did_you_mean(report.suggest(name, known)) or _choice(self.sort, known)
            report.error(node, f"unknown-{self.sort}", f"unknown {self.sort} {quoted(name)}", help)
        return False


def _choice(sort: str, known: list[str]) -> str | None:
    if not known:
        return f"there is no {sort} at all"
    more = ", …" if len(known) > _SHOWN else ""
    return f"known: {listed(known[:_SHOWN], 'and') if not more else ', '.join(known[:_SHOWN])}{more}"


class OfSettings:
    """The names of one sort of things of slamon.yml. None: they are not known, so any name will do."""

    def __init__(self, sort: str, known: frozenset[str] | None) -> None:
        self._sort = sort
        self._known = known

    def check(self, name: str, node: Node, report: Report) -> None:
        """Report a name that none of them has."""
        if self._known is None or name in self._known:
            return
        known = sorted(self._known)
        help = did_you_mean(report.suggest(name, known)) or (
            f"known: {listed(known, 'and')}" if known else f"there is no {self._sort} at all in slamon.yml"
        )
        report.error(node, f"unknown-{self._sort}", f"unknown {self._sort} {quoted(name)}", help)


class Calendars:
    """All calendars; one that is written but cannot be used is known all the same, and found as None."""

    def __init__(self, may_exist: Callable[[str], bool]) -> None:
        self._names = Names("calendar", may_exist)
        self._built: dict[str, Calendar | None] = {BUILT_IN: ALWAYS}

    def add(self, written: Named[Calendar | None], report: Report) -> None:
        if written.name == BUILT_IN:
            message = f"the calendar {quoted(BUILT_IN)} is built in: every second, no holidays, UTC"
            report.error(written.key, "built-in-calendar", message, "give yours another name")
        elif self._names.add(written.name, written.key, report):
            self._built[written.name] = written.value

    def find(self, name: str, node: Node, report: Report) -> Calendar | None:
        """The calendar of a name; None once a mistake in the name or in the calendar was reported."""
        return self._built.get(name) if self._names.check(name, node, report, (BUILT_IN,)) else None

    @property
    def usable(self) -> dict[str, Calendar]:
        return {name: calendar for name, calendar in self._built.items() if calendar is not None}
