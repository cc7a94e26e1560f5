"""What starts, stops, pauses, reopens and retargets each kind of clock: a history in short words, then what is said.

All in the week of Monday the 8th of June 2026, round the clock unless a row says otherwise. A line of a verdict reads:
status/clock, start to stop, elapsed of promised, due, since when it is late and why, remarks.
"""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.policy import Happening, Target

from .build import OFFICE, ROUND, business_days, by_priority, lasting, left, on, rules, share, span, target, when
from .table import judged, moment, shown, tale, verdicts

H = Happening


def of(kind: str, promise: Any = "4h", **options: Any) -> Target:
    return target(kind, promise, ROUND, **options)


Row = tuple[str, Target, str, str, list[str]]


def table(rows: list[Row]) -> Any:
    names = ("kind", "history", "asked", "wanted")
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


CREATED = "Mon 09:00 created"
BY_AGENT: dict[str, Any] = {"created_by": "agent"}


FIRST_RESPONSE: list[Row] = [
    ("open", of("first_response"), CREATED, "Mon 10:00", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("at the warning step", of("first_response"), CREATED, "Mon 12:00", ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("at the due instant", of("first_response"), CREATED, "Mon 13:00", ["at_risk/running Mon 09:00 4h of 4h due Mon 13:00"]),
    ("a second later", of("first_response"), CREATED, "Mon 13:00:01", ["breached/running Mon 09:00 4h00 of 4h due Mon 13:00 late Mon 13:00"]),
    ("answered", of("first_response"), f"{CREATED}; Mon 10:00 agent", "Mon 15:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("answered at the due instant", of("first_response"), f"{CREATED}; Mon 13:00 agent", "Mon 15:00", ["met/stopped Mon 09:00 to Mon 13:00 4h of 4h due Mon 13:00"]),
    ("answered late", of("first_response"), f"{CREATED}; Mon 14:00 agent", "Mon 15:00", ["missed/stopped Mon 09:00 to Mon 14:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("answered at creation", of("first_response"), f"{CREATED}; Mon 09:00 agent", "Mon 15:00", ["met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"]),
    ("a note answers nothing", of("first_response"), f"{CREATED}; Mon 10:00 note", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a note, and notes count", of("first_response", notes_count=True), f"{CREATED}; Mon 10:00 note", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a bot answers nothing", of("first_response"), f"{CREATED}; Mon 10:00 bot", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot, and bots count", of("first_response", bots_count=True), f"{CREATED}; Mon 10:00 bot", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a bot's note needs both: bots", of("first_response", bots_count=True), f"{CREATED}; Mon 10:00 botnote", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot's note needs both: notes", of("first_response", notes_count=True), f"{CREATED}; Mon 10:00 botnote", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot's note needs both", of("first_response", bots_count=True, notes_count=True), f"{CREATED}; Mon 10:00 botnote", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("an automated answer is none", of("first_response", bots_count=True, notes_count=True), f"{CREATED}; Mon 10:00 autoreply", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("neither system nor vendor answer", of("first_response", bots_count=True), f"{CREATED}; Mon 10:00 system; Mon 10:01 vendor", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a status answers nothing", of("first_response"), f"{CREATED}; Mon 10:00 status=waiting_customer", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("solved without a word", of("first_response"), f"{CREATED}; Mon 10:00 status=solved", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00 solved_without_reply"]),
    ("solved with a word", of("first_response"), f"{CREATED}; Mon 10:00 agent, status=solved", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a word, said later in the list", of("first_response"), f"{CREATED}; Mon 10:00 status=solved, agent", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("reopened: stays", of("first_response"), f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 status=open", "Mon 12:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00 solved_without_reply"]),
    ("a pause told by somebody", of("first_response", pause_while=when(status="on_hold")), f"{CREATED}; Mon 10:00 status=on_hold; Mon 12:00 status=open", "Mon 13:00", ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
]


@table(FIRST_RESPONSE)
def test_first_response(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


BY_HIM = [
    # kind, agent_created, created by, direction, wanted at 10:00
    ("first_response", "start", "agent", "inbound", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("first_response", "skip", "agent", "inbound", []),
    ("first_response", "met", "agent", "inbound", ["met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"]),
    ("first_response", "skip", "customer", "inbound", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("first_response", "met", "bot", "inbound", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("first_response", "start", "agent", "outbound", []),
    ("first_response", "met", "agent", "outbound", []),
    ("next_response", "start", "agent", "inbound", []),
    ("next_response", "met", "agent", "inbound", ["on_track/running Mon 09:30 0h30 of 4h due Mon 13:30"]),
    ("next_response", "met", "customer", "inbound", []),
    ("next_response", "start", "agent", "outbound", ["on_track/running Mon 09:30 0h30 of 4h due Mon 13:30"]),
    ("resolution", "start", "agent", "outbound", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
]


@pytest.mark.parametrize(("kind", "option", "by", "direction", "wanted"), BY_HIM)
def test_a_ticket_that_an_agent_opened(kind: str, option: Any, by: Any, direction: Any, wanted: list[str]) -> None:
    """A customer writes at 09:30; what is said at 10:00."""
    history = tale(f"{CREATED}; Mon 09:30 customer", created_by=by, direction=direction)
    assert judged(rules(of(kind, agent_created=option)), history, "Mon 10:00") == wanted


NEXT = of("next_response", "2h")
NEXT_RESPONSE: list[Row] = [
    ("none before the first response", NEXT, f"{CREATED}; Mon 10:00 customer", "Mon 11:00", []),
    ("after it", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a bot was no first response", NEXT, f"{CREATED}; Mon 09:30 bot; Mon 10:00 customer", "Mon 11:00", []),
    ("a bot was, and bots count", of("next_response", "2h", bots_count=True), f"{CREATED}; Mon 09:30 bot; Mon 10:00 customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a solve opens too", NEXT, f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("the oldest keeps the start", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("answered twice", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 agent; Mon 10:45 agent", "Mon 11:00", ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00"]),
    (
        "two cycles",
        NEXT,
        f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 agent; Mon 11:00 customer; Mon 14:00 agent",
        "Mon 15:00",
        ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00", "missed/stopped Mon 11:00 to Mon 14:00 3h of 2h due Mon 13:00 late Mon 13:00"],
    ),
    ("customer, then agent, at once", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer, agent", "Mon 11:00", ["met/stopped Mon 10:00 to Mon 10:00 0h of 2h due Mon 12:00"]),
    ("agent, then customer, at once", NEXT, f"{CREATED}; Mon 10:00 agent, customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a vendor starts nothing", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 vendor, system, bot, whisper", "Mon 11:00", []),
    ("a customer's automat does", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 automat", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("solved without a word", NEXT, f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 status=solved", "Mon 11:00", ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00 solved_without_reply"]),
    (
        "closed after solved, a message between",
        NEXT,
        f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer; Mon 11:00 status=closed",
        "Mon 15:00",
        ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00 solved_without_reply"],
    ),
    ("a reopening ends nothing", NEXT, f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer, status=open", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
]


@table(NEXT_RESPONSE)
def test_next_response(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


UPDATE = of("periodic_update", "2h")
PERIODIC: list[Row] = [
    ("none before the first", UPDATE, f"{CREATED}; Mon 10:00 customer, note, bot", "Mon 11:00", []),
    ("from the first on", UPDATE, f"{CREATED}; Mon 10:00 agent", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    (
        "each ends one and starts one",
        UPDATE,
        f"{CREATED}; Mon 10:00 agent; Mon 13:00 agent",
        "Mon 14:00",
        ["missed/stopped Mon 10:00 to Mon 13:00 3h of 2h due Mon 12:00 late Mon 12:00", "on_track/running Mon 13:00 1h of 2h due Mon 15:00"],
    ),
    ("a solve ends the running one", UPDATE, f"{CREATED}; Mon 10:00 agent; Mon 11:00 status=solved", "Mon 14:00", ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    ("late", UPDATE, f"{CREATED}; Mon 10:00 agent; Mon 13:00 status=solved", "Mon 14:00", ["missed/stopped Mon 10:00 to Mon 13:00 3h of 2h due Mon 12:00 late Mon 12:00"]),
    ("none while solved, none by a reopening", UPDATE, f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 agent; Mon 12:00 status=open", "Mon 14:00", []),
    ("but by the next message", UPDATE, f"{CREATED}; Mon 10:00 status=solved; Mon 12:00 status=open; Mon 13:00 agent", "Mon 14:00", ["on_track/running Mon 13:00 1h of 2h due Mon 15:00"]),
    ("with the solve", UPDATE, f"{CREATED}; Mon 10:00 agent, status=solved", "Mon 14:00", ["met/stopped Mon 10:00 to Mon 10:00 0h of 2h due Mon 12:00"]),
    (
        "paused on hold",
        of("periodic_update", "2h", pause_while=when(status="on_hold")),
        f"{CREATED}; Mon 10:00 agent; Mon 11:00 status=on_hold",
        "Mon 20:00",
        ["on_track/paused Mon 10:00 1h of 2h"],
    ),
]


@table(PERIODIC)
def test_periodic_update(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


PAUSED = "Mon 10:00 status={}; Mon 12:00 status=open"
PAUSES = [
    # kind, paused in waiting_customer, in waiting_third_party, in on_hold
    ("resolution", True, False, False),
    ("total_resolution", False, False, False),
    ("first_resolution", True, False, False),
    ("requester_wait", True, False, False),
    ("agent_work", True, True, True),
    ("time_to_own", False, False, False),
    ("first_response", False, False, False),
]


@pytest.mark.parametrize(("kind", "customer", "vendor", "hold"), PAUSES)
def test_each_kind_pauses_in_its_statuses(kind: str, customer: bool, vendor: bool, hold: bool) -> None:
    statuses = {"waiting_customer": customer, "waiting_third_party": vendor, "on_hold": hold, "new": False}
    for status, paused in statuses.items():
        history = tale(f"{CREATED}; {PAUSED.format(status)}")
        run = "on_track/running Mon 09:00 {} of 4h due Mon {}"
        wanted = run.format("1h30", "15:00") if paused else run.format("3h30", "13:00")
        options = {"warn_at": (share(100),)}
        assert judged(rules(of(kind, **options)), history, "Mon 12:30") == [wanted]


RES = of("resolution")
ALL = of("total_resolution")
PAUSING: list[Row] = [
    ("while paused nothing is due", RES, f"{CREATED}; Mon 10:00 status=waiting_customer", "Mon 20:00", ["on_track/paused Mon 09:00 1h of 4h"]),
    ("at risk stays at risk", RES, f"{CREATED}; Mon 12:30 status=waiting_customer", "Mon 20:00", ["at_risk/paused Mon 09:00 3h30 of 4h"]),
    ("a breach stays, and does not grow", RES, f"{CREATED}; Mon 14:00 status=waiting_customer", "Mon 20:00", ["breached/paused Mon 09:00 5h of 4h late Mon 13:00"]),
    ("from the very due instant", RES, f"{CREATED}; Mon 13:00 status=waiting_customer", "Mon 20:00", ["at_risk/paused Mon 09:00 4h of 4h"]),
    ("resumed: the rest of 0 s is due", RES, f"{CREATED}; Mon 13:00 status=waiting_customer; Mon 15:00 status=open", "Mon 15:00", ["at_risk/running Mon 09:00 4h of 4h due Mon 15:00"]),
    ("and is then breached", RES, f"{CREATED}; Mon 13:00 status=waiting_customer; Mon 15:00 status=open", "Mon 15:00:01", ["breached/running Mon 09:00 4h00 of 4h due Mon 15:00 late Mon 15:00"]),
    (
        "in office hours: at the next opening",
        target("resolution", "8h"),
        "Mon 09:00 created; Mon 17:00 status=waiting_customer; Mon 20:00 status=open",
        "Tue 08:00",
        ["at_risk/running Mon 09:00 8h of 8h due Tue 09:00"],
    ),
    ("created in a paused status", RES, "Mon 09:00 created status=waiting_customer; Mon 11:00 status=open", "Mon 12:00", ["on_track/running Mon 09:00 1h of 4h due Mon 15:00"]),
    ("paused, then solved", RES, f"{CREATED}; Mon 10:00 status=waiting_customer; Mon 20:00 status=solved", "Tue 09:00", ["met/stopped Mon 09:00 to Mon 20:00 1h of 4h"]),
    ("breached, paused, solved", RES, f"{CREATED}; Mon 14:00 status=waiting_customer; Mon 20:00 status=solved", "Tue 09:00", ["missed/stopped Mon 09:00 to Mon 20:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("a reply, then a pause, at once", RES, f"{CREATED}; Mon 10:00 status=waiting_customer, agent", "Mon 12:00", ["on_track/paused Mon 09:00 1h of 4h"]),
    (
        "two reasons count once",
        of("resolution", pause_while=when(status=["waiting_customer", "on_hold"])),
        f"{CREATED}; Mon 10:00 status=waiting_customer; Mon 11:00 status=on_hold; Mon 12:00 status=open",
        "Mon 13:00",
        ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"],
    ),
    (
        "outside hours the clock runs with nothing counted",
        target("resolution", "4h"),
        "Mon 18:00 created",
        "Mon 23:00",
        ["on_track/running Mon 18:00 0h of 4h due Tue 13:00"],
    ),
    (
        "answered after closing time of the due day",
        target("total_resolution", "8h"),
        "Fri 09:00 created; Fri 20:00 status=solved",
        "Sat 09:00",
        ["missed/stopped Fri 09:00 to Fri 20:00 8h of 8h due Fri 17:00 late Fri 17:00"],
    ),
]


@table(PAUSING)
def test_pausing(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


SOLVED = f"{CREATED}; Mon 10:00 status=solved"
REOPENED = f"{SOLVED}; Mon 12:00 status=open"
LATE = f"{CREATED}; Mon 14:00 status=solved; Mon 16:00 status=open"
REOPENING: list[Row] = [
    ("solved", RES, SOLVED, "Mon 20:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("closed at once", RES, f"{CREATED}; Mon 10:00 status=closed", "Mon 20:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("closed after solved", RES, f"{SOLVED}; Mon 11:00 status=closed", "Mon 20:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("continue", RES, REOPENED, "Mon 13:00", ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("continue from closed", RES, f"{SOLVED}; Mon 11:00 status=closed; Mon 12:00 status=open", "Mon 13:00", ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("continue in a paused status", RES, f"{SOLVED}; Mon 12:00 status=waiting_customer", "Mon 13:00", ["on_track/paused Mon 09:00 1h of 4h"]),
    ("a missed one comes back breached", RES, LATE, "Mon 16:00", ["breached/running Mon 09:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("solved at the due instant", RES, f"{CREATED}; Mon 13:00 status=solved; Mon 15:00 status=open", "Mon 16:00", ["breached/running Mon 09:00 5h of 4h due Mon 15:00 late Mon 15:00"]),
    ("solved again", RES, f"{REOPENED}; Mon 14:00 status=solved", "Mon 20:00", ["met/stopped Mon 09:00 to Mon 14:00 3h of 4h due Mon 15:00"]),
    ("wall", of("resolution", on_reopen="continue_wall"), REOPENED, "Mon 12:30", ["at_risk/running Mon 09:00 3h30 of 4h due Mon 13:00"]),
    ("wall, late by it", of("resolution", on_reopen="continue_wall"), f"{SOLVED}; Mon 15:00 status=open", "Mon 16:00", ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 15:00 reopen"]),
    ("once", of("resolution", on_reopen="once"), REOPENED, "Mon 20:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("first_resolution is once", of("first_resolution"), REOPENED, "Mon 20:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    (
        "restart",
        of("resolution", on_reopen="restart"),
        REOPENED,
        "Mon 13:00",
        ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00", "on_track/running Mon 12:00 1h of 4h due Mon 16:00"],
    ),
    ("exactly at the window", of("resolution", reopen_window=span("2h")), REOPENED, "Mon 13:00", ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    (
        "past the window",
        of("resolution", reopen_window=span("1h59m")),
        REOPENED,
        "Mon 13:00",
        ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00", "on_track/running Mon 12:00 1h of 4h due Mon 16:00"],
    ),
    (
        "the window counts from the first of solved and closed",
        of("resolution", reopen_window=span("1h30m")),
        f"{SOLVED}; Mon 11:00 status=closed; Mon 12:00 status=open",
        "Mon 13:00",
        ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00", "on_track/running Mon 12:00 1h of 4h due Mon 16:00"],
    ),
    ("once, whatever the window", of("resolution", on_reopen="once", reopen_window=span("1h")), REOPENED, "Mon 13:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    (
        "a fixed instant that has passed",
        target("resolution", business_days(0)),
        f"{SOLVED}; Mon 18:00 status=open",
        "Mon 19:00",
        ["breached/running Mon 09:00 8h of - due Mon 17:00 late Mon 18:00 reopen"],
    ),
    (
        "another target meanwhile, late by it",
        of("resolution", by_priority(low=lasting("4h", ROUND), high=lasting("30m", ROUND))),
        f"Mon 09:00 created priority=low; Mon 10:00 status=solved; Mon 11:00 priority=high; Mon 12:00 status=open",
        "Mon 12:00",
        ["breached/running Mon 09:00 1h of 0h30 due Mon 09:30 late Mon 12:00 reopen"],
    ),
    (
        "an ended one is not touched",
        of("resolution", by_priority(low=lasting("4h", ROUND), high=lasting("30m", ROUND))),
        f"Mon 09:00 created priority=low; Mon 10:00 status=solved; Mon 11:00 priority=high",
        "Mon 12:00",
        ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"],
    ),
    (
        "recompute looks at the reopening too",
        of("resolution", by_priority(low=lasting("1h", ROUND), high=lasting("8h", ROUND)), on_retarget="recompute"),
        f"Mon 09:00 created priority=low; Mon 11:00 status=solved; Mon 12:00 priority=high; Mon 13:00 status=open",
        "Mon 14:00",
        ["on_track/running Mon 09:00 3h of 8h due Mon 19:00"],
    ),
]


@table(REOPENING)
def test_reopening(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


def by(mode: str, **promises: str) -> Target:
    known = {name: lasting(text, ROUND) for name, text in promises.items()}
    return of("total_resolution", by_priority(**known), on_retarget=mode)


LOW = "Mon 09:00 created priority=low"
RETARGETING: list[Row] = [
    ("raised in time", by("retarget", low="8h", high="4h"), f"{LOW}; Mon 11:00 priority=high", "Mon 11:30", ["on_track/running Mon 09:00 2h30 of 4h due Mon 13:00"]),
    ("raised too late", by("retarget", low="8h", high="1h"), f"{LOW}; Mon 11:00 priority=high", "Mon 11:00", ["breached/running Mon 09:00 2h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("raised at the new due instant", by("retarget", low="8h", high="2h"), f"{LOW}; Mon 11:00 priority=high", "Mon 12:00", ["breached/running Mon 09:00 3h of 2h due Mon 11:00 late Mon 11:00"]),
    ("a breach stays though the target grows", by("retarget", low="1h", high="8h"), f"{LOW}; Mon 11:00 priority=high", "Mon 12:00", ["breached/running Mon 09:00 3h of 8h due Mon 17:00 late Mon 10:00"]),
    ("and is missed though stopped in time", by("retarget", low="1h", high="8h"), f"{LOW}; Mon 11:00 priority=high; Mon 12:00 status=solved", "Mon 13:00", ["missed/stopped Mon 09:00 to Mon 12:00 3h of 8h due Mon 17:00 late Mon 10:00"]),
    ("recompute forgets it", by("recompute", low="1h", high="8h"), f"{LOW}; Mon 11:00 priority=high", "Mon 12:00", ["on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("recompute keeps what is late anyhow", by("recompute", low="1h", high="90m"), f"{LOW}; Mon 11:00 priority=high", "Mon 12:00", ["breached/running Mon 09:00 3h of 1h30 due Mon 10:30 late Mon 10:00"]),
    ("recompute makes late too", by("recompute", low="8h", high="1h"), f"{LOW}; Mon 11:00 priority=high", "Mon 12:00", ["breached/running Mon 09:00 3h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("restart", by("restart", low="8h", high="2h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["on_track/running Mon 12:00 1h of 2h due Mon 14:00"]),
    ("restart keeps a breach", by("restart", low="1h", high="2h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["breached/running Mon 12:00 1h of 2h due Mon 14:00 late Mon 10:00"]),
    ("pin", by("pin", low="8h", high="1h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("the same target is no retarget", by("restart", low="8h", high="8h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("there and back", by("retarget", low="8h", high="6h"), f"{LOW}; Mon 10:00 priority=high; Mon 11:00 priority=low", "Mon 12:00", ["on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("stops applying: cancelled", by("retarget", low="8h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["cancelled/stopped Mon 09:00 to Mon 12:00 3h of 8h"]),
    ("cancelled after a breach", by("retarget", low="1h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["cancelled/stopped Mon 09:00 to Mon 12:00 3h of 1h late Mon 10:00"]),
    ("applies again: the gap counts", by("retarget", low="8h"), f"{LOW}; Mon 12:00 priority=high; Mon 13:00 priority=low", "Mon 14:00", ["on_track/running Mon 09:00 5h of 8h due Mon 17:00"]),
    ("and may be late", by("retarget", low="4h"), f"{LOW}; Mon 12:00 priority=high; Mon 15:00 priority=low", "Mon 16:00", ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 15:00 retarget"]),
    ("covered later: from creation", by("retarget", high="8h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("covered too late", by("retarget", high="2h"), f"{LOW}; Mon 12:00 priority=high", "Mon 13:00", ["breached/running Mon 09:00 4h of 2h due Mon 11:00 late Mon 12:00 retarget"]),
    ("not covered", by("retarget", high="2h"), LOW, "Mon 13:00", []),
    ("ended before it was covered", by("retarget", high="2h"), f"{LOW}; Mon 10:00 status=solved; Mon 12:00 priority=high", "Mon 13:00", []),
    ("the new target judges the answer", of("first_response", by_priority(low=lasting("8h", ROUND), high=lasting("1h", ROUND))), f"{LOW}; Mon 12:00 agent, priority=high", "Mon 13:00", ["missed/stopped Mon 09:00 to Mon 12:00 3h of 1h due Mon 10:00 late Mon 12:00 retarget"]),
    ("a message before the priority, in time", of("first_response", by_priority(low=lasting("8h", ROUND), high=lasting("1h", ROUND))), f"{LOW}; Mon 11:59 agent; Mon 12:00 priority=high", "Mon 13:00", ["met/stopped Mon 09:00 to Mon 11:59 2h59 of 8h due Mon 17:00"]),
]


@table(RETARGETING)
def test_retargeting(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


OWN, HOLD = of("time_to_own"), of("ownership", "2h")
OWNING: list[Row] = [
    ("unowned", OWN, CREATED, "Mon 10:00", ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("owned", OWN, f"{CREATED}; Mon 10:00 assignee=ann", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("an answer owns nothing", OWN, f"{CREATED}; Mon 10:00 agent", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("nobody is nobody", OWN, f"{CREATED}; Mon 10:00 assignee=", "Mon 11:00", ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("owned from the start", OWN, "Mon 09:00 created assignee=ann", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"]),
    ("a solve stops it", OWN, f"{CREATED}; Mon 10:00 status=solved", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("no group", HOLD, CREATED, "Mon 10:00", []),
    ("a group from the start", HOLD, "Mon 09:00 created group=net", "Mon 10:00", ["on_track/running Mon 09:00 1h of 2h due Mon 11:00"]),
    (
        "another group",
        HOLD,
        "Mon 09:00 created group=net; Mon 12:00 group=desk",
        "Mon 13:00",
        ["missed/stopped Mon 09:00 to Mon 12:00 3h of 2h due Mon 11:00 late Mon 11:00", "on_track/running Mon 12:00 1h of 2h due Mon 14:00"],
    ),
    ("no group any more", HOLD, "Mon 09:00 created group=net; Mon 10:00 group=", "Mon 13:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("solved", HOLD, "Mon 09:00 created group=net; Mon 10:00 status=solved; Mon 10:30 group=desk", "Mon 13:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    (
        "reopened: the group in place",
        HOLD,
        "Mon 09:00 created group=net; Mon 10:00 status=solved; Mon 12:00 status=open",
        "Mon 13:00",
        ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00", "on_track/running Mon 12:00 1h of 2h due Mon 14:00"],
    ),
]


@table(OWNING)
def test_owning(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


DUE = target("due", None, OFFICE)
NOON, TEA = "2026-06-08T12:00:00+02:00", "2026-06-08T16:00:00+02:00"
DATES: list[Row] = [
    ("no date", DUE, CREATED, "Mon 10:00", []),
    ("a date", DUE, f"Mon 09:00 created due_at={NOON}", "Mon 10:00", ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
    ("three quarters of the time", DUE, f"Mon 09:00 created due_at={NOON}", "Mon 11:15", ["at_risk/running Mon 09:00 2h15 of - due Mon 12:00"]),
    ("past", DUE, f"Mon 09:00 created due_at={NOON}", "Mon 12:30", ["breached/running Mon 09:00 3h30 of - due Mon 12:00 late Mon 12:00"]),
    ("solved in time", DUE, f"Mon 09:00 created due_at={NOON}; Mon 12:00 status=solved", "Mon 14:00", ["met/stopped Mon 09:00 to Mon 12:00 3h of - due Mon 12:00"]),
    ("solved late", DUE, f"Mon 09:00 created due_at={NOON}; Mon 12:00:01 status=solved", "Mon 14:00", ["missed/stopped Mon 09:00 to Mon 12:00:01 3h00 of - due Mon 12:00 late Mon 12:00"]),
    ("it never pauses", DUE, f"Mon 09:00 created due_at={NOON} status=waiting_customer", "Mon 10:00", ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
    (
        "moved in time",
        DUE,
        f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at={TEA}",
        "Mon 12:00",
        ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -", "on_track/running Mon 11:00 1h of - due Mon 16:00"],
    ),
    (
        "moved when it was past",
        DUE,
        f"Mon 09:00 created due_at={NOON}; Mon 13:00 due_at={TEA}",
        "Mon 14:00",
        ["missed/stopped Mon 09:00 to Mon 13:00 4h of - due Mon 12:00 late Mon 12:00", "on_track/running Mon 13:00 1h of - due Mon 16:00"],
    ),
    ("cleared", DUE, f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at=", "Mon 14:00", ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -"]),
    ("no date after all", DUE, f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at=soon", "Mon 14:00", ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -"]),
    (
        "cleared and given again",
        DUE,
        f"Mon 09:00 created due_at={TEA}; Mon 11:00 due_at=; Mon 12:00 due_at={TEA}",
        "Mon 13:00",
        ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -", "on_track/running Mon 12:00 1h of - due Mon 16:00"],
    ),
    ("past when it was given", DUE, f"{CREATED}; Mon 14:00 due_at={NOON}", "Mon 15:00", ["breached/running Mon 14:00 1h of - due Mon 12:00 late Mon 14:00 retarget"]),
    ("a day ends with it", DUE, "Mon 09:00 created due_at=2026-06-08", "Mon 10:00", ["on_track/running Mon 09:00 1h of - due Tue 00:00"]),
    ("a day of the calendar's zone", target("due", None, ROUND), "Mon 09:00 created due_at=2026-06-08", "Mon 10:00", ["on_track/running Mon 09:00 1h of - due Tue 02:00"]),
    ("another field", target("due", None, OFFICE, field="promised"), f"Mon 09:00 created promised={NOON} due_at={TEA}", "Mon 10:00", ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
]


@table(DATES)
def test_due_dates(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


def custom(start: Any, stop: Any, promise: str = "2h", **options: Any) -> Target:
    return of("custom", promise, start=on(start), stop=on(stop), **options)


URGENT = when(priority="urgent")
CUSTOM: list[Row] = [
    ("assigned to the first note", custom(H.ASSIGNED, H.AGENT_NOTE), f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note", "Mon 13:00", ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    ("only once", custom(H.ASSIGNED, H.AGENT_NOTE), f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note; Mon 12:00 assignee=bob", "Mon 13:00", ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    (
        "again and again",
        custom(H.ASSIGNED, H.AGENT_NOTE, repeat=True),
        f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note; Mon 12:00 assignee=bob",
        "Mon 13:00",
        ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00", "on_track/running Mon 12:00 1h of 2h due Mon 14:00"],
    ),
    ("a change that makes it true", custom(URGENT, H.SOLVED), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("true from the start", custom(URGENT, H.SOLVED), "Mon 09:00 created priority=urgent", "Mon 10:00", ["on_track/running Mon 09:00 1h of 2h due Mon 11:00"]),
    ("still true is no change", custom(URGENT, H.SOLVED, repeat=True), "Mon 09:00 created priority=urgent; Mon 10:00 status=solved; Mon 10:30 group=net", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("reset", custom(H.CREATED, H.SOLVED, reset=on(H.CUSTOMER_MESSAGE)), f"{CREATED}; Mon 10:00 customer", "Mon 11:00", ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("reset keeps a breach", custom(H.CREATED, H.SOLVED, reset=on(H.CUSTOMER_MESSAGE)), f"{CREATED}; Mon 12:00 customer", "Mon 13:00", ["breached/running Mon 12:00 1h of 2h due Mon 14:00 late Mon 11:00"]),
    ("cancel", custom(H.CREATED, H.SOLVED, cancel=on(URGENT)), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 2h"]),
    ("stop before cancel", custom(H.CREATED, URGENT, cancel=on(URGENT)), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("cancel before reset", custom(H.CREATED, H.SOLVED, cancel=on(URGENT), reset=on(URGENT)), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 2h"]),
    (
        "stop, then start",
        custom(H.AGENT_MESSAGE, H.AGENT_MESSAGE, repeat=True),
        f"{CREATED}; Mon 10:00 agent; Mon 11:00 agent",
        "Mon 12:00",
        ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00", "on_track/running Mon 11:00 1h of 2h due Mon 13:00"],
    ),
    ("reset, then pause", custom(H.CREATED, H.SOLVED, reset=on(URGENT), pause_while=URGENT), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 12:00", ["on_track/paused Mon 10:00 0h of 2h"]),
    ("starts in a pause", custom(URGENT, H.SOLVED, pause_while=URGENT), f"{CREATED}; Mon 10:00 priority=urgent", "Mon 12:00", ["on_track/paused Mon 10:00 0h of 2h"]),
    ("bots count as agents", custom(H.CREATED, H.AGENT_MESSAGE, bots_count=True), f"{CREATED}; Mon 10:00 bot", "Mon 12:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("closed, not solved", custom(H.CREATED, H.CLOSED), f"{CREATED}; Mon 10:00 status=solved", "Mon 10:15", ["on_track/running Mon 09:00 1h15 of 2h due Mon 11:00"]),
    ("from the reopening", custom(H.REOPENED, H.SOLVED), f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 status=open", "Mon 12:00", ["on_track/running Mon 11:00 1h of 2h due Mon 13:00"]),
    ("stopped by the solve, continued", custom(H.CREATED, H.SOLVED, on_reopen="continue"), f"{CREATED}; Mon 10:00 status=solved; Mon 12:00 status=open", "Mon 12:30", ["at_risk/running Mon 09:00 1h30 of 2h due Mon 13:00"]),
    ("stopped by something else, left alone", custom(H.CREATED, H.AGENT_MESSAGE, on_reopen="continue"), f"{CREATED}; Mon 09:30 agent; Mon 10:00 status=solved; Mon 12:00 status=open", "Mon 12:30", ["met/stopped Mon 09:00 to Mon 09:30 0h30 of 2h due Mon 11:00"]),
]


@table(CUSTOM)
def test_custom_clocks(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


GOING: list[Row] = [
    ("deleted", ALL, f"{CREATED}; Mon 10:00 deleted; Mon 11:00 status=solved", "Mon 12:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("merged", ALL, f"{CREATED}; Mon 10:00 merged", "Mon 12:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("a cancelled status", ALL, f"{CREATED}; Mon 10:00 status=cancelled", "Mon 12:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("a merged status", ALL, f"{CREATED}; Mon 10:00 status=merged", "Mon 12:00", ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("after a breach", ALL, f"{CREATED}; Mon 14:00 deleted", "Mon 15:00", ["cancelled/stopped Mon 09:00 to Mon 14:00 5h of 4h late Mon 13:00"]),
    ("an ended one stays", ALL, f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 deleted", "Mon 12:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("restored: as if never gone", ALL, f"{CREATED}; Mon 10:00 deleted; Mon 11:00 restored", "Mon 12:00", ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("late meanwhile", ALL, f"{CREATED}; Mon 10:00 deleted; Mon 15:00 restored", "Mon 16:00", ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 13:00"]),
    ("what happened meanwhile counts", ALL, f"{CREATED}; Mon 10:00 deleted; Mon 11:00 status=solved; Mon 12:00 restored", "Mon 13:00", ["met/stopped Mon 09:00 to Mon 11:00 2h of 4h due Mon 13:00"]),
    ("back from a cancelled status", ALL, f"{CREATED}; Mon 10:00 status=cancelled; Mon 11:00 status=open", "Mon 12:00", ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("created so", ALL, "Mon 09:00 created status=cancelled", "Mon 12:00", ["cancelled/stopped Mon 09:00 to Mon 09:00 0h of 4h"]),
    ("solved in the same update", ALL, f"{CREATED}; Mon 10:00 deleted, status=solved", "Mon 12:00", ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
]


@table(GOING)
def test_gone_and_back(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


WARNINGS = [
    # warnings, promise, when the status changes first
    ((share(50),), lasting("4h"), "Mon 11:00"),
    ((left("30m"),), lasting("4h"), "Mon 12:30"),
    ((share(75), left("2h")), lasting("4h"), "Mon 11:00"),
    ((share(100),), lasting("4h"), "Mon 13:00"),
    ((left("4h"),), lasting("4h"), "Mon 13:00"),  # at the start: skipped
    ((left("5h"),), lasting("4h"), "Mon 13:00"),
    ((), lasting("4h"), "Mon 13:00"),
    ((share(50),), lasting("16h"), "Mon 17:00"),  # the earliest instant, not Tuesday's opening
    ((left("1h"),), lasting("8h10m"), "Mon 16:10"),
]


@pytest.mark.parametrize(("steps", "promise", "wanted"), WARNINGS)
def test_a_warning_step_is_reached_at_the_earliest_instant(steps: Any, promise: Any, wanted: str) -> None:
    kind = target("first_response", promise, warn_at=steps)
    found = verdicts(rules(kind), tale("Mon 09:00 created"), moment("Mon 09:00"))[0]
    assert (found.status, shown(found.changes_at)) == ("on_track", wanted)


def test_half_an_hour_before_monday_ten_past_nine_is_friday_afternoon() -> None:
    kind = target("first_response", "8h10m", warn_at=(left("30m"),))
    found = verdicts(rules(kind), tale("Thu 17:00 created"), moment("Thu 18:00"))[0]
    assert (shown(found.due_at), shown(found.changes_at)) == ("Mon 09:10", "Fri 16:40")
