"""From an issue and its timeline to what it was at creation and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from slamon.core.instants import Instant, from_datetime
from slamon.sources.github_api import Happening, Issue, Named

READ = frozenset(
    {"commented", "closed", "reopened", "labeled", "unlabeled", "assigned", "unassigned", "milestoned", "demilestoned"}
    | {"issue_type_added", "issue_type_changed", "issue_type_removed"}
)


@dataclass(frozen=True, slots=True)
class State:
    """How an issue stands. `status`: open, or the reason for which it was closed."""

    status: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the timeline, and how the issue stood after it."""

    entry: Happening
    after: State


@dataclass(frozen=True, slots=True)
class Untraced:
    """A state that no entry of the timeline leads to: it began by `at`, and after `earliest` (None: exactly then)."""

    after: State
    at: Instant
    earliest: Instant | None


@dataclass(frozen=True, slots=True)
class Past:
    """What an issue was at creation, and what happened since, oldest first."""

    initial: State
    steps: Sequence[Step]
    untraced: Sequence[Untraced] = ()


def unfold(issue: Issue, timeline: Sequence[Happening]) -> Past:
    """The past of an issue: its present with the whole timeline undone, then done again."""
    entries = sorted((one for one in timeline if one.event in READ and one.created_at), key=lambda one: one.at)
    state = present = _present(issue)
    for entry in reversed(entries):
        state = _undone(state, entry)
    created_at = from_datetime(issue.created_at)
    initial, steps = replace(state, status="open"), list[Step]()
    state = initial
    for entry in entries:
        state = _done(state, entry, _reason(issue, entry, entries))
        if entry.at <= created_at and entry.event != "commented":  # labels and people that it was opened with
            initial = state
        else:
            steps.append(Step(entry, state))
    return Past(initial, steps, _untraced(issue, state, present, steps))


def _present(issue: Issue) -> State:
    names = (one if isinstance(one, str) else one.name or "" for one in issue.labels)
    return State(
        "open" if issue.state == "open" else issue.state_reason or "completed",
        tuple(name for name in names if name),
        tuple(user.login for user in issue.assignees),
        issue.milestone.title if issue.milestone else None,
        _name(issue.type),
    )


def _name(named: Named | None) -> str | None:
    return named.name if named else None


def _reason(issue: Issue, entry: Happening, entries: Sequence[Happening]) -> str:
    """Why it was closed; older servers say it only of the issue, which is of the last time."""
    last = next((one for one in reversed(entries) if one.event == "closed"), None)
    known_of_issue = issue.state_reason if entry is last and issue.state != "open" else None
    return entry.state_reason or known_of_issue or "completed"


def _done(state: State, entry: Happening, reason: str) -> State:
    match entry:
        case Happening(event="closed"):
            return replace(state, status=reason)
        case Happening(event="reopened"):
            return replace(state, status="open")
        case Happening(event="milestoned", milestone=one) if one:
            return replace(state, milestone=one.title)
        case Happening(event="demilestoned", milestone=one) if one and one.title == state.milestone:
            return replace(state, milestone=None)
        case Happening(event="issue_type_added" | "issue_type_changed", issue_type=kind):
            return replace(state, type=_name(kind))
        case Happening(event="issue_type_removed"):
            return replace(state, type=None)
    return _with_sets(state, entry, adding={"labeled": True, "assigned": True, "unlabeled": False, "unassigned": False})


def _undone(state: State, entry: Happening) -> State:
    match entry:
        case Happening(event="milestoned", milestone=one) if one and one.title == state.milestone:
            return replace(state, milestone=None)
        case Happening(event="demilestoned", milestone=one) if one and state.milestone is None:
            return replace(state, milestone=one.title)
        case Happening(event="issue_type_added"):
            return replace(state, type=None)
        case Happening(event="issue_type_changed" | "issue_type_removed"):
            return replace(state, type=_name(entry.prev_issue_type or entry.issue_type))
    return _with_sets(state, entry, adding={"labeled": False, "assigned": False, "unlabeled": True, "unassigned": True})


def _with_sets(state: State, entry: Happening, adding: Mapping[str, bool]) -> State:
    """Labels and people put in or taken out."""
    add = adding.get(entry.event or "")
    if add is None:
        return state
    if "label" in (entry.event or ""):
        return replace(state, labels=_changed(state.labels, _name(entry.label), add))
    return replace(state, assignees=_changed(state.assignees, entry.assignee.login if entry.assignee else None, add))


def _changed(names: tuple[str, ...], name: str | None, add: bool) -> tuple[str, ...]:
    if name is None or (add and name in names):
        return names
    return (*names, name) if add else tuple(one for one in names if one != name)


def _untraced(issue: Issue, last: State, present: State, steps: Sequence[Step]) -> list[Untraced]:
    """Where the timeline does not lead to the present: a label that was deleted or renamed, an imported issue."""
    present = replace(
        present,
        labels=last.labels if set(last.labels) == set(present.labels) else present.labels,
        assignees=last.assignees if set(last.assignees) == set(present.assignees) else present.assignees,
    )
    found = []
    if (last.status == "open") != (present.status == "open") and issue.closed_at:
        last = replace(last, status=present.status)
        found.append(Untraced(last, from_datetime(issue.closed_at), None))
    if last != present:
        earliest = max((one.entry.at for one in steps), default=from_datetime(issue.created_at))
        found.append(Untraced(present, max(from_datetime(issue.updated_at), earliest + 1), earliest))
    return found
