"""What targets become: presets, options at three levels, events, promises. Each test fails if its option is ignored."""

from __future__ import annotations

import pytest

from slamon.core.calendars import ALWAYS
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.core.kinds import KINDS
from slamon.core.match import AllOf, Entry, OneOf
from slamon.core.policy import (
    Always,
    ByValue,
    Duration,
    FixedDays,
    Happening,
    Left,
    OnReopen,
    OnRetarget,
    Rows,
    Share,
    Target,
)
from tests.rulefile.texts import OFFICE, good, policy, target

H = Happening


def fixed(found: Target) -> FixedDays:
    assert isinstance(found.within, Always)
    assert isinstance(found.within.promise, FixedDays)
    return found.within.promise


def span(found: Target) -> int:
    assert isinstance(found.within, Always)
    assert isinstance(found.within.promise, Duration)
    return found.within.promise.span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90 * SECOND),
        ("1h30m", 90 * MINUTE),
        ("1h1m1s", 3_661 * SECOND),
        ("1.5h", 90 * MINUTE),
        ("0.1s", 100_000),
        ("0.000001s", 1),
        ("0.0000019s", 1),
        ("1.1h", 66 * MINUTE),
        ("0.3333333h", 1_199_999_880),
        ("1w2d3h4m5s", 9 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND),
        ("'4h'", 4 * HOUR),
        ("999999999999w", 999_999_999_999 * 7 * DAY),
    ],
)
def test_a_duration_is_exact(text: str, expected: int) -> None:
    assert span(target(f"resolution: {{within: {text}, calendar: 24x7}}")) == expected


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"custom", "due"}))
def test_a_target_without_options_is_its_kind_s_preset(name: str) -> None:
    kind, found = KINDS[name], target(f"{name}: 4h")
    assert (found.name, found.kind) == (name, name)
    assert (found.start.happenings, found.stop.happenings) == (kind.start, kind.stop)
    assert (found.repeat, found.only_while_open) == (kind.repeat, kind.only_while_open)
    assert found.after_first_response is kind.after_first_response
    assert found.on_reopen is (kind.on_reopen or OnReopen.ONCE)
    pauses = Entry("status", OneOf(frozenset(kind.pauses))) if kind.pauses else None
    assert found.pause_while == pauses
    assert found.warn_at == (Share("75%", 75, 100),)
    assert (found.counts, found.on_retarget, found.agent_created) == (H.AGENT_MESSAGE, OnRetarget.RETARGET, "start")
    assert (found.reopen_window, found.date_field) == (None, None)
    assert (found.calendar.name, str(found.place)) == ("office", "r.yml:11:7")


def test_a_target_may_have_a_name_of_its_own() -> None:
    found = target("internal: {kind: resolution, within: 1h}")
    assert (found.name, found.kind) == ("internal", "resolution")


def test_a_due_target_reads_its_instant_from_a_field() -> None:
    found = target("due: {field: due_at}")
    assert (found.within, found.date_field, found.stop.happenings) == (None, "due_at", H.SOLVED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{business_days: 1}", (1, True, "close", None, False)),
        ("{business_days: 0, time: open}", (0, True, "open", None, False)),
        ("{business_days: 2, time: same}", (2, True, "same", None, False)),
        ('{business_days: 2, time: "16:00"}', (2, True, 16 * HOUR, None, False)),
        (
            "{business_days: 2, time: 9:05, cutoff: 15:30}",
            (2, True, 545 * MINUTE, 930 * MINUTE, False),
        ),
        ("{business_days: 1, time: 0:00}", (1, True, 0, None, False)),
        ("{calendar_days: 30}", (30, False, "same", None, False)),
        ("{calendar_days: 30, roll: next_working_day}", (30, False, "same", None, True)),
        ("{calendar_days: 0, time: 24:00, cutoff: 0:00}", (0, False, DAY, 0, False)),
    ],
)
def test_a_fixed_instant_has_day_time_cutoff_and_roll(text: str, expected: tuple[object, ...]) -> None:
    found = fixed(target(f"resolution: {{within: {text}}}"))
    assert (found.days, found.business, found.time, found.cutoff, found.roll) == expected
    assert found.calendar.name == "office"


def test_a_map_chooses_by_the_value_of_a_field() -> None:
    within = target("resolution: {by: customer.tier, within: {gold: 1h, 2: {business_days: 1}, other: 3h}}").within
    assert isinstance(within, ByValue)
    assert within.field == "customer.tier"
    assert [one for one, _ in within.entries] == [OneOf(frozenset({"gold"})), OneOf(frozenset({"2"}), frozenset({2}))]
    chosen = [within.choose({"customer.tier": value}) for value in ("gold", 2, None)]
    assert [getattr(one, "span", None) for one in chosen] == [HOUR, None, 3 * HOUR]


def test_a_map_is_about_the_priority_unless_told_otherwise() -> None:
    within = target("ownership: {within: {high: 1h}}").within
    assert isinstance(within, ByValue)
    assert (within.field, within.other) == ("priority", None)


def test_rows_have_conditions_and_calendars_of_their_own() -> None:
    rows = "[{for: {p: 1}, duration: 2d, calendar: 24x7}, {duration: 8h}]"
    within = target(f"resolution: {{within: {rows}}}").within
    assert isinstance(within, Rows)
    (match, first), (always, second) = within.rows
    assert match == Entry("p", OneOf(frozenset({"1"}), frozenset({1})))
    assert always is None
    assert (first.calendar, second.calendar.name) == (ALWAYS, "office")


def test_rows_that_all_have_a_calendar_need_none_beside_them() -> None:
    row = "{duration: 1h, calendar: office}"
    found = policy(f"- {{name: p, match: all, targets: {{resolution: {{within: [{row}]}}}}}}")
    assert found.targets[0].calendar.name == "office"


def test_warnings_are_exact_shares_or_durations_in_one_form() -> None:
    found = target("resolution: {within: 8h, warn_at: [33.3%, 90.0%, 60m, 5400s, 1h, 100%, 0.5%]}").warn_at
    assert found == (
        Share("33.3%", 333, 1000),
        Share("90%", 90, 100),
        Left("1h", HOUR),
        Left("1h30m", 90 * MINUTE),
        Share("100%", 100, 100),
        Share("0.5%", 5, 1000),
    )


def test_an_empty_list_of_warnings_is_no_warning() -> None:
    assert target("resolution: {within: 8h, warn_at: []}").warn_at == ()


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ("bots_count: true", H.AGENT_MESSAGE | H.BOT_MESSAGE),
        ("notes_count: true", H.AGENT_MESSAGE | H.AGENT_NOTE),
        ("bots_count: true, notes_count: true", H.AGENT_MESSAGE | H.BOT_MESSAGE | H.AGENT_NOTE | H.BOT_NOTE),
        ("bots_count: false, notes_count: false", H.AGENT_MESSAGE),
    ],
)
def test_what_counts_as_an_agent_s_message_counts_in_every_event_of_the_target(options: str, counts: Happening) -> None:
    events = "start_on: created, stop_on: [agent_message, closed], reset_on: agent_message, cancel_on: agent_message"
    found = target(f"visit: {{kind: custom, within: 4h, {events}, {options}}}")
    assert found.counts == counts
    assert found.stop.happenings == counts | H.CLOSED
    assert found.reset.happenings == found.cancel.happenings == counts
    assert found.start.happenings == H.CREATED


def test_events_are_names_or_changes_that_make_a_match_true() -> None:
    events = "start_on: {to: {stage: lab}}, stop_on: [solved, {to: {a: 1, b: 2}}]"
    found = target(f"visit: {{kind: custom, within: 4h, {events}}}")
    assert found.start.happenings == Happening(0)
    assert found.start.becomes == (Entry("stage", OneOf(frozenset({"lab"}))),)
    assert found.stop.happenings == H.SOLVED
    assert isinstance(found.stop.becomes[0], AllOf)


def test_a_custom_clock_runs_once_unless_it_repeats() -> None:
    events = "kind: custom, within: 4h, start_on: created, stop_on: solved"
    once, again = target(f"a: {{{events}}}"), target(f"a: {{{events}, repeat: true}}")
    assert (once.repeat, once.on_reopen, once.pause_while) == (False, OnReopen.ONCE, None)
    assert again.repeat


def test_a_start_of_its_own_drops_the_conditions_of_the_preset_on_the_start() -> None:
    following = target("next_response: {within: 1h, start_on: created}")
    update = target("periodic_update: {within: 1h, start_on: created}")
    assert (following.after_first_response, update.only_while_open) == (False, False)
    assert (following.start.happenings, following.repeat) == (H.CREATED, True)


def test_every_option_of_reopening_and_retargeting_is_taken() -> None:
    found = target("resolution: {within: 4h, on_reopen: continue_wall, reopen_window: 1w2d, on_retarget: pin}")
    assert (found.on_reopen, found.reopen_window) == (OnReopen.CONTINUE_WALL, 9 * DAY)
    assert found.on_retarget is OnRetarget.PIN
    assert target("first_response: {within: 4h, agent_created: met}").agent_created == "met"


def test_a_pause_of_its_own_replaces_that_of_the_kind() -> None:
    assert target("resolution: {within: 4h, pause_while: {status: on_hold}}").pause_while == Entry(
        "status", OneOf(frozenset({"on_hold"}))
    )


def test_the_target_beats_the_policy_and_the_policy_beats_the_defaults() -> None:
    text = f"""{OFFICE}
defaults: {{warn_at: 10%, calendar: office, on_reopen: once, agent_created: skip}}
policies:
  - name: p
    match: all
    warn_at: 40%
    on_retarget: restart
    targets:
      first_response: {{within: 1h, warn_at: 90%, calendar: 24x7}}
      resolution: {{within: 1h, on_reopen: restart}}
      total_resolution: 1h
"""
    first, resolution, total = good(text).policies[0].targets
    assert [one.warn_at[0].text for one in (first, resolution, total)] == ["90%", "40%", "40%"]
    assert [one.calendar.name for one in (first, resolution, total)] == ["24x7", "office", "office"]
    assert [one.on_reopen for one in (first, resolution, total)] == [OnReopen.ONCE, OnReopen.RESTART, OnReopen.ONCE]
    assert [one.on_retarget for one in (first, resolution, total)] == [OnRetarget.RESTART] * 3
    assert [one.agent_created for one in (first, resolution, total)] == ["skip", "start", "start"]


def test_a_pause_from_above_reaches_every_target_on_which_it_can_act() -> None:
    targets = "{first_response: 1h, resolution: 4h, due: {field: due_at}}"
    found = policy(f"- {{name: p, match: all, calendar: office, pause_while: {{held: true}}, targets: {targets}}}")
    held = Entry("held", OneOf(frozenset({"true"})))
    assert [one.pause_while for one in found.targets] == [held, held, None]
