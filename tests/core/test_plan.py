"""Looking ahead: who would be told what, and when, if nothing happened."""

from __future__ import annotations

import msgspec

from slamon.core.plan import Planned, looks, plan
from slamon.core.routes import Quiet

from .alerting import ack, assessor, entry, route, said, silence, step
from .build import OFFICE, rules, share, when
from .table import moment, of, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50),)))
STEPS = (
    step("at_risk", line=4),
    step("breached", "chat, pager", line=5),
    step("breached", "pager", after="30m", line=6),
    step("breached", "boss", after="2h", repeat="4h", at_most=2, line=7),
)
FOUND = assessor(FOUR_HOURS, *STEPS)
OPEN = tale("Mon 09:00 created")


def told(found: list[Planned]) -> list[str]:
    return [f"{entry(one)} ({one.alert.place.line})" for one in found]


def test_it_says_who_gets_what_when_and_by_which_line() -> None:
    assert told(plan(FOUND, [OPEN], moment("Mon 10:00"), moment("Wed 10:00"))) == [
        "Mon 11:00 chat warning 50% (4)",
        "Mon 13:00 chat breached (5)",
        "Mon 13:00 pager breached (5)",
        "Mon 13:30 pager breached (6)",
        "Mon 15:00 boss breached (7)",
        "Mon 19:00 boss breached (7)",
    ]


def test_what_has_come_due_already_is_not_ahead_and_what_lies_beyond_the_end_is_left_out() -> None:
    assert told(plan(FOUND, [OPEN], moment("Mon 13:00"), moment("Mon 15:00"))) == [
        "Mon 13:30 pager breached (6)",
        "Mon 15:00 boss breached (7)",
    ]


def test_an_acknowledgement_counts() -> None:
    ahead = plan(FOUND, [OPEN], moment("Mon 13:10"), moment("Wed 10:00"), lambda _: said(ack("Mon 13:05")))
    assert ahead == []


def test_a_pause_tells_of_nothing_ahead_and_an_event_that_lies_ahead_comes_true() -> None:
    paused = tale("Mon 09:00 created; Mon 10:00 status=waiting_customer")
    assert plan(FOUND, [paused], moment("Mon 10:30"), moment("Wed 10:00")) == []
    answered = tale("Mon 09:00 created; Mon 12:00 status=solved")
    assert told(plan(FOUND, [answered], moment("Mon 10:00"), moment("Wed 10:00"))) == ["Mon 11:00 chat warning 50% (4)"]


def test_what_is_held_goes_out_as_the_quiet_ends() -> None:
    found = assessor(FOUR_HOURS, step("breached"), quiet={"chat": Quiet(OFFICE.calendar, True)})
    evening = tale("Mon 16:00 created")
    for start in ("Mon 17:00", "Mon 21:00"):
        assert told(plan(found, [evening], moment(start), moment("Wed 10:00"))) == ["Tue 09:00 chat breached (1)"]
    sent_before = tale("Mon 12:30 created")
    assert plan(found, [sent_before], moment("Mon 21:00"), moment("Wed 10:00")) == []


def test_of_what_is_held_only_that_is_planned_which_will_be_told() -> None:
    """Over the night come three warnings; and a repetition each hour, of which the morning tells the last."""
    slow = rules(of("resolution", "30h", warn_at=(share(20), share(30), share(50))))
    chat = {"chat": Quiet(OFFICE.calendar, True)}
    created = tale("Mon 16:00 created")
    warned = assessor(slow, step("at_risk"), quiet=chat)
    assert told(plan(warned, [created], moment("Mon 17:00"), moment("Tue 09:30"))) == ["Tue 09:00 chat warning 50% (1)"]
    again = assessor(FOUR_HOURS, step("breached", repeat="1h"), quiet=chat)
    ahead = plan(again, [created], moment("Mon 17:00"), moment("Tue 09:30"))
    assert told(ahead) == ["Tue 09:00 chat breached (1)"]


def test_what_a_silence_keeps_back_goes_out_as_it_ends_and_what_went_before_it_does_not() -> None:
    quiet = said(silence("Mon 10:30", "Mon 13:10"))
    for start in ("Mon 10:00", "Mon 13:05"):
        ahead = plan(FOUND, [OPEN], moment(start), moment("Mon 14:00"), lambda _: quiet)
        lines = ["Mon 13:10 chat breached (5)", "Mon 13:10 pager breached (5)", "Mon 13:30 pager breached (6)"]
        assert told(ahead) == lines
    late = said(silence("Mon 13:02", "Mon 13:10"))
    assert told(plan(FOUND, [OPEN], moment("Mon 13:05"), moment("Mon 13:20"), lambda _: late)) == []


def test_what_only_now_belongs_to_a_route_goes_out_now() -> None:
    found = assessor(FOUR_HOURS, route(step("breached"), match=when(priority="urgent")))
    raised = tale("Mon 09:00 created priority=low; Mon 14:00 priority=urgent")
    assert [entry(one) for one in looks(found, raised, raised.created_at, moment("Tue 09:00"))] == [
        "Mon 14:00 chat breached"
    ]


def test_all_tickets_are_told_in_the_order_in_which_it_would_happen() -> None:
    second = msgspec.structs.replace(tale("Mon 09:10 created"), id="2")
    ahead = plan(FOUND, [second, OPEN], moment("Mon 10:00"), moment("Mon 12:00"))
    assert [(one.ticket.id, entry(one)) for one in ahead] == [
        ("1", "Mon 11:00 chat warning 50%"),
        ("2", "Mon 11:10 chat warning 50%"),
    ]
    assert [one.verdict.status for one in ahead] == ["at_risk", "at_risk"]


def test_a_repetition_without_end_is_cut_off() -> None:
    endless = assessor(FOUR_HOURS, step("breached", repeat="1m"))
    assert len(plan(endless, [OPEN], moment("Mon 10:00"), moment("Sun 10:00"), most=7)) == 7


def test_a_ticket_is_followed_from_its_creation_each_alert_once() -> None:
    found = [entry(one) for one in looks(FOUND, OPEN, OPEN.created_at, moment("Mon 14:00"))]
    assert found == [
        "Mon 11:00 chat warning 50%",
        "Mon 13:00 chat breached",
        "Mon 13:00 pager breached",
        "Mon 13:30 pager breached",
    ]


def test_an_update_goes_only_to_who_was_told_something_before() -> None:
    updates = step("met, missed, paused", "chat, mail", update=True)
    found = assessor(FOUR_HOURS, step("at_risk"), step("breached", "mail"), updates)
    met_early = tale("Mon 09:00 created; Mon 10:00 status=solved")
    assert [entry(one) for one in looks(found, met_early, met_early.created_at, moment("Tue 09:00"))] == []
    met = tale("Mon 09:00 created; Mon 12:00 status=solved")
    assert [entry(one) for one in looks(found, met, met.created_at, moment("Tue 09:00"))] == [
        "Mon 11:00 chat warning 50%",
        "Mon 12:00 chat met",
    ]


def test_a_plan_knows_what_was_told_before_it_begins() -> None:
    found = assessor(FOUR_HOURS, step("at_risk"), step("paused", "chat, mail", after="48h", update=True))
    paused = tale("Mon 09:00 created; Mon 12:00 status=waiting_customer")
    assert told(plan(found, [paused], moment("Mon 13:00"), moment("Sun 09:00"))) == ["Wed 12:00 chat paused (1)"]
