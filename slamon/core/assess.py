"""One ticket at one instant: what to remember of it, whom to tell what, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

import msgspec

from slamon.core.alerts import Alert, alerts, last_fields, wakes_at
from slamon.core.clock import Cycle
from slamon.core.instants import DAY, MINUTE, Instant, Span
from slamon.core.judge import Judge
from slamon.core.match import Fields
from slamon.core.message import Message
from slamon.core.routes import Route
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict
from slamon.core.wording import instant_text, message

LATE: Span = MINUTE  # a message that goes out later than this after it was due says so


@dataclass(frozen=True, slots=True)
class Assessed:
    """A verdict, the instant at which to look again if nothing happens, and what must be told."""

    verdict: Verdict
    wakes_at: Instant | None
    due: tuple[tuple[Alert, Message], ...]


@dataclass(frozen=True, slots=True)
class Assessor:
    """The engine together with the routes and how alerts are worded."""

    judge: Judge
    routes: Sequence[Route]
    horizon: Span = DAY  # news older than this is none
    zone: tzinfo = UTC
    footer: str | None = None

    def assess(self, ticket: Ticket, at: Instant) -> list[Assessed]:
        """Every commitment of a ticket, or one unmatched verdict, with the alerts that have come due by now."""
        fields: Fields | None = None
        found = []
        for cycle, verdict in self.judge.judged(ticket, at):
            if cycle is None:
                found.append(Assessed(verdict, None, ()))
                continue
            fields = fields or last_fields(ticket, at)
            due = tuple(self._due(ticket, fields, cycle, verdict, at))
            found.append(Assessed(verdict, wakes_at(cycle, verdict, at), due))
        return found

    def confirm(
        self, ticket: Ticket, identity: str, stored: Message, due_at: Instant, at: Instant, remark: str | None = None
    ) -> Message | None:
        """The text to send for an alert that came due earlier, with a remark if any; None if it is true no more."""
        for one in self.assess(ticket, at):
            for alert, fresh in one.due:
                if alert.identity == identity:
                    kept = fresh if one.verdict.stopped_at is not None else stored
                    return _with_notes(kept, [remark, self._lateness(due_at, at)])
        return None

    def _due(
        self, ticket: Ticket, fields: Fields, cycle: Cycle, verdict: Verdict, at: Instant
    ) -> Iterator[tuple[Alert, Message]]:
        seen = cycle.shown or cycle
        for alert in alerts(self.routes, ticket, cycle, verdict, fields, at, self.horizon):
            text = message(alert, ticket, fields, seen, verdict, at, self.zone)
            yield alert, msgspec.structs.replace(text, footer=self.footer) if self.footer else text

    def _lateness(self, due_at: Instant, at: Instant) -> str | None:
        if at - due_at <= LATE:
            return None
        return f"due {instant_text(due_at, self.zone)}, sent {instant_text(at, self.zone)}"


def _with_notes(text: Message, notes: Sequence[str | None]) -> Message:
    footer = " · ".join(note for note in (text.footer, *notes) if note)
    return msgspec.structs.replace(text, footer=footer or None)
