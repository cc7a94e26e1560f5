"""A ticket's history as steps: what happened, in the one order that counts, with the fields as they then were.

Events of one instant are one update of up to four parts, each a step of its own: all changed fields, every message,
every change of status, and what makes a ticket disappear or come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from slamon.core.instants import Instant
from slamon.core.match import DIRECTORY
from slamon.core.order import messages_in_order, natural, without_copies
from slamon.core.policy import Happening
from slamon.core.steps import Step, Timeline
from slamon.core.ticket import ENDED, GONE, OPEN, STATUSES, Event, Ticket

_ALWAYS_KEPT = frozenset({"status", "assignee", "group"})
_NOBODY: frozenset[str] = frozenset()
_BY_STATUS, _BY_EVENT = "status", "event"  # why a ticket is gone: either ends by its own opposite only
_CREATED = int(Happening.CREATED)
_INBOUND = int(Happening.CREATED | Happening.CREATED_INBOUND)
_SOLVED = int(Happening.SOLVED)
_CLOSED = int(Happening.CLOSED)
_REOPENED = int(Happening.REOPENED)
_ASSIGNED = int(Happening.ASSIGNED)
_GROUPED = int(Happening.GROUPED)
_UNGROUPED = int(Happening.UNGROUPED)
_MESSAGE_BITS = {  # by author and whether it is public
    ("customer", True): int(Happening.CUSTOMER_MESSAGE),
    ("agent", True): int(Happening.AGENT_MESSAGE),
    ("agent", False): int(Happening.AGENT_NOTE),
    ("bot", True): int(Happening.BOT_MESSAGE),
    ("bot", False): int(Happening.BOT_NOTE),
}


def timeline(ticket: Ticket, at: Instant, reads: frozenset[str], events: Sequence[Event] | None = None) -> Timeline:
    """The steps of a ticket's history up to an instant. `reads`: the fields that somebody will look at."""
    known = ticket.events if events is None else events
    seen = [event for event in known if event.at <= at]
    builder = _Builder(ticket, reads | _ALWAYS_KEPT)
    if ticket.created_at > at:
        return builder.timeline
    if len(seen) > 1:
        seen, other_contents = without_copies(seen)
        if other_contents:
            builder.timeline.quality.add("duplicate_event")
        seen.sort(key=attrgetter("at"))
    builder.create()
    builder.feed(seen)
    return builder.finish()


class _Builder:
    """Turns sorted events into steps."""

    def __init__(self, ticket: Ticket, reads: frozenset[str]) -> None:
        self.ticket = ticket
        self.reads = reads
        self.timeline = Timeline([], {"history_partial"} if ticket.history != "full" else set())
        self.fields: dict[str, Any] = {}
        self.solved_at: Instant | None = None
        self.gone: dict[str, tuple[Instant, int]] = {}  # by why: since when, and how many steps came before
        self.own = {  # what rules can read of the ticket itself, where no field of that name holds a value
            "source": ticket.source,
            "id": ticket.id,
            "created_by": ticket.created_by,
            "direction": ticket.direction,
            "subject": ticket.subject,
            DIRECTORY: ticket.customer,
        }

    # the ticket's beginning

    def create(self) -> None:
        ticket = self.ticket
        fields = self.own | {name: value for name, value in ticket.fields.items() if value is not None}
        given = fields.pop("status", None)
        status = "new" if given is None else self._known(given)
        kept = {name: value for name, value in fields.items() if name in self.reads}
        kept["status"] = "new" if status in GONE else status
        self.fields = kept
        self._step(ticket.created_at, _INBOUND if ticket.direction == "inbound" else _CREATED, kept, _NOBODY)
        self.timeline.steps[0].solved = False
        self._initial(kept, status)

    def _initial(self, fields: dict[str, Any], status: str) -> None:
        """Initial values fire right after the creation."""
        bits = 0
        if fields.get("assignee") is not None:
            bits |= _ASSIGNED
        if fields.get("group") is not None and status not in ENDED:
            bits |= _GROUPED
        if status in ENDED:
            bits |= _SOLVED | (_CLOSED if status == "closed" else 0)
        self._step(self.ticket.created_at, bits, {}, frozenset(fields))
        if status in ENDED:
            self.solved_at = self.ticket.created_at
        if status in GONE:
            self._vanish(_BY_STATUS, self.ticket.created_at)

    # what happened since

    def feed(self, events: list[Event]) -> None:
        start = 0
        for end in range(1, len(events) + 1):
            if end == len(events) or events[end].at != events[start].at:
                self._update(events[start:end])
                start = end

    def _update(self, events: list[Event]) -> None:
        """All events of one instant."""
        at = events[0].at
        if at < self.ticket.created_at:
            at = self.ticket.created_at
            self.timeline.quality.add("event_before_creation")
        if len(events) == 1:
            self._single(at, events[0])
            return
        events = sorted(events, key=natural)
        if changes := [event for event in events if event.kind == "change"]:
            self._change_fields(at, changes)
        for event in messages_in_order(events):
            self._message(at, event)
        for event in changes:
            self._change_status(at, event)
        for event in events:
            if event.kind not in ("change", "message"):
                self._leave_or_return(at, event)

    def _single(self, at: Instant, event: Event) -> None:
        if event.kind == "message":
            self._message(at, event)
        elif event.kind == "change":
            self._change_fields(at, [event])
            self._change_status(at, event)
        else:
            self._leave_or_return(at, event)

    def _change_fields(self, at: Instant, events: list[Event]) -> None:
        before, reads = self.fields, self.reads
        new: dict[str, Any] = {}
        for event in events:
            for name, value in (event.set or {}).items():
                if name in reads and name != "status":
                    new[name] = self.own.get(name) if value is None else value
        changed = frozenset([name for name, value in new.items() if _differs(before.get(name), value)])
        if not changed:
            return
        self.fields = {**before, **new}
        self._step(at, self._happened(changed), before, changed, tuple(events))

    def _happened(self, changed: frozenset[str]) -> int:
        bits = 0
        if "assignee" in changed and self.fields["assignee"] is not None:
            bits |= _ASSIGNED
        if "group" in changed:
            bits |= _UNGROUPED
            if self.fields["group"] is not None:
                bits |= _GROUPED
        return bits

    def _message(self, at: Instant, event: Event) -> None:
        if event.automated and event.by != "customer":
            return
        bits = _MESSAGE_BITS.get((event.by or "", event.public))
        if bits:
            self._step(at, bits, self.fields, _NOBODY, (event,))

    def _change_status(self, at: Instant, event: Event) -> None:
        if event.set is None or "status" not in event.set:
            return
        status, before = self._known(event.set["status"]), self.fields
        if status in GONE:
            self._vanish(_BY_STATUS, at)
            return
        self.gone.pop(_BY_STATUS, None)
        old = before["status"]
        if status == old:
            return
        bits = self._status_happenings(old, status)
        self.fields = {**before, "status": status}
        self._step(at, bits, before, frozenset({"status"}), (event,))
        if bits & _SOLVED:
            self.solved_at = at
        elif bits & _REOPENED:
            self.solved_at = None

    def _status_happenings(self, old: str, new: str) -> int:
        bits = _CLOSED if new == "closed" else 0
        if new in ENDED and old not in ENDED:
            bits |= _SOLVED
        elif old in ENDED and new in OPEN:
            bits |= _REOPENED
            if self.fields.get("group") is not None:
                bits |= _GROUPED
        return bits

    def _leave_or_return(self, at: Instant, event: Event) -> None:
        if event.kind == "restored":
            self.gone.pop(_BY_EVENT, None)
        else:
            self._vanish(_BY_EVENT, at)

    def finish(self) -> Timeline:
        """The timeline; what happened to a ticket that is gone does not count."""
        if self.gone:
            self.timeline.gone_at, steps_kept = min(self.gone.values())
            del self.timeline.steps[steps_kept:]
        return self.timeline

    # helpers

    def _vanish(self, why: str, at: Instant) -> None:
        self.gone.setdefault(why, (at, len(self.timeline.steps)))

    def _known(self, status: Any) -> str:
        if isinstance(status, str) and status in STATUSES:
            return status
        self.timeline.quality.add("unmapped_status")
        return "open"

    def _step(
        self,
        at: Instant,
        bits: int,
        before: dict[str, Any],
        changed: frozenset[str],
        events: tuple[Event, ...] = (),
    ) -> None:
        solved = self.fields["status"] in ENDED
        self.timeline.steps.append(Step(at, bits, before, self.fields, changed, self.solved_at, solved, events))


def _differs(old: Any, new: Any) -> bool:
    return bool(old != new) or isinstance(old, bool) is not isinstance(new, bool)
