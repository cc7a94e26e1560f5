"""Answers: a history in short words, then what is said about the first response, the next ones, and updates.

All in the week of Monday the 8th of June 2026, round the clock unless a row says otherwise. A line of a verdict reads:
status/clock, start to stop, elapsed of promised, due, since when it is late and why, remarks.
"""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.policy import Target

from .build import rules, when
from .table import CREATED, Row, judged, of, table, tale

# fmt: off
FIRST_RESPONSE: list[Row] = [
    ("open", of("first_response"),
     CREATED, "Mon 10:00",
     ["on_track/running Mon 09:00 1h of 4h due Mon 13:00"]),
    ("at the warning step", of("first_response"),
     CREATED, "Mon 12:00",
     ["at_risk/running Mon 09:00 3h of 4h due Mon 13:00"]),
    ("at the due instant", of("first_response"),
     CREATED, "Mon 13:00",
     ["at_risk/running Mon 09:00 4h of 4h due Mon 13:00"]),
    ("a second later", of("first_response"),
     CREATED, "Mon 13:00:01",
     ["breached/running Mon 09:00 4h00 of 4h due Mon 13:00 late Mon 13:00"]),
    ("answered", of("first_response"),
     f"{CREATED}; Mon 10:00 agent", "Mon 15:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("answered at the due instant", of("first_response"),
     f"{CREATED}; Mon 13:00 agent", "Mon 15:00",
     ["met/stopped Mon 09:00 to Mon 13:00 4h of 4h due Mon 13:00"]),
    ("answered late", of("first_response"),
     f"{CREATED}; Mon 14:00 agent", "Mon 15:00",
     ["missed/stopped Mon 09:00 to Mon 14:00 5h of 4h due Mon 13:00 late Mon 13:00"]),
    ("answered at creation", of("first_response"),
     f"{CREATED}; Mon 09:00 agent", "Mon 15:00",
     ["met/stopped Mon 09:00 to Mon 09:00 0h of 4h due Mon 13:00"]),
    ("a note answers nothing", of("first_response"),
     f"{CREATED}; Mon 10:00 note", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a note, and notes count", of("first_response", notes_count=True),
     f"{CREATED}; Mon 10:00 note", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a bot answers nothing", of("first_response"),
     f"{CREATED}; Mon 10:00 bot", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot, and bots count", of("first_response", bots_count=True),
     f"{CREATED}; Mon 10:00 bot", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a bot's note needs both: bots", of("first_response", bots_count=True),
     f"{CREATED}; Mon 10:00 botnote", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot's note needs both: notes", of("first_response", notes_count=True),
     f"{CREATED}; Mon 10:00 botnote", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a bot's note needs both", of("first_response", bots_count=True, notes_count=True),
     f"{CREATED}; Mon 10:00 botnote", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("an automated answer is none", of("first_response", bots_count=True, notes_count=True),
     f"{CREATED}; Mon 10:00 autoreply", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("neither system nor vendor answer", of("first_response", bots_count=True),
     f"{CREATED}; Mon 10:00 system; Mon 10:01 vendor", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("a status answers nothing", of("first_response"),
     f"{CREATED}; Mon 10:00 status=waiting_customer", "Mon 11:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 13:00"]),
    ("solved without a word", of("first_response"),
     f"{CREATED}; Mon 10:00 status=solved", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00 solved_without_reply"]),
    ("solved with a word", of("first_response"),
     f"{CREATED}; Mon 10:00 agent, status=solved", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("a word, said later in the list", of("first_response"),
     f"{CREATED}; Mon 10:00 status=solved, agent", "Mon 11:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00"]),
    ("reopened: stays", of("first_response"),
     f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 status=open", "Mon 12:00",
     ["met/stopped Mon 09:00 to Mon 10:00 1h of 4h due Mon 13:00 solved_without_reply"]),
    ("a pause told by somebody", of("first_response", pause_while=when(status="on_hold")),
     f"{CREATED}; Mon 10:00 status=on_hold; Mon 12:00 status=open", "Mon 13:00",
     ["on_track/running Mon 09:00 2h of 4h due Mon 15:00"]),
]
# fmt: on


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
# fmt: off
NEXT_RESPONSE: list[Row] = [
    ("none before the first response", NEXT,
     f"{CREATED}; Mon 10:00 customer", "Mon 11:00",
     []),
    ("after it", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a bot was no first response", NEXT,
     f"{CREATED}; Mon 09:30 bot; Mon 10:00 customer", "Mon 11:00",
     []),
    ("a bot was, and bots count", of("next_response", "2h", bots_count=True),
     f"{CREATED}; Mon 09:30 bot; Mon 10:00 customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a solve opens too", NEXT,
     f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("the oldest keeps the start", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("answered twice", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 agent; Mon 10:45 agent", "Mon 11:00",
     ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00"]),
    ("two cycles", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 agent; Mon 11:00 customer; Mon 14:00 agent",
     "Mon 15:00",
     ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00",
      "missed/stopped Mon 11:00 to Mon 14:00 3h of 2h due Mon 13:00 late Mon 13:00"]),
    ("customer, then agent, at once", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer, agent", "Mon 11:00",
     ["met/stopped Mon 10:00 to Mon 10:00 0h of 2h due Mon 12:00"]),
    ("agent, then customer, at once", NEXT,
     f"{CREATED}; Mon 10:00 agent, customer", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("a vendor starts nothing", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 vendor, system, bot, whisper", "Mon 11:00",
     []),
    ("a customer's automat does", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 automat", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("solved without a word", NEXT,
     f"{CREATED}; Mon 09:30 agent; Mon 10:00 customer; Mon 10:30 status=solved", "Mon 11:00",
     ["met/stopped Mon 10:00 to Mon 10:30 0h30 of 2h due Mon 12:00 solved_without_reply"]),
    ("closed after solved, a message between", NEXT,
     f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer; Mon 11:00 status=closed", "Mon 15:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00 solved_without_reply"]),
    ("a reopening ends nothing", NEXT,
     f"{CREATED}; Mon 09:30 status=solved; Mon 10:00 customer, status=open", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
]
# fmt: on


@table(NEXT_RESPONSE)
def test_next_response(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted


UPDATE = of("periodic_update", "2h")
# fmt: off
PERIODIC: list[Row] = [
    ("none before the first", UPDATE,
     f"{CREATED}; Mon 10:00 customer, note, bot", "Mon 11:00",
     []),
    ("from the first on", UPDATE,
     f"{CREATED}; Mon 10:00 agent", "Mon 11:00",
     ["on_track/running Mon 10:00 1h of 2h due Mon 12:00"]),
    ("each ends one and starts one", UPDATE,
     f"{CREATED}; Mon 10:00 agent; Mon 13:00 agent", "Mon 14:00",
     ["missed/stopped Mon 10:00 to Mon 13:00 3h of 2h due Mon 12:00 late Mon 12:00",
      "on_track/running Mon 13:00 1h of 2h due Mon 15:00"]),
    ("a solve ends the running one", UPDATE,
     f"{CREATED}; Mon 10:00 agent; Mon 11:00 status=solved", "Mon 14:00",
     ["met/stopped Mon 10:00 to Mon 11:00 1h of 2h due Mon 12:00"]),
    ("late", UPDATE,
     f"{CREATED}; Mon 10:00 agent; Mon 13:00 status=solved", "Mon 14:00",
     ["missed/stopped Mon 10:00 to Mon 13:00 3h of 2h due Mon 12:00 late Mon 12:00"]),
    ("none while solved, none by a reopening", UPDATE,
     f"{CREATED}; Mon 10:00 status=solved; Mon 11:00 agent; Mon 12:00 status=open", "Mon 14:00",
     []),
    ("but by the next message", UPDATE,
     f"{CREATED}; Mon 10:00 status=solved; Mon 12:00 status=open; Mon 13:00 agent", "Mon 14:00",
     ["on_track/running Mon 13:00 1h of 2h due Mon 15:00"]),
    ("with the solve", UPDATE,
     f"{CREATED}; Mon 10:00 agent, status=solved", "Mon 14:00",
     ["met/stopped Mon 10:00 to Mon 10:00 0h of 2h due Mon 12:00"]),
    ("paused on hold", of("periodic_update", "2h", pause_while=when(status="on_hold")),
     f"{CREATED}; Mon 10:00 agent; Mon 11:00 status=on_hold", "Mon 20:00",
     ["on_track/paused Mon 10:00 1h of 2h"]),
]
# fmt: on


@table(PERIODIC)
def test_periodic_update(kind: Target, history: str, asked: str, wanted: list[str]) -> None:
    assert judged(rules(kind), tale(history), asked) == wanted
