"""How an alert reads: lines that a support lead understands, rendered once from the state in which it is sent."""

from __future__ import annotations

from datetime import tzinfo

from slamon.core.alerts import Alert, delivery_id
from slamon.core.clock import Cycle
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, Span, to_datetime
from slamon.core.match import Fields
from slamon.core.message import Covered, Message, Tone
from slamon.core.moments import BREACHED, CANCELLED, MET, MISSED, PAUSED, RESUMED, paused_mark
from slamon.core.stretches import paused_by
from slamon.core.ticket import Ticket
from slamon.core.verdict import NOT_YET_BROKEN, Verdict

_SHOWN_FIELDS = ("priority", "customer", "group", "assignee")
_TONES: dict[str, Tone] = {BREACHED: "breach", MISSED: "breach", MET: "good", CANCELLED: "info", RESUMED: "info"}
_WAITS_FOR = {
    "first_response": "No answer since",
    "next_response": "No answer since",
    "periodic_update": "No update since",
    "time_to_own": "Nobody has taken it since",
}
_LATENESS, _SENT = "due ", ", sent "


def message(
    alert: Alert, ticket: Ticket, fields: Fields, cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo
) -> Message:
    """The message of an alert. Shares and spans are rounded down: nothing is shown better than it is."""
    promise = (verdict.target or "").replace("_", " ")
    title = f"{_name(ticket)}: {promise} {_news(alert, cycle, verdict, at)}"
    covered = _covered(alert, title, ticket, cycle, verdict, zone)
    return Message(
        id=delivery_id(alert.identity),
        thread=covered.thread,
        tone=_tone(alert),
        title=title,
        facts=tuple(_facts(ticket, fields, cycle, verdict, at, zone)),
        at=at,
        url=ticket.url,
        covers=(covered,),
        update=alert.update,
    )


def lateness(due_at: Instant, at: Instant, zone: tzinfo) -> str:
    """What a message says of itself that goes out late."""
    return f"{_LATENESS}{instant_text(due_at, zone)}{_SENT}{instant_text(at, zone)}"


def is_lateness(note: str) -> bool:
    """Whether a part of a footer is what `lateness` wrote."""
    return note.startswith(_LATENESS) and _SENT in note


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


def _tone(alert: Alert) -> Tone:
    """A pause is nothing to worry about, unless somebody asked to be told how long it lasts."""
    if alert.moment.name == PAUSED:
        return "info" if alert.due_at == alert.moment.at else "warning"
    return _TONES.get(alert.moment.name, "warning")


def _news(alert: Alert, cycle: Cycle, verdict: Verdict, at: Instant) -> str:
    name = alert.moment.name
    if name in (MET, CANCELLED):
        return f"was {name}"
    if name == PAUSED:
        passed = at - alert.moment.at
        return f"has been paused for {span_text(passed)}" if passed >= MINUTE else "is paused"
    late = None if cycle.due is None else (verdict.stopped_at or at) - cycle.due
    by = f" by {span_text(late)}" if late is not None and late >= SECOND else ""
    if verdict.status == "missed":
        return f"was missed{by}"
    again = "is running again and " if name == RESUMED else ""
    if verdict.status == "breached":
        return f"{again}is overdue{by}"
    if verdict.due_at is not None:
        return f"{again}is due in {span_text(verdict.due_at - at)}"
    return "is running again" if again else "is at risk"


def _covered(alert: Alert, title: str, ticket: Ticket, cycle: Cycle, verdict: Verdict, zone: tzinfo) -> Covered:
    due_at = cycle.due if verdict.status in ("breached", "missed") else verdict.due_at
    return Covered(
        ticket.source,
        ticket.id,
        verdict.policy or "",
        verdict.target or "",
        verdict.cycle or 0,
        alert.moment.name,
        verdict.status,
        due_at,
        verdict.breached_at,
        title if due_at is None else f"{title} (due {instant_text(due_at, zone)})",
        ticket.url,
    )


def _facts(
    ticket: Ticket, fields: Fields, cycle: Cycle, verdict: Verdict, at: Instant, zone: tzinfo
) -> list[tuple[str, str]]:
    found = [("Promise", _promise(cycle, verdict))]
    if verdict.due_at is not None:
        found.append(("Due", instant_text(verdict.due_at, zone)))
    if verdict.status in NOT_YET_BROKEN and verdict.due_at is not None:
        found.append(("Left", _left(verdict, at)))
    if verdict.clock == "paused":
        found.append(("Paused since", _pause(cycle, zone)))
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
    left = f"{span_text(verdict.remaining, days=False)} of working time"
    return f"{left}, {wall} by the wall clock"


def _pause(cycle: Cycle, zone: tzinfo) -> str:
    mark = paused_mark(cycle)
    if mark is None:
        return instant_text(cycle.started_at, zone)
    reason = paused_by(mark)
    return instant_text(mark.at, zone) + (f" ({reason})" if reason else "")
