"""Which routes tell of slamon itself, whom, when, and in which words."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from slamon.core.alerts import Alert
from slamon.core.conditions import Raised
from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, format_instant, parse_instant
from slamon.core.monitoring import alerts_of, message
from slamon.core.routes import Routing
from slamon.core.standing import Silence
from slamon.rulefile import read_texts
from slamon.silences import read_match

NOW: Instant = parse_instant("2026-06-08T09:00:00Z")  # Monday, 11:00 in Berlin
STALE = Raised("source_stale", "desk", 1, NOW, "desk could not be read for 12 min", 0)
HEAD = """
version: 1
calendars: {office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}}
policies: [{name: gold, match: all, calendar: 24x7, targets: {resolution: 4h}}]
"""
SIMPLE = "[{when: raised, notify: ops}, {when: raised, after: 15m, notify: pager}, {when: cleared, notify: ops}]"


def routing(*routes: str, quiet: str = "{}") -> Routing:
    lines = "\n".join(
        f"  - {route}" for route in (*routes, "{name: rest, match: all, steps: [{when: breached, notify: ops}]}")
    )
    text = f"{HEAD}quiet: {quiet}\nroutes:\n{lines}\n"
    loaded = read_texts({"rules.yml": text.encode()}, notifiers=frozenset({"ops", "pager", "chat"}))
    assert loaded.rules is not None, loaded.render()
    return Routing(loaded.rules.routes, loaded.rules.quiet)


def route(match: str = "{alert: monitor}", steps: str = SIMPLE, name: str = "itself", more: str = "") -> str:
    return f"{{name: {name}, match: {match}, steps: {steps}{more}}}"


def told(routes: Routing, one: Raised = STALE, passed: int = 0, **keys: Any) -> list[str]:
    found = alerts_of(routes, one, NOW + passed, **{"is_so": True, "horizon": DAY} | keys)
    return [
        f"{alert.moment.name} {alert.recipient.notifier} {format_instant(alert.due_at)[11:16]}" for alert in found.due
    ]


def alert(routes: Routing, one: Raised = STALE) -> Alert:
    return alerts_of(routes, one, NOW + HOUR, is_so=True, horizon=None).due[0]


def test_a_route_about_slamon_itself_tells_of_every_condition() -> None:
    assert told(routing(route())) == ["raised ops 09:00"]


def test_a_route_for_all_tickets_tells_nothing_of_it() -> None:
    assert told(routing()) == []


@pytest.mark.parametrize(
    ("match", "is_told"),
    [
        ("{alert: monitor, source: desk}", True),
        ("{alert: monitor, source: shop}", False),
        ("{alert: monitor, monitor: source_stale}", True),
        ("{alert: monitor, monitor: [dead_letters, notifier_failing]}", False),
        ("{alert: monitor, notifier: chat}", False),
        ("{alert: monitor, not: {monitor: source_stale}}", False),
    ],
)
def test_a_route_may_name_conditions_and_whom_they_are_about(match: str, is_told: bool) -> None:
    assert bool(told(routing(route(match)))) is is_told


def test_the_first_route_that_matches_is_taken_unless_it_goes_on() -> None:
    second = route(name="second", steps="[{when: raised, notify: chat}]")
    assert told(routing(route(steps="[{when: raised, notify: ops}]"), second)) == ["raised ops 09:00"]
    goes_on = route(steps="[{when: raised, notify: ops}]", more=", continue: true")
    assert told(routing(goes_on, second)) == ["raised ops 09:00", "raised chat 09:00"]


def test_a_step_with_a_time_comes_only_while_it_is_so() -> None:
    routes = routing(route())
    assert told(routes, passed=15 * MINUTE - 1) == ["raised ops 09:00"]
    assert alerts_of(routes, STALE, NOW, is_so=True, horizon=DAY).wakes_at == NOW + 15 * MINUTE
    assert told(routes, passed=15 * MINUTE) == ["raised ops 09:00", "raised pager 09:15"]
    assert told(routes, passed=15 * MINUTE, is_so=False) == ["raised ops 09:00"]


def test_a_repetition_is_an_alert_of_its_own() -> None:
    routes = routing(route(steps="[{when: raised, repeat: 1h, notify: ops}]"))
    first = alerts_of(routes, STALE, NOW, is_so=True, horizon=DAY).due[0]
    third = alerts_of(routes, STALE, NOW + 2 * HOUR, is_so=True, horizon=DAY).due[0]
    assert third.due_at == NOW + 2 * HOUR
    assert third.identity != first.identity


def test_once_it_is_over_that_is_told_and_nothing_else() -> None:
    over = Raised("source_stale", "desk", 1, NOW, STALE.text, 0, cleared_at=NOW + 20 * MINUTE)
    assert told(routing(route()), over, 30 * MINUTE, is_so=False) == ["cleared ops 09:20"]


def test_raised_again_it_is_another_alert() -> None:
    again = Raised("source_stale", "desk", 2, NOW + MINUTE, STALE.text, 0)
    routes = routing(route())
    assert alert(routes, again).identity != alert(routes).identity


def test_older_than_the_horizon_nothing_is_told() -> None:
    assert told(routing(route(steps="[{when: raised, notify: ops}]")), passed=DAY + SECOND) == []


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    assert told(routing(route()), passed=-HOUR) == ["raised ops 09:00"]


def test_during_and_else_are_obeyed() -> None:
    routes = routing(route(steps="[{when: raised, during: office, notify: ops, else: pager}]"))
    assert told(routes) == ["raised ops 09:00"]
    night = Raised("source_stale", "desk", 1, NOW + 10 * HOUR, STALE.text, 0)
    assert told(routes, night, 10 * HOUR) == ["raised pager 19:00"]


def test_in_the_quiet_of_a_notifier_it_is_held_told_to_another_or_let_through() -> None:
    steps, night = "[{when: raised, notify: ops}]", Raised("source_stale", "desk", 1, NOW + 10 * HOUR, "x", 0)

    def quiet(text: str) -> Alert:
        found = alerts_of(routing(route(steps=steps), quiet=text), night, night.raised_at, is_so=True, horizon=DAY)
        return found.due[0]

    held = quiet("{ops: {outside: office}}")
    assert (held.collective, format_instant(held.goes_at)) == (True, "2026-06-09T07:00:00Z")
    instead = quiet("{ops: {outside: office, instead: pager}}")
    assert (instead.recipient.notifier, instead.goes_at) == ("pager", night.raised_at)
    exempt = quiet("{ops: {outside: office, except: raised}}")
    assert (exempt.recipient.notifier, exempt.collective) == ("ops", False)
    assert held.identity == instead.identity == exempt.identity


def test_who_is_told_anyway_is_not_told_instead_of_another_as_well() -> None:
    night = Raised("source_stale", "desk", 1, NOW + 10 * HOUR, "x", 0)
    both = routing(
        route(steps="[{when: raised, notify: [ops, pager]}]"), quiet="{ops: {outside: office, instead: pager}}"
    )
    assert told(both, night, 10 * HOUR) == ["raised pager 19:00"]


@pytest.mark.parametrize(
    ("match", "is_told"),
    [('"all"', True), ('{"alert": "monitor"}', False), ('{"alert": "monitor", "source": "x"}', True)],
)
def test_only_a_silence_that_names_alerts_of_this_sort_silences_it(match: str, is_told: bool) -> None:
    silence = Silence("s", read_match(match), NOW - HOUR, NOW + HOUR, "ada")
    assert bool(told(routing(route()), silences=[silence])) is is_told
    assert told(routing(route()), passed=HOUR, silences=[silence])


def test_a_message_says_what_is_so_since_when_and_what_to_do() -> None:
    routes = routing(route())
    text = message(alert(routes), STALE, None, NOW + 30 * SECOND, UTC, None).text
    assert text == (
        "slamon: desk could not be read for 12 min\n"
        "Condition: source_stale\n"
        "Source: desk\n"
        "Since: Mon 2026-06-08 09:00 UTC\n"
        "To do: see why it cannot be read (slamon status); alerts go out from what is known"
    )


def test_a_late_message_says_so_and_the_end_says_how_long_it_lasted() -> None:
    over = Raised("source_stale", "desk", 1, NOW, STALE.text, 0, cleared_at=NOW + 20 * MINUTE)
    found = alerts_of(routing(route()), over, NOW + HOUR, is_so=False, horizon=None).due[0]
    sent = message(found, over, None, NOW + HOUR, UTC, None)
    assert sent.title == "slamon: over: desk could not be read for 12 min"
    assert ("Lasted", "20 min") in sent.facts
    assert (sent.tone, sent.footer) == ("good", "due Mon 2026-06-08 09:20 UTC, sent Mon 2026-06-08 10:00 UTC")


def test_what_is_raised_and_cleared_has_one_thread_and_another_time_has_another() -> None:
    over = Raised("source_stale", "desk", 1, NOW, STALE.text, 0, cleared_at=NOW + 20 * MINUTE)
    cleared = alerts_of(routing(route()), over, NOW + HOUR, is_so=False, horizon=None).due[0]
    sent = [message(alert(routing(route())), STALE, None, NOW, UTC, None), message(cleared, over, None, NOW, UTC, None)]
    again = message(alert(routing(route())), Raised("source_stale", "desk", 2, NOW, "x", 0), None, NOW, UTC, None)
    assert sent[0].thread == sent[1].thread == sent[0].covers[0].thread == sent[1].covers[0].thread != again.thread
