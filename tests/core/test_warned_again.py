"""When a warning is told again after a pause, by the engine and by a slow model that looks at every quarter of an hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slamon.core.instants import HOUR, MINUTE, Instant
from slamon.core.judge import Judge
from slamon.core.plan import looks
from slamon.core.policy import Rules, Target
from slamon.core.ticket import Event, Ticket

from .alerting import assessor, step
from .build import OFFICE, ROUND, at, change, rules, share, target

_TICK = 15 * MINUTE
_START = at("2026-06-08 09:00")
_REALERT_AFTER = HOUR
_FOUND = dict[tuple[str, Instant], None]

targets = st.builds(
    lambda hours, span: target("resolution", span, hours, warn_at=(share(25), share(50), share(75))),
    st.sampled_from([OFFICE, ROUND]),
    st.sampled_from(["1h", "4h", "8h"]),
)


@st.composite
def waiting_tickets(draw: st.DrawFn) -> Ticket:
    """A ticket that waits for its customer now and then."""
    instant, events = _START, list[Event]()
    for number, ticks in enumerate(draw(st.lists(st.integers(1, 20), max_size=8))):
        instant += ticks * _TICK
        events.append(change(instant, f"e{number}", status="open" if number % 2 else "waiting_customer"))
    return Ticket("1", "desk", _START, {"status": "new"}, events)


def modelled(rules: Rules, one: Target, ticket: Ticket, end: Instant) -> _FOUND:
    """Every warning as it is told, looking at each tick."""
    judge, calendar = Judge(rules), one.calendar
    told: dict[str, Instant] = {}
    found: _FOUND = {}
    paused_at: Instant | None = None
    for now in range(_START, end, _TICK):
        (verdict,) = judge.verdicts(ticket, now)
        if verdict.clock == "paused":
            paused_at = now if paused_at is None else paused_at
            continue
        moved = paused_at is not None and calendar.elapsed(paused_at, now) > 0
        paused_at = None
        if verdict.status != "at_risk" or verdict.elapsed is None or verdict.target_span is None:
            continue
        name = (
            f"warning {max(share for share in (25, 50, 75) if verdict.elapsed * 100 >= verdict.target_span * share)}%"
        )
        if name not in told or (moved and now - told[name] > _REALERT_AFTER):
            told[name] = now
            found[(name, now)] = None
    return found


@given(targets, waiting_tickets())
def test_it_is_told_again_where_the_model_tells_it(one: Target, ticket: Ticket) -> None:
    end = _START + 150 * _TICK
    found = assessor(rules(one), step("at_risk"), realert_after=_REALERT_AFTER)
    told = [planned.alert for planned in looks(found, ticket, _START, end - 1)]
    assert [(alert.moment.name, alert.due_at) for alert in told] == list(modelled(rules(one), one, ticket, end))
