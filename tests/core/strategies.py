"""Random rules, histories and instants: few values of each, so that coincidences are common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, Span
from slamon.core.match import EVERYTHING, Match
from slamon.core.policy import Always, Happening, Policy, Promise, Rows, Rules, Target, Within
from slamon.core.ticket import Event, Ticket

from .build import (
    OFFICE,
    ROUND,
    Hours,
    at,
    business_days,
    by_priority,
    calendar_days,
    daily,
    hours,
    is_in,
    lasting,
    left,
    on,
    policy,
    share,
    target,
    when,
)


@dataclass(frozen=True)
class World:
    """The size of things: a tick, and the calendars, lengths and gaps that are multiples of it."""

    tick: Span
    first: Instant
    created: int  # tickets are created up to so many ticks after the first instant
    calendars: tuple[Hours, ...]
    lengths: tuple[str, ...]
    left: tuple[str, str]
    gaps: tuple[int, ...]  # ticks between one event and the next
    windows: tuple[Span, Span]  # of reopening
    far: Span


SPLIT = hours("split", "09:00-12:00, 13:00-17:00", "10:00-11:00")
NIGHT = daily("night", "22:00-02:00", dates={"2026-03-27": "09:00-12:00, 23:00-01:00"}, holidays=("2026-03-29",))
FEAST = hours("feast", "09:00-17:00", dates={"2026-03-28": "12:00-14:00"}, holidays=("2026-03-27", "2026-03-30"))
EARLY = daily("early", "02:00-05:00")  # the clocks are put forward at 02:00 on 2026-03-29
QUICK = daily("quick", "09:00-09:01, 09:01:30-09:02:15, 09:03-09:20")
MINUTES = daily("minutes", ", ".join(f"09:{minute:02}-09:{minute:02}:20" for minute in range(0, 60, 2)))

DAYS = World(
    tick=15 * MINUTE,
    first=at("2026-03-26 08:00"),  # a Thursday
    created=250,
    calendars=(OFFICE, ROUND, SPLIT, NIGHT, FEAST, EARLY),
    lengths=("1h", "2h", "3h", "4h", "8h"),
    left=("30m", "2h"),
    gaps=(0, 0, 1, 2, 4, 4, 6, 8, 12, 20, 32, 64, 96),
    windows=(4 * HOUR, DAY),
    far=2 * DAY,
)
SECONDS = World(
    tick=SECOND,
    first=at("2026-06-05 08:59:30"),
    created=100,
    calendars=(OFFICE, ROUND, QUICK, MINUTES),
    lengths=("4s", "20s", "40s", "1m", "2m"),
    left=("10s", "30s"),
    gaps=(0, 0, 1, 2, 4, 20, 39, 40, 59, 60, 61, 120),
    windows=(MINUTE, 10 * MINUTE),
    far=300 * SECOND,
)

PRIORITIES = ("low", "high", "urgent")
PLAIN_STATUSES = ("open", "waiting_customer", "on_hold", "solved", "closed")
ALL_STATUSES = (*PLAIN_STATUSES, "solved", "open", "waiting_third_party", "weird", "new")
RESOLUTIONS = ("resolution", "total_resolution", "requester_wait", "agent_work")
KINDS = (
    *RESOLUTIONS,
    "first_response",
    "next_response",
    "periodic_update",
    "first_resolution",
    "time_to_own",
    "ownership",
)
EVERY_KIND = (*KINDS, "custom", "custom", "due")
EVENTS = (
    Happening.CUSTOMER_MESSAGE,
    Happening.AGENT_MESSAGE,
    Happening.AGENT_NOTE,
    Happening.ASSIGNED,
    Happening.REOPENED,
    Happening.SOLVED,
    Happening.CLOSED,
)


def warnings(world: World) -> st.SearchStrategy[list[Any]]:
    known = [share(25), share(50), share(75), share(100), *(left(text) for text in world.left)]
    return st.lists(st.sampled_from(known), max_size=2)


becoming = st.sampled_from([when(priority="urgent"), when(hold="yes"), when(status=["solved", "on_hold"])])
pauses = st.sampled_from(
    [None, when(status="waiting_customer"), when(status=["waiting_customer", "on_hold"]), when(hold="yes")]
)


@st.composite
def promises(draw: st.DrawFn, world: World) -> Promise:
    hours = draw(st.sampled_from(world.calendars))
    if world is DAYS and draw(st.integers(0, 5)) == 0:
        return draw(fixed_instants(hours))
    return lasting(draw(st.sampled_from(world.lengths)), hours)


def fixed_instants(hours: Hours) -> st.SearchStrategy[Promise]:
    time = st.sampled_from(["same", "16:00", "09:00"])
    return st.one_of(
        st.builds(
            business_days, st.integers(0, 2), st.one_of(time, st.sampled_from(["open", "close"])), st.just(hours)
        ),
        st.builds(business_days, st.integers(0, 1), st.just("close"), st.just(hours), st.just("12:00")),
        st.builds(calendar_days, st.integers(0, 3), time, st.just(hours), st.none(), st.booleans()),
    )


@st.composite
def withins(draw: st.DrawFn, world: World) -> Within:
    one = promises(world)
    form = draw(st.integers(0, 3))
    if form == 0:
        return Always(draw(one))
    if form == 1:
        return by_priority(draw(st.none() | one), low=draw(one), urgent=draw(one))
    if form == 2:
        return Rows(((is_in("hold", "yes"), draw(one)), (is_in("priority", "urgent"), draw(one))))
    return Rows(((is_in("priority", "low", "high"), draw(one)), (None, draw(one))))


@st.composite
def customs(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """The options of a custom clock."""
    events = st.lists(st.one_of(st.sampled_from(EVENTS), becoming), min_size=1, max_size=2)
    some = st.one_of(st.just([]), events)
    made: dict[str, Any] = {
        "start": on(*draw(st.one_of(st.just([Happening.CREATED]), events))),
        "stop": on(*draw(events)),
        "reset": on(*draw(some)),
        "cancel": on(*draw(some)),
        "repeat": draw(st.booleans()),
    }
    if not made["repeat"]:
        made |= draw(reopenings(world))
    return made


def reopenings(world: World) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "on_reopen": st.sampled_from(["continue", "continue_wall", "once", "restart"]),
            "reopen_window": st.sampled_from([None, *world.windows]),
        }
    )


@dataclass(frozen=True)
class Shape:
    """What targets of one name have in common in all policies."""

    kind: str
    name: str
    options: dict[str, Any]


@st.composite
def shapes(draw: st.DrawFn, world: World, name: str, kinds: tuple[str, ...]) -> Shape:
    kind = draw(st.sampled_from(kinds))
    options: dict[str, Any] = {}
    if kind == "custom":
        options = draw(customs(world))
    elif kind in RESOLUTIONS:
        options = draw(reopenings(world))
    elif kind == "first_response":
        options["agent_created"] = draw(st.sampled_from(["start", "skip", "met"]))
    elif kind == "next_response":
        options["agent_created"] = draw(st.sampled_from(["start", "met"]))
    if kind in ("first_response", "next_response", "periodic_update", "custom"):
        options["bots_count"], options["notes_count"] = draw(st.booleans()), draw(st.booleans())
    return Shape(kind, name, options)


@st.composite
def targets(draw: st.DrawFn, world: World, shape: Shape) -> Target:
    options = dict(shape.options)
    if draw(st.booleans()):
        options["pause_while"] = draw(pauses)
    options["warn_at"] = tuple(draw(warnings(world)))
    hours = draw(st.sampled_from(world.calendars))
    if shape.kind == "due":
        return target("due", None, hours, name=shape.name, **options)
    return target(
        shape.kind,
        draw(withins(world)),
        hours,
        name=shape.name,
        on_retarget=draw(st.sampled_from(["retarget", "retarget", "recompute", "restart", "pin"])),
        **options,
    )


matches: st.SearchStrategy[Match] = st.sampled_from(
    [EVERYTHING, when(priority=["low", "high"]), when(tier="gold"), when(priority="urgent"), when(hold="yes")]
)


@st.composite
def rule_sets(draw: st.DrawFn, world: World, kinds: tuple[str, ...] = EVERY_KIND) -> Rules:
    """One to three policies that hold some of three targets, and perhaps one beside them."""
    known = [draw(shapes(world, name, kinds)) for name in ("a", "b")]
    policies: list[Policy] = []
    for index in range(draw(st.integers(1, 3))):
        chosen = [shape for shape in known if draw(st.integers(0, 4))]
        match = draw(matches)
        policies.append(policy(*[draw(targets(world, shape)) for shape in chosen], match=match, name=f"p{index}"))
    if draw(st.integers(0, 3)) == 0:
        beside = draw(targets(world, draw(shapes(world, "c", kinds))))
        policies.insert(draw(st.integers(0, 1)), policy(beside, match=draw(matches), name="beside", also=True))
    return Rules(tuple(policies))


@st.composite
def one_target(draw: st.DrawFn, world: World, kinds: tuple[str, ...] = EVERY_KIND) -> Rules:
    """One target for every ticket."""
    return Rules((policy(draw(targets(world, draw(shapes(world, "a", kinds))))),))


# histories


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
            return Event(instant, draw(st.sampled_from(["deleted", "restored", "merged", "restored"])), id)  # type: ignore[arg-type]
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
