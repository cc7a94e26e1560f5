"""An option is accepted on a kind of targets only where it can act: some ticket is judged otherwise with it."""

from __future__ import annotations

import pytest

from slamon.core.judge import Judge
from slamon.core.kinds import KINDS
from slamon.core.policy import Rules
from slamon.core.ticket import Ticket
from slamon.rulefile import read_texts
from slamon.rulefile.options import OPTION_KEYS
from tests.options.words import instant, ticket

SETTINGS = {
    "calendar": ["24x7"],
    "warn_at": ["1%"],
    "pause_while": ["{status: open}"],
    "bots_count": ["true"],
    "notes_count": ["true"],
    "on_reopen": ["continue", "continue_wall", "once", "restart"],
    "reopen_window": ["1m"],
    "on_retarget": ["recompute", "restart", "pin"],
    "agent_created": ["skip", "met"],
    "repeat": ["true"],
}
# What a kind does when nothing is said, so that saying it changes nothing; a window without a reopening likewise.
SILENT = {
    *((kind.name, "on_reopen", str(kind.on_reopen)) for kind in KINDS.values() if kind.on_reopen),
    ("custom", "reopen_window", "1m"),
}
WITHIN = "within: {urgent: 1h, high: 2h, other: 8h}"
NEEDED = {
    "due": "field: due_at",
    "custom": f"{WITHIN}, start_on: [created, customer_message], stop_on: [solved, agent_message]",
}

HISTORY = [
    "Mon 09:10 status=open assignee=ann group=network",
    "Mon 09:20 bot_message",
    "Mon 09:25 customer_message",
    "Mon 09:30 agent_note",
    "Mon 09:40 agent_message",
    "Mon 09:50 customer_message",
    "Mon 09:55 bot_message",
    "Mon 10:00 agent_note",
    "Mon 11:30 priority=low",
    "Mon 12:00 agent_message",
    "Mon 12:30 group=servers",
    "Mon 13:00 priority=urgent",
    "Mon 14:00 solved",
    "Mon 14:30 reopened",
    "Mon 18:00 solved",
]
SLOW = ["Mon 11:30 priority=low", "Mon 12:00 assignee=ann group=network", "Mon 12:30 agent_message", "Mon 13:30 solved"]
START = {"due_at": "2026-06-09", "priority": "high"}
TICKETS: list[Ticket] = [
    ticket("Mon 09:00", START, HISTORY),
    ticket("Mon 09:00", {**START, "created_by": "agent"}, HISTORY),
    ticket("Mon 09:00", START, SLOW),
    ticket("Mon 09:00", {**START, "group": "desk", "status": "open"}, [*HISTORY[4:7], *SLOW[:1]]),
    ticket("Mon 16:50", START, []),
    ticket("Mon 09:00", START, [*HISTORY[2:3], *HISTORY[12:14], HISTORY[11], "Mon 15:00 customer_message"]),
    ticket("Mon 09:00", {**START, "priority": "urgent"}, ["Mon 09:05 agent_message", *HISTORY[2:3], *SLOW[:1]]),
]
INSTANTS = [instant(text) for text in ("Mon 09:45", "Mon 10:30", "Mon 12:15", "Mon 14:45", "Mon 17:30", "Tue 12:00")]


def _rules(kind: str, more: str) -> Rules | None:
    target = ", ".join(part for part in (f"kind: {kind}", NEEDED.get(kind, WITHIN), more) if part)
    calendar = "" if more.startswith("calendar") else "\n    calendar: office"
    text = f"""
version: 1
calendars: {{office: {{time_zone: Europe/Berlin, hours: {{mon-fri: 09:00-17:00}}}}}}
policies:
  - name: p{calendar}
    match: all
    targets: {{t: {{{target}}}}}
"""
    return read_texts({"rules.yml": text.encode()}).rules


def _verdicts(rules: Rules) -> list[object]:
    judge = Judge(rules)
    return [judge.verdicts(one, at) for one in TICKETS for at in INSTANTS]


def test_every_option_is_tried_out() -> None:
    assert SETTINGS.keys() == {key.name for key in OPTION_KEYS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_takes_only_options_that_can_act_on_it(kind: str) -> None:
    plain = _rules(kind, "")
    assert plain is not None
    without = _verdicts(plain)
    idle = []
    for option, values in SETTINGS.items():
        for value in values:
            rules = _rules(kind, f"{option}: {value}")
            if rules is not None and _verdicts(rules) == without:
                idle.append((kind, option, value))
    assert idle == [one for one in idle if one in SILENT]
