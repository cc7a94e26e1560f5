"""Owners, dates and custom clocks: a history in short words, then what is said about the clock.

All in the week of Monday the 8th of June 2026, round the clock unless a row says otherwise. A line of a verdict reads:
status/clock, start to stop, elapsed of promised, due, since when it is late and why, remarks.
"""

from __future__ import annotations

from typing import Any

from slamon.core.policy import Happening, Target

from .build import OFFICE, ROUND, on, rules, target, when
from .table import CREATED, Row, judged, of, table, tale

H = Happening
OWN, HOLD = of("time_to_own"), of("ownership", "2h")
# fmt: off
OWNING: list[Row] = [
    ("unowned", OWN,
     CREATED, "Mon 10:00",
     ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("owned", OWN,
     f"{CREATED}; Mon 10:00 assignee=ann", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("an answer owns nothing", OWN,
     f"{CREATED}; Mon 10:00 agent", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("nobody is nobody", OWN,
     f"{CREATED}; Mon 10:00 assignee=", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("owned from the start", OWN,
     "Mon 09:00 created assignee=ann", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"]),
    ("a solve stops it", OWN,
     f"{CREATED}; Mon 10:00 status=solved", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("no group", HOLD,
     CREATED, "Mon 10:00",
     []),
    ("a group from the start", HOLD,
     "Mon 09:00 created group=net", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of 2h due Mon 11:00"]),
    ("another group", HOLD,
     "Mon 09:00 created group=net; Mon 12:00 group=desk", "Mon 13:00",
     ["missed/stopped Mon 09:00 to Mon 12:00 3h of 2h due Mon 11:00 late Mon 11:00",
      "on_track/running Mon 12:00 1h of 2h due Mon 14:00"]),
    ("no group any more", HOLD,
     "Mon 09:00 created group=net; Mon 10:00 group=", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("solved", HOLD,
     "Mon 09:00 created group=net; Mon 10:00 status=solved; Mon 10:30 group=desk", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("reopened: the group in place", HOLD,
     "Mon 09:00 created group=net; Mon 10:00 status=solved; Mon 12:00 status=open", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00",
      "on_track/running Mon 12:00 1h of 2h due Mon 14:00"]),
]
# fmt: on


@table(OWNING)
def test_owning(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


DUE = target("due", None, OFFICE)
NOON, TEA = "2026-06-08T12:00:00+02:00", "2026-06-08T16:00:00+02:00"
# fmt: off
DATES: list[Row] = [
    ("no date", DUE,
     CREATED, "Mon 10:00",
     []),
    ("a date", DUE,
     f"Mon 09:00 created due_at={NOON}", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
    ("three quarters of the time", DUE,
     f"Mon 09:00 created due_at={NOON}", "Mon 11:15",
     ["at_risk/running Mon 09:00 2h15 of - due Mon 12:00"]),
    ("past", DUE,
     f"Mon 09:00 created due_at={NOON}", "Mon 12:30",
     ["breached/running Mon 09:00 3h30 of - due Mon 12:00 late Mon 12:00"]),
    ("solved in time", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 12:00 status=solved", "Mon 14:00",
     ["met/stopped Mon 09:00 to Mon 12:00 3h of - due Mon 12:00"]),
    ("solved late", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 12:00:01 status=solved", "Mon 14:00",
     ["missed/stopped Mon 09:00 to Mon 12:00:01 3h00 of - due Mon 12:00 late Mon 12:00"]),
    ("it never pauses", DUE,
     f"Mon 09:00 created due_at={NOON} status=waiting_customer", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
    ("moved in time", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at={TEA}", "Mon 12:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -",
      "on_track/running Mon 11:00 1h of - due Mon 16:00"]),
    ("moved when it was past", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 13:00 due_at={TEA}", "Mon 14:00",
     ["missed/stopped Mon 09:00 to Mon 13:00 4h of - due Mon 12:00 late Mon 12:00",
      "on_track/running Mon 13:00 1h of - due Mon 16:00"]),
    ("cleared", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at=", "Mon 14:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -"]),
    ("no date after all", DUE,
     f"Mon 09:00 created due_at={NOON}; Mon 11:00 due_at=soon", "Mon 14:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -"]),
    ("cleared and given again", DUE,
     f"Mon 09:00 created due_at={TEA}; Mon 11:00 due_at=; Mon 12:00 due_at={TEA}", "Mon 13:00",
     ["cancelled/stopped Mon 09:00 to Mon 11:00 2h of -",
      "on_track/running Mon 12:00 1h of - due Mon 16:00"]),
    ("past when it was given", DUE,
     f"{CREATED}; Mon 14:00 due_at={NOON}", "Mon 15:00",
     ["breached/running Mon 14:00 1h of - due Mon 12:00 late Mon 14:00 retarget"]),
    ("a day ends with it", DUE,
     "Mon 09:00 created due_at=2026-06-08", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of - due Tue 00:00"]),
    ("a day of the calendar's zone", target("due", None, ROUND),
     "Mon 09:00 created due_at=2026-06-08", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of - due Tue 02:00"]),
    ("another field", target("due", None, OFFICE, field="promised"),
     f"Mon 09:00 created promised={NOON} due_at={TEA}", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of - due Mon 12:00"]),
]
# fmt: on


@table(DATES)
def test_due_dates(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


def custom(start: Any, stop: Any, promise: str = "2h", **options: Any) -> Target:
    return of("custom", promise, start=on(start), stop=on(stop), **options)


URGENT = when(priority="urgent")
# fmt: off
CUSTOM: list[Row] = [
    ("assigned to the first note", custom(H.ASSIGNED, H.AGENT_NOTE),
     f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note", "Mon 13:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    ("only once", custom(H.ASSIGNED, H.AGENT_NOTE),
     f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note; Mon 12:00 assignee=bob", "Mon 13:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    ("again and again", custom(H.ASSIGNED, H.AGENT_NOTE, repeat=True),
     f"{CREATED}; Mon 10:00 assignee=ann; Mon 11:00 note; Mon 12:00 assignee=bob", "Mon 13:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00",
      "on_track/running Mon 12:00 1h of 2h due Mon 14:00"]),
    ("a change that makes it true", custom(URGENT, H.SOLVED),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("true from the start", custom(URGENT, H.SOLVED),
     "Mon 09:00 created priority=urgent", "Mon 10:00",
     ["on_track/running Mon 09:00 1h of 2h due Mon 11:00"]),
    ("still true is no change", custom(URGENT, H.SOLVED, repeat=True),
     "Mon 09:00 created priority=urgent; Mon 10:00 status=solved; Mon 10:30 group=net", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("reset", custom(H.CREATED, H.SOLVED, reset=on(H.CUSTOMER_MESSAGE)),
     f"{CREATED}; Mon 10:00 customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("reset keeps a breach", custom(H.CREATED, H.SOLVED, reset=on(H.CUSTOMER_MESSAGE)),
     f"{CREATED}; Mon 12:00 customer", "Mon 13:00",
     ["breached/running Mon 12:00 1h of 2h due Mon 14:00 late Mon 11:00"]),
    ("cancel", custom(H.CREATED, H.SOLVED, cancel=on(URGENT)),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 2h"]),
    ("stop before cancel", custom(H.CREATED, URGENT, cancel=on(URGENT)),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("cancel before reset", custom(H.CREATED, H.SOLVED, cancel=on(URGENT), reset=on(URGENT)),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 11:00",
     ["cancelled/stopped Mon 09:00 to Mon 10:00 1h of 2h"]),
    ("stop, then start", custom(H.AGENT_MESSAGE, H.AGENT_MESSAGE, repeat=True),
     f"{CREATED}; Mon 10:00 agent; Mon 11:00 agent", "Mon 12:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00",
      "on_track/running Mon 11:00 1h of 2h due Mon 13:00"]),
    ("reset, then pause", custom(H.CREATED, H.SOLVED, reset=on(URGENT), pause_while=URGENT),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 12:00",
     ["on_track/paused Mon 10:00 0h of 2h"]),
    ("starts in a pause", custom(URGENT, H.SOLVED, pause_while=URGENT),
     f"{CREATED}; Mon 10:00 priority=urgent", "Mon 12:00",
     ["on_track/paused Mon 10:00 0h of 2h"]),
    ("bots count as agents", custom(H.CREATED, H.AGENT_MESSAGE, bots_count=True),
     f"{CREATED}; Mon 10:00 bot", "Mon 12:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 2h due Mon 11:00"]),
    ("closed, not solved", custom(H.CREATED, H.CLOSED),
     f"{CREATED}; Mon 10:00 status=solved", "Mon 10:15",
     ["on_track/running Mon 09:00 1h15 of 2h due Mon 11:00"]),
    ("from the reopening", custom(H.REOPENED, H.SOLVED),
     f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 status=open", "Mon 12:00",
     ["on_track/running Mon 11:00 1h of 2h due Mon 13:00"]),
    ("stopped by the solve, continued", custom(H.CREATED, H.SOLVED, on_reopen="continue"),
     f"{CREATED}; Mon 10:00 status=solved; Mon 12:00 status=open", "Mon 12:30",
     ["at_risk/running Mon 09:00 1h30 of 2h due Mon 13:00"]),
    ("stopped by something else, left alone", custom(H.CREATED, H.AGENT_MESSAGE, on_reopen="continue"),
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 status=solved; Mon 12:00 status=open", "Mon 12:30",
     ["met/stopped Mon 09:00 to Mon 09:30 0h30 of 2h due Mon 11:00"]),
]
# fmt: on


@table(CUSTOM)
def test_custom_clocks(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted
