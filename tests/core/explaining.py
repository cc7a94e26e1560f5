"""What tests of explanations share: a small set of rules, tickets against it, and what must hold of every telling."""

from __future__ import annotations

import json
from typing import Any

from slamon.core.explain import Commitment, Explanation, explain
from slamon.core.history import decode
from slamon.core.instants import parse_instant
from slamon.core.judge import Judge
from slamon.rulefile import read_texts

OFFICE = """
version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-fri: 09:00-17:00}
    holidays: {country: DE, subdivision: BE, dates: {2026-06-10: closed}}
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {resolution: 1h}}
  - {name: internal, match: {type: internal}, targets: none}
  - name: office
    match: {channel: {not: chat}}
    calendar: office
    targets: {resolution: {within: {urgent: 1h, high: 4h, low: 8h}, %s}, first_response: {within: {urgent: 1h}}}
"""


def told(line: dict[str, Any], at: str, option: str = "on_reopen: continue") -> Explanation:
    body = {"id": "1", "created_at": "2026-06-05T14:00:00Z", "fields": {"priority": "high"}, **line}
    return explain(judge_of(OFFICE % option), decode(json.dumps(body).encode(), "desk"), parse_instant(at))


def change(at: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"e{at[-9:-1]}", "at": at, "kind": "change", "set": fields}


def judge_of(text: str) -> Judge:
    loaded = read_texts({"rules.yml": text.encode()})
    assert loaded.rules is not None, loaded.render()
    return Judge(loaded.rules)


def assert_told_exactly(one: Commitment, at: int) -> None:
    verdict = one.verdict
    assert verdict.started_at is not None
    cursor, counted = verdict.started_at, 0
    for stretch in one.stretches:
        assert stretch.start == cursor < stretch.end
        cursor, counted = stretch.end, counted + stretch.counted
        assert stretch.total == counted
        assert 0 <= stretch.counted <= stretch.end - stretch.start
    assert cursor == (at if verdict.stopped_at is None else verdict.stopped_at)
    assert counted == verdict.elapsed
