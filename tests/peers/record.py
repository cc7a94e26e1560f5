"""What was done to tickets, written down by whoever did it, and whether what slamon has seen of it is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from slamon.core.instants import SECOND, Instant
from slamon.core.ticket import Author, Event, Ticket
from tests.sources.follower import changes, final, messages


@dataclass
class Written:
    """One ticket. `dated`: what the system itself dates; `states`: all fields from an instant on, oldest first."""

    created_at: Instant
    states: list[tuple[Instant, dict[str, Any]]]
    messages: list[tuple[Instant, Author, bool]] = field(default_factory=list)
    dated: list[tuple[Instant, dict[str, Any]]] = field(default_factory=list)

    @property
    def now(self) -> dict[str, Any]:
        return self.states[-1][1]

    def as_ticket(self, id: str) -> Ticket:
        """The ticket that this makes, with everything at its very instant."""
        said = enumerate(self.messages)
        events = [Event(at, "message", f"m{number}", by, public=public) for number, (at, by, public) in said]
        for number, ((_, before), (at, after)) in enumerate(pairwise(self.states)):
            changed = {name: value for name, value in after.items() if before.get(name) != value}
            events.append(Event(at, "change", f"c{number}", set=changed))
        return Ticket(id, "desk", self.created_at, self.states[0][1], sorted(events, key=lambda one: one.at))

    def hides_something(self, looks: Sequence[Instant]) -> bool:
        """Whether one field was set twice between two looks, at least once with no date: nobody tells of the first."""
        dated = {at for at, _ in self.dated}
        for begin, end in pairwise((self.created_at, *looks)):
            changed: Counter[str] = Counter()
            undated: set[str] = set()
            for (_, before), (at, after) in pairwise(self.states):
                if begin < at <= end:
                    names = {name for name, value in after.items() if before.get(name) != value}
                    changed.update(names)
                    undated |= names if at not in dated else set()
            if any(changed[name] > 1 for name in undated):
                return True
        return False

    def set(self, at: Instant, values: dict[str, Any]) -> None:
        """From now on these stand; what stood there already is no change."""
        if any(self.now.get(name) != value for name, value in values.items()):
            self.states.append((at, self.now | values))

    def became(self, name: str, by: Instant) -> tuple[Any, Instant]:
        """(value at an instant, since when)."""
        passed = [(at, state[name]) for at, state in self.states if at <= by]
        value = passed[-1][1]
        since = passed[-1][0]
        for at, one in reversed(passed):
            if one != value:
                break
            since = at
        return value, since


def assert_true(ticket: Ticket, written: Written, polls: list[Instant], *, exact: bool) -> None:
    """All messages are there; what is dated is there; all else is what a poll showed, and lies where it was.

    `exact`: what the end of a bracket is, is the very instant, where nothing else happened to the ticket since.
    """
    assert ticket.created_at == written.created_at
    assert messages(ticket) == sorted(written.messages)
    dated = [(one.at, one.set) for one in changes(ticket) if one.earliest is None]
    assert dated == written.dated
    seen = [one for one in changes(ticket) if one.earliest is not None]
    for event in seen:
        _assert_bracketed(event, written, exact=exact)
    _assert_shown(ticket, written, polls)
    ids = [one.id for one in ticket.events]
    assert len(set(ids)) == len(ids)


def _assert_bracketed(event: Event, written: Written, *, exact: bool) -> None:
    ends = []
    for name, value in (event.set or {}).items():
        shown, since = written.became(name, event.at)
        assert shown == value
        assert event.earliest is not None
        assert event.earliest <= since <= event.at, f"{name}={value} since {since}, not in {event}"
        ends.append(since)
    if exact:
        dates = [*(at for at, _ in written.states), *(at for at, _, _ in written.messages)]
        touched = [at for at in dates if at <= event.at]
        assert event.at // SECOND == max(touched) // SECOND


def _assert_shown(ticket: Ticket, written: Written, polls: list[Instant]) -> None:
    """At each poll the history says what was there to be seen."""
    for poll in polls:
        if poll < written.created_at:
            continue
        fields = dict(ticket.fields)
        for event in changes(ticket):
            if event.at <= poll + 1:  # what is seen in the very second of something with a date is put behind it
                fields |= event.set or {}
        state = next(state for at, state in reversed(written.states) if at <= poll)
        assert {name: fields[name] for name in state} == state, f"as of {poll}"
    assert {name: final(ticket)[name] for name in written.now} == written.now
