"""From a Redmine issue with its journals to what it was at creation and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slamon.core.instants import Instant, parse_instant
from slamon.sources.redmine_api import Detail, Issue, Journal

ATTRIBUTES = ("status", "priority", "assigned_to", "project", "tracker", "category", "fixed_version")
State = dict[str, Any]  # by Redmine's keys: status_id, due_date, cf.3; ids and values as text, or a list of them


@dataclass(frozen=True, slots=True)
class Step:
    """A journal, what it set, and the project that the issue was in before."""

    journal: Journal
    set: State
    project: str


@dataclass(frozen=True, slots=True)
class Untraced:
    """A value that no journal tells of: it was set after one instant, and by another."""

    key: str
    value: Any
    earliest: Instant
    latest: Instant


@dataclass(frozen=True, slots=True)
class Past:
    """What an issue was at creation, and what happened since, oldest first."""

    initial: State
    steps: list[Step]
    untraced: list[Untraced]


def unfold(issue: Issue) -> Past:
    """The past of an issue: its present with every journal undone, the latest first."""
    undoing = _Undoing(_present(issue), parse_instant(issue.updated_on))
    for journal in sorted(issue.journals, key=lambda one: (one.at, one.id), reverse=True):
        undoing.undo(journal)
    return Past(undoing.state, undoing.steps[::-1], undoing.untraced[::-1])


class _Undoing:
    def __init__(self, present: State, updated_at: Instant) -> None:
        self.state = present
        self.steps: list[Step] = []
        self.untraced: list[Untraced] = []
        self._updated_at = updated_at
        self._known_until: dict[str, Instant] = {}  # by key, the journal after this one that changed it

    def undo(self, journal: Journal) -> None:
        set_here: State = {}
        for detail in reversed(journal.details):
            key = _key(detail)
            if key not in self.state:
                continue
            set_here.setdefault(key, _told(self.state[key], detail))
            self._look_for_gap(key, detail, journal.at)
            self.state[key] = _undone(self.state[key], detail)
        self._known_until |= dict.fromkeys(set_here, journal.at)
        self.steps.append(Step(journal, set_here, self.state["project_id"]))

    def _look_for_gap(self, key: str, detail: Detail, at: Instant) -> None:
        """Where what a journal set is not what stood there later: something changed it without a journal."""
        value, until = self.state[key], self._known_until.get(key)
        if isinstance(value, list) or value == (detail.new_value or None):
            return
        latest = max(self._updated_at, at + 1) if until is None else until - 1
        if latest > at:
            self.untraced.append(Untraced(key, value, at, latest))


def _present(issue: Issue) -> State:
    state: State = {}
    for name in ATTRIBUTES:
        reference = getattr(issue, name)
        state[f"{name}_id"] = None if reference is None else str(reference.id)
    state["due_date"] = issue.due_date
    for one in issue.custom_fields:
        state[f"cf.{one.id}"] = one.value if isinstance(one.value, list) else one.value or None
    return state


def _key(detail: Detail) -> str:
    return f"cf.{detail.name}" if detail.property == "cf" else detail.name if detail.property == "attr" else ""


def _undone(value: Any, detail: Detail) -> Any:
    """The value before. One of several values is told by itself: put in if it is new, taken out if it is old."""
    if not isinstance(value, list):
        return detail.old_value or None
    kept = [one for one in value if one != detail.new_value]
    return [*kept, detail.old_value] if detail.old_value else kept


def _told(value: Any, detail: Detail) -> Any:
    return value if isinstance(value, list) else detail.new_value or None
