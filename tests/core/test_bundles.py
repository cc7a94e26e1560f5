"""Which message goes next, asked second by second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.bundles import Bundles, Choice, Waiting
from slamon.core.instants import SECOND, Instant
from slamon.core.routes import Group

WAIT = 20


class Desk:
    """Deliveries that come and go, in whole seconds from 1000 on."""

    def __init__(self, digest_above: int = 3, wait: int = WAIT) -> None:
        self.bundles = Bundles({"all": Group((), wait * SECOND, digest_above, wait * SECOND)})
        self.waiting: dict[tuple[str, str, str | None], list[int]] = {}
        self.room = 1 << 31
        self.settled = True

    def come(self, at: int, count: int = 1, bundle: str = "[]", route: str = "all", address: str | None = None) -> None:
        self.waiting.setdefault((route, bundle, address), []).extend([at] * count)

    def _rows(self, now: int) -> list[Waiting]:
        rows = []
        for (route, bundle, address), times in self.waiting.items():
            if due := [at for at in times if at <= now]:
                collective = bundle in ("late", "held")
                rows.append(Waiting(route, address, bundle, collective, len(due), _instant(min(due))))
        return rows

    def ask(self, now: int) -> Choice | Instant | None:
        return self.bundles.choose(self._rows(now), _instant(now), settled=self.settled, room=self.room)

    def second(self, now: int) -> list[int]:
        """What goes in a second: the size of each message."""
        sizes = []
        while isinstance(choice := self.ask(now), Choice):
            sizes.append(self._send(choice, now))
            self.bundles.went(choice, _instant(now))
        return sizes

    def _send(self, choice: Choice, now: int) -> int:
        size = 0
        for one in choice.bundles:
            times = self.waiting[one.route, one.bundle, one.address]
            going = sorted(at for at in times if at <= now)[: None if choice.together else 1]
            self.waiting[one.route, one.bundle, one.address] = sorted(times)[len(going) :]
            size += len(going)
        return size


def _instant(second: int) -> Instant:
    return (1_000 + second) * SECOND


def played(desk: Desk, end: int, start: int = 0) -> dict[int, list[int]]:
    """What goes in which second."""
    return {now: sizes for now in range(start, end) if (sizes := desk.second(now))}


def test_the_first_goes_at_once_and_what_follows_it_soon_waits_to_the_end_of_the_window() -> None:
    desk = Desk()
    for at in (0, 1, 5):
        desk.come(at)
    assert played(desk, 60) == {0: [1], 20: [1, 1]}


def test_above_the_limit_they_go_as_one() -> None:
    desk = Desk(digest_above=3)
    desk.come(0)
    desk.come(2, 4)
    assert played(desk, 60) == {0: [1], 20: [4]}


@pytest.mark.parametrize(("count", "wanted"), [(3, {0: [1], 20: [1, 1]}), (4, {1: [4]})])
def test_what_comes_at_one_instant_is_one_message_above_the_limit_and_not_at_it(
    count: int, wanted: dict[int, list[int]]
) -> None:
    desk = Desk(digest_above=3)
    desk.come(0, count)
    assert played(desk, 60) == wanted


def test_many_at_once_wait_for_half_a_second_and_with_no_wait_not_at_all() -> None:
    desk = Desk(digest_above=3)
    desk.come(0, 4)
    assert desk.ask(0) == _instant(0) + SECOND // 2
    at_once = Desk(digest_above=3, wait=0)
    at_once.come(0, 4)
    assert played(at_once, 5) == {0: [4]}


def test_a_flood_is_heard_once_a_window() -> None:
    desk = Desk()
    for at in range(60):
        desk.come(at, 166)
    assert played(desk, 60) == {1: [166 * 2], 21: [166 * 20], 41: [166 * 20]}


def test_after_a_quiet_time_the_first_goes_at_once_again() -> None:
    desk = Desk()
    for at in (0, 5, 40, 41):
        desk.come(at)
    assert played(desk, 80) == {0: [1], 20: [1], 40: [1], 60: [1]}


def test_nothing_waits_longer_than_the_window() -> None:
    desk = Desk()
    for at in range(0, 200, 7):
        desk.come(at)
    for now in range(300):
        desk.second(now)
        assert all(at > now - WAIT for times in desk.waiting.values() for at in times if at <= now)


def test_what_waited_for_another_reason_goes_without_a_further_wait() -> None:
    desk = Desk()
    desk.come(0, 2)
    assert played(desk, 60, start=30) == {30: [1, 1]}  # the notifier was down


def test_without_a_wait_everything_goes_at_once() -> None:
    desk = Desk(wait=0)
    desk.come(0, 2)
    desk.come(1)
    assert played(desk, 5) == {0: [1, 1], 1: [1]}


def test_bundles_and_addresses_have_windows_of_their_own() -> None:
    desk = Desk()
    desk.come(0, bundle='["gold"]')
    desk.come(1, bundle='["silver"]')
    desk.come(1, address="ada")
    assert played(desk, 60) == {0: [1], 1: [1, 1]}


def test_too_many_bundles_of_a_route_go_as_one_and_then_keep_to_one_window() -> None:
    desk = Desk(digest_above=3)
    for number in range(10):
        desk.come(0, bundle=f"[{number}]")
        desk.come(5, bundle=f"[new {number}]")
    desk.come(0, route="other")
    assert played(desk, 60) == {0: [10, 1], 20: [10]}


def test_what_is_told_together_waits_until_nothing_is_left_to_be_judged() -> None:
    desk = Desk()
    desk.settled = False
    desk.come(0, 2, bundle="late")
    assert desk.ask(1) == _instant(60)
    desk.come(5, bundle="late")
    desk.settled = True
    assert played(desk, 20, start=8) == {8: [3]}


def test_what_is_told_together_does_not_wait_for_ever() -> None:
    desk = Desk()
    desk.settled = False
    desk.come(0, 2, bundle="late")
    assert played(desk, 100) == {60: [2]}


def test_what_the_rate_leaves_no_room_for_is_merged() -> None:
    desk = Desk()
    desk.come(0, 3)
    desk.come(0, 2, bundle="[1]")
    desk.room = 2
    assert played(desk, 60, start=30) == {30: [5]}


def test_a_clock_that_was_set_back_makes_nothing_wait_for_it() -> None:
    desk = Desk()
    desk.come(500)
    assert desk.second(500) == [1]
    desk.come(100, 2)
    assert played(desk, 160, start=100) == {100: [1], 120: [1]}


def test_it_is_said_when_to_ask_again() -> None:
    desk = Desk()
    assert desk.ask(0) is None
    desk.come(0, 2)
    assert desk.second(0) == [1]
    assert desk.ask(1) == _instant(20)


@pytest.mark.parametrize("bundles", [1, 2_000])
def test_windows_that_are_over_are_forgotten(bundles: int) -> None:
    desk = Desk(digest_above=1_000_000)
    for number in range(bundles):
        desk.come(number, bundle=f"[{number}]")
    played(desk, bundles + 1)
    assert len(desk.bundles._windows) <= 1_001


def test_where_no_wait_was_written_a_second_alert_is_hardly_delayed_and_a_flood_still_is_one_message() -> None:
    desk = Desk()
    desk.bundles = Bundles({"all": Group((), 30 * SECOND, 3, SECOND)})
    for at, count in ((0, 1), (1, 1), (2, 10), (3, 50), (4, 7)):
        desk.come(at, count)
    assert played(desk, 60) == {0: [1], 1: [1], 3: [60], 33: [7]}


def test_a_digest_of_many_bundles_takes_along_who_waits_in_a_window_of_his_own() -> None:
    desk = Desk(digest_above=3)
    for at in (0, 1):
        desk.come(at, bundle="x")
    for number in range(4):
        desk.come(19, bundle=f"other {number}")
    assert played(desk, 60) == {0: [1], 19: [5]}


@given(st.lists(st.tuples(st.integers(0, 80), st.sampled_from("abcdef"), st.integers(1, 5)), max_size=40))
def test_nothing_waits_longer_than_the_window_of_its_group(coming: list[tuple[int, str, int]]) -> None:
    desk = Desk(digest_above=3)
    for at, bundle, count in coming:
        desk.come(at, count, bundle=bundle)
    for now in range(81 + WAIT):
        desk.second(now)
        assert all(at > now - WAIT for times in desk.waiting.values() for at in times)
