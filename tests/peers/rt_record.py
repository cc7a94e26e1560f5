"""What was done to a Request Tracker, written down by whoever did it: what slamon must find out by reading.

What Request Tracker does by itself is written down too: correspondence opens a ticket that is not active, so one that is
new, resolved or rejected, whoever wrote. What its service levels do to Starts and Due is not: see `told`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from slamon.core.ticket import Event, Ticket
from tests.peers.rt import RequestTracker

AGENTS = ("alice", "bob")
OURS = {
    "new": "new",
    "open": "open",
    "stalled": "waiting_customer",
    "resolved": "solved",
    "rejected": "cancelled",
    "deleted": "cancelled",
}

# What happened at an instant: ("message", by, public) or ("change", by, {field: value}).
Happened = tuple[Any, ...]


def status(native: str) -> dict[str, str]:
    return {"status": OURS[native], "source_status": native}


@dataclass
class Written:
    """What is known of one ticket."""

    created_at: Instant
    fields: dict[str, Any]
    events: list[tuple[Instant, Happened]] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.now or dict(self.fields)

    def say(self, at: Instant, by: str, *, public: bool) -> None:
        """A message, and whether it opens the ticket."""
        self.events.append((at, ("message", by, public)))
        if public and self.now["source_status"] not in ("open", "stalled"):
            self.change(at, "system", status("open"))

    def change(self, at: Instant, by: str, fields: dict[str, Any]) -> None:
        """Fields that are set; to what they are already is no change."""
        for name, value in fields.items():
            if self.now.get(name) != value and name != "source_status":
                pair = (
                    {"status": value, "source_status": fields["source_status"]} if name == "status" else {name: value}
                )
                self.events.append((at, ("change", by, pair)))
        self.now |= fields


def of_script(record: dict[str, Any]) -> dict[str, Written]:
    """By id, what the seed script did, from its own list of it."""
    found: dict[str, Written] = {}
    for at, what, number, given, who in record["ev"]:
        instant, id = parse_instant(f"{datetime.fromisoformat(at).isoformat()}Z"), str(record["ids"][number])
        by = "agent" if who in AGENTS else "customer"
        if what == "new":
            priority = str((number % 5) * 20)
            usual = {"priority": priority, "group": "Support", "assignee": None}
            found[id] = Written(instant, status("new") | usual)
        elif what == "put":
            found[id].change(instant, by, changes(given))
        else:
            found[id].say(instant, by, public=what == "correspond")
    return found


def changes(given: dict[str, Any]) -> dict[str, Any]:
    """Our fields of what was put into a ticket."""
    ours: dict[str, Any] = {}
    for name, value in given.items():
        if name == "Status":
            ours |= status(value)
        elif name == "CustomFields":
            ours["customer"] = value["Customer"]
        else:
            ours[{"Owner": "assignee", "Priority": "priority", "Queue": "group"}[name]] = value
    if "priority" in ours:
        ours["priority"] = str(ours["priority"])
    if ours.get("assignee") == "Nobody":
        ours["assignee"] = None
    return ours


def told(ticket: Ticket) -> Written:
    """What slamon says of a ticket, but for due_at: that is set by the service levels of the Request Tracker."""
    fields = {name: value for name, value in ticket.fields.items() if name != "due_at"}
    written = Written(ticket.created_at, fields)
    for event in ticket.events:
        if event.kind == "message":
            written.events.append((event.at, ("message", event.by, event.public)))
        else:
            rest = {name: value for name, value in (event.set or {}).items() if name != "due_at"}
            written.events += [(event.at, ("change", event.by, rest))] if rest else []
    return written


def as_ticket(id: str, written: Written) -> Ticket:
    """The ticket that this makes, with nothing of slamon's reading in it."""
    events = [
        Event(at, "message", str(number), by, public=more)
        if what == "message"
        else Event(at, "change", str(number), by, set=more)
        for number, (at, (what, by, more)) in enumerate(written.events)
    ]
    return Ticket(id, "desk", written.created_at, written.fields, events, created_by="agent")


def comparable(written: Written) -> dict[str, Any]:
    """In an order that does not matter within one instant but for changes of one field."""
    events = sorted(
        written.events, key=lambda one: (one[0], one[1][0], str([*one[1][-1]]) if one[1][0] == "change" else "")
    )
    return {"created_at": written.created_at, "fields": written.fields, "events": events}


def without(written: Written, hidden: Iterable[Happened]) -> Written:
    """As somebody sees it from whom some of what happened is hidden."""
    kept = [one for one in written.events if one[1] not in list(hidden)]
    return Written(written.created_at, written.fields, kept)


class Doing:
    """Does this and that to tickets, at instants of its choice, and writes it down."""

    def __init__(self, tracker: RequestTracker, random: Random, start: Instant) -> None:
        self.tracker, self.random, self.now = tracker, random, start
        self.written: dict[str, Written] = {}
        tracker.set_clock(start)

    def pass_time(self) -> None:
        """From nothing to days, to the second."""
        self.now += self.random.choice([0, 0, SECOND, 7 * SECOND, 5 * MINUTE, HOUR, 9 * HOUR, 3 * DAY])
        self.tracker.set_clock(self.now)

    def create(self) -> str:
        """A new ticket of carol's, made for her by root."""
        priority = self.random.choice([0, 20, 50])
        made: dict[str, Any] = {
            "Queue": "Support",
            "Subject": "It does not work",
            "Content": "é 漢字",
            "ContentType": "text/plain",
        }
        made |= {"Requestor": "carol@example.org", "Priority": priority, "CustomFields": {"Customer": "acme"}}
        id = str(self.tracker.call("POST", "/ticket", made)["id"])
        usual = {"priority": str(priority), "group": "Support", "assignee": None, "customer": "acme"}
        self.written[id] = Written(self.now, status("new") | usual)
        return id

    def update(self) -> None:
        """One of the tickets, by somebody, in some way."""
        id = self.random.choice([*self.written])
        by, what = self.random.choice(self._ways())
        if by == "carol" and self.written[id].now["group"] != "Support":
            by = "bob"  # she has no rights elsewhere
        if isinstance(what, dict):
            self.tracker.call("PUT", f"/ticket/{id}", what, by)
            self.written[id].change(self.now, "agent", changes(what))
        else:
            said = {"Content": "It is 4.2", "ContentType": "text/plain"}
            self.tracker.call("POST", f"/ticket/{id}/{what}", said, by)
            self.written[id].say(self.now, "customer" if by == "carol" else "agent", public=what == "correspond")

    def _ways(self) -> list[tuple[str, Any]]:
        choose, agent = self.random.choice, self.random.choice(AGENTS)
        return [
            ("carol", "correspond"),
            ("carol", "correspond"),
            (agent, "correspond"),
            (agent, "comment"),
            ("root", {"Status": choose(["new", "open", "stalled", "resolved", "rejected"])}),
            ("root", {"Status": choose(["open", "stalled", "resolved"])}),
            ("root", {"Owner": choose([*AGENTS, "Nobody"])}),
            (agent, {"Priority": choose([0, 20, 50, 100])}),
            ("root", {"Queue": choose(["Support", "General"])}),
            ("root", {"CustomFields": {"Customer": choose(["acme", "globex"])}}),
        ]
