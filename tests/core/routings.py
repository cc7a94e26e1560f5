"""Random routes: few moments and short waits, so that steps come due close to what happens."""

from __future__ import annotations

from hypothesis import strategies as st

from slamon.core.instants import Span
from slamon.core.match import EVERYTHING
from slamon.core.policy import Place
from slamon.core.routes import Quiet, Recipient, Route, RouteStep, Routing, Wait

from .worlds import World

_WORDS = ("at_risk", "at_risk", "50%", "breached", "breached", "missed", "met", "cancelled", "paused", "resumed")
_PEOPLE = (Recipient("chat"), Recipient("pager"), Recipient("mail", "assignee"), Recipient("mail", "group", "boss"))


def waits(world: World) -> st.SearchStrategy[Wait]:
    spans: st.SearchStrategy[Span] = st.sampled_from([1, 2, 4, 7, 24]).map(lambda ticks: ticks * world.tick)
    return st.builds(Wait, spans, st.booleans())


@st.composite
def steps(draw: st.DrawFn, world: World) -> RouteStep:
    when = draw(st.lists(st.sampled_from(_WORDS), min_size=2, max_size=5, unique=True))
    notify = draw(st.lists(st.sampled_from(_PEOPLE), min_size=1, max_size=2, unique=True))
    hours = draw(st.sampled_from([None, None, *world.calendars]))
    return RouteStep(
        tuple(when),
        tuple(notify),
        Place("rules.yml", 1, 1),
        after=draw(st.none() | waits(world)),
        repeat=draw(st.none() | st.none() | waits(world)),
        at_most=draw(st.sampled_from([1, 2, 3])),
        during=None if hours is None else hours.calendar,
        otherwise=tuple(draw(st.lists(st.sampled_from(_PEOPLE), max_size=1))),
    )


@st.composite
def routings(draw: st.DrawFn, world: World, quiets: bool = False) -> Routing:
    """One route for everything, so that what is told depends on nothing but the clock."""
    found = draw(st.lists(steps(world), min_size=1, max_size=3))
    quiet: dict[str, Quiet] = {}
    if quiets:
        hours = draw(st.sampled_from(world.calendars))
        instead = draw(st.sampled_from([None, "pager"]))
        quiet["chat"] = Quiet(hours.calendar, draw(st.booleans()), instead=instead)
    return Routing((Route("main", EVERYTHING, tuple(found)),), quiet)
