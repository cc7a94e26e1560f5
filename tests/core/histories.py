"""Random tickets: few values of each kind, so that coincidences are common."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from slamon.core.instants import Instant
from slamon.core.ticket import Event, Ticket

from .worlds import World

PRIORITIES = ("low", "high", "urgent")
PLAIN_STATUSES = ("open", "waiting_customer", "on_hold", "solved", "closed")
ALL_STATUSES = (*PLAIN_STATUSES, "solved", "open", "waiting_third_party", "weird", "new")


def one_change() -> st.SearchStrategy[dict[str, Any]]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(ALL_STATUSES),
        "priority": st.sampled_from(PRIORITIES),
        "hold": st.sampled_from(["yes", None]),
        "tier": st.sampled_from(["gold", None]),
        "assignee": st.sampled_from(["ann", "bob", None]),
        "group": st.sampled_from(["net", "desk", None]),
        "due_at": st.sampled_from(["2026-03-27", "2026-03-27T15:00:00Z", "2026-03-30T09:00:00+02:00", "soon", None]),
    }
    names = st.lists(st.sampled_from(["status", "status", "status", *values]), min_size=1, max_size=2, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: values[name] for name in chosen}))


@st.composite
def events(draw: st.DrawFn, instant: Instant, number: int, going: str) -> Event:
    """One event; `going` says in which of two ways a ticket may be gone, never in both."""
    id = f"e{number}"
    form = draw(st.integers(0, 11))
    if form == 0 and going != "none":
        if going == "deleted":
            return Event(instant, draw(st.sampled_from(["deleted", "restored", "merged", "restored"])), id)
        return Event(instant, "change", id, set={"status": draw(st.sampled_from(["cancelled", "merged", "open"]))})
    if form <= 4:
        by = draw(st.sampled_from(["customer", "agent", "agent", "bot", "system", "third_party"]))
        public, automated = draw(st.integers(0, 3)) > 0, draw(st.integers(0, 5)) == 0
        return Event(instant, "message", id, by, public, automated)
    return Event(instant, "change", id, set=draw(one_change()))


@st.composite
def tickets(draw: st.DrawFn, world: World, most: int = 9) -> Ticket:
    created = world.first + draw(st.integers(0, world.created)) * world.tick
    instant, found = created, []
    going = draw(st.sampled_from(["none", "none", "deleted", "status"]))
    for number in range(draw(st.integers(0, most))):
        instant += draw(st.sampled_from(world.gaps)) * world.tick
        found.append(draw(events(instant, number + 1, going)))
    if found and draw(st.integers(0, 7)) == 0:  # something from before
        early = draw(events(created - 4 * world.tick, len(found) + 1, "none"))
        found.append(early)
    return Ticket(
        "1",
        "desk",
        created,
        draw(initial_fields()),
        draw(st.permutations(found)),
        created_by=draw(st.sampled_from(["customer", "customer", "customer", "agent", "bot"])),
        direction=draw(st.sampled_from(["inbound", "inbound", "inbound", "outbound"])),
        history=draw(st.sampled_from(["full", "full", "full", "partial"])),
    )


@st.composite
def initial_fields(draw: st.DrawFn) -> dict[str, Any]:
    made = {
        "status": draw(st.sampled_from(["new", "new", "new", "open", None, "waiting_customer", "solved", "cancelled"])),
        "priority": draw(st.sampled_from(PRIORITIES)),
        "hold": draw(st.sampled_from([None, None, None, "yes"])),
        "tier": draw(st.sampled_from([None, "gold"])),
        "assignee": draw(st.sampled_from([None, None, "ann"])),
        "group": draw(st.sampled_from([None, "net"])),
        "due_at": draw(st.sampled_from([None, "2026-03-27", "2026-03-30T09:00:00Z"])),
    }
    return {name: value for name, value in made.items() if value is not None or draw(st.booleans())}


def instants_of(world: World, ticket: Ticket) -> list[Instant]:
    """Instants worth asking at: every event, just before and after, and long after."""
    known = sorted({max(event.at, ticket.created_at) for event in ticket.events} | {ticket.created_at})
    near = {instant + step * world.tick for instant in known for step in (-1, 0, 1)}
    return sorted(one for one in near | {known[-1] + world.far} if one >= ticket.created_at)
