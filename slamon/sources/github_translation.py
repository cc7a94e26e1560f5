"""From an issue and its past, in GitHub's words, to a ticket in ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slamon.core.instants import from_datetime
from slamon.core.ticket import Event, Ticket
from slamon.sources.github_api import Issue
from slamon.sources.github_history import Past, State, Step
from slamon.sources.http import FieldMap, HttpSettings, People, PriorityMap, StatusMap

LABEL = "label."  # a field by the labels that begin with what follows


@dataclass(frozen=True, slots=True)
class Names:
    """What names of people, statuses, priorities and fields mean."""

    people: People
    statuses: StatusMap
    priorities: PriorityMap
    fields: FieldMap


class Translation:
    """Tickets of one source. `status_labels`: those that say how an open issue stands, the first found counts."""

    def __init__(self, source: str, settings: HttpSettings, names: Names, status_labels: Sequence[str]) -> None:
        self._source = source
        self._names = names
        self._status_labels = status_labels
        self._priority_labels = tuple(settings.priority)
        self._label_fields = [path for path in settings.fields.values() if path.startswith(LABEL)]

    def ticket(self, id: str, issue: Issue, past: Past) -> Ticket:
        """The ticket of an issue."""
        author = issue.user.as_author(issue.author_association) if issue.user else None
        return Ticket(
            id,
            self._source,
            from_datetime(issue.created_at),
            self._fields(id, issue, past.initial),
            self._events(id, issue, past),
            issue.title,
            issue.html_url,
            self._names.people.classify(author),
            history="partial" if any(one.earliest is not None for one in past.untraced) else "full",
        )

    def _events(self, id: str, issue: Issue, past: Past) -> list[Event]:
        events, fields = list[Event](), self._fields(id, issue, past.initial)
        for step in past.steps:
            if step.entry.event == "commented":
                events += self._comment(issue, step)
                continue
            who = step.entry.actor.login if step.entry.actor else None
            before, fields = fields, self._fields(id, issue, step.after)
            name = str(step.entry.id or f"{step.entry.event}.{step.entry.at}")
            events.append(Event(step.entry.at, "change", name, who, set=_differing(before, fields)))
        for one in past.untraced:
            before, fields = fields, self._fields(id, issue, one.after)
            changed = _differing(before, fields)
            events.append(Event(one.at, "change", f"untraced.{one.at}", set=changed, earliest=one.earliest))
        return [event for event in events if event.kind != "change" or event.set]

    def _comment(self, issue: Issue, step: Step) -> list[Event]:
        entry = step.entry
        if entry.created_at == issue.created_at and entry.user == issue.user:
            return []
        user = entry.user or entry.actor
        by = self._names.people.classify(user.as_author(entry.author_association) if user else None)
        return [Event(entry.at, "message", f"comment.{entry.id}", by, public=True)]

    def _fields(self, id: str, issue: Issue, state: State) -> dict[str, Any]:
        label = _first(self._status_labels, state.labels) if state.status == "open" else None
        return {
            **self._names.statuses.fields(label or state.status),
            "priority": self._names.priorities.value(_first(self._priority_labels, state.labels)),
            "type": state.type,
            "assignee": state.assignees[0] if state.assignees else None,
            "tags": list(state.labels),
            **self._names.fields.fields(self._native(id, issue, state)),
        }

    def _native(self, id: str, issue: Issue, state: State) -> dict[str, Any]:
        return {
            "author": issue.user.login if issue.user else None,
            "author.association": issue.author_association,
            "repository": id.rpartition("#")[0],
            "milestone": state.milestone,
            **{path: _after_prefix(path.removeprefix(LABEL), state.labels) for path in self._label_fields},
        }


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if before[name] != value}


def _first(wanted: Iterable[str], labels: Iterable[str]) -> str | None:
    """The first of the wanted labels that is there; case does not count."""
    there = {label.casefold() for label in labels}
    return next((one for one in wanted if one.casefold() in there), None)


def _after_prefix(prefix: str, labels: Iterable[str]) -> str | None:
    """What follows a prefix in the first label that has it."""
    found = (label[len(prefix) :].strip() for label in labels if label.casefold().startswith(prefix.casefold()))
    return next(found, None)
