"""From a vendor's payload, which shows a ticket as it stands, to its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from slamon.core.instants import EARLIEST, LATEST, Instant, from_number, parse_instant
from slamon.core.match import lookup
from slamon.core.ticket import Event, Ticket
from slamon.ports import Refused
from slamon.sources.http.mapping import PriorityMap, StatusMap, truth
from slamon.sources.http.people import People, Person
from slamon.sources.http.settings import Agents, Bots
from slamon.sources.http.snapshots import brought_to
from slamon.sources.registry import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMap:
    """Where in a payload a message stands; one without an id has none."""

    id: str
    at: str
    author: str = field(metadata={"about": "A login or an address."})
    public: str | None = field(default=None, metadata={"about": "True or false; without it every message is public."})


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadMap:
    """Where in a payload what stands: names with dots between them."""

    id: str
    created_at: str
    updated_at: str = field(metadata={"about": "When the ticket became as it is shown."})
    subject: str | None = None
    url: str | None = None
    message: MessageMap | None = None


class Payloads:
    """Reads payloads: one JSON object, or a list of them."""

    def __init__(
        self,
        name: str,
        source: str,
        map: PayloadMap,
        fields: Mapping[str, str],
        status: Mapping[str, str],
        priority: Mapping[str, str],
        agents: Agents,
        bots: Bots,
        known: Known,
    ) -> None:
        """`source`: whose tickets these are; of another name than ours, if it is polled as well."""
        self._source = source
        self._is_polled = source != name
        self._map = map
        self._fields = fields
        self._statuses = StatusMap(name, status, {})
        self._priorities = PriorityMap(priority, {})
        self._people = People(agents, bots)
        self._known = known

    @property
    def unmapped(self) -> int:
        """Times that a status had no meaning here."""
        return self._statuses.unmapped.total()

    async def tickets(self, body: bytes) -> list[Ticket]:
        """The histories with what a body adds to them. Refused (400) names what is missing or cannot be read."""
        items = _items(body)
        ids = [_text(item, self._map.id) for item in items]
        stored = await self._known(ids)
        histories = dict(stored)
        for id, item in zip(ids, items, strict=True):
            told = self._message(item)
            if told is not None and self._was_polled(told, stored.get(id)):
                told = None
            histories[id] = self._history(id, item, told, histories.get(id))
        return [histories[id] for id in dict.fromkeys(ids)]

    def _was_polled(self, told: Event, stored: Ticket | None) -> bool:
        """Whether it is stored by another id: that of the API, which a payload may not have. A poll finds what is not.

        Two messages of a body are two, also if they are of one instant.
        """
        if stored is None or not self._is_polled:
            return False
        return any(_likeness(one) == _likeness(told) for one in stored.events)

    def _history(self, id: str, item: Mapping[str, Any], told: Event | None, known: Ticket | None) -> Ticket:
        at, created_at = _instant(item, self._map.updated_at), _instant(item, self._map.created_at)
        subject, url = _optional(item, self._map.subject), _optional(item, self._map.url)
        values = self._values(item)
        if known is None:
            events = [] if told is None else [told]
            return Ticket(id, self._source, created_at, values, events, subject, url, history="none")
        last = max([known.created_at, *(event.at for event in known.events)])
        so_far = _with(told, known)
        if at < last:  # of a state that is passed only the message is news
            return so_far
        there = [event for event in so_far.events if event.kind != "deleted" or event.earliest is None]
        subject, url = subject or known.subject, url or known.url
        so_far = msgspec.structs.replace(so_far, created_at=created_at, events=there, subject=subject, url=url)
        return brought_to(so_far, values, earliest=last, at=max(at, last + 1))

    def _values(self, item: Mapping[str, Any]) -> dict[str, Any]:
        values = {ours: lookup(item, path) for ours, path in self._fields.items()}
        if "status" in values:
            values |= self._statuses.fields(_native(values["status"]))
        if "priority" in values:
            values["priority"] = self._priorities.value(_native(values["priority"]))
        return values

    def _message(self, item: Mapping[str, Any]) -> Event | None:
        """What was written after the opening. Nobody says who opened it, so that is what is as old as the ticket."""
        where = self._map.message
        if where is None or lookup(item, where.id) is None:
            return None
        author = _text(item, where.author)
        person = Person(author, mail=author if "@" in author else "")
        at, id = _instant(item, where.at), _text(item, where.id)
        told = Event(at, "message", f"m{id}", self._people.classify(person), public=_truth(item, where.public))
        return None if at == _instant(item, self._map.created_at) else told


def _likeness(event: Event) -> tuple[str, Instant, str | None, bool]:
    return event.kind, event.at, event.by, event.public


def _with(told: Event | None, known: Ticket) -> Ticket:
    """With a message that is new, in its place."""
    if told is None or any(one.id == told.id for one in known.events):
        return known
    later = next((place for place, one in enumerate(known.events) if one.at > told.at), len(known.events))
    return msgspec.structs.replace(known, events=[*known.events[:later], told, *known.events[later:]])


def _items(body: bytes) -> list[Mapping[str, Any]]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as mistake:
        raise Refused(400, f"this is no JSON: {mistake}") from None
    items = found if isinstance(found, list) else [found]
    if not items or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "this is neither a JSON object nor a list of them")
    return items


def _native(value: Any) -> str | None:
    return None if value is None else str(value)


def _text(item: Mapping[str, Any], path: str) -> str:
    found = _optional(item, path)
    if found is None:
        raise Refused(400, f"{path} is missing")
    return found


def _optional(item: Mapping[str, Any], path: str | None) -> str | None:
    found = None if path is None else lookup(item, path)
    if isinstance(found, list | dict | bool):
        raise Refused(400, f"{path} is not a text")
    return None if found is None or found == "" else str(found)


def _truth(item: Mapping[str, Any], path: str | None) -> bool:
    """true without a path: then all are public."""
    if path is None:
        return True
    found = lookup(item, path)
    if found is None:
        raise Refused(400, f"{path} is missing")
    value = truth(found)
    if value is None:
        raise Refused(400, f"{path} is {found!r:.60}, not true or false")
    return value


def _instant(item: Mapping[str, Any], path: str) -> Instant:
    """A text as RFC 3339 has it, or seconds or milliseconds since 1970."""
    found = lookup(item, path)
    try:
        if isinstance(found, str):
            return parse_instant(found)
        if isinstance(found, int | float) and not isinstance(found, bool):
            at = from_number(found)
            if EARLIEST <= at <= LATEST:
                return at
    except (ValueError, OverflowError):
        pass
    raise Refused(400, f"{path} is {found!r:.60}, not a time such as 2026-06-05T14:00:00Z") from None
