"""Alerts: what the lines of a route tell of a commitment, whom, and when."""

from __future__ import annotations

import pytest

from slamon.core.instants import DAY, HOUR
from slamon.core.routes import Group

from .alerting import ack, alerts, assessor, diary, route, said, silence, step, told
from .build import OFFICE, by_priority, is_in, lasting, left, policy, rules, share, target, when
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


# a time after the moment


@pytest.mark.parametrize(
    ("happens", "wanted"),
    [
        ("", ["Mon 13:30 pager breached"]),
        ("Mon 13:29 status=waiting_customer", []),
        ("Mon 13:10 status=waiting_customer; Mon 13:11 status=open", []),
        ("Mon 13:29 status=solved", []),
        ("Mon 13:30 status=solved", []),
        ("Mon 13:31 status=solved", ["Mon 13:30 pager breached"]),
        ("Mon 13:10 agent", ["Mon 13:30 pager breached"]),
    ],
)
def test_a_step_with_after_is_told_if_the_breach_has_stood_all_the_while(happens: str, wanted: list[str]) -> None:
    found = assessor(FOUR_HOURS, step("breached", "pager", after="30m"))
    ticket = tale(f"Mon 09:00 created; {happens}" if happens else "Mon 09:00 created")
    assert diary(found, ticket, "Mon 18:00") == wanted


def test_a_step_with_after_is_dropped_when_the_due_instant_moves_and_armed_anew() -> None:
    by_field = rules(of("resolution", by_priority(low=lasting("4h"), urgent=lasting("3h"))))
    found = assessor(by_field, step("breached", "pager", after="30m"))
    moved = tale("Mon 09:00 created priority=low; Mon 13:10 priority=urgent")
    assert diary(found, moved, "Mon 18:00") == ["Mon 13:40 pager breached"]


def test_the_forgotten_pause_is_told_of_for_as_long_as_it_is_that_pause() -> None:
    found = assessor(FOUR_HOURS, step("paused", after="48h"))
    once = "Mon 09:00 created; Mon 10:00 status=waiting_customer"
    assert diary(found, tale(once), "Sun 09:00") == ["Wed 10:00 chat paused"]
    again = f"{once}; Tue 10:00 status=open; Tue 11:00 status=on_hold; Tue 12:00 status=waiting_customer"
    assert diary(found, tale(again), "Sun 09:00") == ["Thu 12:00 chat paused"]


def test_a_warning_escalates_only_until_the_promise_is_broken() -> None:
    found = assessor(FOUR_HOURS, step("75%", "pager", after="30m"), step("50%", "pager", after="3h"))
    assert diary(found, OPEN, "Tue 09:00") == ["Mon 12:30 pager warning 75%"]


def test_working_time_is_that_of_the_commitments_calendar() -> None:
    in_office = rules(target("resolution", "4h", OFFICE))
    late = tale("Mon 12:30 created")  # due 16:30
    found = assessor(in_office, step("breached", after="2h working"), step("breached", "pager", after="2h"))
    assert diary(found, late, "Wed 09:00") == ["Mon 18:30 pager breached", "Tue 10:30 chat breached"]


# repetitions


def test_a_step_is_repeated_as_often_as_it_says_the_first_time_included() -> None:
    found = assessor(FOUR_HOURS, step("breached", after="1h", repeat="2h", at_most=3))
    wanted = ["Mon 14:00 chat breached", "Mon 16:00 chat breached", "Mon 18:00 chat breached"]
    assert diary(found, OPEN, "Sun 09:00") == wanted


def test_a_repetition_needs_no_after_and_no_end() -> None:
    found = assessor(FOUR_HOURS, step("breached", repeat="1h"))
    stops = tale("Mon 09:00 created; Mon 15:30 status=solved")
    assert diary(found, stops, "Tue 09:00") == [f"Mon {hour}:00 chat breached" for hour in (13, 14, 15)]


def test_a_repetition_in_working_time_goes_on_in_the_morning() -> None:
    in_office = rules(target("resolution", "4h", OFFICE))
    found = assessor(in_office, step("breached", after="2h working", repeat="4h working", at_most=3))
    assert diary(found, tale("Mon 12:30 created"), "Sun 09:00") == [
        "Tue 10:30 chat breached",
        "Tue 14:30 chat breached",
        "Wed 10:30 chat breached",
    ]


def test_after_downtime_only_the_last_repetition_is_told() -> None:
    found = assessor(FOUR_HOURS, step("breached", after="1h", repeat="2h"))
    assert told(found, OPEN, "Mon 19:00") == ["chat breached Mon 18:00 late"]


def test_each_repetition_is_an_alert_of_its_own() -> None:
    found = assessor(FOUR_HOURS, step("breached", repeat="1h"))
    identities = {alerts(found, OPEN, f"Mon {hour}:30")[0].identity for hour in (13, 14, 15)}
    assert len(identities) == 3


# acknowledgements


ESCALATES = (
    step("breached"),
    step("breached", "pager", after="1h"),
    step("breached", "boss", after="2h", despite_ack=True),
)


@pytest.mark.parametrize(
    ("acked", "wanted"),
    [
        (ack("Mon 13:10"), ["chat", "boss"]),
        (ack("Mon 12:30"), ["chat", "boss"]),
        (ack("Mon 13:10", until="Mon 13:50"), ["chat", "pager", "boss"]),
        (ack("Mon 13:10", until="Mon 14:00"), ["chat", "pager", "boss"]),
        (ack("Mon 13:10", until="Mon 14:01"), ["chat", "boss"]),
        (ack("Mon 14:00"), ["chat", "boss"]),
        (ack("Mon 14:10"), ["chat", "pager", "boss"]),
        (ack("Mon 13:10", target="resolution"), ["chat", "boss"]),
        (ack("Mon 13:10", target="first_response"), ["chat", "pager", "boss"]),
    ],
)
def test_a_step_with_after_is_dropped_once_acknowledged_unless_it_says_otherwise(
    acked: object, wanted: list[str]
) -> None:
    lines = diary(assessor(FOUR_HOURS, *ESCALATES), OPEN, "Tue 09:00", said(acked))  # type: ignore[arg-type]
    assert [one.split()[2] for one in lines] == wanted


def test_what_is_acknowledged_before_it_could_be_sent_is_not_sent() -> None:
    found = assessor(FOUR_HOURS, *ESCALATES)
    assert told(found, OPEN, "Mon 13:20") == ["chat breached Mon 13:00 late"]
    assert told(found, OPEN, "Mon 13:20", said(ack("Mon 13:10"))) == []


def test_an_acknowledgement_of_a_warning_does_not_hide_the_breach() -> None:
    found = assessor(FOUR_HOURS, step("at_risk, breached"))
    assert diary(found, OPEN, "Tue 09:00", said(ack("Mon 12:30")))[-1] == "Mon 13:00 chat breached"


def test_that_a_promise_was_met_is_told_whatever_was_acknowledged() -> None:
    solved = tale("Mon 09:00 created; Mon 10:00 status=solved")
    found = assessor(FOUR_HOURS, step("met"))
    assert told(found, solved, "Mon 10:20", said(ack("Mon 10:10"))) == ["chat met Mon 10:00 late"]


def test_an_acknowledgement_with_no_end_is_not_of_what_begins_later() -> None:
    answers = rules(of("next_response", "1h"))
    found = assessor(answers, step("breached", "pager", after="1h"))
    ticket = tale("Mon 09:00 created; Mon 09:10 agent; Mon 10:00 customer; Mon 13:00 agent; Tue 10:00 customer")
    assert diary(found, ticket, "Wed 09:00", said(ack("Mon 11:30"))) == ["Tue 12:00 pager breached"]


# silences


def test_a_silence_keeps_back_what_comes_due_and_lets_it_out_as_it_ends() -> None:
    found = assessor(FOUR_HOURS, step("breached"))
    quiet = said(silence("Mon 12:00", "Mon 15:00"))
    assert told(found, OPEN, "Mon 14:00", quiet) == []
    assert found.assess(OPEN, moment("Mon 14:00"), quiet)[0].wakes_at == moment("Mon 15:00")
    assert told(found, OPEN, "Mon 15:00", quiet) == ["chat breached Mon 13:00 late"]


def test_a_silence_is_of_what_its_match_says() -> None:
    found = assessor(FOUR_HOURS, step("breached"))
    for match, wanted in ((is_in("target", "resolution"), 0), (is_in("target", "first_response"), 1)):
        assert len(alerts(found, OPEN, "Mon 14:00", said(silence("Mon 12:00", "Mon 15:00", match)))) == wanted


def test_a_silence_that_has_not_begun_or_is_over_silences_nothing() -> None:
    found = assessor(FOUR_HOURS, step("breached"))
    for start, end in (("Mon 14:01", "Mon 15:00"), ("Mon 12:00", "Mon 14:00")):
        assert len(alerts(found, OPEN, "Mon 14:00", said(silence(start, end)))) == 1


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
