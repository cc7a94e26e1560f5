"""Alerts: what the lines of a route tell of a commitment, whom, and when."""

from __future__ import annotations

import pytest

from slamon.core.instants import DAY, HOUR
from slamon.core.routes import Group

from .alerting import alerts, assessor, diary, route, step, told
from .build import OFFICE, is_in, left, policy, rules, share, when
from .table import moment, of, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50), share(75))))
OPEN = tale("Mon 09:00 created")  # at risk 11:00 and 12:00, due 13:00
SOLVED_LATE = tale("Mon 09:00 created; Mon 14:00 status=solved")


# which moments


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("at_risk", ["Mon 11:00 chat warning 50%", "Mon 12:00 chat warning 75%"]),
        ("75%", ["Mon 12:00 chat warning 75%"]),
        ("breached", ["Mon 13:00 chat breached"]),
        ("breached, missed", ["Mon 13:00 chat breached", "Mon 14:00 chat missed"]),
        ("met, cancelled, resumed, paused", []),
    ],
)
def test_a_step_tells_the_moments_that_it_names(words: str, wanted: list[str]) -> None:
    assert diary(assessor(FOUR_HOURS, step(words)), SOLVED_LATE, "Tue 09:00") == wanted


def test_pauses_resumptions_met_and_cancelled_are_told_where_a_step_asks_for_them() -> None:
    everything = assessor(FOUR_HOURS, step("paused, resumed, met, cancelled"))
    history = "Mon 09:00 created; Mon 09:10 status=on_hold; Mon 09:20 status=waiting_customer; Mon 09:30 status=open"
    assert diary(everything, tale(f"{history}; Mon 10:00 status=solved"), "Tue 09:00") == [
        "Mon 09:20 chat paused",
        "Mon 09:30 chat resumed",
        "Mon 10:00 chat met",
    ]
    assert diary(everything, tale(f"{history}; Mon 10:00 merged"), "Tue 09:00")[-1] == "Mon 10:00 chat cancelled"


def test_warnings_that_are_reached_together_are_told_by_the_steps_of_each() -> None:
    together = rules(of("resolution", "1h", warn_at=(share(50), left("30m"))))
    found = assessor(together, step("50%", "chat"), step("30m", "pager"), step("at_risk", "mail"))
    assert [one.split()[2] for one in diary(found, OPEN, "Mon 09:45")] == ["chat", "pager", "mail"]


# routes


def test_the_first_route_that_matches_is_taken_and_continue_goes_on_to_the_next() -> None:
    gold = route(step("breached", "gold"), name="gold", match=when(tier="gold"))
    night = route(step("breached", "night"), name="night", match=when(priority="urgent"), go_on=True)
    rest = route(step("breached", "rest"), name="rest")
    found = assessor(FOUR_HOURS, gold, night, rest)
    for fields, wanted in (
        ("tier=gold priority=urgent", ["gold"]),
        ("priority=urgent", ["night", "rest"]),
        ("", ["rest"]),
    ):
        ticket = tale(f"Mon 09:00 created {fields}")
        assert [one.recipient.notifier for one in alerts(found, ticket, "Mon 13:30")] == wanted


def test_a_route_may_look_at_the_policy_the_target_and_either_status() -> None:
    for match in (
        is_in("policy", "standard"),
        is_in("target", "resolution"),
        is_in("status", "breached"),
        is_in("status", "new"),
    ):
        assert len(alerts(assessor(FOUR_HOURS, route(step("breached"), match=match)), OPEN, "Mon 13:30")) == 1
    assert alerts(assessor(FOUR_HOURS, route(step("breached"), match=is_in("policy", "gold"))), OPEN, "Mon 13:30") == []


def test_a_route_about_slamon_itself_is_told_of_no_commitment() -> None:
    assert alerts(assessor(FOUR_HOURS, route(step("breached"), monitor=True)), OPEN, "Mon 13:30") == []


# whom


def test_the_field_is_looked_up_as_it_was_when_the_alert_came_due() -> None:
    found = assessor(FOUR_HOURS, step("breached", "mail:assignee/boss"))
    ticket = tale("Mon 09:00 created assignee=ann; Mon 13:10 assignee=bob")
    (before,), (after,) = alerts(found, ticket, "Mon 13:05"), alerts(found, ticket, "Mon 13:20")
    assert before.who == after.who == "ann"
    assert before.identity == after.identity


def test_what_a_directory_says_of_the_customer_can_be_told() -> None:
    found = assessor(FOUR_HOURS, step("breached", "mail:customer.account_manager"))
    ticket = tale("Mon 09:00 created", customer={"account_manager": "eva"})
    assert told(found, ticket, "Mon 13:00:00.5") == ["mail to eva breached Mon 13:00"]


def test_where_nobody_stands_in_the_field_the_other_notifier_sends_it() -> None:
    found = assessor(FOUR_HOURS, step("breached", "mail:assignee/boss, mail:group"))
    named = [one.notifier for one in alerts(found, OPEN, "Mon 13:30")]
    assert named == ["boss", "mail"]


def test_two_people_in_one_field_over_time_are_told_of_two_moments_each_of_his_own() -> None:
    found = assessor(FOUR_HOURS, step("at_risk", "mail:assignee"))
    ticket = tale("Mon 09:00 created assignee=ann; Mon 11:30 assignee=bob")
    assert told(found, ticket, "Mon 11:00") == ["mail to ann warning 50% Mon 11:00"]
    assert told(found, ticket, "Mon 12:00") == ["mail to bob warning 75% Mon 12:00"]


# by day and by night


def test_during_a_calendar_some_are_told_and_outside_of_it_others() -> None:
    by_day = step("breached", "chat", during=OFFICE.calendar, otherwise="pager")
    found = assessor(FOUR_HOURS, by_day)
    assert told(found, OPEN, "Mon 13:00:30") == ["chat breached Mon 13:00"]
    assert told(found, tale("Mon 16:00 created"), "Mon 20:00:30") == ["pager breached Mon 20:00"]
    silent = assessor(FOUR_HOURS, step("breached", "chat", during=OFFICE.calendar))
    assert told(silent, tale("Mon 16:00 created"), "Mon 20:00:30") == []


def test_who_is_told_by_day_is_decided_by_when_it_came_due_not_by_when_it_is_seen() -> None:
    found = assessor(FOUR_HOURS, step("breached", "chat", during=OFFICE.calendar, otherwise="pager"))
    assert told(found, OPEN, "Mon 19:00") == ["chat breached Mon 13:00 late"]


# how far back


def test_news_older_than_the_horizon_are_none_but_for_a_promise_that_is_still_broken() -> None:
    found = assessor(FOUR_HOURS, step("breached, missed, met"), horizon=DAY)
    assert told(found, SOLVED_LATE, "Tue 12:00") == ["chat breached Mon 13:00 late", "chat missed Mon 14:00 late"]
    assert told(found, SOLVED_LATE, "Tue 13:30") == ["chat missed Mon 14:00 late"]
    assert told(found, SOLVED_LATE, "Tue 14:30") == []
    assert told(found, OPEN, "Sun 14:30") == ["chat breached Mon 13:00 late"]


def test_the_horizon_counts_from_when_a_step_comes_due_not_from_its_moment() -> None:
    found = assessor(FOUR_HOURS, step("paused", after="48h"), horizon=HOUR)
    paused = tale("Mon 09:00 created; Mon 10:00 status=waiting_customer")
    assert told(found, paused, "Wed 10:30") == ["chat paused Wed 10:00"]


def test_what_is_first_seen_late_goes_alone_only_before_the_due_instant() -> None:
    found = assessor(FOUR_HOURS, step("at_risk, breached"))
    assert told(found, OPEN, "Mon 12:40") == ["chat warning 75% Mon 12:00"]
    assert told(found, OPEN, "Mon 13:01") == ["chat breached Mon 13:00"]
    assert told(found, OPEN, "Mon 13:02") == ["chat breached Mon 13:00 late"]


# what becomes one message


def test_a_bundle_is_named_by_the_fields_of_the_group_as_they_were() -> None:
    by = Group(("policy", "group", "priority"))
    found = assessor(rules(policy(of("resolution", "4h"), name="gold")), route(step("breached"), group=by))
    ticket = tale("Mon 09:00 created group=net priority=high; Mon 13:00 priority=low; Mon 13:00:30 group=desk")
    (alert,) = alerts(found, ticket, "Mon 13:00:40")
    assert alert.bundle == '["gold","net","low"]'
    assert not alert.collective


def test_without_a_group_the_route_is_one_bundle() -> None:
    (alert,) = alerts(assessor(FOUR_HOURS, step("breached")), OPEN, "Mon 13:00:30")
    assert (alert.bundle, alert.collective, alert.update) == ("[]", False, False)


def test_an_alert_knows_its_line_and_whether_it_follows_an_earlier_message() -> None:
    found = assessor(FOUR_HOURS, step("met", line=3), step("breached", line=7, update=True))
    (alert,) = alerts(found, OPEN, "Mon 13:30")
    assert (alert.route, alert.step, str(alert.place), alert.update) == ("main", 1, "rules.yml:7:1", True)


# identity


def test_a_plain_alert_keeps_the_identity_that_earlier_versions_gave_it() -> None:
    (alert,) = alerts(assessor(FOUR_HOURS, step("breached")), OPEN, "Mon 13:30")
    start, length = moment("Mon 09:00"), 4 * HOUR
    assert (
        alert.identity == f'["desk","1","standard","resolution",1,"{start}/{length}/24x7","breached","main",0,"chat"]'
    )


def test_repetitions_and_people_are_part_of_the_identity() -> None:
    found = assessor(FOUR_HOURS, step("breached", "mail:assignee", repeat="1h"))
    (alert,) = alerts(found, tale("Mon 09:00 created assignee=ann"), "Mon 15:30")
    assert alert.identity.endswith('"mail",2,"assignee","ann"]')


def test_nothing_is_told_without_routes_and_an_unmatched_ticket_has_no_alerts() -> None:
    assert alerts(assessor(FOUR_HOURS), OPEN, "Mon 13:30") == []
    nothing = rules(policy(of("resolution", "4h"), match=when(tier="gold")))
    (one,) = assessor(nothing, step("breached")).assess(OPEN, moment("Mon 13:30"))
    assert (one.verdict.status, one.due, one.wakes_at) == ("unmatched", (), None)
