"""What was done to a Redmine, written down by whoever did it: what slamon must find out by reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from slamon.core.ticket import Event, Ticket
from tests.peers.redmine import Redmine
from tests.peers.redmine_people import AGENTS, CUSTOMERS, NAMES, make_project

STATUSES = ("New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected")
OURS = ("new", "open", "solved", "waiting_customer", "closed", "cancelled")
TRACKERS = ("Bug", "Feature", "Support")

# What happened at an instant: ("message", by, public) or ("change", {field: value}).
Happened = tuple[Any, ...]


@dataclass
class Written:
    """What is known of one issue."""

    created_at: Instant
    fields: dict[str, Any]
    events: list[tuple[Instant, Happened]] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = dict(self.fields)

    def write(self, at: Instant, by: str, notes: str | None, private: bool, changes: dict[str, Any]) -> None:
        """One update: what changes nothing is not written down by Redmine either."""
        if notes:
            self.events.append((at, ("message", "agent" if by in AGENTS else "customer", not private)))
        real = {name: value for name, value in changes.items() if self.now[name] != value}
        if real:
            self.events.append((at, ("change", real)))
            self.now |= real


def told(ticket: Ticket) -> Written:
    """A ticket of slamon's in the same form."""
    events = [
        (one.at, ("message", one.by, one.public) if one.kind == "message" else ("change", one.set))
        for one in ticket.events
    ]
    return Written(ticket.created_at, ticket.fields, events)


def as_ticket(id: str, written: Written) -> Ticket:
    """The ticket that this makes, with nothing of slamon's reading in it."""
    events = [
        Event(at, "message", str(number), by=how[0], public=how[1])
        if what == "message"
        else Event(at, "change", str(number), set=how[0])
        for number, (at, (what, *how)) in enumerate(written.events)
    ]
    return Ticket(id, "desk", written.created_at, written.fields, events)


def comparable(written: Written) -> dict[str, Any]:
    """Without the order within an instant, of the fields of a change, and of the values of a field that has several."""
    events = [
        (at, what, *((_in_order(one) if isinstance(one, dict) else one) for one in how))
        for at, (what, *how) in written.events
    ]
    return {"created_at": written.created_at, "fields": written.fields, "events": sorted(events, key=repr)}


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(one) if isinstance(one, list) else one for name, one in sorted(values.items())}


def status(number: int) -> dict[str, str]:
    """The fields for a status by its id in a fresh Redmine."""
    return {"status": OURS[number - 1], "source_status": STATUSES[number - 1]}


def of_script(record: dict[str, Any]) -> dict[str, Written]:
    """By id, what the seed script did, from its own list of it."""
    users = {id: login for login, id in record["users"].items()}
    priorities = {id: name for name, id in record["prios"].items()}
    projects = {id: name.title() for name, id in record["prj"].items()}
    found: dict[str, Written] = {}
    for at, what, number, argument in record["ev"]:
        instant, id = parse_instant(f"{datetime.fromisoformat(at).isoformat()}Z"), str(record["ids"][number])
        if what == "new":
            priority = list(priorities.values())[number % len(priorities)].lower()
            usual = {"priority": priority, "type": TRACKERS[number % 3], "project": "Support"}
            found[id] = Written(instant, status(1) | usual | {"assignee": None, "due_at": None})
        else:
            given, by = argument
            changes = dict(status(given["status_id"]) if "status_id" in given else {})
            changes |= {"assignee": NAMES[users[given["assigned_to_id"]]]} if "assigned_to_id" in given else {}
            changes |= {"priority": priorities[given["priority_id"]].lower()} if "priority_id" in given else {}
            changes |= {"project": projects[given["project_id"]]} if "project_id" in given else {}
            found[id].write(instant, by, given.get("notes"), given.get("private_notes", False), changes)
    return found


class Doing:
    """Does this and that to the issues of a new project, at instants of its choice, and writes it down."""

    def __init__(self, redmine: Redmine, random: Random, start: Instant) -> None:
        self.redmine, self.random, self.now = redmine, random, start
        self.written: dict[str, Written] = {}
        self.project = f"p{random.randrange(10**9)}"
        redmine.set_clock(start)
        self._users = make_project(redmine, self.project)
        self._categories = {name: self._make_category(name) for name in ("Mail", "Phone")}
        listed = redmine.call("GET", "/enumerations/issue_priorities.json")["issue_priorities"]
        self._priorities = {one["name"].lower(): one["id"] for one in listed}
        self._customs = {"Customer": 0, "Parts": 0}

    def use_custom_fields(self, ids: dict[str, int]) -> None:
        """The ids of the fields Customer (a text) and Parts (several of a, b, c)."""
        self._customs = ids

    def _make_category(self, name: str) -> int:
        made = {"issue_category": {"name": name}}
        answer = self.redmine.call("POST", f"/projects/{self.project}/issue_categories.json", made)
        return int(answer["issue_category"]["id"])

    def pass_time(self) -> None:
        """From nothing to days, to the second."""
        pauses = [0, 0, SECOND, 7 * SECOND, 5 * MINUTE, HOUR, 9 * HOUR, 3 * DAY]
        self.now += self.random.choice(pauses)
        self.redmine.set_clock(self.now)

    def create(self) -> None:
        """A new issue, by a customer."""
        by, priority = self.random.choice(CUSTOMERS), self.random.choice([*self._priorities])
        tracker = self.random.randrange(3)
        made = {"project_id": self.project, "tracker_id": tracker + 1, "subject": "It does not work"}
        made |= {"description": "Steps\r\n\r\n* é 漢字", "priority_id": self._priorities[priority]}
        id = self.redmine.call("POST", "/issues.json", {"issue": made}, by)["issue"]["id"]
        usual = {"priority": priority, "type": TRACKERS[tracker], "project": self.project.upper(), "assignee": None}
        further: dict[str, Any] = {"due_at": None, "category": None, "customer": None, "parts": []}
        self.written[str(id)] = Written(self.now, status(1) | usual | further)

    def update(self) -> None:
        """One of the issues, by somebody, in one or several ways at once."""
        id = self.random.choice([*self.written])
        by = self.random.choice((*AGENTS, *CUSTOMERS))
        if by in CUSTOMERS:
            given: dict[str, Any] = {"notes": "It is 4.2"}
            changes: dict[str, Any] = {}
        else:
            given, changes = self._some_changes()
        self.redmine.call("PUT", f"/issues/{id}.json", {"issue": given}, by)
        private = given.get("private_notes", False)
        self.written[id].write(self.now, by, given.get("notes"), private, changes)

    def _some_changes(self) -> tuple[dict[str, Any], dict[str, Any]]:
        given: dict[str, Any] = {}
        changes: dict[str, Any] = {}
        for choose in self.random.sample(self._ways(), self.random.choice([1, 1, 1, 2, 3])):
            native, ours = choose()
            customs = given.get("custom_fields", []) + native.get("custom_fields", [])
            given |= native | ({"custom_fields": customs} if customs else {})
            changes |= ours
        return given, changes

    def _ways(self) -> list[Any]:
        return [
            lambda: ({"notes": "We are on it"}, {}),
            lambda: ({"notes": "internal: looking", "private_notes": True}, {}),
            lambda: ({"description": f"Now {self.random.random()}"}, {}),
            self._status,
            self._status,
            self._priority,
            self._assignee,
            self._tracker,
            self._due,
            self._category,
            self._customer,
            self._parts,
        ]

    def _status(self) -> tuple[dict[str, Any], dict[str, Any]]:
        number = self.random.randrange(1, 7)
        return {"status_id": number}, dict(status(number))

    def _priority(self) -> tuple[dict[str, Any], dict[str, Any]]:
        name = self.random.choice([*self._priorities])
        return {"priority_id": self._priorities[name]}, {"priority": name}

    def _assignee(self) -> tuple[dict[str, Any], dict[str, Any]]:
        login = self.random.choice((*AGENTS, None))
        if login is None:
            return {"assigned_to_id": ""}, {"assignee": None}
        return {"assigned_to_id": self._users[login]}, {"assignee": NAMES[login]}

    def _tracker(self) -> tuple[dict[str, Any], dict[str, Any]]:
        number = self.random.randrange(3)
        return {"tracker_id": number + 1}, {"type": TRACKERS[number]}

    def _due(self) -> tuple[dict[str, Any], dict[str, Any]]:
        date = self.random.choice(["2027-01-05", "2027-02-01", None])
        return {"due_date": date or ""}, {"due_at": date}

    def _category(self) -> tuple[dict[str, Any], dict[str, Any]]:
        name = self.random.choice([*self._categories, None])
        return {"category_id": self._categories[name] if name else ""}, {"category": name}

    def _customer(self) -> tuple[dict[str, Any], dict[str, Any]]:
        name = self.random.choice(["acme", "globex", None])
        return {"custom_fields": [{"id": self._customs["Customer"], "value": name or ""}]}, {"customer": name}

    def _parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        parts = sorted(self.random.sample("abc", self.random.randrange(3)))
        return {"custom_fields": [{"id": self._customs["Parts"], "value": parts or [""]}]}, {"parts": parts}


def without(written: Written, kind: Iterable[Happened]) -> Written:
    """As somebody sees it from whom some of what happened is hidden."""
    hidden = list(kind)
    return Written(written.created_at, written.fields, [one for one in written.events if one[1] not in hidden])
