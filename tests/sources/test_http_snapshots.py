"""Histories put together from what a system shows at each look."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.history import decode, encode
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.core.ticket import Event, Ticket
from slamon.ports import SourceError
from slamon.sources.http import check_not_emptied, continued, current_fields, emptied_since, gone

T0 = 1_780_000_000 * SECOND
NOTE = Event(T0 + SECOND, "message", "m1", "agent", public=True)


def shown(fields: dict[str, Any], *events: Event) -> Ticket:
    return Ticket("1", "desk", T0, fields, list(events), history="partial")


def test_a_ticket_first_seen_is_as_it_is_shown() -> None:
    first = shown({"status": "open"}, NOTE)
    assert continued(None, first, earliest=T0, at=T0 + MINUTE) == first


def test_what_differs_from_the_stored_history_happened_between_the_looks() -> None:
    first = shown({"status": "open", "priority": "low"})
    second = shown({"status": "solved", "priority": "low"}, NOTE)
    later = continued(first, second, earliest=T0 + MINUTE, at=T0 + 2 * MINUTE)
    change = Event(T0 + 2 * MINUTE, "change", f"seen-{T0 + 2 * MINUTE}", set={"status": "solved"}, earliest=T0 + MINUTE)
    assert later == shown({"status": "open", "priority": "low"}, NOTE, change)


def test_what_the_system_dates_itself_is_no_change_of_unknown_time() -> None:
    first = shown({"status": "open"})
    dated = Event(T0 + 5, "change", "f1", set={"status": "solved"})
    assert continued(first, shown({"status": "solved"}, dated), earliest=T0, at=T0 + MINUTE).events == [dated]


def test_a_change_that_a_push_dated_stays_as_long_as_the_system_does_not_date_it_itself() -> None:
    pushed = [
        Event(T0 + 5, "change", "e1", set={"status": "open", "group": "b"}),
        Event(T0 + 9, "message", "e2", "agent"),
    ]
    known = shown({"status": "new", "group": "a"}, *pushed)
    now = shown({"status": "open", "group": "b"}, NOTE)
    later = continued(known, now, earliest=T0 + SECOND, at=T0 + MINUTE)
    assert later.events == [NOTE, pushed[0]]
    assert continued(later, now, earliest=T0 + MINUTE, at=T0 + HOUR) == later
    dated = Event(T0 + 6, "change", "7.set", set={"status": "open"})
    now = shown({"status": "open", "group": "b"}, dated)
    mixed = continued(known, now, earliest=T0 + SECOND, at=T0 + MINUTE, dated=frozenset({"status"}))
    assert mixed.events == [dated, Event(T0 + 5, "change", "e1", set={"group": "b"})]


def test_what_a_push_dated_after_the_look_is_not_believed_and_what_is_seen_then_comes_last() -> None:
    first = shown({"status": "new"}, Event(T0 + HOUR, "change", "e1", set={"status": "open"}))
    seen = Event(T0 + MINUTE, "change", f"seen-{T0 + MINUTE}", set={"status": "solved"}, earliest=T0)
    assert continued(first, shown({"status": "solved"}), earliest=T0, at=T0 + MINUTE).events == [seen]
    pushed = Event(T0 + MINUTE, "change", "t1", set={"status": "open"})  # of one instant, `t1` would come last
    both = continued(shown({"status": "new"}, pushed), shown({"status": "solved"}), earliest=T0, at=T0 + MINUTE)
    assert (both.events[1].at, current_fields(both)) == (T0 + MINUTE + 1, {"status": "solved"})


def test_of_changes_of_one_instant_that_counts_which_comes_last_for_the_engine() -> None:
    changes = [Event(T0 + 5, "change", f"{id}.set", set={"group": f"group {id}"}) for id in (11, 9, 10)]
    assert current_fields(shown({"group": None}, *changes)) == {"group": "group 11"}


def test_a_field_that_was_never_told_before_did_not_change_but_one_that_was_null_did() -> None:
    known = shown({"status": "open", "group": None})
    now = shown({"status": "open", "group": "b", "customer": "Acme", "tags": None})
    later = continued(known, now, earliest=T0 + MINUTE, at=T0 + HOUR)
    assert later.fields == {"status": "open", "group": None, "customer": "Acme", "tags": None}
    assert [one.set for one in later.events] == [{"group": "b"}]
    tagged = continued(later, shown({**now.fields, "tags": ["vip"]}), earliest=T0 + HOUR, at=T0 + DAY)
    assert [one.set for one in tagged.events] == [{"group": "b"}, {"tags": ["vip"]}]


@given(
    st.lists(st.tuples(st.sampled_from(["new", "open", "solved"]), st.sampled_from(["low", "high", None])), max_size=8)
)
def test_after_every_look_the_history_ends_with_what_is_shown_and_looking_again_adds_nothing(
    looks: list[tuple[str, str | None]],
) -> None:
    known: Ticket | None = None
    for number, (status, priority) in enumerate(looks):
        fields = {"status": status, "priority": priority}
        at = T0 + number * MINUTE
        known = continued(known, shown(fields, NOTE), earliest=at - MINUTE, at=at)
        assert current_fields(known) == fields
        assert continued(known, shown(fields, NOTE), earliest=at, at=at + 1) == known
        known = decode(encode(known), "desk")
    if known is not None:
        assert len({event.id for event in known.events}) == len(known.events)


def test_a_ticket_that_is_gone_was_deleted_after_its_last_event_and_only_once() -> None:
    known = shown({"status": "open"}, NOTE)
    once = gone(known, T0 + MINUTE)
    assert once.events[-1] == Event(T0 + MINUTE, "deleted", "deleted", earliest=NOTE.at)
    assert gone(once, T0 + 2 * MINUTE) == once
    assert decode(encode(once), "desk") == once


def test_a_ticket_that_is_back_was_never_gone() -> None:
    known = shown({"status": "open"}, NOTE)
    back = continued(gone(known, T0 + MINUTE), known, earliest=T0 + MINUTE, at=T0 + 2 * MINUTE)
    assert back == known


def test_sudden_emptiness_is_a_fault() -> None:
    for before, now in ((5_000, 0), (5_000, 2_000), (20, 0)):
        with pytest.raises(SourceError, match="has the account lost a right"):
            check_not_emptied(before, now)
    for before, now in ((5_000, 4_000), (0, 0), (5, 0), (0, 5_000)):
        check_not_emptied(before, now)


def test_emptiness_is_believed_after_a_day_where_something_of_the_place_is_still_shown() -> None:
    since = emptied_since(5_000, 3, None, T0)
    assert since == T0
    assert emptied_since(5_000, 4, since, T0 + HOUR) == T0
    assert emptied_since(5_000, 4_000, since, T0 + HOUR) is None
    assert emptied_since(5_000, 3, since, T0 - HOUR) == T0 - HOUR  # our clock was set back
    with pytest.raises(SourceError, match="if they were deleted, that is believed after a day"):
        check_not_emptied(5_000, 3, since, T0 + DAY - 1)
    check_not_emptied(5_000, 3, since, T0 + DAY)
    with pytest.raises(SourceError, match=r"lost a right\?$"):
        check_not_emptied(5_000, 0, since, T0 + 9 * DAY)


def test_the_stored_history_is_left_as_it_was() -> None:
    known = shown({"status": "open"}, NOTE)
    before = msgspec.json.encode(known)
    gone(continued(known, shown({"status": "new"}), earliest=T0, at=T0 + 9), T0 + 10)
    assert msgspec.json.encode(known) == before
