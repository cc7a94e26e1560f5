"""How an alert reads: lines that a support lead understands, rendered once from the state that made it due."""

from __future__ import annotations

from datetime import tzinfo

from slamon.core.alerts import BREACHED, MET, MISSED, Alert, delivery_id
from slamon.core.clock import Cycle
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, Span, to_datetime
from slamon.core.match import Fields
from slamon.core.message import Message, Tone
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

_SHOWN_FIELDS = ("priority", "customer", "group", "assignee")
_TONES: dict[str, Tone] = {BREACHED: "breach", MISSED: "breach", MET: "good"}
_WAITS_FOR = {
    "first_response": "No answer since",
    "next_response": "No answer since",
    "periodic_update": "No update since",
    "time_to_own": "Nobody has taken it since",
}


def message(
    alert: Alert, ticket: Ticket, fields: Fields, cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo
) -> Message:
    """The message of an alert. Shares and spans are rounded down: nothing is shown better than it is."""
    promise = (verdict.target or "").replace("_", " ")
    title = f"{_name(ticket)}: {promise} {_news(alert, cycle, verdict, at)}"
    return Message(
        id=delivery_id(alert.identity),
        thread=delivery_id(f"{ticket.source}/{ticket.id}/{verdict.target}/{verdict.cycle}"),
        tone=_TONES.get(alert.moment.name, "warning"),
        title=title,
        facts=tuple(_facts(ticket, fields, cycle, verdict, at, zone)),
        at=at,
        url=ticket.url,
    )


def span_text(span: Span, *, days: bool = True) -> str:
    """The two largest units of a span, rounded down: `1 h 30 min`, `2 d 3 h`, `45 s`. Working time has no days."""
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))[not days :]
    rest, parts = abs(span), []
    for size, unit in units:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
        if parts and (len(parts) == 2 or not count):
            break
    return " ".join(parts) or "0 s"


def instant_text(instant: Instant, zone: tzinfo) -> str:
    """`Mon 2026-06-08 10:00:30 CEST`; seconds only where there are some."""
    local = to_datetime(instant).astimezone(zone)
    return local.strftime("%a %Y-%m-%d %H:%M:%S %Z" if local.second else "%a %Y-%m-%d %H:%M %Z")


def _name(ticket: Ticket) -> str:
    return f"{ticket.id} “{ticket.subject}”" if ticket.subject else ticket.id


def _news(alert: Alert, cycle: Cycle, verdict: Verdict, at: Instant) -> str:
    if alert.moment.name == MET:
        return "was met"
    late = None if cycle.due is None else (verdict.stopped_at or at) - cycle.due
    by = f" by {span_text(late)}" if late is not None and late >= SECOND else ""
    if verdict.status == "missed":
        return f"was missed{by}"
    if verdict.status == "breached":
        return f"is overdue{by}"
    return f"is due in {span_text(verdict.due_at - at)}" if verdict.due_at is not None else "is at risk"


def _facts(
    ticket: Ticket, fields: Fields, cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo
) -> list[tuple[str, str]]:
    found = [("Promise", _promise(cycle, verdict))]
    if verdict.due_at is not None:
        found.append(("Due", instant_text(verdict.due_at, zone)))
    if verdict.status in ("on_track", "at_risk") and verdict.due_at is not None:
        found.append(("Left", _left(verdict, at)))
    waits = _WAITS_FOR.get(cycle.definition.target.kind, "Open since")
    if verdict.stopped_at is None and verdict.started_at is not None:
        counted = f"{span_text(verdict.elapsed or 0, days=False)} of working time"
        found.append((waits, f"{instant_text(verdict.started_at, zone)} ({counted})"))
    elif verdict.stopped_at is not None:
        found.append(("Ended", f"{instant_text(verdict.stopped_at, zone)}"))
    found += [(name.capitalize(), str(fields[name])) for name in _SHOWN_FIELDS if fields.get(name) not in (None, "")]
    found.append(("Source", ticket.source))
    return found


def _promise(cycle: Cycle, verdict: Verdict) -> str:
    bound = cycle.bound
    within = (
        ""
        if bound is None or bound.span is None
        else f" within {span_text(bound.span, days=False)} ({bound.calendar.name})"
    )
    return f"{verdict.target}{within}, policy {verdict.policy}"


def _left(verdict: Verdict, at: Instant) -> str:
    wall = span_text((verdict.due_at or at) - at)
    if verdict.remaining is None:
        return f"{wall} by the wall clock"
    return f"{span_text(verdict.remaining, days=False)} of working time, {wall} by the wall clock"
