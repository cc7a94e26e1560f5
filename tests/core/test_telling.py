"""What is told: rendered from the state in which it is sent, of what is still true then."""

from __future__ import annotations

from slamon.core.message import Message

from .alerting import ack, alerts, assessor, said, silence, step
from .build import rules, share
from .table import moment, of, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50), share(75)), on_reopen="continue"))
EVERYTHING = assessor(FOUR_HOURS, step("at_risk, breached, missed, met, paused, resumed, cancelled"))


def only(history: str, queued: str, sent: str, **rest: object) -> Message | None:
    """What is sent of the last alert that was queued at one instant, at another."""
    ticket = tale(history, **rest)
    last = alerts(EVERYTHING, ticket, queued)[-1]
    return EVERYTHING.tell(ticket, [last.identity], moment(sent)).get(last.identity)


def title(history: str, queued: str, sent: str) -> str | None:
    found = only(history, queued, sent)
    return None if found is None else found.title


def test_a_warning_says_how_long_there_is_and_a_breach_how_late_it_is_as_it_is_sent() -> None:
    assert title("Mon 09:00 created", "Mon 12:00", "Mon 12:00") == "1: resolution is due in 1 h"
    assert title("Mon 09:00 created", "Mon 12:00", "Mon 12:20") == "1: resolution is due in 40 min"
    assert title("Mon 09:00 created", "Mon 13:00:01", "Mon 15:30") == "1: resolution is overdue by 2 h 30 min"


def test_what_became_worse_or_better_meanwhile_is_superseded() -> None:
    assert title("Mon 09:00 created", "Mon 11:00", "Mon 12:00") is None  # the higher warning
    assert title("Mon 09:00 created", "Mon 12:00", "Mon 13:01") is None  # the breach
    solved = "Mon 09:00 created; Mon 12:10 status=solved"
    assert title(solved, "Mon 12:00", "Mon 12:20") is None
    assert (
        title(
            "Mon 09:00 created; Mon 12:10 status=on_hold; Mon 12:15 status=waiting_customer", "Mon 12:00", "Mon 12:20"
        )
        is None
    )


def test_a_breach_is_sent_as_missed_if_the_commitment_ended_meanwhile() -> None:
    late = "Mon 09:00 created; Mon 13:12 status=solved"
    assert title(late, "Mon 13:01", "Mon 13:20") == "1: resolution was missed by 12 min"


def test_the_other_moments_say_what_they_are() -> None:
    waits = "Mon 09:00 created; Mon 10:00 status=waiting_customer"
    assert title(waits, "Mon 10:00", "Mon 10:00:30") == "1: resolution is paused"
    assert title(waits, "Mon 10:00", "Wed 10:00") == "1: resolution has been paused for 2 d"
    assert (
        title(f"{waits}; Mon 11:00 status=open", "Mon 11:00", "Mon 11:00")
        == "1: resolution is running again and is due in 3 h"
    )
    assert title("Mon 09:00 created; Mon 10:00 status=solved", "Mon 10:00", "Mon 10:00") == "1: resolution was met"
    assert title("Mon 09:00 created; Mon 10:00 merged", "Mon 10:00", "Mon 10:00") == "1: resolution was cancelled"


def test_a_message_covers_its_commitment() -> None:
    found = only("Mon 09:00 created", "Mon 13:01", "Mon 15:00", subject="VPN down", url="https://desk.example/1")
    assert found is not None
    (one,) = found.covers
    assert (one.source, one.ticket, one.policy, one.target, one.cycle) == ("desk", "1", "standard", "resolution", 1)
    assert (one.moment, one.status) == ("breached", "breached")
    assert (one.due_at, one.breached_at) == (moment("Mon 13:00"), moment("Mon 13:00"))
    assert one.line == "1 “VPN down”: resolution is overdue by 2 h (due Mon 2026-06-08 13:00 CEST)"
    assert one.url == found.url == "https://desk.example/1"


def test_all_messages_about_one_commitment_have_the_thread_that_it_covers() -> None:
    history = "Mon 09:00 created; Mon 13:30 status=solved"
    sent = [only(history, at, at) for at in ("Mon 12:00", "Mon 13:01", "Mon 13:31")]
    told = [one for one in sent if one is not None]
    assert [one.covers[0].moment for one in told] == ["warning 75%", "breached", "missed"]
    assert len({one.thread for one in told} | {one.covers[0].thread for one in told}) == 1


def test_a_pause_says_since_when_and_why() -> None:
    found = only("Mon 09:00 created; Mon 10:00 status=waiting_customer", "Mon 10:00", "Mon 11:00")
    assert found is not None
    assert dict(found.facts)["Paused since"] == "Mon 2026-06-08 10:00 CEST (status is 'waiting_customer')"
    assert found.tone == "info"


def test_the_footer_says_what_is_remarked_and_that_it_is_late() -> None:
    found = assessor(FOUR_HOURS, step("breached"), footer="a replay")
    ticket = tale("Mon 09:00 created")
    (alert,) = alerts(found, ticket, "Mon 13:01")
    at_once = found.tell(ticket, [alert.identity], moment("Mon 13:01"))
    late = found.tell(ticket, [alert.identity], moment("Mon 13:20"), remark="what is known of desk is 5 min old")
    assert at_once[alert.identity].footer == "a replay"
    assert late[alert.identity].footer == (
        "a replay · what is known of desk is 5 min old · due Mon 2026-06-08 13:00 CEST, sent Mon 2026-06-08 13:20 CEST"
    )


def test_what_was_acknowledged_or_silenced_meanwhile_is_not_sent() -> None:
    ticket = tale("Mon 09:00 created")
    (alert,) = alerts(EVERYTHING, ticket, "Mon 13:01")
    for standing in (said(ack("Mon 13:02")), said(silence("Mon 13:02", "Mon 14:00"))):
        assert EVERYTHING.tell(ticket, [alert.identity], moment("Mon 13:05"), standing) == {}


def test_an_identity_that_nobody_yields_is_not_told_and_others_are_left_out() -> None:
    ticket = tale("Mon 09:00 created")
    assert EVERYTHING.tell(ticket, ["[]"], moment("Mon 13:05")) == {}
    assert EVERYTHING.tell(ticket, [], moment("Mon 13:05")) == {}


def test_however_late_it_is_told_what_is_true_is_told() -> None:
    late = only("Mon 09:00 created; Mon 10:00 status=solved", "Mon 10:00", "Sun 10:00")
    assert late is not None
