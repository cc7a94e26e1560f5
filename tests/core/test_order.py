"""The order of what happened, and copies of it: F1 to F7."""

from __future__ import annotations

from itertools import permutations

import pytest

from slamon.core.judge import Judge
from slamon.core.policy import Happening, Target
from slamon.core.ticket import Event, Ticket
from slamon.core.verdict import Verdict, as_json

from .build import ROUND, at, by_priority, change, gone, lasting, message, on, rules, target, ticket, when
from .table import judged, only, said, shown, tale

H = Happening
START, NOON = "2026-06-08 09:00", "2026-06-08 12:00"
TEN, ELEVEN = "2026-06-08 10:00", "2026-06-08 11:00"


def of(kind: str, promise: object = "4h", **options: object) -> Target:
    return target(kind, promise, ROUND, **options)  # type: ignore[arg-type]


def in_every_order(kind: Target, *events: Event, when: str = NOON) -> Verdict | None:
    """The verdict that every order of the events gives."""
    judge = Judge(rules(kind))
    found = {
        tuple(as_json(one) for one in judge.verdicts(ticket(START, *order), at(when))): judge.verdicts(
            ticket(START, *order), at(when)
        )
        for order in permutations(events)
    }
    (verdicts,) = found.values()
    return verdicts[-1] if verdicts else None


# copies


@pytest.mark.parametrize("id", ["e1", None])
def test_an_exact_copy_is_dropped_silently(id: str | None) -> None:
    plain = only(rules(of("first_response")), ticket(START, message(TEN, id=id)), NOON)
    assert in_every_order(of("first_response"), message(TEN, id=id), message(TEN, id=id), message(TEN, id=id)) == plain
    assert plain.quality == ()


def test_of_one_id_with_two_instants_the_earliest_counts() -> None:
    found = in_every_order(of("first_response"), message(ELEVEN, id="e1"), message(TEN, id="e1"))
    assert found
    assert (shown(found.stopped_at), found.quality) == ("Mon 10:00", ("duplicate_event",))


def test_of_one_id_with_two_contents_the_smallest_text_counts() -> None:
    """`"by":"agent"` stands before `"by":"customer"`."""
    found = in_every_order(of("first_response"), message(TEN, "customer", id="e1"), message(TEN, "agent", id="e1"))
    assert found
    assert (found.status, found.quality) == ("met", ("duplicate_event",))


def test_the_other_content_is_no_doubt_before_it_was_known() -> None:
    events = message(TEN, id="e1"), message(ELEVEN, id="e1")
    assert only(rules(of("first_response")), ticket(START, *events), "2026-06-08 10:30").quality == ()


def test_events_without_id_that_differ_are_several() -> None:
    history = message("2026-06-08 09:10"), message(TEN, "customer"), message(ELEVEN, "customer")
    found = in_every_order(of("next_response"), *history)
    assert found
    assert (shown(found.started_at), found.quality) == ("Mon 10:00", ())


def test_a_doubtful_event_is_named_on_every_verdict_of_the_ticket() -> None:
    events = message(TEN, id="e1"), message(ELEVEN, id="e1")
    found = Judge(rules(of("first_response"), of("resolution"))).verdicts(ticket(START, *events), at(NOON))
    assert [one.quality for one in found] == [("duplicate_event",)] * 2


# one instant is one update


def test_all_field_changes_of_an_instant_are_one_transition() -> None:
    """High and gold come true together: neither alone was ever the case."""
    start = on(when(priority="high", tier="gold"))
    kind = of("custom", start=start, stop=on(H.SOLVED), cancel=on(when(priority="high", tier=[])))
    found = in_every_order(kind, change(TEN, "e1", priority="high"), change(TEN, "e2", tier="gold"))
    assert found
    assert said(found) == "on_track/running Mon 10:00 2h of 4h due Mon 14:00"


def test_an_answer_and_a_pause_of_one_instant_are_an_answer_then_a_pause() -> None:
    kind = of("first_response", pause_while=when(status="waiting_customer"))
    found = in_every_order(kind, change(TEN, "e1", status="waiting_customer"), message(TEN, id="e2"))
    assert found
    assert said(found) == "met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"


def test_the_priority_of_an_update_judges_its_answer() -> None:
    kind = of("first_response", by_priority(lasting("4h", ROUND), high=lasting("30m", ROUND)))
    for first, second in (("e1", "e2"), ("e2", "e1")):
        found = in_every_order(kind, message(TEN, id=first), change(TEN, second, priority="high"))
        assert found
        assert said(found) == "missed/stopped Mon 09:00 to Mon 10:00 1h of 0h30 due Mon 09:30 late Mon 10:00 retarget"


def test_a_change_of_status_and_fields_is_taken_apart() -> None:
    """The field first: the new target judges the solve. Then the message, then the status."""
    kind = of("total_resolution", by_priority(lasting("4h", ROUND), high=lasting("30m", ROUND)))
    found = in_every_order(kind, change(TEN, "e1", status="solved", priority="high"), message(TEN, id="e2"))
    assert found
    assert (found.status, found.cause) == ("missed", "retarget")
    reply = in_every_order(
        of("first_response"), change(TEN, "e1", status="solved", priority="high"), message(TEN, id="e2")
    )
    assert reply
    assert reply.quality == ()


def test_what_ends_the_ticket_comes_last() -> None:
    found = in_every_order(of("total_resolution"), gone(TEN, "deleted", "e1"), change(TEN, "e2", status="solved"))
    assert found
    assert found.status == "met"


@pytest.mark.parametrize(
    ("solved", "opened", "wanted"),
    [
        ("e2", "e10", "on_track"),
        ("e10", "e2", "met"),
        ("a10", "b2", "on_track"),
        ("9", "10", "on_track"),
        ("e2", "e02", "met"),  # one number, two texts: the texts decide
        ("e02", "e2", "on_track"),
    ],
)
def test_statuses_of_one_instant_come_in_the_natural_order_of_their_ids(solved: str, opened: str, wanted: str) -> None:
    kind = of("total_resolution")
    found = in_every_order(kind, change(TEN, solved, status="solved"), change(TEN, opened, status="open"), when=TEN)
    assert found
    assert found.status == wanted


@pytest.mark.parametrize(("agent", "customer", "wanted"), [("e2", "e10", "on_track"), ("e10", "e2", "met")])
def test_messages_of_one_instant_come_in_the_natural_order_of_their_ids(agent: str, customer: str, wanted: str) -> None:
    before = message("2026-06-08 09:10", id="e1")
    found = in_every_order(
        of("next_response"), before, message(TEN, id=agent), message(TEN, "customer", id=customer), when=TEN
    )
    assert found
    assert found.status == wanted


@pytest.mark.parametrize(("agent", "customer"), [(None, None), ("e1", None), (None, "e9")])
def test_where_a_message_has_no_id_the_customers_comes_first(agent: str | None, customer: str | None) -> None:
    before = message("2026-06-08 09:10", id="e0")
    found = in_every_order(
        of("next_response"), before, message(TEN, id=agent), message(TEN, "customer", id=customer), when=TEN
    )
    assert found
    assert (found.status, shown(found.stopped_at)) == ("met", "Mon 10:00")


# within a step: stop, cancel, reset, pause, resume, start


def test_one_message_ends_a_cycle_and_starts_the_next() -> None:
    history = tale("Mon 09:00 created; Mon 10:00 agent; Mon 11:00 agent")
    assert len(Judge(rules(of("periodic_update"))).verdicts(history, at(NOON))) == 2


def test_a_clock_may_start_and_stop_at_one_instant() -> None:
    kind = of("custom", start=on(H.CUSTOMER_MESSAGE), stop=on(H.SOLVED))
    found = in_every_order(kind, change(TEN, "e1", status="solved"), message(TEN, "customer", id="e2"))
    assert found
    assert said(found) == "met/stopped Mon 10:00 to Mon 10:00 0h of 4h due Mon 14:00"


@pytest.mark.parametrize(
    ("kind", "initial"),
    [
        (of("total_resolution"), "status=solved"),
        (of("total_resolution"), "status=closed"),
        (of("time_to_own"), "assignee=ann"),
        (of("time_to_own"), "status=solved"),
        (of("custom", start=on(H.CREATED), stop=on(when(priority="high"))), "priority=high"),
    ],
)
def test_initial_fields_fire_right_after_the_creation(kind: Target, initial: str) -> None:
    wanted = "met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"
    assert judged(rules(kind), tale(f"Mon 09:00 created {initial}"), "Mon 10:00") == [wanted]


# before the creation


def clamped(*events: Event) -> Verdict | None:
    return in_every_order(of("total_resolution"), *events)


def test_an_event_of_before_the_creation_counts_as_at_the_creation() -> None:
    found = clamped(change("2026-06-08 08:00", "e1", status="solved"))
    assert found
    assert said(found) == "met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00 event_before_creation"


def test_several_of_them_keep_the_order_of_their_own_instants() -> None:
    opened, solved = change("2026-06-08 08:30", "e1", status="open"), change("2026-06-08 08:00", "e2", status="solved")
    found = clamped(opened, solved)
    assert found
    assert (found.status, found.clock) == ("at_risk", "running")
    other = clamped(change("2026-06-08 08:00", "e1", status="open"), change("2026-06-08 08:30", "e2", status="solved"))
    assert other
    assert other.status == "met"


def test_nothing_is_said_before_the_creation() -> None:
    early: Ticket = ticket(START, change("2026-06-08 08:00", "e1", status="solved"))
    assert Judge(rules(of("total_resolution"))).verdicts(early, at("2026-06-08 08:30")) == []


# statuses


def test_a_status_that_nobody_knows_is_open_and_named() -> None:
    history = tale("Mon 09:00 created; Mon 10:00 status=solved; Mon 11:00 status=weird")
    assert judged(rules(of("total_resolution")), history, "Mon 12:00") == [
        "on_track/running Mon 09:00 2h of 4h due Mon 14:00 unmapped_status"
    ]
    assert judged(rules(of("total_resolution")), history, "Mon 10:30")[0].endswith("due Mon 13:00")


@pytest.mark.parametrize("fields", [{}, {"status": None}, {"status": "new"}])
def test_a_missing_status_at_the_creation_is_new(fields: dict[str, object]) -> None:
    kind = of("total_resolution", pause_while=when(status="new"))
    early = Ticket("1", "desk", at(START), dict(fields), [])
    assert (only(rules(kind), early, NOON).clock, only(rules(kind), early, NOON).quality) == ("paused", ())


@pytest.mark.parametrize(
    ("history", "wanted"), [("full", ()), ("partial", ("history_partial",)), ("none", ("history_partial",))]
)
def test_an_incomplete_history_is_named_and_no_less_exact(history: object, wanted: tuple[str, ...]) -> None:
    found = only(rules(of("total_resolution")), ticket(START, history=history), NOON)
    assert (found.quality, found.confidence) == (wanted, "exact")
