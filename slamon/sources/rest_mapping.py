"""From what a JSON API shows of a ticket, its messages and its changes, to a ticket in our words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from slamon.core.instants import Instant
from slamon.core.ticket import Completeness, Creator, Event, Ticket
from slamon.sources.http import People, Person, PriorityMap, StatusMap
from slamon.sources.rest_changes import Change, in_order
from slamon.sources.rest_expressions import Expression, Unmapped, compiled
from slamon.sources.rest_settings import AuthorMapping, RestSettings

_NONE = frozenset[str]()
_REMEMBERED = 1_000  # people: few enough that the garbage collector, which visits them all, is not slowed down


@dataclass(frozen=True, slots=True)
class Names:
    """What names of people, statuses and priorities mean."""

    people: People
    statuses: StatusMap
    priorities: PriorityMap


Somebody = tuple[Person | None, Creator]  # nobody is named, or a person; what he or she counts as


class Author:
    """Finds out who somebody is. Most names are met again and again."""

    def __init__(self, where: str, mapping: AuthorMapping, people: People) -> None:
        given = {one.name: getattr(mapping, one.name) for one in fields(mapping)}
        self._find = {name: compiled(f"{where}.{name}", text) for name, text in given.items() if text is not None}
        self._finds = tuple(one.find for one in self._find.values())
        self._people = people
        self._known = lru_cache(_REMEMBERED, typed=True)(self._somebody)

    def of(self, data: Any) -> Somebody:
        """The person, and what he or she counts as."""
        found = [find(data) for find in self._finds]
        try:
            return self._known(*found)
        except TypeError:  # a list among them cannot be looked up
            return self._somebody(*found)

    def _somebody(self, *found: Any) -> Somebody:
        person = self._person(dict(zip(self._find, found, strict=True)))
        return person, self._people.classify(person)

    def _person(self, found: dict[str, Any]) -> Person | None:
        id, name = self._text("id", found), self._text("name", found)
        login, mail = self._text("login", found), self._text("mail", found)
        if not (id or name or login or mail):
            return None
        roles, groups = self._several("roles", found), self._several("groups", found)
        agent, bot = self._truth("agent", found), self._truth("bot", found)
        return Person(id or login or mail or name, name, login, mail, roles, groups, agent, bot)

    def _text(self, what: str, found: dict[str, Any]) -> str:
        return (self._find[what].as_string(found[what]) or "") if what in found else ""

    def _truth(self, what: str, found: dict[str, Any]) -> bool:
        return bool(what in found and self._find[what].as_truth(found[what]))

    def _several(self, what: str, found: dict[str, Any]) -> frozenset[str]:
        if what not in found:
            return _NONE
        several = self._find[what].as_value(found[what])
        return frozenset(str(one) for one in (several if isinstance(several, list) else [several]) if one is not None)


class Mapping:
    """The expressions of a source, ready to be used on what its server answers."""

    def __init__(self, source: str, settings: RestSettings, names: Names) -> None:
        self.all = {one.where: one for one in settings.expressions()}
        self._source = source
        self._names = names
        self._zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
        self._opener = Author("ticket.author", settings.ticket.author, names.people)
        writer = settings.messages.author if settings.messages else AuthorMapping()
        self._writer = Author("messages.author", writer, names.people)
        self._changed = settings.changes.names if settings.changes else {}
        self._fields = [(name, self.all[f"fields.{name}"]) for name in settings.fields if f"fields.{name}" in self.all]

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
        events = self._messages(messages or (), created_at, opener[0])
        present = self._present(item)
        past = in_order([self._entry(entry) for entry in changes or ()], present)
        untraced = self._untraced(item, present, past)
        return Ticket(
            self.id(item),
            self._source,
            created_at,
            self._ours(present | {one.field: one.before for one in reversed(past)}),
            [*events, *self._events(past), *untraced],
            self._text("ticket.subject", item),
            self._text("ticket.url", item),
            opener[1],
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
        return present | {name: expression.value(item) for name, expression in self._fields}

    def _ours(self, native: dict[str, Any]) -> dict[str, Any]:
        ours = dict(native)
        if "status" in native:
            ours |= self._names.statuses.fields(native["status"])
        if "priority" in native:
            ours["priority"] = self._names.priorities.value(native["priority"])
        return ours

    # of messages

    def _messages(self, messages: Sequence[Any], created_at: Instant, opener: Person | None) -> list[Event]:
        """All but the opening: what the opener wrote at the creation; the first at all, if nobody says who that is."""
        found, opened = list[Event](), False
        for item in self._oldest_first(messages):
            at, (writer, by) = self._needed("messages.at", item), self._writer.of(item)
            if at == created_at and (_is_one(writer, opener) if opener else not opened):
                opened = True
                continue
            id = self._text("messages.id", item)
            found.append(Event(at, "message", f"message.{id}" if id else None, by, public=self._is_public(item)))
        return found

    def _oldest_first(self, messages: Sequence[Any]) -> Sequence[Any]:
        if not messages:
            return messages
        first, last = (self._needed("messages.at", messages[place]) for place in (0, -1))
        return messages[::-1] if first > last else messages

    def _is_public(self, item: Any) -> bool:
        expression = self.all.get("messages.public")
        found = True if expression is None else expression.truth(item)
        if found is None:
            raise Unmapped("messages.public: it finds nothing: where that means false, write X || `false`")
        return found

    # of changes

    def _entry(self, entry: Any) -> list[Change]:
        at, by = self._needed("changes.at", entry), self._text("changes.by", entry)
        id = self._text("changes.id", entry) or str(at)
        details, found = self.all.get("changes.details"), []
        for detail in details.items(entry) if details else (entry,):
            ours = self._changed.get(self._text("changes.field", detail) or "")
            if ours is not None:
                before, value = self._value("changes.before", ours, detail), self._value("changes.value", ours, detail)
                found.append(Change(at, f"change.{id}.{ours}", by, ours, before, value))
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
        expression = self.all.get(where)
        return expression.string(item) if expression else None

    def _instant(self, where: str, item: Any) -> Instant | None:
        expression = self.all.get(where)
        return expression.instant(item, self._zone) if expression else None

    def _needed(self, where: str, item: Any) -> Instant:
        expression = self.all[where]
        found = expression.instant(item, self._zone)
        if found is None:
            raise Unmapped(f"{where}: {expression.text!r} finds nothing")
        return found


def _is_one(writer: Person | None, opener: Person) -> bool:
    """Whether they may be the same person: not all that is told of one may be told of the other."""
    return writer is not None and bool(writer.names & opener.names)


def idle(expressions: Sequence[Expression], items: Sequence[Any]) -> list[Expression]:
    """Those that find nothing in any of the items: a slip of the pen, mostly."""
    return [one for one in expressions if all(one.find(item) is None for item in items)]
