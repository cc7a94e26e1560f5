"""Random rules: few values of each kind, so that coincidences are common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from slamon.core.match import EVERYTHING, Match
from slamon.core.policy import Always, Happening, Policy, Promise, Rows, Rules, Target, Within

from .build import (
    Hours,
    business_days,
    by_priority,
    calendar_days,
    is_in,
    lasting,
    left,
    on,
    policy,
    share,
    target,
    when,
)
from .worlds import DAYS, World

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
    some: st.SearchStrategy[list[Any]] = st.one_of(st.just([]), events)
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
