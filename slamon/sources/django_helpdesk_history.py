"""The history of a ticket, of what a django-helpdesk shows of it and what was known before."""

from __future__ import annotations

from typing import Any

import msgspec

from slamon.core.instants import Instant
from slamon.core.ticket import Event, Ticket
from slamon.sources.django_helpdesk_api import FollowUp, Item
from slamon.sources.http import continued

_OF_STATUS = frozenset({"status", "source_status"})
_JOINED = ("merged", "restored")


def created_at(item: Item, known: Ticket | None, now: Instant) -> Instant:
    """When it was opened: the date of its first follow-up. Those can move to another ticket, so what is known stays."""
    if known is not None:
        return known.created_at
    return min((one.at for one in item.followup_set), default=now)


def opening(item: Item, created: Instant) -> list[FollowUp]:
    """What the ticket was opened with: by whoever was first at that instant."""
    first = [one for one in item.follow_ups if one.at == created]
    return [one for one in first if one.user == first[0].user]


def subject(item: Item, known: Ticket | None) -> str | None:
    """The title. A follow-up sent through the API puts its own title in its place: then the one known stays."""
    if known is None or item.title is None:
        return item.title
    titles = [one.title or "" for one in item.followup_set]
    taken = any(one == item.title or one.startswith(f"{item.title} and ") for one in titles)
    return known.subject if taken else item.title


def carried_on(
    known: Ticket | None,
    shown: Ticket,
    merged_to: int | None,
    opened: dict[str, Any],
    looked_at: Instant,
    now: Instant,
) -> Ticket:
    """The history of a ticket that is `shown` as it stands; `known` is how it stood at `looked_at`, or later.

    `opened`: the fields of a status that every ticket has at first. What has no date happened after the last look, and
    by now; one first seen may have been changed at any time before that.
    """
    if known is None:
        history = "full" if 0 < looked_at <= shown.created_at else "partial"
        known = msgspec.structs.replace(shown, fields=shown.fields | opened, events=[], history=history)
        looked_at = shown.created_at
    known = _in_order(known, shown)
    past = max([known.created_at, *(event.at for event in known.events)])
    at = max([now, past + 1, *(event.at + 1 for event in shown.events)])
    earliest = min(max(looked_at, past), at - 1)
    ticket = continued(known, shown, earliest=earliest, at=at, dated=_OF_STATUS)
    events = [part for event in ticket.events for part in _parted(event, at, shown)]
    return msgspec.structs.replace(ticket, events=[*events, *_joined(known, merged_to, earliest, at)])


def _in_order(known: Ticket, shown: Ticket) -> Ticket:
    """What was seen before a change with a date was there came before it, even if the two clocks say otherwise."""
    before = {event.id for event in known.events}
    new = [event.at for event in shown.events if event.set and event.id not in before]

    def moved(event: Event) -> Event:
        later = [at for at in new if event.earliest is not None and event.earliest <= at <= event.at]
        if not later or event.earliest is None:
            return event
        at = min(later) - 1
        return msgspec.structs.replace(event, at=at, earliest=min(event.earliest, at - 1))

    return msgspec.structs.replace(known, events=[moved(event) for event in known.events])


def _parted(event: Event, at: Instant, shown: Ticket) -> list[Event]:
    """A change that was just seen, its status by itself: that is not older than the last status with a date."""
    if event.at != at or event.set is None or event.earliest is None:
        return [event]
    told = max((one.at for one in shown.events if one.set), default=event.earliest)
    status = {name: value for name, value in event.set.items() if name in _OF_STATUS}
    others = {name: value for name, value in event.set.items() if name not in _OF_STATUS}
    of_status = Event(at, "change", f"{event.id}.status", set=status, earliest=max(event.earliest, told))
    return [*([of_status] if status else []), *([msgspec.structs.replace(event, set=others)] if others else [])]


def _joined(known: Ticket, merged_to: int | None, earliest: Instant, at: Instant) -> list[Event]:
    """The merging, or its end, that was just seen."""
    before = [event for event in known.events if event.kind in _JOINED]
    was_merged = bool(before) and before[-1].kind == "merged"
    if was_merged == (merged_to is not None):
        return []
    if merged_to is None:
        return [Event(at, "restored", f"restored-{at}", earliest=earliest)]
    return [Event(at, "merged", f"merged-{at}", into=str(merged_to), earliest=earliest)]
