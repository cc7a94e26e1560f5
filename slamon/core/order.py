"""The order of events, and copies of them: position in the list never counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from slamon.core.ticket import Event

_DIGITS = re.compile(r"(\d+)")


def without_copies(events: list[Event]) -> tuple[list[Event], list[Event]]:
    """Exact copies dropped; of one id with several contents the earliest. And the other contents of such ids."""
    ids = {event.id for event in events}
    if len(ids) == len(events) and None not in ids:
        return events, []
    by_id: dict[str | None, dict[bytes, Event]] = {}
    for event in events:
        by_id.setdefault(event.id, {}).setdefault(_canonical(event), event)
    kept, others = list(by_id.pop(None, {}).values()), list[Event]()
    for contents in by_id.values():
        first, *rest = sorted(contents, key=lambda text: (contents[text].at, text))
        kept.append(contents[first])
        others += (contents[text] for text in rest)
    return kept, others


def _canonical(event: Event) -> bytes:
    """The event as JSON with sorted keys, without what was not given."""
    given = {name: value for name in event.__struct_fields__ if (value := getattr(event, name)) is not None}
    if event.kind != "message":
        del given["public"]
    if not event.automated:
        del given["automated"]
    return msgspec.json.encode(given, order="deterministic")


def natural(event: Event) -> tuple[bool, list[tuple[int, str]], bytes]:
    """Orders events by id, numbers in it by value (`e02` then before `e2`); those without one by their content."""
    if event.id is None:
        return False, [], _canonical(event)
    parts = _DIGITS.split(event.id)
    numbers = [part.lstrip("0") if index % 2 else part for index, part in enumerate(parts)]
    return (
        True,
        [(len(part) if index % 2 else 0, part) for index, part in enumerate(numbers)],
        event.id.encode(errors="surrogatepass"),
    )


def messages_in_order(events: Iterable[Event]) -> list[Event]:
    """The messages of one instant; the customer's first where the source gives no sequence."""
    messages = [event for event in events if event.kind == "message"]
    if any(event.id is None for event in messages):
        messages.sort(key=lambda event: event.by != "customer")
    return messages
