"""From a vendor's payload, which shows a ticket as it stands, to its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from slamon.core.instants import EARLIEST, LATEST, SECOND, Instant, parse_instant
from slamon.core.match import lookup
from slamon.core.ticket import Event, Ticket
from slamon.ports import Refused
from slamon.sources.http.mapping import PriorityMap, StatusMap
from slamon.sources.http.people import People, Person
from slamon.sources.http.settings import Agents, Bots
from slamon.sources.http.snapshots import continued, current_fields
from slamon.sources.registry import Known

_MILLISECONDS = 100_000_000_000  # a number beyond this is no number of seconds


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
        source: str,
        map: PayloadMap,
        fields: Mapping[str, str],
        status: Mapping[str, str],
        priority: Mapping[str, str],
        agents: Agents,
        bots: Bots,
        known: Known,
    ) -> None:
        self._source = source
        self._map = map
        self._fields = fields
        self._statuses = StatusMap(source, status, {})
        self._priorities = PriorityMap(priority, {})
        self._people = People(agents, bots)
        self._known = known

    async def tickets(self, body: bytes) -> list[Ticket]:
        """The histories with what a body adds to them. Refused (400) names what is missing or no time."""
        items = _items(body)
        ids = [_text(item, self._map.id) for item in items]
        histories = dict(await self._known(ids))
        for id, item in zip(ids, items, strict=True):
            histories[id] = self._history(id, item, histories.get(id))
        return [histories[id] for id in dict.fromkeys(ids)]

    def _history(self, id: str, item: Mapping[str, Any], known: Ticket | None) -> Ticket:
        at = _instant(item, self._map.updated_at)
        before = [] if known is None else [event for event in known.events if event.earliest is None]
        told = self._message(item)
        events = before if told is None or any(one.id == told.id for one in before) else [*before, told]
        shown = Ticket(
            id,
            self._source,
            _instant(item, self._map.created_at),
            self._values(item),
            events,
            _optional(item, self._map.subject),
            _optional(item, self._map.url),
            history="none",
        )
        if known is None:
            return shown
        last = max([known.created_at, *(event.at for event in known.events)])
        if at < last:  # of a state that is passed only the message is news
            shown = msgspec.structs.replace(shown, fields=current_fields(known))
        taken = {event.at for event in known.events}
        while at in taken:
            at += 1
        return continued(known, shown, earliest=min(last, at), at=at)

    def _values(self, item: Mapping[str, Any]) -> dict[str, Any]:
        values = {ours: lookup(item, path) for ours, path in self._fields.items()}
        if "status" in values:
            values |= self._statuses.fields(_native(values["status"]))
        if "priority" in values:
            values["priority"] = self._priorities.value(_native(values["priority"]))
        return values

    def _message(self, item: Mapping[str, Any]) -> Event | None:
        where = self._map.message
        if where is None or lookup(item, where.id) is None:
            return None
        author = _text(item, where.author)
        person = Person(author, mail=author if "@" in author else "")
        public = where.public is None or lookup(item, where.public) is True
        at, id = _instant(item, where.at), _text(item, where.id)
        return Event(at, "message", id=f"m{id}", by=self._people.classify(person), public=public)


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


def _instant(item: Mapping[str, Any], path: str) -> Instant:
    """A text as RFC 3339 has it, or seconds or milliseconds since 1970."""
    found = lookup(item, path)
    try:
        if isinstance(found, str):
            return parse_instant(found)
        if isinstance(found, int | float) and not isinstance(found, bool):
            at = round(found * (SECOND // 1000 if abs(found) >= _MILLISECONDS else SECOND))
            if EARLIEST <= at <= LATEST:
                return at
    except (ValueError, OverflowError):
        pass
    raise Refused(400, f"{path} is {found!r:.60}, not a time such as 2026-06-05T14:00:00Z") from None
