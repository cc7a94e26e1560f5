"""A Redmine of our own: issues whose lives are written down beforehand, shown as far as they have come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slamon.core.instants import DAY, Instant, Span
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.http import Network
from slamon.sources.redmine import RedmineSettings, RedmineSource
from tests.clock import ManualTime
from tests.faults.clock import at, http_date, shown, stamp
from tests.sources.http_server import Request, answer

KEY = "0123456789abcdef-fault-matrix"
STATUSES = {"New": 1, "In Progress": 2, "Limbo": 7}
USERS = {"agent": {"id": 5, "name": "Alice Agent"}, "customer": {"id": 9, "name": "Carol Customer"}}
PASS = object()  # said by a fault: not my business
NEVER: Instant = at("12:00") + 1000 * DAY


@dataclass
class Note:
    """Something written, and the status that was set with it."""

    at: Instant
    by: str = "agent"
    status: str | None = None


@dataclass
class Issue:
    """`hidden`: spans in which it is not there. The list shows it, and what happened to it later, that much too late."""

    id: int
    created: Instant
    notes: list[Note] = field(default_factory=list)
    subject: str = ""
    status: str = "New"
    hidden: list[tuple[Instant, Instant]] = field(default_factory=list)
    listed_late: Span = 0
    updated_late: Span = 0

    def is_there(self, now: Instant) -> bool:
        return self.created <= now and not any(one <= now < end for one, end in self.hidden)


class Redmine:
    """`fault` is asked first; `skew`: what its clock adds to an instant; `rows`: the most on a page of the list."""

    def __init__(self, time: ManualTime) -> None:
        self.time = time
        self.issues: dict[int, Issue] = {}
        self.fault: Callable[[Request], Any] = lambda request: PASS
        self.skew: Callable[[Instant], Span] = lambda instant: 0
        self.rows = 100
        self.untold: set[int] = set()  # issues that nobody can have read

    @staticmethod
    def source(url: str, ca_file: str | None, around: Surroundings) -> RedmineSource:
        settings = RedmineSettings(url=url, key=Secret(KEY), network=Network(ca_file=ca_file))
        return RedmineSource("desk", settings, around)

    def add(self, id: int, created: str, *answers: str, **keys: Any) -> Issue:
        """An issue of a customer, and when an agent answers it."""
        self.issues[id] = Issue(id, at(created), [Note(at(one)) for one in answers], **keys)
        return self.issues[id]

    def usual(self) -> None:
        """One that nobody answers, one that is answered in time, one that comes later and nobody answers."""
        self.add(1, "12:00")
        self.add(2, "12:01", "12:12")
        self.add(3, "12:22")

    def truth(self) -> dict[str, list[str]]:
        """The histories as they must stand in the store now."""
        now = self.time.now()
        known = [one for one in self.issues.values() if one.created <= now and one.id not in self.untold]
        return {str(one.id): self._history(one, now) for one in known}

    def _history(self, issue: Issue, now: Instant) -> list[str]:
        lines = [f"{self._told(issue.created)} created"]
        for note in issue.notes:
            if note.at <= now:
                lines.append(f"{self._told(note.at)} message {note.by}")
                lines += [f"{self._told(note.at)} {note.status}"] if note.status else []
        return [*lines, *([] if issue.is_there(now) else ["deleted"])]

    def _told(self, instant: Instant) -> str:
        return shown(instant + self.skew(instant))

    def __call__(self, request: Request) -> Any:
        said = self.fault(request)
        return self.answer(request) if said is PASS else said

    def answer(self, request: Request) -> bytes:
        """What it says when nothing is wrong."""
        found = self._found(request)
        return answer(404) if found is None else self.data(found)

    def data(self, value: Any) -> bytes:
        """A value as it answers with it: with its own time."""
        now = self.time.now()
        return answer(200, json.dumps(value), http_date(now + self.skew(now)), "Content-Type: application/json")

    def _found(self, request: Request) -> Any:
        if request.path == "/issues.json":
            return self.list(request.query)
        if request.path.startswith("/issues/"):
            return self.issue(int(request.path.removeprefix("/issues/").removesuffix(".json")))
        return _FIXED.get(request.path)

    def issue(self, id: int, now: Instant | None = None) -> dict[str, Any] | None:
        """An issue with its journals, as it stands or stood; None if it is not there."""
        now = self.time.now() if now is None else now
        one = self.issues.get(id)
        if one is None or not one.is_there(now):
            return None
        journals, status = [], one.status
        for number, note in enumerate(one.notes):
            if note.at <= now:
                journals.append(self._journal(100 * id + number, note, status))
                status = note.status or status
        row = {"status": _status(status), "subject": one.subject, **self._row(one, now), **_UNCHANGING}
        return {"issue": {**row, "created_on": self._stamp(one.created), "journals": journals}}

    def _journal(self, id: int, note: Note, status: str) -> dict[str, Any]:
        ids = [str(STATUSES[one]) for one in (status, note.status or status)]
        changed = [{"property": "attr", "name": "status_id", "old_value": ids[0], "new_value": ids[1]}]
        details = changed if note.status else []
        told = {"user": USERS[note.by], "notes": "Hello", "created_on": self._stamp(note.at), "details": details}
        return {"id": id, **told}

    def _row(self, issue: Issue, now: Instant) -> dict[str, Any]:
        updated = max([issue.created, *(note.at for note in issue.notes if note.at <= now)])
        return {"id": issue.id, "updated_on": self._stamp(updated)}

    def _stamp(self, instant: Instant) -> str:
        return stamp(instant + self.skew(instant))

    def listed(self) -> list[dict[str, Any]]:
        """All rows, in the order of their updates."""
        now = self.time.now()
        there = [one for one in self.issues.values() if one.is_there(now) and one.created + one.listed_late <= now]
        rows = [self._row(one, now - one.updated_late) for one in there]
        return sorted(rows, key=lambda row: (row["updated_on"], row["id"]))

    def list(self, query: dict[str, str]) -> dict[str, Any]:
        """A page."""
        wanted = query.get("updated_on", ">=2000")
        rows = [one for one in self.listed() if _is_within(one["updated_on"], wanted)]
        offset, limit = int(query["offset"]), min(int(query["limit"]), self.rows)
        return {"issues": rows[offset : offset + limit], "total_count": len(rows)}


def _is_within(updated: str, wanted: str) -> bool:
    if wanted.startswith("><"):
        since, until = wanted[2:].split("|")
        return since <= updated <= until
    return updated <= wanted[2:] if wanted.startswith("<=") else updated >= wanted[2:]


def _status(name: str) -> dict[str, Any]:
    return {"id": STATUSES[name], "name": name}


_SUPPORT = {"id": 1, "name": "Support"}
_ROLE = {"id": 4, "name": "Developer"}
_UNCHANGING = {
    "project": _SUPPORT,
    "tracker": {"id": 1, "name": "Bug"},
    "priority": {"id": 2, "name": "Normal"},
    "author": USERS["customer"],
}
_FIXED: dict[str, Any] = {
    "/users/current.json": {"user": {"id": 3, "firstname": "Sla", "lastname": "Mon", "login": "slamon"}},
    "/issue_statuses.json": {"issue_statuses": [{"id": id, "name": name} for name, id in STATUSES.items()]},
    "/enumerations/issue_priorities.json": {"issue_priorities": [{"id": 2, "name": "Normal"}]},
    "/trackers.json": {"trackers": [{"id": 1, "name": "Bug"}]},
    "/roles.json": {"roles": [_ROLE]},
    "/roles/4.json": {"role": {**_ROLE, "permissions": ["edit_issues"]}},
    "/projects/1/memberships.json": {
        "memberships": [{"id": 1, "user": USERS["agent"], "roles": [_ROLE]}],
        "total_count": 1,
    },
    "/users/5.json": {"user": {"id": 5, "firstname": "Alice", "lastname": "Agent"}},
    "/users/9.json": {"user": {"id": 9, "firstname": "Carol", "lastname": "Customer"}},
}
