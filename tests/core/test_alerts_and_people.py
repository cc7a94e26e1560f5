"""What people say of alerts: acknowledged, or silenced."""

from __future__ import annotations

import pytest

from .alerting import ack, alerts, assessor, diary, said, silence, step, told
from .build import is_in, rules, share
from .table import moment, of, tale

FOUR_HOURS = rules(of("resolution", "4h", warn_at=(share(50), share(75))))
OPEN = tale("Mon 09:00 created")  # at risk 11:00 and 12:00, due 13:00


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


def test_a_step_that_was_dropped_stays_dropped_when_somebody_else_acknowledges_too() -> None:
    missed = tale("Mon 09:00 created; Mon 13:05 status=solved")
    found = assessor(FOUR_HOURS, step("missed", after="30m"))  # due 13:35
    assert told(found, missed, "Mon 14:10", said(ack("Mon 13:10"))) == []
    assert told(found, missed, "Mon 14:10", said(ack("Mon 14:00"))) == []  # of one person the last one counts


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
