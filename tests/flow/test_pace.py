"""How fast a notifier may be sent messages; seconds of the monotonic clock."""

from __future__ import annotations

import pytest

from slamon.core.bundles import UNLIMITED
from slamon.core.instants import MINUTE, SECOND
from slamon.flow.pace import Pace
from slamon.ports import Rate


def test_without_a_rate_there_is_always_room() -> None:
    pace = Pace(None)
    for _ in range(1_000):
        pace.sends(5.0)
    assert pace.free_at() <= 5.0
    assert pace.room(5.0, SECOND) == UNLIMITED


def test_no_stretch_of_the_rates_length_holds_more_than_its_count() -> None:
    pace, now, sent = Pace(Rate(3, 10 * SECOND)), 0.0, []
    for _ in range(50):
        now = max(now + 0.7, pace.free_at())
        pace.sends(now)
        sent.append(now)
    assert all(round(later - earlier, 6) >= 10 for earlier, later in zip(sent, sent[3:], strict=False))


def test_room_counts_what_may_be_sent_within_a_span() -> None:
    pace = Pace(Rate(3, MINUTE))
    assert pace.room(100.0, 20 * SECOND) == 3
    pace.sends(50.0)
    pace.sends(100.0)
    assert pace.room(100.0, 5 * SECOND) == 1
    assert pace.room(100.0, 20 * SECOND) == 2  # at 110 the first place is free again
    assert Pace(Rate(1, SECOND)).room(0.0, 20 * SECOND) == 21


def test_what_was_sent_before_the_start_counts() -> None:
    pace = Pace(Rate(2, MINUTE))
    pace.remember([-50.0, -20.0])
    assert pace.free_at() == 10.0


def test_after_five_failures_in_a_row_the_pauses_grow_to_five_minutes_and_a_success_ends_them() -> None:
    pace, now, pauses = Pace(None), 0.0, []
    for _ in range(14):
        pace.failed(now)
        pauses.append(max(0.0, pace.free_at() - now))
        now = max(now, pace.free_at())
    assert pauses == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert pace.is_broken
    pace.worked()
    assert (pace.is_broken, pace.free_at()) == (False, 0.0)


@pytest.mark.parametrize(("first", "second"), [(30, 10), (10, 30)])
def test_the_longest_pause_that_was_asked_for_holds(first: int, second: int) -> None:
    pace = Pace(None)
    pace.asked(100.0, first * SECOND)
    pace.asked(100.0, second * SECOND)
    pace.worked()  # of another message that was on its way: no reason to hurry
    assert pace.free_at() == 130.0
