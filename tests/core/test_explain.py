"""The explanation tells exactly what the engine did: every second of it, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.core.explain import Commitment, Explanation, explain
from slamon.core.history import decode
from slamon.core.instants import HOUR, MINUTE, SECOND, parse_instant
from slamon.core.judge import Judge
from slamon.core.ticket import Event, Ticket
from slamon.rulefile import read_texts

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
      resolution: {within: {urgent: 2h, high: {business_days: 1}, other: 8h}, on_retarget: recompute, on_reopen: continue_wall}
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
CREATED = parse_instant("2026-06-05T13:00:00Z")


def judge_of(text: str) -> Judge:
    loaded = read_texts({"rules.yml": text.encode()})
    assert loaded.rules is not None, loaded.render()
    return Judge(loaded.rules)


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
    kind = draw(st.sampled_from(["message", "message", "change", "change", "change", "deleted", "restored"]))
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


def assert_told_exactly(one: Commitment, at: int) -> None:
    verdict = one.verdict
    assert verdict.started_at is not None
    cursor, counted = verdict.started_at, 0
    for stretch in one.stretches:
        assert stretch.start == cursor < stretch.end
        cursor, counted = stretch.end, counted + stretch.counted
        assert stretch.total == counted
        assert 0 <= stretch.counted <= stretch.end - stretch.start
    assert cursor == (at if verdict.stopped_at is None else verdict.stopped_at)
    assert counted == verdict.elapsed


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
        ends = {point.at for point in one.points if point.what in ("stopped", "cancelled", "gone", "moved", "withdrawn")}
        assert one.verdict.stopped_at is None or one.verdict.stopped_at in ends


OFFICE = """
version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-fri: 09:00-17:00}
    holidays: {country: DE, subdivision: BE, dates: {2026-06-10: closed}}
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {resolution: 1h}}
  - {name: internal, match: {type: internal}, targets: none}
  - name: office
    match: {channel: {not: chat}}
    calendar: office
    targets: {resolution: {within: {urgent: 1h, high: 4h, low: 8h}, %s}, first_response: {within: {urgent: 1h}}}
"""


def told(line: dict[str, Any], at: str, option: str = "on_reopen: continue") -> Explanation:
    body = {"id": "1", "created_at": "2026-06-05T14:00:00Z", "fields": {"priority": "high"}, **line}
    return explain(judge_of(OFFICE % option), decode(json.dumps(body).encode(), "desk"), parse_instant(at))


def change(at: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"e{at[-9:-1]}", "at": at, "kind": "change", "set": fields}


def test_policies_before_the_one_that_matched_are_told_with_the_entry_that_failed() -> None:
    one = told({"customer": {"tier": "silver"}}, "2026-06-05T14:00:00Z").commitments[0]
    assert one.policy.policy == "office"
    assert one.policy.passed_over == (
        ("gold", "customer.tier is 'silver', not 'gold'"),
        ("internal", "type has no value, not 'internal'"),
    )


def test_an_unmatched_ticket_is_told_why_no_policy_matches() -> None:
    found = told({"fields": {"channel": "chat"}}, "2026-06-05T14:00:00Z")
    assert found.commitments == ()
    assert found.policies[0].policy is None
    assert dict(found.policies[0].passed_over)["office"] == "channel is 'chat', which is excluded"


def test_a_policy_without_targets_is_told_to_promise_nothing() -> None:
    found = told({"fields": {"type": "internal"}}, "2026-06-05T14:00:00Z")
    assert found.policies[0].policy == "internal"
    assert found.policies[0].why == "type is 'internal'; it promises nothing (targets: none)"


def test_a_target_without_an_entry_for_the_value_is_told_not_to_apply() -> None:
    found = told({}, "2026-06-05T14:00:00Z")
    assert [(one.target, one.why) for one in found.silent] == [
        ("first_response", "does not apply: no entry for priority 'high' and no other")
    ]


def test_the_promise_is_told_with_the_entry_that_chose_it() -> None:
    one = told({}, "2026-06-05T14:00:00Z").commitments[0]
    assert (one.promise.promise, one.promise.why) == ("4 h of working time (office)", "priority is 'high'")


def test_closed_hours_holidays_and_closed_dates_are_told_apart() -> None:
    line = {"created_at": "2026-05-22T14:00:00Z", "fields": {"priority": "low"}}
    found = [(one.state, one.reason) for one in told(line, "2026-05-26T07:00:00Z").commitments[0].stretches]
    assert found == [("working", None), ("closed", None), ("holiday", "Pentecost Monday"), ("closed", None)]
    line = {"created_at": "2026-06-09T14:00:00Z", "fields": {"priority": "low"}}
    found = [(one.state, one.reason) for one in told(line, "2026-06-11T07:00:00Z").commitments[0].stretches]
    assert found == [("working", None), ("closed", None), ("closed", "closed on this date"), ("closed", None)]


def test_a_pause_is_told_with_the_entry_that_holds_and_the_event_that_began_it() -> None:
    one = told({"events": [change("2026-06-05T14:20:00Z", status="waiting_customer")]}, "2026-06-08T09:00:00Z").commitments[0]
    assert [(s.state, s.reason, s.counted // MINUTE) for s in one.stretches] == [
        ("working", None, 20),
        ("paused", "status is 'waiting_customer'", 0),
    ]
    paused = next(point for point in one.points if point.what == "paused")
    assert [event.id for event in paused.events] == ["e14:20:00"]
    assert one.decided == "paused: 3 h 40 min of working time left, and counted again once it resumes"


def test_a_pause_is_told_not_to_move_a_fixed_instant_and_its_time_counts() -> None:
    rules = OFFICE % "on_reopen: once" + "  - {name: rest, match: all, calendar: office, targets: {resolution: {within: %s}}}\n"
    judge = judge_of(rules % "{urgent: 1h, other: {business_days: 1}}")
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


def test_a_changed_target_is_told_with_the_old_and_the_new_one() -> None:
    one = told({"events": [change("2026-06-08T08:00:00Z", priority="urgent")]}, "2026-06-08T09:00:00Z").commitments[0]
    point = next(point for point in one.points if point.what == "retargeted")
    old, new = "4 h of working time (office)", "1 h of working time (office)"
    assert point.words == f"target {old} → {new}: change e08:00:00 (priority: 'urgent')"
    assert one.decided.startswith("breached: already late when the target changed at Mon 2026-06-08 10:00 CEST")


def test_a_changed_policy_is_told_with_both_names() -> None:
    one = told({"events": [change("2026-06-05T14:10:00Z", **{"customer.tier": "gold"})]}, "2026-06-05T14:20:00Z").commitments[0]
    point = next(point for point in one.points if point.what == "retargeted")
    assert point.words.startswith("policy office → gold, target 4 h of working time (office) → 1 h round the clock")
    assert one.policy.policy == "gold"
    assert one.policy.why == "customer.tier is 'gold'"


def test_a_breach_that_recompute_forgot_is_told_all_the_same() -> None:
    events = [change("2026-06-08T11:00:00Z", priority="low")]
    one = told({"events": events}, "2026-06-08T12:00:00Z", "on_retarget: recompute").commitments[0]
    assert one.verdict.breached_at is None
    assert "forgotten" in next(point.words for point in one.points if point.what == "forgiven")


def test_time_in_which_a_target_did_not_apply_is_told_to_count() -> None:
    events = [change("2026-06-08T08:00:00Z", priority="none"), change("2026-06-08T09:00:00Z", priority="low")]
    one = told({"events": events}, "2026-06-08T10:00:00Z").commitments[0]
    gap = [stretch for stretch in one.stretches if stretch.state == "not_applying"]
    assert [(one.counted, one.reason) for one in gap] == [(HOUR, "this time counts all the same")]
    withdrawn = next(point.words for point in one.points if point.what == "withdrawn")
    assert withdrawn.startswith("does not apply any more, no entry for priority 'none' and no other: ")


@pytest.mark.parametrize(
    ("events", "at", "line"),
    [
        ([("2026-06-05T14:40:00Z", "solved")], "2026-06-09T00:00:00Z", "met with 3 h 20 min left"),
        (
            [("2026-06-08T10:12:03Z", "solved")],
            "2026-06-09T00:00:00Z",
            "missed by 12 min 03 s; would have been met if solved by Mon 2026-06-08 12:00 CEST",
        ),
        ([], "2026-06-08T08:40:00Z", "due Mon 2026-06-08 12:00 CEST: 1 h 20 min of working time left"),
        ([], "2026-06-08T10:00:01Z", "breached since Mon 2026-06-08 12:00 CEST: late by 1 s"),
        (
            [],
            "2026-06-08T16:00:00Z",
            "breached since Mon 2026-06-08 12:00 CEST: late by 6 h by the wall clock, 5 h of working time",
        ),
        ([("2026-06-05T14:40:00Z", "merged")], "2026-06-09T00:00:00Z", "cancelled at Fri 2026-06-05 16:40 CEST"),
    ],
)
def test_the_last_line_says_what_decided(events: list[tuple[str, str]], at: str, line: str) -> None:
    changes = [change(when, status=status) for when, status in events]
    assert told({"events": changes}, at).commitments[0].decided == line


def test_an_answer_after_closing_time_is_missed_without_a_working_second_too_many() -> None:
    line = {"created_at": "2026-06-05T11:00:00Z", "events": [change("2026-06-05T18:00:00Z", status="solved")]}
    decided = told(line, "2026-06-09T00:00:00Z").commitments[0].decided
    assert decided.startswith("missed by 3 h by the wall clock, 0 s of working time; would have been met if solved by ")


def test_an_uncertain_transition_is_told_by_its_worst_reading() -> None:
    solved = {"id": "e1", "kind": "change", "set": {"status": "solved"}}
    solved["observed_between"] = ["2026-06-08T09:00:00Z", "2026-06-08T11:00:00Z"]
    one = told({"events": [solved]}, "2026-06-09T00:00:00Z").commitments[0]
    assert one.verdict.confidence == "undetermined"
    assert one.verdict.status == "missed"
    assert one.confidence is not None
    assert "worst reading" in one.confidence
    assert_told_exactly(one, parse_instant("2026-06-09T00:00:00Z"))


def test_a_ticket_that_did_not_exist_yet_gives_nothing() -> None:
    found = told({}, "2026-06-05T13:59:59Z")
    assert (found.policies, found.commitments, found.silent) == ((), (), ())
