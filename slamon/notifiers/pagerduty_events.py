"""A message as events of PagerDuty's Events API v2: an incident stands for as long as the promise that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from slamon.core.instants import format_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.text import facts, headline, is_digest, one_line, rows, web_url
from slamon.secrets import Secret

# Limits of PagerDuty's: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ and overview
MOST_BYTES = 512_000  # of a body; the parts below leave room for the worst of each
_SUMMARY = 1_024
_KEY = re.compile("[!-~]{1,255}")

_NAME = 200  # of a source, a ticket's id beside its incident, a policy, a target
_FACTS, _VALUE = 24, 1_000
_LINES, _LINE = 60, 300
_TICKET = 500
_TICKETS = 300_000  # bytes of JSON: ten thousand ids of thirty letters

_OVER = frozenset({"met", "missed", "cancelled", "cleared"})

Event = dict[str, Any]


def events(message: Message) -> Iterator[Event]:
    """What is told of a message, all but the routing key.

    One event about one commitment. A digest is an incident of its own if anything in it still stands, and ends those
    of all that is over.
    """
    if not is_digest(message):
        yield _alone(message)
        return
    standing = [one for one in message.covers if not _is_over(one)]
    if standing:
        yield _event("trigger", message.id, _payload(message, None, _severity(message, standing)), message)
    yield from (_end(one, message) for one in message.covers if _is_over(one))


def encode(event: Event, key: Secret) -> bytes:
    """The body of a request: UTF-8 JSON, the same bytes for the same event."""
    return msgspec.json.encode({"routing_key": key.reveal(), **event})


def _alone(message: Message) -> Event:
    about = message.covers[0] if message.covers else None
    over = message.tone == "good" if about is None else _is_over(about)
    severity = "info" if over else _severity(message, message.covers)
    key = message.thread if about is None else about.thread
    return _event("resolve" if over else "trigger", key, _payload(message, about, severity), message)


def _is_over(one: Covered) -> bool:
    """Not by the moment that is told: a breach that is told late may be over, and what runs again may be overdue."""
    return one.status in _OVER or (one.moment == "resumed" and one.status == "on_track")


def _severity(message: Message, standing: Sequence[Covered]) -> str:
    statuses = {one.status for one in standing}
    tone = message.tone if len(standing) == len(message.covers) else "info"  # else it is that of what is over
    if tone == "breach" or "breached" in statuses:
        return "critical"
    return "warning" if tone == "warning" or "at_risk" in statuses else "info"


def _event(action: str, key: str, payload: dict[str, Any], message: Message) -> Event:
    event = {"event_action": action, "dedup_key": _dedup_key(key), "payload": payload, "client": "slamon"}
    url = web_url(message.url)
    if url is None:
        return event
    label = f"Open all {len(message.covers):,}" if is_digest(message) else "Open the ticket"
    return {**event, "client_url": url, "links": [{"href": url, "text": label}]}


def _dedup_key(text: str) -> str:
    return text if _KEY.fullmatch(text) else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _payload(message: Message, about: Covered | None, severity: str) -> dict[str, Any]:
    return {
        "summary": headline(message, _SUMMARY),
        "severity": severity,
        **_place(message.covers, about),
        **({} if message.at is None else {"timestamp": format_instant(message.at)}),
        "custom_details": _details(message),
    }


def _place(covers: Iterable[Covered], about: Covered | None) -> dict[str, str]:
    """Where it is, as PagerDuty has it: `source` is required, and what is empty is left out."""
    sources = {one.source for one in covers}
    source = one_line(sources.pop(), _NAME) if len(sources) == 1 else ""
    names = {} if about is None else {"component": about.ticket, "group": about.policy, "class": about.target}
    clean = {name: one_line(text, _NAME) for name, text in names.items()}
    return {"source": source or "slamon", **{name: text for name, text in clean.items() if text}}


def _details(message: Message) -> dict[str, Any]:
    """The facts by their labels, and in small letters what else there is."""
    found: dict[str, Any] = {label or "-": value for label, value in facts(message, _FACTS, _VALUE)}
    more = {
        "lines": [row.line for row in rows(message, _LINES, _LINE)],
        "footer": one_line(message.footer or "", 500),
        **_tickets(message.covers),
    }
    return found | {name: value for name, value in more.items() if value}


def _tickets(covers: Iterable[Covered]) -> dict[str, Any]:
    """By its source each ticket once, in the message's order; how many there was no room for."""
    names = list(dict.fromkeys((one.source, one.ticket) for one in covers))
    found: dict[str, list[str]] = {}
    room, kept = _TICKETS, 0
    for source, ticket in names:
        home, id = one_line(source, _NAME), one_line(ticket, _TICKET)
        room -= len(msgspec.json.encode([home, id] if home not in found else [id]))
        if room < 0:
            break
        found.setdefault(home, []).append(id)
        kept += 1
    return {"tickets": found, "tickets_left_out": len(names) - kept}


def _end(one: Covered, message: Message) -> Event:
    """The end of the incident of one commitment among others."""
    payload = {
        "summary": one_line(one.line, _SUMMARY) or "over",
        "severity": "info",
        **_place((one,), one),
        **({} if message.at is None else {"timestamp": format_instant(message.at)}),
    }
    return {"event_action": "resolve", "dedup_key": _dedup_key(one.thread), "payload": payload}
