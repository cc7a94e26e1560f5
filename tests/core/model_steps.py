"""What happened to a ticket, as the model sees it: steps in the order of the specification, written from it alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from slamon.core.instants import Instant
from slamon.core.policy import Happening
from slamon.core.ticket import ENDED, GONE, OPEN, Event, Ticket

KNOWN = OPEN | ENDED | GONE
SPOKEN = {
    ("customer", True): Happening.CUSTOMER_MESSAGE,
    ("agent", True): Happening.AGENT_MESSAGE,
    ("agent", False): Happening.AGENT_NOTE,
    ("bot", True): Happening.BOT_MESSAGE,
    ("bot", False): Happening.BOT_NOTE,
}


@dataclass
class Step:
    at: Instant
    what: Happening
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def solved(self) -> bool:
        return self.after.get("status") in ENDED

    @property
    def ended_the_ticket(self) -> bool:
        """Whether the ticket became solved (from outside both) or closed here."""
        return bool(self.what & (Happening.SOLVED | Happening.CLOSED))


@dataclass
class Seen:
    """A history up to an instant. `gone_at`: since when the ticket has been gone, if it is."""

    steps: list[Step]
    gone_at: Instant | None
    quality: set[str]


def natural(event: Event) -> list[tuple[int, int, str]]:
    pieces = re.findall(r"\d+|\D+", event.id or "")
    return [(0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in pieces]


def canonical(event: Event) -> str:
    keys = ("kind", "by", "public", "automated", "set", "into")
    return json.dumps({key: getattr(event, key) for key in keys if getattr(event, key) is not None}, sort_keys=True)


def without_copies(events: list[Event]) -> tuple[list[Event], bool]:
    """Without exact copies, and of each id one; whether an id had several contents."""
    kept: list[Event] = []
    for event in events:
        if event not in kept:
            kept.append(event)
    ids = [event.id for event in kept if event.id is not None]
    chosen = [min((e for e in kept if e.id == id), key=lambda e: (e.at, canonical(e))) for id in sorted(set(ids))]
    return [event for event in kept if event.id is None] + chosen, len(ids) != len(set(ids))


def rank(event: Event) -> int:
    return {"change": 0, "message": 1}.get(event.kind, 3)


def see(ticket: Ticket, at: Instant) -> Seen:
    """Everything that is known of a ticket at an instant."""
    events, doubtful = without_copies([event for event in ticket.events if event.at <= at])
    quality = {"duplicate_event"} if doubtful else set()
    quality |= {"history_partial"} if ticket.history != "full" else set()
    quality |= {"event_before_creation"} if any(event.at < ticket.created_at for event in events) else set()
    walk = _Walk(ticket)
    for instant in sorted({event.at for event in events}):
        same = [event for event in events if event.at == instant]
        same.sort(key=natural)
        if any(event.id is None for event in same if event.kind == "message"):
            same.sort(key=lambda event: event.by != "customer")
        walk.update(max(instant, ticket.created_at), same)
    return Seen(walk.remaining(), walk.gone_at, quality | ({"unmapped_status"} if walk.unmapped else set()))


class _Walk:
    """Steps as if the ticket had never been gone, with where the present absence begins."""

    def __init__(self, ticket: Ticket) -> None:
        self.steps: list[Step] = []
        self.absences: dict[str, tuple[Instant, int]] = {}  # the present ones: their beginning, the steps before
        self.unmapped = False
        self._create(ticket)

    def _create(self, ticket: Ticket) -> None:
        status = self.status(ticket.fields.get("status") or "new")
        shown = "new" if status in GONE else status
        self.fields = {**ticket.fields, "status": shown}
        created = Happening.CREATED | (Happening.CREATED_INBOUND if ticket.direction == "inbound" else Happening(0))
        self.steps.append(Step(ticket.created_at, created, self.fields, self.fields))
        what = Happening(0)
        what |= Happening.ASSIGNED if self.fields.get("assignee") is not None else Happening(0)
        grouped = self.fields.get("group") is not None and shown not in ENDED
        what |= Happening.GROUPED if grouped else Happening(0)
        what |= Happening.SOLVED if shown in ENDED else Happening(0)
        what |= Happening.CLOSED if shown == "closed" else Happening(0)
        self.steps.append(Step(ticket.created_at, what, {}, self.fields))
        self.look("status", ticket.created_at, absent=status in GONE)

    @property
    def gone_at(self) -> Instant | None:
        return min((began for began, _ in self.absences.values()), default=None)

    def remaining(self) -> list[Step]:
        return self.steps[: min((before for _, before in self.absences.values()), default=None)]

    def look(self, kind: str, at: Instant, *, absent: bool) -> None:
        """Note where an absence of a kind begins or ends."""
        if not absent:
            self.absences.pop(kind, None)
        elif kind not in self.absences:
            self.absences[kind] = at, len(self.steps)

    def status(self, text: Any) -> str:
        if text in KNOWN:
            return str(text)
        self.unmapped = True
        return "open"

    def update(self, at: Instant, same: list[Event]) -> None:
        """All events of one instant."""
        merged: dict[str, Any] = {}
        for event in same:
            merged.update({key: value for key, value in (event.set or {}).items() if key != "status"})
        self._change(at, merged)
        for event in (one for one in same if one.kind == "message"):
            spoken = SPOKEN.get((event.by or "", event.public))
            if spoken and (event.by == "customer" or not event.automated):
                self.steps.append(Step(at, spoken, self.fields, self.fields))
        for event in (one for one in same if one.kind == "change" and "status" in (one.set or {})):
            self._status(at, self.status((event.set or {})["status"]))
        for event in (one for one in same if one.kind in ("deleted", "merged", "restored")):
            self.look("event", at, absent=event.kind != "restored")

    def _change(self, at: Instant, new: dict[str, Any]) -> None:
        before, after = self.fields, {**self.fields, **new}
        changed = {key for key in new if before.get(key) != after[key]}
        if not changed:
            return
        what = Happening(0)
        what |= Happening.ASSIGNED if "assignee" in changed and after["assignee"] is not None else Happening(0)
        what |= Happening.UNGROUPED if "group" in changed else Happening(0)
        what |= Happening.GROUPED if "group" in changed and after["group"] is not None else Happening(0)
        self.fields = after
        self.steps.append(Step(at, what, before, after))

    def _status(self, at: Instant, status: str) -> None:
        self.look("status", at, absent=status in GONE)
        if status in GONE or status == self.fields["status"]:
            return
        before, self.fields = self.fields, {**self.fields, "status": status}
        was_solved, solved = before["status"] in ENDED, status in ENDED
        what = Happening(0)
        what |= Happening.SOLVED if solved and not was_solved else Happening(0)
        what |= Happening.CLOSED if status == "closed" else Happening(0)
        what |= Happening.REOPENED if was_solved and not solved else Happening(0)
        what |= Happening.GROUPED if was_solved and not solved and self.fields.get("group") else Happening(0)
        self.steps.append(Step(at, what, before, self.fields))
