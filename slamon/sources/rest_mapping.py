"""From what a JSON API shows of a ticket, its messages and its changes, to a ticket in our words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

from slamon.core.instants import Instant
from slamon.core.ticket import Completeness, Event, Ticket
from slamon.sources.http import People, Person, PriorityMap, StatusMap
from slamon.sources.rest_expressions import Expression, Unmapped, compiled
from slamon.sources.rest_settings import AuthorMapping, RestSettings


@dataclass(frozen=True, slots=True)
class Names:
    """What names of people, statuses and priorities mean."""

    people: People
    statuses: StatusMap
    priorities: PriorityMap


@dataclass(frozen=True, slots=True)
class Change:
    """A field of ours that was changed; its values as the system calls them."""

    at: Instant
    id: str
    by: str | None
    field: str
    before: Any
    value: Any


class Author:
    """Finds out who somebody is."""

    def __init__(self, where: str, mapping: AuthorMapping) -> None:
        given = {one.name: getattr(mapping, one.name) for one in fields(mapping)}
        self._find = {name: compiled(f"{where}.{name}", text) for name, text in given.items() if text is not None}

    def of(self, data: Any) -> Person | None:
        """The person; None if nobody is named."""
        id, name, login, mail = (self._text(one, data) for one in ("id", "name", "login", "mail"))
        if not (id or name or login or mail):
            return None
        roles, groups = (self._several(one, data) for one in ("roles", "groups"))
        agent, bot = (self._truth(one, data) for one in ("agent", "bot"))
        return Person(id or login or mail or name, name, login, mail, roles, groups, agent, bot)

    def _text(self, what: str, data: Any) -> str:
        return (self._find[what].string(data) or "") if what in self._find else ""

    def _truth(self, what: str, data: Any) -> bool:
        return bool(what in self._find and self._find[what].truth(data))

    def _several(self, what: str, data: Any) -> frozenset[str]:
        found = self._find[what].value(data) if what in self._find else None
        return frozenset(str(one) for one in (found if isinstance(found, list) else [found]) if one is not None)


class Mapping:
    """The expressions of a source, ready to be used on what its server answers."""

    def __init__(self, source: str, settings: RestSettings, names: Names) -> None:
        self.all = {one.where: one for one in settings.expressions()}
        self._source = source
        self._names = names
        self._zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
        self._opener = Author("ticket.author", settings.ticket.author)
        self._writer = Author("messages.author", settings.messages.author) if settings.messages else None
        self._changed = settings.changes.names if settings.changes else None
        self._fields = [name for name in settings.fields if f"fields.{name}" in self.all]

    # of a ticket

    @property
    def of_ticket(self) -> list[Expression]:
        """The expressions that ought to find something in some ticket."""
        inside = (one for one in self.all.values() if one.where.startswith(("ticket.", "fields.")))
        return [one for one in inside if one.where != "ticket.item"]

    def statuses(self, items: Sequence[Any]) -> set[str]:
        """The system's own names of how these stand."""
        return {self._text("ticket.status", item) or "" for item in items} - {""}

    def id(self, item: Any) -> str:
        """The id; Unmapped without one."""
        found = self.all["ticket.id"].string(item)
        if not found:
            raise Unmapped("ticket.id: a ticket has none")
        return found

    def updated_at(self, item: Any) -> Instant | None:
        """When it was last updated, where that is known."""
        return self._instant("ticket.updated_at", item)

    def ticket(self, item: Any, messages: Sequence[Any] | None, changes: Sequence[Any] | None) -> Ticket:
        """The ticket. Without `changes` its fields are those of now. None: there are no such lists. Unmapped."""
        created_at = self._needed("ticket.created_at", item)
        opener = self._opener.of(item)
        events = self._messages(messages or (), created_at, opener)
        present, past = self._present(item), self._changes(changes or ())
        untraced = self._untraced(item, present, past)
        return Ticket(
            self.id(item),
            self._source,
            created_at,
            self._ours({**present, **{one.field: one.before for one in reversed(past)}}),
            [*events, *self._events(past), *untraced],
            self._text("ticket.subject", item),
            self._text("ticket.url", item),
            self._names.people.classify(opener),
            history="partial" if untraced else self._completeness(item, created_at, messages, changes),
        )

    def _completeness(self, item: Any, created_at: Instant, messages: object, changes: object) -> Completeness:
        """Full too where nothing has happened since the creation."""
        if changes is not None or self.updated_at(item) == created_at:
            return "full"
        return "none" if messages is None else "partial"

    def _present(self, item: Any) -> dict[str, Any]:
        """The fields now, by our names, with the system's values."""
        present = {name: self._text(f"ticket.{name}", item) for name in ("status", "priority")}
        return present | {name: self.all[f"fields.{name}"].value(item) for name in self._fields}

    def _ours(self, native: dict[str, Any]) -> dict[str, Any]:
        ours = dict(native)
        if "status" in native:
            ours |= self._names.statuses.fields(native["status"])
        if "priority" in native:
            ours["priority"] = self._names.priorities.value(native["priority"])
        return ours

    # of messages

    def _messages(self, messages: Sequence[Any], created_at: Instant, opener: Person | None) -> list[Event]:
        found = []
        for item in messages:
            at, author = self._needed("messages.at", item), self._writer.of(item) if self._writer else None
            if at == created_at and author == opener:
                continue  # the opening
            by = self._names.people.classify(author)
            id = f"message.{self._text('messages.id', item) or at}"
            found.append(Event(at, "message", id, by, public=self._is_public(item)))
        return found

    def _is_public(self, item: Any) -> bool:
        expression = self.all.get("messages.public")
        found = True if expression is None else expression.truth(item)
        if found is None:
            raise Unmapped("messages.public: it finds nothing: where that means false, write X || `false`")
        return found

    # of changes

    def _changes(self, entries: Sequence[Any]) -> list[Change]:
        """Oldest first; of one instant, in the order of the list."""
        found = [one for entry in entries for one in self._entry(entry)]
        return sorted(found, key=lambda one: one.at)

    def _entry(self, entry: Any) -> list[Change]:
        at, by = self._needed("changes.at", entry), self._text("changes.by", entry)
        id = self._text("changes.id", entry) or str(at)
        details, found = self.all.get("changes.details"), []
        for detail in details.items(entry) if details else [entry]:
            ours = (self._changed or {}).get(self._text("changes.field", detail) or "")
            if ours is not None:
                values = (self._value(f"changes.{one}", ours, detail) for one in ("before", "value"))
                found.append(Change(at, f"change.{id}.{ours}", by, ours, *values))
        return found

    def _value(self, where: str, ours: str, detail: Any) -> Any:
        return self._text(where, detail) if ours in ("status", "priority") else self.all[where].value(detail)

    def _events(self, changes: Sequence[Change]) -> list[Event]:
        return [Event(one.at, "change", one.id, one.by, set=self._ours({one.field: one.value})) for one in changes]

    def _untraced(self, item: Any, present: dict[str, Any], changes: Sequence[Change]) -> list[Event]:
        """What is other than the last change says: it was set after that, nobody tells when."""
        found = []
        for name, last in {one.field: one for one in changes}.items():
            if present.get(name) != last.value:
                at = max(self.updated_at(item) or 0, last.at + 1)
                changed = self._ours({name: present.get(name)})
                found.append(Event(at, "change", f"untraced.{name}.{at}", set=changed, earliest=last.at))
        return found

    # of anything

    def _text(self, where: str, item: Any) -> str | None:
        return self.all[where].string(item) if where in self.all else None

    def _instant(self, where: str, item: Any) -> Instant | None:
        return self.all[where].instant(item, self._zone) if where in self.all else None

    def _needed(self, where: str, item: Any) -> Instant:
        found = self._instant(where, item)
        if found is None:
            raise Unmapped(f"{where}: {self.all[where].text!r} finds nothing")
        return found


def idle(expressions: Sequence[Expression], items: Sequence[Any]) -> list[Expression]:
    """Those that find nothing in any of the items: a slip of the pen, mostly."""
    return [one for one in expressions if all(one.find(item) is None for item in items)]
