"""Changed targets and warnings: a history in short words, then what is said about the clock.

All in the week of Monday the 8th of June 2026, round the clock unless a row says otherwise. A line of a verdict reads:
status/clock, start to stop, elapsed of promised, due, since when it is late and why, remarks.
"""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.policy import Target

from .build import ROUND, by_priority, lasting, left, rules, share, target
from .table import Row, judged, moment, of, shown, table, tale, verdicts


def by(mode: str, **promises: str) -> Target:
    known = {name: lasting(text, ROUND) for name, text in promises.items()}
    return of("total_resolution", by_priority(**known), on_retarget=mode)


LOW = "Mon 09:00 created priority=low"
# fmt: off
RETARGETING: list[Row] = [
    ("raised in time", by("retarget", low="8h", high="4h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 11:30",
     ["on_track/running Mon 09:00 2h30 of 4h due Mon 13:00"]),
    ("raised too late", by("retarget", low="8h", high="1h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 11:00",
     ["breached/running Mon 09:00 2h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("raised at the new due instant", by("retarget", low="8h", high="2h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 12:00",
     ["breached/running Mon 09:00 3h of 2h due Mon 11:00 late Mon 11:00"]),
    ("a breach stays though the target grows", by("retarget", low="1h", high="8h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 12:00",
     ["breached/running Mon 09:00 3h of 8h due Mon 17:00 late Mon 10:00"]),
    ("and is missed though stopped in time", by("retarget", low="1h", high="8h"),
     f"{LOW}; Mon 11:00 priority=high; Mon 12:00 status=solved", "Mon 13:00",
     ["missed/stopped Mon 09:00 to Mon 12:00 3h of 8h due Mon 17:00 late Mon 10:00"]),
    ("recompute forgets it", by("recompute", low="1h", high="8h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 12:00",
     ["on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("recompute forgets it after a time without a target too", by("recompute", low="1h", high="8h"),
     f"{LOW}; Mon 11:00 priority=none; Mon 11:30 priority=high", "Mon 12:00",
     ["on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("but not by the very same target", by("recompute", low="1h"),
     f"{LOW}; Mon 11:00 priority=none; Mon 11:30 priority=low", "Mon 12:00",
     ["breached/running Mon 09:00 3h of 1h due Mon 10:00 late Mon 10:00"]),
    ("recompute keeps what is late anyhow", by("recompute", low="1h", high="90m"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 12:00",
     ["breached/running Mon 09:00 3h of 1h30 due Mon 10:30 late Mon 10:00"]),
    ("recompute makes late too", by("recompute", low="8h", high="1h"),
     f"{LOW}; Mon 11:00 priority=high", "Mon 12:00",
     ["breached/running Mon 09:00 3h of 1h due Mon 10:00 late Mon 11:00 retarget"]),
    ("restart", by("restart", low="8h", high="2h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["on_track/running Mon 12:00 1h of 2h due Mon 14:00"]),
    ("restart keeps a breach", by("restart", low="1h", high="2h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["breached/running Mon 12:00 1h of 2h due Mon 14:00 late Mon 10:00"]),
    ("pin", by("pin", low="8h", high="1h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("the same target is no retarget", by("restart", low="8h", high="8h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("there and back", by("retarget", low="8h", high="6h"),
     f"{LOW}; Mon 10:00 priority=high; Mon 11:00 priority=low", "Mon 12:00",
     ["on_track/running Mon 09:00 3h of 8h due Mon 17:00"]),
    ("stops applying: cancelled", by("retarget", low="8h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["cancelled/stopped Mon 09:00 to Mon 12:00 3h of 8h"]),
    ("cancelled after a breach", by("retarget", low="1h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["cancelled/stopped Mon 09:00 to Mon 12:00 3h of 1h late Mon 10:00"]),
    ("applies again: the gap counts", by("retarget", low="8h"),
     f"{LOW}; Mon 12:00 priority=high; Mon 13:00 priority=low", "Mon 14:00",
     ["on_track/running Mon 09:00 5h of 8h due Mon 17:00"]),
    ("and may be late", by("retarget", low="4h"),
     f"{LOW}; Mon 12:00 priority=high; Mon 15:00 priority=low", "Mon 16:00",
     ["breached/running Mon 09:00 7h of 4h due Mon 13:00 late Mon 15:00 retarget"]),
    ("covered later: from creation", by("retarget", high="8h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["on_track/running Mon 09:00 4h of 8h due Mon 17:00"]),
    ("covered too late", by("retarget", high="2h"),
     f"{LOW}; Mon 12:00 priority=high", "Mon 13:00",
     ["breached/running Mon 09:00 4h of 2h due Mon 11:00 late Mon 12:00 retarget"]),
    ("not covered", by("retarget", high="2h"),
     LOW, "Mon 13:00",
     []),
    ("ended before it was covered", by("retarget", high="2h"),
     f"{LOW}; Mon 10:00 status=solved; Mon 12:00 priority=high", "Mon 13:00",
     []),
    ("the new target judges the answer",
     of("first_response", by_priority(low=lasting("8h", ROUND), high=lasting("1h", ROUND))),
     f"{LOW}; Mon 12:00 agent, priority=high", "Mon 13:00",
     ["missed/stopped Mon 09:00 to Mon 12:00 3h of 1h due Mon 10:00 late Mon 12:00 retarget"]),
    ("a message before the priority, in time",
     of("first_response", by_priority(low=lasting("8h", ROUND), high=lasting("1h", ROUND))),
     f"{LOW}; Mon 11:59 agent; Mon 12:00 priority=high", "Mon 13:00",
     ["met/stopped Mon 09:00 to Mon 11:59 2h59 of 8h due Mon 17:00"]),
]
# fmt: on


@table(RETARGETING)
def test_retargeting(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
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
