"""Pauses, reopenings and tickets that are gone: a history in short words, then what is said about the clock.

All in the week of Monday the 8th of June 2026, round the clock unless a row says otherwise. A line of a verdict reads:
status/clock, start to stop, elapsed of promised, due, since when it is late and why, remarks.
"""

from __future__ import annotations

import pytest

from slamon.core.policy import Target

from .build import ROUND, business_days, by_priority, lasting, rules, share, span, target, when
from .table import CREATED, Row, judged, of, table, tale

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
# fmt: off
PAUSING: list[Row] = [
    ("while paused nothing is due", RES,
     f"{CREATED}; Mon 10:00 status=waiting_customer", "Mon 20:00",
     ["on_track/paused Mon 09:00 1h of 4h"]),
    ("at risk stays at risk", RES,
     f"{CREATED}; Mon 12:30 status=waiting_customer", "Mon 20:00",
     ["at_risk/paused Mon 09:00 3h30 of 4h"]),
    ("a breach stays, and does not grow", RES,
     f"{CREATED}; Mon 14:00 status=waiting_customer", "Mon 20:00",
     ["breached/paused Mon 09:00 5h of 4h late Mon 13:00"]),
    ("from the very due instant", RES,
     f"{CREATED}; Mon 13:00 status=waiting_customer", "Mon 20:00",
     ["at_risk/paused Mon 09:00 4h of 4h"]),
    ("resumed: the rest of 0 s is due", RES,
     f"{CREATED}; Mon 13:00 status=waiting_customer; Mon 15:00 status=open", "Mon 15:00",
     ["at_risk/running Mon 09:00 4h of 4h due Mon 15:00"]),
    ("and is then breached", RES,
     f"{CREATED}; Mon 13:00 status=waiting_customer; Mon 15:00 status=open", "Mon 15:00:01",
     ["breached/running Mon 09:00 4h00 of 4h due Mon 15:00 late Mon 15:00"]),
    ("in office hours: at the next opening", target("resolution", "8h"),
     "Mon 09:00 created; Mon 17:00 status=waiting_customer; Mon 20:00 status=open", "Tue 08:00",
     ["at_risk/running Mon 09:00 8h of 8h due Tue 09:00"]),
    ("created in a paused status", RES,
     "Mon 09:00 created status=waiting_customer; Mon 11:00 status=open", "Mon 12:00",
     ["on_track/running Mon 09:00 1h of 4h due Mon 15:00"]),
    ("paused, then solved", RES,
     f"{CREATED}; Mon 10:00 status=waiting_customer; Mon 20:00 status=solved", "Tue 09:00",
     ["met/stopped Mon 09:00 to Mon 20:00 1h of 4h"]),
    ("breached, paused, solved", RES,
     f"{CREATED}; Mon 14:00 status=waiting_customer; Mon 20:00 status=solved", "Tue 09:00",
     ["missed/stopped Mon 09:00 to Mon 20:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("a reply, then a pause, at once", RES,
     f"{CREATED}; Mon 10:00 status=waiting_customer, agent", "Mon 12:00",
     ["on_track/paused Mon 09:00 1h of 4h"]),
    ("two reasons count once", of("resolution", pause_while=when(status=["waiting_customer", "on_hold"])),
     f"{CREATED}; Mon 10:00 status=waiting_customer; Mon 11:00 status=on_hold; Mon 12:00 status=open", "Mon 13:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("outside hours the clock runs with nothing counted", target("resolution", "4h"),
     "Mon 18:00 created", "Mon 23:00",
     ["on_track/running Mon 18:00 0h of 4h due Tue 13:00"]),
    ("answered after closing time of the due day", target("total_resolution", "8h"),
     "Fri 09:00 created; Fri 20:00 status=solved", "Sat 09:00",
     ["missed/stopped Fri 09:00 to Fri 20:00 8h of 8h due Fri 17:00 late Fri 17:00"]),
]
# fmt: on


@table(PAUSING)
def test_pausing(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


SOLVED = f"{CREATED}; Mon 10:00 status=solved"
REOPENED = f"{SOLVED}; Mon 12:00 status=open"
LATE = f"{CREATED}; Mon 14:00 status=solved; Mon 16:00 status=open"
# fmt: off
REOPENING: list[Row] = [
    ("solved", RES,
     SOLVED, "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("closed at once", RES,
     f"{CREATED}; Mon 10:00 status=closed", "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("closed after solved", RES,
     f"{SOLVED}; Mon 11:00 status=closed", "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("continue", RES,
     REOPENED, "Mon 13:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("continue from closed", RES,
     f"{SOLVED}; Mon 11:00 status=closed; Mon 12:00 status=open", "Mon 13:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("continue in a paused status", RES,
     f"{SOLVED}; Mon 12:00 status=waiting_customer", "Mon 13:00",
     ["on_track/paused Mon 09:00 1h of 4h"]),
    ("a missed one comes back breached", RES,
     LATE, "Mon 16:00",
     ["breached/running Mon 09:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("solved at the due instant", RES,
     f"{CREATED}; Mon 13:00 status=solved; Mon 15:00 status=open", "Mon 16:00",
     ["breached/running Mon 09:00 5h of 4h due Mon 15:00 late Mon 15:00"]),
    ("solved again", RES,
     f"{REOPENED}; Mon 14:00 status=solved", "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 14:00 3h of 4h due Mon 15:00"]),
    ("wall", of("resolution", on_reopen="continue_wall"),
     REOPENED, "Mon 12:30",
     ["at_risk/running Mon 09:00 3h30 of 4h due Mon 13:00"]),
    ("wall, late by it", of("resolution", on_reopen="continue_wall"),
     f"{SOLVED}; Mon 15:00 status=open", "Mon 16:00",
     ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 15:00 reopen"]),
    ("once", of("resolution", on_reopen="once"),
     REOPENED, "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("first_resolution is once", of("first_resolution"),
     REOPENED, "Mon 20:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("restart", of("resolution", on_reopen="restart"),
     REOPENED, "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00",
      "on_track/running Mon 12:00 1h of 4h due Mon 16:00"]),
    ("exactly at the window", of("resolution", reopen_window=span("2h")),
     REOPENED, "Mon 13:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
    ("past the window", of("resolution", reopen_window=span("1h59m")),
     REOPENED, "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00",
      "on_track/running Mon 12:00 1h of 4h due Mon 16:00"]),
    ("the window counts from the first of solved and closed", of("resolution", reopen_window=span("1h30m")),
     f"{SOLVED}; Mon 11:00 status=closed; Mon 12:00 status=open", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00",
      "on_track/running Mon 12:00 1h of 4h due Mon 16:00"]),
    ("once, whatever the window", of("resolution", on_reopen="once", reopen_window=span("1h")),
     REOPENED, "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a fixed instant that has passed", target("resolution", business_days(0)),
     f"{SOLVED}; Mon 18:00 status=open", "Mon 19:00",
     ["breached/running Mon 09:00 8h of - due Mon 17:00 late Mon 18:00 reopen"]),
    ("another target meanwhile, late by it",
     of("resolution", by_priority(low=lasting("4h", ROUND), high=lasting("30m", ROUND))),
     "Mon 09:00 created priority=low; Mon 10:00 status=solved; Mon 11:00 priority=high; Mon 12:00 status=open",
     "Mon 12:00",
     ["breached/running Mon 09:00 1h of 0h30 due Mon 09:30 late Mon 12:00 reopen"]),
    ("an ended one is not touched", of("resolution", by_priority(low=lasting("4h", ROUND), high=lasting("30m", ROUND))),
     "Mon 09:00 created priority=low; Mon 10:00 status=solved; Mon 11:00 priority=high", "Mon 12:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("recompute looks at the reopening too",
     of("resolution", by_priority(low=lasting("1h", ROUND), high=lasting("8h", ROUND)), on_retarget="recompute"),
     "Mon 09:00 created priority=low; Mon 11:00 status=solved; Mon 12:00 priority=high; Mon 13:00 status=open",
     "Mon 14:00",
     ["on_track/running Mon 09:00 3h of 8h due Mon 19:00"]),
]
# fmt: on


@table(REOPENING)
def test_reopening(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


# fmt: off
GOING: list[Row] = [
    ("deleted", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 11:00 status=solved", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("merged", ALL,
     f"{CREATED}; Mon 10:00 merged", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("a cancelled status", ALL,
     f"{CREATED}; Mon 10:00 status=cancelled", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("a merged status", ALL,
     f"{CREATED}; Mon 10:00 status=merged", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 4h"]),
    ("after a breach", ALL,
     f"{CREATED}; Mon 14:00 deleted", "Mon 15:00",
     ["cancelled/stopped Mon 09:00 to Mon 14:00 5h of 4h late Mon 13:00"]),
    ("an ended one stays", ALL,
     f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 deleted", "Mon 12:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("restored: as if never gone", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 11:00 restored", "Mon 12:00",
     ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("late meanwhile", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 15:00 restored", "Mon 16:00",
     ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 13:00"]),
    ("what happened meanwhile counts", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 11:00 status=solved; Mon 12:00 restored", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 11:00 2h of 4h due Mon 13:00"]),
    ("restored, but cancelled meanwhile: as if never deleted", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 11:00 status=cancelled; Mon 12:00 restored", "Mon 13:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of 4h"]),
    ("restored, but cancelled meanwhile, after it was solved", ALL,
     f"{CREATED}; Mon 10:00 deleted; Mon 10:30 status=solved; Mon 11:00 status=cancelled; Mon 12:00 restored", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:30 1h30 of 4h due Mon 13:00"]),
    ("no longer cancelled, but deleted meanwhile", ALL,
     f"{CREATED}; Mon 10:00 status=cancelled; Mon 11:00 deleted; Mon 12:00 status=open", "Mon 13:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of 4h"]),
    ("back from a cancelled status", ALL,
     f"{CREATED}; Mon 10:00 status=cancelled; Mon 11:00 status=open", "Mon 12:00",
     ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("created so", ALL,
     "Mon 09:00 created status=cancelled", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 09:00 0h of 4h"]),
    ("solved in the same update", ALL,
     f"{CREATED}; Mon 10:00 deleted, status=solved", "Mon 12:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
]
# fmt: on


@table(GOING)
def test_gone_and_back(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted
