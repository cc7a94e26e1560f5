"""The engine says what a slow walk, tick by tick, says: every field of every verdict, for random rules and histories.

SLAMON_EXAMPLES=20000 looks longer, and at other examples each time.
"""

from __future__ import annotations

from dataclasses import fields

from hypothesis import event, given, note
from hypothesis import strategies as st

from slamon.core.instants import Instant, to_datetime
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

from .examples import examples
from .histories import instants_of, tickets
from .model import Ambiguous, Model, Said
from .strategies import one_target, rule_sets
from .worlds import DAYS, SECONDS, World

ASKED = 5  # instants an example
slow = examples(350)


def said_by_the_engine(found: Verdict) -> dict[str, object]:
    return {one.name: getattr(found, one.name) for one in fields(Said)}


def compare(rules: Rules, model: Model, ticket: Ticket, at: Instant) -> None:
    judged = Judge(rules).verdicts(ticket, at)
    wanted = model.verdicts(ticket, at)
    if judged and judged[0].status == "unmatched":
        assert model.unmatched(ticket, at)
        assert not any(isinstance(said, list) for said in wanted.values())
        return
    found: dict[str, list[Verdict]] = {}
    for verdict in judged:
        found.setdefault(str(verdict.target), []).append(verdict)
    for name in sorted({*found, *wanted}):
        said = wanted.get(name, [])
        if isinstance(said, Ambiguous):
            event(f"ambiguous: {said}")
            continue
        note(f"{name} at {to_datetime(at)}")
        assert [said_by_the_engine(one) for one in found.get(name, [])] == [vars(one) for one in said]
        for one in said:
            event(f"{one.status}, {one.clock}, {one.cause}")


def ask_often(world: World, rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    instants = st.sampled_from(instants_of(world, ticket))
    asked = data.draw(st.lists(instants, min_size=1, max_size=ASKED, unique=True))
    model = Model(rules, world.calendars, world.tick)
    for at in sorted(asked):
        compare(rules, model, ticket, at)


@slow
@given(rule_sets(DAYS), tickets(DAYS), st.data())
def test_several_policies_judge_as_the_slow_model_does(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    ask_often(DAYS, rules, ticket, data)


@slow
@given(one_target(DAYS), tickets(DAYS, 14), st.data())
def test_one_target_judges_as_the_slow_model_does(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    ask_often(DAYS, rules, ticket, data)


@slow
@given(one_target(DAYS, ("resolution", "custom", "due")), tickets(DAYS, 14), st.data())
def test_clocks_that_come_back_judge_as_the_slow_model_does(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    ask_often(DAYS, rules, ticket, data)


@slow
@given(rule_sets(SECONDS), tickets(SECONDS), st.data())
def test_second_by_second_it_is_as_the_slow_model_says(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    ask_often(SECONDS, rules, ticket, data)
