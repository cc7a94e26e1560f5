"""The engine says what a slow walk, tick by tick, says: every field of every verdict, for random rules and histories."""

from __future__ import annotations

import os
from dataclasses import fields

from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from slamon.core.instants import Instant, to_datetime
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict

from .model import Ambiguous, Model, Said
from .strategies import CALENDARS, TICK, instants_of, rule_sets, tickets

EXAMPLES = int(os.environ.get("SLAMON_EXAMPLES", "300"))
ASKED = 5  # instants an example
slow = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="SLAMON_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


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


@slow
@given(rule_sets(), tickets(), st.data())
def test_every_verdict_is_that_of_the_slow_model(rules: Rules, ticket: Ticket, data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(instants_of(ticket)), min_size=1, max_size=ASKED, unique=True))
    model = Model(rules, CALENDARS, TICK)
    for at in sorted(asked):
        compare(rules, model, ticket, at)
