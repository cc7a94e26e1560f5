"""The stretches and points of an explanation tell exactly what the engine did, every second of it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.core.explain import explain
from slamon.core.instants import HOUR, MINUTE, SECOND, parse_instant
from slamon.core.ticket import Event, EventKind, Ticket
from tests.core.explaining import OFFICE, assert_told_exactly, change, judge_of, told

RULES = """
version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-thu: 09:00-17:00, fri: [09:00-12:00, 13:00-16:00], sat: 22:00-02:00}
    holidays: {country: DE, subdivision: BE, dates: {2026-06-10: closed, 2026-06-11: 10:00-11:00}}
defaults: {warn_at: [50%, 30m]}
policies:
  - name: gold
    match: {customer.tier: gold}
    calendar: 24x7
    targets: {first_response: {within: {urgent: 15m, high: 1h}}}
  - name: contract
    match: {type: [incident, problem]}
    calendar: office
    targets:
      first_response: {within: {urgent: 1h, high: 4h}}
      next_response: 2h
      resolution:
        within: {urgent: 2h, high: {business_days: 1}, other: 8h}
        on_retarget: recompute
        on_reopen: continue_wall
      agent_work: {within: {urgent: 1h, other: 4h}, on_retarget: restart, reopen_window: 1d}
      promise: {kind: due, field: due_at}
  - name: standard
    match: {not: {type: internal}}
    calendar: office
    targets:
      first_response: {within: {business_days: 1, time: close}}
      resolution:
        within: [{for: {priority: urgent}, duration: 2h, calendar: 24x7}, {for: {priority: [high, low]}, duration: 12h}]
        pause_while: {any: [{status: on_hold}, {status: waiting_customer, priority: low}]}
      agent_work: {within: 6h, on_retarget: pin}
      steps: {kind: custom, start_on: agent_message, stop_on: {to: {priority: low}}, within: 3h, repeat: true,
              reset_on: agent_note, cancel_on: customer_message}
      ownership: 4h
  - name: beside
    match: all
    also: true
    calendar: office
    targets: {total: {kind: total_resolution, within: {urgent: 4h, high: 8h}}, time_to_own: 1h}
"""
STATUSES = ("new", "open", "waiting_customer", "waiting_third_party", "on_hold", "solved", "closed", "cancelled")
ENDINGS = ("stopped", "cancelled", "gone", "moved", "withdrawn")
CREATED = parse_instant("2026-06-05T13:00:00Z")


JUDGE = judge_of(RULES)

_changes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "priority": st.sampled_from(["urgent", "high", "low", None]),
        "type": st.sampled_from(["incident", "question", "internal"]),
        "group": st.sampled_from(["a", "b", None]),
        "assignee": st.sampled_from(["anna", "ben", None]),
        "due_at": st.sampled_from(["2026-06-08", "2026-06-09T10:00:00Z", "soon"]),
    },
)
_offsets = st.integers(0, 14 * 24 * 4).map(lambda quarters: quarters * 15 * MINUTE)


@st.composite
def _events(draw: st.DrawFn) -> Event:
    at = CREATED + draw(_offsets) + draw(st.sampled_from([0, 1, SECOND]))
    kinds: list[EventKind] = ["message", "message", "change", "change", "change", "deleted", "restored"]
    kind = draw(st.sampled_from(kinds))
    name = draw(st.sampled_from([None, "e1", "e2", "e3", "e10"]))
    if kind == "message":
        return Event(at, "message", name, draw(st.sampled_from(["customer", "agent", "bot"])), draw(st.booleans()))
    if kind == "change":
        earliest = draw(st.sampled_from([None, None, None, at - 3 * HOUR]))
        return Event(at, "change", name, set=draw(_changes), earliest=earliest)
    return Event(at, kind, name)


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    return Ticket(
        "1",
        "desk",
        CREATED,
        draw(_changes),
        draw(st.lists(_events(), max_size=8)),
        created_by=draw(st.sampled_from(["customer", "agent"])),
        direction=draw(st.sampled_from(["inbound", "outbound"])),
        customer=draw(st.sampled_from([None, {"tier": "gold"}, {"tier": "silver"}])),
    )


@settings(max_examples=300)
@given(tickets(), _offsets)
def test_stretches_tile_the_life_of_every_commitment_and_add_up_to_its_elapsed_time(ticket: Ticket, later: int) -> None:
    at = CREATED + later
    told = explain(JUDGE, ticket, at)
    judged = [one for one in JUDGE.verdicts(ticket, at) if one.status != "unmatched"]
    assert [one.verdict for one in told.commitments] == judged
    for one in told.commitments:
        assert_told_exactly(one, at)
        assert one.policy.policy == one.verdict.policy
        assert one.policy.why
        assert all(reason for _, reason in one.policy.passed_over)
        assert one.promise.why
        assert one.decided
        assert [point.at for point in one.points] == sorted(point.at for point in one.points)


@settings(max_examples=300)
@given(tickets(), _offsets)
def test_a_breach_and_a_stop_are_told_at_the_instants_of_the_verdict(ticket: Ticket, later: int) -> None:
    for one in explain(JUDGE, ticket, CREATED + later).commitments:
        breaches = [point.at for point in one.points if point.what == "breached"]
        assert breaches == ([] if one.verdict.breached_at is None else [one.verdict.breached_at])
        ends = {point.at for point in one.points if point.what in ENDINGS}
        assert one.verdict.stopped_at is None or one.verdict.stopped_at in ends


def test_closed_hours_holidays_and_closed_dates_are_told_apart() -> None:
    line = {"created_at": "2026-05-22T14:00:00Z", "fields": {"priority": "low"}}
    found = [(one.state, one.reason) for one in told(line, "2026-05-26T07:00:00Z").commitments[0].stretches]
    assert found == [("working", None), ("closed", None), ("holiday", "Pentecost Monday"), ("closed", None)]
    line = {"created_at": "2026-06-09T14:00:00Z", "fields": {"priority": "low"}}
    found = [(one.state, one.reason) for one in told(line, "2026-06-11T07:00:00Z").commitments[0].stretches]
    assert found == [("working", None), ("closed", None), ("closed", "closed on this date"), ("closed", None)]


def test_a_pause_is_told_with_the_entry_that_holds_and_the_event_that_began_it() -> None:
    events = [change("2026-06-05T14:20:00Z", status="waiting_customer")]
    one = told({"events": events}, "2026-06-08T09:00:00Z").commitments[0]
    assert [(s.state, s.reason, s.counted // MINUTE) for s in one.stretches] == [
        ("working", None, 20),
        ("paused", "status is 'waiting_customer'", 0),
    ]
    paused = next(point for point in one.points if point.what == "paused")
    assert [event.id for event in paused.events] == ["e14:20:00"]
    assert one.decided == "paused: 3 h 40 min of working time left, and counted again once it resumes"


def test_a_pause_is_told_not_to_move_a_fixed_instant_and_its_time_counts() -> None:
    within = "{urgent: 1h, other: {business_days: 1}}"
    rest = f"  - {{name: rest, match: all, calendar: office, targets: {{resolution: {{within: {within}}}}}}}\n"
    judge = judge_of(OFFICE % "on_reopen: once" + rest)
    waiting = Event(CREATED + HOUR, "change", "e1", set={"status": "waiting_customer"})
    ticket = Ticket("1", "desk", CREATED, {"channel": "chat"}, [waiting])
    one = explain(judge, ticket, CREATED + 2 * HOUR).commitments[0]
    assert [(stretch.state, stretch.counted) for stretch in one.stretches] == [("working", HOUR), ("working", HOUR)]
    assert any("which does not move a fixed instant" in point.words for point in one.points)
    assert one.promise.why == "other, as there is no priority"


def test_solved_time_is_told_and_the_old_verdict_stays_in_the_explanation() -> None:
    events = [change("2026-06-05T14:20:00Z", status="solved"), change("2026-06-08T08:00:00Z", status="open")]
    one = told({"events": events}, "2026-06-08T09:00:00Z").commitments[0]
    assert [one.state for one in one.stretches] == ["working", "solved", "working"]
    words = [point.words for point in one.points if point.what in ("stopped", "reopened")]
    assert words[0].startswith("stopped, met: ")
    assert words[1].startswith("reopened, the time in between is a pause: ")


def test_time_in_which_a_target_did_not_apply_is_told_to_count() -> None:
    events = [change("2026-06-08T08:00:00Z", priority="none"), change("2026-06-08T09:00:00Z", priority="low")]
    one = told({"events": events}, "2026-06-08T10:00:00Z").commitments[0]
    gap = [stretch for stretch in one.stretches if stretch.state == "not_applying"]
    assert [(one.counted, one.reason) for one in gap] == [(HOUR, "this time counts all the same")]
    withdrawn = next(point.words for point in one.points if point.what == "withdrawn")
    assert withdrawn.startswith("does not apply any more, no entry for priority 'none' and no other: ")


def test_many_years_are_summed_up_instead_of_told_day_by_day() -> None:
    one = told({"created_at": "1991-01-01T00:00:00Z"}, "2026-06-05T12:00:00Z").commitments[0]
    assert {stretch.state for stretch in one.stretches} == {"summed"}
    assert len(one.stretches) < 10
    assert_told_exactly(one, parse_instant("2026-06-05T12:00:00Z"))
    warning = next(point for point in one.points if point.what == "warning")
    assert warning.at == parse_instant("1991-01-02T11:00:00Z")
