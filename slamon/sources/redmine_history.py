"""From a Redmine issue with its journals to what it was at creation and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from slamon.core.instants import parse_instant
from slamon.sources.http import undoing
from slamon.sources.http.undoing import State
from slamon.sources.redmine_api import Detail, Issue, Journal

# A state goes by Redmine's keys: status_id, due_date, cf.3; ids and values as text, or a list of them.
ATTRIBUTES = ("status", "priority", "assigned_to", "project", "tracker", "category", "fixed_version")


@dataclass(frozen=True, slots=True)
class Step:
    """A journal, what it set, and the project that the issue was in before."""

    journal: Journal
    set: State
    project: str


Past: TypeAlias = undoing.Past[Step]


def unfold(issue: Issue) -> Past:
    """The past of an issue: its present with every journal undone, the latest first."""
    going = undoing.Undoing[Step](_present(issue), parse_instant(issue.updated_on))
    for journal in sorted(issue.journals, key=lambda one: (one.at, one.id), reverse=True):
        _undo(going, journal)
    return going.past()


def _undo(going: undoing.Undoing[Step], journal: Journal) -> None:
    state, set_here = going.state, State()
    for detail in reversed(journal.details):
        key = _key(detail)
        if key not in state:
            continue
        set_here.setdefault(key, _told(state[key], detail))
        if not isinstance(state[key], list) and state[key] != (detail.new_value or None):
            going.found_gap(key, journal.at)
        state[key] = _undone(state[key], detail)
    for key in set_here:
        going.was_set(key, journal.at)
    going.steps.append(Step(journal, set_here, state["project_id"]))


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
