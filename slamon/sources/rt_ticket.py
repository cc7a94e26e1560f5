"""What a ticket of Request Tracker is in our words, once its past and the names in it are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from slamon.core.instants import SECOND, parse_instant
from slamon.core.ticket import Creator, Event, Ticket
from slamon.sources.http import HttpSource
from slamon.sources.http.undoing import State, Untraced
from slamon.sources.rt_history import MESSAGES, Past, Step
from slamon.sources.rt_names import Names, is_system
from slamon.sources.rt_shapes import Reference, Shown, Transaction

NATIVE = (
    "queue",
    "owner",
    "sla",
    "starts",
    "creator",
    "creator.email",
    "requestor",
    "requestor.email",
    "requestor.domain",
)


class Translation:
    """From one source's pasts to tickets, by its configuration. `address`: where Request Tracker is."""

    def __init__(self, source: HttpSource, names: Names, address: str) -> None:
        self._source = source
        self._names = names
        self._address = address.rstrip("/")

    def ticket(self, shown: Shown, past: Past) -> Ticket:
        """A ticket with all that happened to it."""
        custom = {f"cf.{one.id}": f"custom_field.{one.name}" for one in shown.custom}
        initial = self._native(past.initial, custom)
        return Ticket(
            shown.id,
            self._source.name,
            parse_instant(shown.created),
            self._fields(initial) | self._source.fields.fields(initial | self._people(shown)),
            self._events(past, shown.requestors, custom),
            shown.subject,
            f"{self._address}/Ticket/Display.html?id={shown.id}",
            self._by(shown.creator, shown.requestors),
            history="partial" if past.untraced else "full",
        )

    def merged(self, known: Ticket, past: Past, merge: tuple[Transaction, str], requestors: list[Reference]) -> Ticket:
        """A ticket that is now part of another: what was known of it, and what happened to it up to then."""
        done, into = merge
        merged = Event(done.at, "merged", done.id, self._by(done.creator, requestors), into=into)
        return msgspec.structs.replace(known, events=[*self._events(past, requestors, {}), merged])

    def _events(self, past: Past, requestors: list[Reference], custom: Mapping[str, str]) -> list[Event]:
        events = [self._event(step, requestors, custom) for step in past.steps]
        return [one for one in (*events, *(self._untraced(gap, custom) for gap in past.untraced)) if one is not None]

    def _event(self, step: Step, requestors: list[Reference], custom: Mapping[str, str]) -> Event | None:
        done = step.done
        by = self._by(done.creator, requestors)
        if done.type in MESSAGES:
            return Event(done.at, "message", done.id, by, public=MESSAGES[done.type])
        changed = self._changed(step.set, custom)
        return Event(done.at, "change", done.id, by, set=changed) if changed else None

    def _untraced(self, gap: Untraced, custom: Mapping[str, str]) -> Event | None:
        changed = self._changed({gap.key: gap.value}, custom)
        id = f"{gap.key}.{gap.earliest // SECOND}"
        return Event(gap.latest, "change", id, set=changed, earliest=gap.earliest) if changed else None

    def _changed(self, state: State, custom: Mapping[str, str]) -> dict[str, Any]:
        native = self._native(state, custom)
        return self._fields(native) | self._source.fields.changed(native)

    def _fields(self, native: Mapping[str, Any]) -> dict[str, Any]:
        """The standard fields among what the system says."""
        ours: dict[str, Any] = {}
        if "status" in native:
            ours |= self._source.statuses.fields(native["status"])
        if "priority" in native:
            ours["priority"] = self._source.priorities.value(native["priority"])
        names = {"assignee": "owner", "group": "queue", "due_at": "due"}
        return ours | {one: native[theirs] for one, theirs in names.items() if theirs in native}

    def _native(self, state: State, custom: Mapping[str, str]) -> dict[str, Any]:
        """A state with names for ids, under the names that the configuration uses."""
        native: dict[str, Any] = {}
        for key, value in state.items():
            if key in custom:
                native[custom[key]] = value if len(value) > 1 else value[0] if value else None
            elif key == "Owner":
                native["owner"] = self._names.owner(value)
            elif key == "Queue":
                native["queue"] = self._names.queue(value)
            else:
                native[key.lower()] = value
        return native

    def _people(self, shown: Shown) -> dict[str, str | None]:
        """Who opened it and who asked for it, of several the first."""
        creator = shown.creator if isinstance(shown.creator, Reference) else None
        requestor = shown.requestors[0] if shown.requestors else None
        mail = self._names.mail(requestor)
        return {
            "creator": (creator.name or creator.id) if creator else None,
            "creator.email": self._names.mail(creator),
            "requestor": (requestor.name or requestor.id) if requestor else None,
            "requestor.email": mail,
            "requestor.domain": mail.rpartition("@")[2].lower() if mail else None,
        }

    def _by(self, author: Reference | str, requestors: Iterable[Reference]) -> Creator:
        return "system" if is_system(author) else self._source.people.classify(self._names.person(author, requestors))
