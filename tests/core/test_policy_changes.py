"""Which policy a ticket is judged by, and what a change of it does to the clocks that run.

Round the clock, in the week of Monday the 8th of June 2026; a verdict in one line, its policy before it.
"""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.judge import Judge
from slamon.core.policy import Happening, Policy, Rules, Target

from .build import OFFICE, ROUND, by_priority, lasting, on, policy, rules, target, when
from .table import moment, said, tale

GOLD = when(tier="gold")


def of(promise: Any = "4h", kind: str = "total_resolution", **options: Any) -> Target:
    return target(kind, promise, ROUND, **options)


def two(gold: list[Target], standard: list[Target]) -> Rules:
    """Gold customers have their policy, the others theirs."""
    return rules(policy(*gold, match=GOLD, name="gold"), policy(*standard, name="standard"))


def judged(rules: Rules, history: str, asked: str) -> list[str]:
    found = Judge(rules).verdicts(tale(history), moment(asked))
    return [f"{one.policy}: {said(one)}" if one.policy else one.status for one in found]


CREATED = "Mon 09:00 created"
TO_GOLD = f"{CREATED}; Mon 11:00 tier=gold"
FROM_GOLD = "Mon 09:00 created tier=gold; Mon 11:00 tier="
CHANGES = [
    # case, rules, history, asked, wanted
    ("goes on under the new one", two([of("8h")], [of("4h")]), TO_GOLD, "Mon 12:00", ["gold: on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("late by the new one", two([of("1h")], [of("4h")]), TO_GOLD, "Mon 12:00", ["gold: breached/running Mon 09:00 3h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("the same promise is no retarget", two([of("4h", on_retarget="restart")], [of("4h", on_retarget="restart")]), TO_GOLD, "Mon 11:30", ["gold: on_track/running Mon 09:00 2h30 of 4h due Mon 13:00"]),
    ("the mode is the old one's: restart", two([of("8h")], [of("4h", on_retarget="restart")]), TO_GOLD, "Mon 12:00", ["gold: on_track/running Mon 11:00 1h of 8h due Mon 19:00"]),
    ("the mode is not the new one's", two([of("8h", on_retarget="restart")], [of("4h")]), TO_GOLD, "Mon 12:00", ["gold: on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("pin keeps policy and promise", two([of("8h")], [of("4h", on_retarget="pin")]), TO_GOLD, "Mon 11:30", ["standard: on_track/running Mon 09:00 2h30 of 4h due Mon 13:00"]),
    ("recompute forgets", two([of("8h")], [of("1h", on_retarget="recompute")]), TO_GOLD, "Mon 12:00", ["gold: on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("the new calendar for the whole clock", two([target("total_resolution", "8h", OFFICE)], [of("8h")]), "Mon 06:00 created; Mon 11:00 tier=gold", "Mon 12:00", ["gold: on_track/running Mon 06:00 3h of 8h due Mon 17:00"]),
    ("lacking: cancelled", two([], [of("4h")]), TO_GOLD, "Mon 12:00", ["standard: cancelled/stopped Mon 09:00 to Mon 11:00 2h of 4h"]),
    ("lacking, though pinned", two([], [of("4h", on_retarget="pin")]), TO_GOLD, "Mon 12:00", ["standard: cancelled/stopped Mon 09:00 to Mon 11:00 2h of 4h"]),
    ("lacking, ended before", two([], [of("4h")]), f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 tier=gold", "Mon 12:00", ["standard: met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("ended ones keep their policy", two([of("8h")], [of("4h")]), f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 tier=gold", "Mon 12:00", ["standard: met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("reopened under the new one", two([of("8h")], [of("4h")]), f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 tier=gold; Mon 12:00 status=open", "Mon 12:00", ["gold: on_track/running Mon 09:00 1h of 8h due Mon 19:00"]),
    ("reopened as the pinned one says", two([of("1h", on_reopen="restart")], [of("9h", on_retarget="pin", on_reopen="continue")]), f"{CREATED}; Mon 10:00 tier=gold; Mon 11:00 status=solved; Mon 12:00 status=open", "Mon 13:00", ["standard: on_track/running Mon 09:00 3h of 9h due Mon 19:00"]),
    ("added: from creation", two([of("8h")], []), TO_GOLD, "Mon 12:00", ["gold: on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("added too late", two([of("1h")], []), TO_GOLD, "Mon 12:00", ["gold: breached/running Mon 09:00 3h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("added, by the events already there", two([of("4h", "next_response")], []), f"{CREATED}; Mon 09:10 agent; Mon 10:00 customer; Mon 11:00 tier=gold", "Mon 12:00", ["gold: on_track/running Mon 10:00 2h of 4h due Mon 14:00"]),
    ("gone and back: the gap counts", two([], [of("8h")]), f"{CREATED}; Mon 10:00 tier=gold; Mon 12:00 tier=", "Mon 13:00", ["standard: on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("before the first policy matched: unmatched", rules(policy(of(), match=GOLD)), CREATED, "Mon 10:00", ["unmatched"]),
    ("promised nothing on purpose", rules(policy(name="none")), CREATED, "Mon 10:00", []),
    ("matched no more, with a commitment of before", rules(policy(of(), match=GOLD, name="gold")), FROM_GOLD, "Mon 12:00", ["gold: cancelled/stopped Mon 09:00 to Mon 11:00 2h of 4h"]),
    ("policy and promise in one update", two([of(by_priority(low=lasting("1h", ROUND), high=lasting("8h", ROUND)))], [of("4h")]), "Mon 09:00 created priority=low; Mon 11:00 tier=gold, priority=high", "Mon 12:00", ["gold: on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("known", "history", "asked", "wanted"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_a_change_of_policy(known: Rules, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(known, history, asked) == wanted


def pausing(match: Any, **options: Any) -> Target:
    return of("8h", pause_while=match, **options)


def test_pauses_so_far_stay_and_the_new_pause_counts_from_the_change() -> None:
    known = two([pausing(when(status="on_hold"))], [pausing(when(status="waiting_customer"))])
    history = f"{CREATED}; Mon 10:00 status=waiting_customer; Mon 12:00 tier=gold; Mon 14:00 status=on_hold"
    assert judged(known, history, "Mon 13:00") == ["gold: on_track/running Mon 09:00 2h of 8h due Mon 19:00"]
    assert judged(known, history, "Mon 16:00") == ["gold: on_track/paused Mon 09:00 3h of 8h"]


def test_a_pinned_clock_hears_its_own_events_under_another_policy() -> None:
    known = two([of("8h")], [pausing(when(status="on_hold"), on_retarget="pin")])
    history = f"{CREATED}; Mon 10:00 tier=gold; Mon 11:00 status=on_hold; Mon 13:00 status=open"
    assert judged(known, history, "Mon 12:00") == ["standard: on_track/paused Mon 09:00 2h of 8h"]
    assert judged(known, history, "Mon 14:00") == ["standard: on_track/running Mon 09:00 3h of 8h due Mon 19:00"]


def test_a_pinned_clock_is_reopened_with_its_own_pause() -> None:
    custom: dict[str, Any] = {
        "start": on(Happening.CREATED),
        "stop": on(Happening.SOLVED),
        "on_reopen": "continue_wall",
    }
    known = two(
        [of("8h", "custom", pause_while=when(hold="yes"), **custom)], [of("1h", "custom", on_retarget="pin", **custom)]
    )
    history = f"{CREATED}; Mon 09:10 status=solved; Mon 10:00 tier=gold hold=yes; Mon 11:00 status=open"
    wanted = ["standard: breached/running Mon 09:00 2h30 of 1h due Mon 10:00 late Mon 11:00 reopen"]
    assert judged(known, history, "Mon 11:30") == wanted


@pytest.mark.parametrize("mode", ["retarget", "pin"])
def test_what_nobody_promises_any_more_is_not_reopened(mode: str) -> None:
    known = two([], [of("8h", on_retarget=mode)])
    history = f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 tier=gold; Mon 12:00 status=open; Mon 13:00 group=net"
    wanted = ["standard: met/stopped Mon 09:00 to Mon 10:00 1h of 8h due Mon 17:00"]
    assert [judged(known, history, asked) for asked in ("Mon 12:00", "Mon 12:30", "Mon 13:00")] == [wanted] * 3


def test_a_cancelled_one_stays_cancelled_when_it_is_solved_and_reopened_unseen() -> None:
    known = rules(of(by_priority(urgent=lasting("4h", ROUND))))
    history = (
        "Mon 09:00 created priority=urgent; Mon 10:00 priority=high; Mon 11:00 status=solved; Mon 12:00 status=open"
    )
    wanted = ["standard: cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]
    assert [judged(known, history, asked) for asked in ("Mon 10:30", "Mon 11:30", "Mon 12:30")] == [wanted] * 3


def test_a_date_given_as_the_policy_goes_starts_nothing() -> None:
    known = rules(policy(target("due", None, OFFICE), match=GOLD, name="gold"))
    before, after = "2026-06-08T16:00:00+02:00", "2026-06-09T16:00:00+02:00"
    history = f"Mon 09:00 created tier=gold due_at={before}; Mon 11:00 tier= due_at={after}"
    assert judged(known, history, "Mon 12:00") == ["gold: cancelled/stopped Mon 09:00 to Mon 11:00 2h of -"]


def test_a_promise_pinned_before_its_policy_came_is_late_when_it_comes() -> None:
    pinned = target("time_to_own", by_priority(urgent=lasting("1h", ROUND)), ROUND, on_retarget="pin")
    known = rules(policy(pinned, match=GOLD, name="gold"))
    history = "Mon 09:00 created priority=urgent; Mon 12:00 tier=gold priority=low"
    wanted = ["gold: breached/running Mon 09:00 4h of 1h due Mon 10:00 late Mon 12:00 retarget"]
    assert judged(known, history, "Mon 13:00") == wanted


def test_the_first_policy_in_the_file_that_matches_wins() -> None:
    first, second = policy(of("1h"), name="first"), policy(of("2h"), name="second")
    for policies in ((first, second), (second, first)):
        assert judged(rules(*policies), CREATED, "Mon 09:30")[0].startswith(policies[0].name)


ALSO = policy(of("2h", name="inner"), name="inner", also=True)
BESIDE = [
    # case, policies, wanted
    ("beside the one that matches", (policy(of("4h"), name="a"), ALSO), ["a: total_resolution", "inner: inner"]),
    ("in the order of the file", (ALSO, policy(of("4h"), name="a")), ["inner: inner", "a: total_resolution"]),
    ("without a main match", (policy(of("4h"), name="a", match=GOLD), ALSO), ["inner: inner"]),
    ("it never shadows", (ALSO, policy(of("4h"), name="a"), policy(of("8h"), name="b")), ["inner: inner", "a: total_resolution"]),
    ("only where it matches", (policy(of("4h"), name="a"), policy(of("2h", name="i"), also=True, match=GOLD)), ["a: total_resolution"]),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "wanted"), [row[1:] for row in BESIDE], ids=[row[0] for row in BESIDE])
def test_a_policy_beside(policies: tuple[Policy, ...], wanted: list[str]) -> None:
    found = Judge(rules(*policies)).verdicts(tale(CREATED), moment("Mon 10:00"))
    assert [f"{one.policy}: {one.target}" for one in found] == wanted


def test_a_ticket_that_only_a_policy_beside_matches_is_unmatched_while_that_says_nothing() -> None:
    beside = policy(of("4h", "next_response", name="inner"), name="inner", also=True)
    assert judged(rules(beside), CREATED, "Mon 10:00") == ["unmatched"]
    history = f"{CREATED}; Mon 10:00 agent; Mon 11:00 customer"
    assert judged(rules(beside), history, "Mon 12:00") == ["inner: on_track/running Mon 11:00 1h of 4h due Mon 15:00"]


def test_two_targets_of_one_kind_stand_side_by_side() -> None:
    known = rules(policy(of("2h", name="a"), of("4h", name="b"), of("1h", "first_response"), name="p"))
    assert [line.split()[4:7] for line in judged(known, CREATED, "Mon 09:30")] == [
        ["0h30", "of", "2h"],
        ["0h30", "of", "4h"],
        ["0h30", "of", "1h"],
    ]


def test_cycles_keep_their_number_though_the_first_never_applied() -> None:
    known = rules(of(by_priority(high=lasting("4h", ROUND)), "next_response"))
    history = (
        "Mon 09:00 created priority=low; Mon 09:10 agent; Mon 10:00 customer; Mon 10:30 agent; Mon 11:00 priority=high; "
        "Mon 12:00 customer"
    )
    found = Judge(known).verdicts(tale(history), moment("Mon 13:00"))
    assert [(one.cycle, one.status) for one in found] == [(2, "on_track")]


def test_another_kind_of_the_same_name_goes_on_with_the_clock() -> None:
    """From then on the new definition's events count."""
    known = two([of("8h", "first_response", name="it")], [of("8h", name="it")])
    assert judged(known, f"{TO_GOLD}; Mon 12:00 agent", "Mon 13:00") == [
        "gold: met/stopped Mon 09:00 to Mon 12:00 3h of 8h due Mon 17:00"
    ]


@pytest.mark.parametrize(
    "history",
    ["Mon 09:00 created direction=", "Mon 09:00 created direction=inbound; Mon 09:30 direction="],
    ids=["created so", "cleared"],
)
def test_a_field_that_holds_nothing_hides_nothing_of_the_ticket_itself(history: str) -> None:
    """Rules read the ticket's own direction unless a field has that name; null is absent."""
    outbound = rules(policy(of("8h"), match=when(direction="outbound"), name="outbound"))
    found = Judge(outbound).verdicts(tale(history, direction="outbound"), moment("Mon 10:00"))
    assert [said(one) for one in found] == ["on_track/running Mon 09:00 1h of 8h due Mon 17:00"]
