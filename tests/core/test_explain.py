"""The explanation tells which policy and which promise were chosen, why, and what changed them."""

from __future__ import annotations

from slamon.core.explain import explain
from slamon.core.instants import parse_instant
from slamon.core.judge import Judge
from tests.core.build import ROUND, at, rules, target, ticket
from tests.core.explaining import assert_told_exactly, change, told


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


def test_a_target_that_has_not_started_is_told_what_it_waits_for() -> None:
    known = rules(target("ownership", "1h", ROUND))
    found = explain(Judge(known), ticket("2026-06-08 09:00"), at("2026-06-08 10:00"))
    assert [one.why for one in found.silent] == ["has not started: it waits for a group"]


def test_the_promise_is_told_with_the_entry_that_chose_it() -> None:
    one = told({}, "2026-06-05T14:00:00Z").commitments[0]
    assert (one.promise.promise, one.promise.why) == ("4 h of working time (office)", "priority is 'high'")


def test_a_changed_target_is_told_with_the_old_and_the_new_one() -> None:
    one = told({"events": [change("2026-06-08T08:00:00Z", priority="urgent")]}, "2026-06-08T09:00:00Z").commitments[0]
    point = next(point for point in one.points if point.what == "retargeted")
    old, new = "4 h of working time (office)", "1 h of working time (office)"
    assert point.words == f"target {old} → {new}: change e08:00:00 (priority: 'urgent')"
    assert one.decided.startswith("breached: already late when the target changed at Mon 2026-06-08 10:00 CEST")


def test_a_changed_policy_is_told_with_both_names() -> None:
    events = [change("2026-06-05T14:10:00Z", **{"customer.tier": "gold"})]
    one = told({"events": events}, "2026-06-05T14:20:00Z").commitments[0]
    point = next(point for point in one.points if point.what == "retargeted")
    assert point.words.startswith("policy office → gold, target 4 h of working time (office) → 1 h round the clock")
    assert one.policy.policy == "gold"
    assert one.policy.why == "customer.tier is 'gold'"


def test_a_breach_that_recompute_forgot_is_told_all_the_same() -> None:
    events = [change("2026-06-08T11:00:00Z", priority="low")]
    one = told({"events": events}, "2026-06-08T12:00:00Z", "on_retarget: recompute").commitments[0]
    assert one.verdict.breached_at is None
    assert "forgotten" in next(point.words for point in one.points if point.what == "forgiven")


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
