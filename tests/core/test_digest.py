"""Digests: what a support lead reads when there is too much to read one by one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.digest import digest
from slamon.core.instants import HOUR, MINUTE
from slamon.core.message import Covered, Message, footer_of

from .alerting import alerts, assessor, step
from .build import rules
from .table import moment, of, tale

NOON = moment("Mon 12:00")


def message(
    ticket: str,
    status: str = "breached",
    *,
    moment: str = "breached",
    late: int = 0,
    due: int = 0,
    target: str = "first_response",
    footer: str | None = None,
    to: str | None = None,
) -> Message:
    """A message about a commitment that was late so many minutes ago, or is due in so many."""
    breached_at = NOON - late * MINUTE if late else None
    due_at = breached_at or (NOON + due * MINUTE if due else None)
    line = f"{ticket}: {target} {status}"
    one = Covered("desk", ticket, "gold", target, 1, moment, status, due_at, breached_at, line)
    return Message(f"m{ticket}", f"t{ticket}", "breach", line, (), footer=footer, at=NOON, covers=(one,), to=to)


def made(messages: Sequence[Message], link: str | None = None) -> Message:
    return digest(messages, "d1", "rest-thread", "rest", NOON, link)


def test_the_title_counts_what_is_broken_first() -> None:
    messages = [message(f"b{number}", late=5) for number in range(312)]
    messages += [message(f"r{number}", "at_risk", moment="warning 75%", due=10) for number in range(14)]
    assert made(messages).title == "312 promises are broken, 14 at risk · rest"


@pytest.mark.parametrize(
    ("messages", "title"),
    [
        ([message("1", late=5)], "1 promise is broken · rest"),
        ([message("1", "missed", late=5), message("2", late=5)], "2 promises are broken · rest"),
        ([message("1", "at_risk", moment="warning 50%", due=5)] * 2, "1 promise is at risk · rest"),
        (
            [message("1", "met", moment="met"), message("2", "cancelled", moment="cancelled")],
            "1 promise is met, 1 cancelled · rest",
        ),
        (
            [message("1", "on_track", moment="paused"), message("2", "at_risk", moment="paused")],
            "2 promises are paused · rest",
        ),
        ([message("1", "breached", moment="paused", late=5)], "1 promise is broken · rest"),
        ([message("1", "on_track", moment="resumed", due=60)], "1 promise is running · rest"),
        ([], "No promises · rest"),
    ],
)
def test_the_title_reads_well_for_any_count(messages: list[Message], title: str) -> None:
    assert made(messages).title == title


def test_the_longest_broken_comes_first_then_what_is_due_soonest() -> None:
    messages = [
        message("soon", "at_risk", moment="warning 75%", due=5),
        message("new", late=1),
        message("met", "met", moment="met"),
        message("old", late=900),
        message("later", "at_risk", moment="warning 50%", due=50),
        message("missed", "missed", moment="missed", late=60),
    ]
    assert [one.ticket for one in made(messages).covers] == ["old", "missed", "new", "soon", "later", "met"]


def test_the_worst_twenty_have_a_line_and_all_are_covered() -> None:
    found = made([message(f"{number:03}", late=1 + number) for number in range(45)])
    assert found.lines == tuple(f"{number:03}: first_response breached" for number in range(44, 24, -1))
    assert len(found.covers) == 45
    assert ("Shown", "the worst 20 of 45") in found.facts
    few = made([message(str(number), late=1) for number in range(20)])
    assert "Shown" not in dict(few.facts)


def test_a_commitment_that_two_steps_tell_of_stands_once() -> None:
    found = made([message("1", late=5), message("1", late=5), message("1", late=5, target="resolution")])
    assert found.title == "2 promises are broken · rest"
    assert len(found.lines) == len(found.covers) == 2


def test_it_is_counted_by_target_the_most_first() -> None:
    messages = [message(f"a{number}", late=5) for number in range(2)]
    messages += [message(f"b{number}", late=5, target="resolution") for number in range(3)]
    messages += [message("c", "at_risk", moment="warning 75%", due=5, target="time_to_own")]
    assert made(messages).facts == (("Broken", "3 resolution, 2 first response"), ("At risk", "1 time to own"))
    many = [message(str(number), late=5, target=f"t{number}") for number in range(6)]
    assert made(many).facts[0] == ("Broken", "1 t0, 1 t1, 1 t2, 1 t3, 2 others")


def test_the_link_leads_to_all_that_it_covers() -> None:
    assert made([message("1", late=5)], "https://slamon.example").url == "https://slamon.example/digests/d1"
    assert made([message("1", late=5)]).url is None


def test_remarks_are_kept_once_and_how_late_each_was_is_not() -> None:
    late = "due Mon 2026-06-08 10:00 CEST, sent Mon 2026-06-08 12:00 CEST"
    messages = [
        message("1", late=5, footer=f"a replay · {late}"),
        message("2", late=5, footer="a replay · desk is stale"),
    ]
    assert made(messages).footer == "a replay · desk is stale"
    assert made([message("1", late=5, footer=late)]).footer is None


def test_a_remark_stays_whole_whatever_is_in_it() -> None:
    stale = "desk is stale: 503 · due maintenance · back soon"
    found = [message("1", late=5, footer=footer_of("a replay", stale)), message("2", late=5, footer=footer_of(stale))]
    assert made(found).footer == "a replay · desk is stale: 503, due maintenance, back soon"
    assert made([message("1", late=5, footer="due maintenance")]).footer == "due maintenance"


def test_it_goes_to_the_one_person_that_all_of_them_are_for() -> None:
    assert (
        made([message("1", late=5, to="ann@example.com"), message("2", late=5, to="ann@example.com")]).to
        == "ann@example.com"
    )
    assert made([message("1", late=5)]).to is None


def test_the_tone_is_that_of_the_worst() -> None:
    assert made([message("1", "met", moment="met"), message("2", late=5)]).tone == "breach"
    assert (
        made([message("1", "met", moment="met"), message("2", "at_risk", moment="warning 50%", due=5)]).tone
        == "warning"
    )
    assert made([message("1", "met", moment="met")]).tone == "good"


def test_the_lines_are_those_of_the_messages_that_it_is_made_of() -> None:
    found = assessor(rules(of("resolution", "4h")), step("breached"))
    messages: list[Message] = []
    for hour in ("08", "09"):
        ticket = msgspec.structs.replace(tale(f"Mon {hour}:00 created"), id=hour, subject="VPN down")
        (alert,) = alerts(found, ticket, "Mon 15:00")
        messages += found.tell(ticket, [alert.identity], moment("Mon 15:00")).values()
    assert made(messages).text.splitlines() == [
        "2 promises are broken · rest",
        "Broken: 2 resolution",
        "08 “VPN down”: resolution is overdue by 3 h (due Mon 2026-06-08 12:00 CEST)",
        "09 “VPN down”: resolution is overdue by 2 h (due Mon 2026-06-08 13:00 CEST)",
    ]


messages: st.SearchStrategy[Message] = st.builds(
    lambda ticket, pair, late, due, target: message(
        str(ticket), pair[0], moment=pair[1], late=late, due=due, target=target
    ),
    st.integers(0, 30),
    st.sampled_from(
        [
            ("breached", "breached"),
            ("missed", "missed"),
            ("at_risk", "warning 75%"),
            ("on_track", "paused"),
            ("met", "met"),
        ]
    ),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["first_response", "resolution"]),
)


@given(st.lists(messages, max_size=60), st.data())
def test_it_is_the_same_to_the_byte_in_whatever_order_the_messages_come(
    found: list[Message], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(found))
    assert msgspec.json.encode(made(found)) == msgspec.json.encode(made(shuffled))


@given(st.lists(messages, max_size=60))
def test_every_commitment_is_covered_and_counted_once(found: list[Message]) -> None:
    covers = made(found).covers
    keys = [(one.ticket, one.target) for one in covers]
    assert set(keys) == {(one.ticket, one.target) for message in found for one in message.covers}
    assert len(set(keys)) == len(keys)
    counted = sum(int(count) for word, count in _numbers(made(found)))
    assert counted == len(covers)


def _numbers(found: Message) -> list[tuple[str, str]]:
    counts = found.title.split(" · ")[0].split(", ")
    return [(part, part.split()[0]) for part in counts if part[0].isdigit()]


def test_a_digest_of_ten_thousand_is_made_in_a_moment() -> None:
    many = [message(str(number), late=1 + number % 500) for number in range(10_000)]
    found = made(many)
    assert found.title.startswith("10000 promises are broken")
    assert NOON - (found.covers[0].breached_at or 0) < 10 * HOUR
