"""Rules as text and a row's cases: what differs from what the row says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slamon.core.alerts import alerts, last_fields
from slamon.core.instants import DAY
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.verdict import Verdict
from slamon.rulefile import read_texts
from tests.options.rows import Case, Expected, Row
from tests.options.words import instant_text, span_text

_HORIZON = 3_650 * DAY
_SHOWN: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "policy": ("policy", str),
    "clock": ("clock", str),
    "started": ("started_at", instant_text),
    "stopped": ("stopped_at", instant_text),
    "due": ("due_at", instant_text),
    "breached": ("breached_at", instant_text),
    "cause": ("cause", str),
    "target": ("target_span", span_text),
    "elapsed": ("elapsed", span_text),
    "remaining": ("remaining", span_text),
    "changes": ("changes_at", instant_text),
    "quality": ("quality", ", ".join),
}


class NotLoaded(Exception):
    """The rules have errors: their codes, and what is wrong."""

    def __init__(self, codes: frozenset[str], text: str) -> None:
        super().__init__(text)
        self.codes = codes


def load(row: Row, text: str | None = None) -> Rules:
    """The rules of a row, or others in their place; NotLoaded if they have errors."""
    files = {"rules.yml": row.rules if text is None else text, **row.files}
    loaded = read_texts({name: content.encode() for name, content in files.items()})
    if loaded.rules is None:
        codes = frozenset(one.code for one in loaded.diagnostics if one.severity == "error")
        raise NotLoaded(codes, loaded.render())
    return loaded.rules


def differences(row: Row, rules: Rules) -> list[str]:
    """Everything in which the verdicts by some rules differ from what a row says."""
    judge = Judge(rules)
    return [line for case in row.cases for line in _of_case(case, judge, rules)]


def _of_case(case: Case, judge: Judge, rules: Rules) -> Iterator[str]:
    judged = judge.judged(case.ticket, case.at)
    found = [verdict for _, verdict in judged]
    if [_name(one) for one in found] != [(one.target, one.cycle) for one in case.expect]:
        yield f"not {_listed(case.expect)} but {', '.join(map(_shown, found)) or 'nothing'}"
        return
    for wanted, verdict in zip(case.expect, found, strict=True):
        yield from _of_verdict(wanted, verdict)
    if case.alerts is not None:
        fields = last_fields(case.ticket, case.at)
        told = sorted(
            f"{one.route} {one.notifier} {one.moment.name}"
            for cycle, verdict in judged
            if cycle is not None
            for one in alerts(rules.routes, case.ticket, cycle, verdict, fields, case.at, _HORIZON)
        )
        if told != sorted(case.alerts):
            yield f"alerts: not {sorted(case.alerts)} but {told}"


def _of_verdict(wanted: Expected, verdict: Verdict) -> Iterator[str]:
    if wanted.status != verdict.status:
        yield f"{wanted.target}: not {wanted.status} but {verdict.status}"
    for key, value in wanted.rest.items():
        name, show = _SHOWN[key]
        raw = getattr(verdict, name)
        found = "null" if raw is None else show(raw)
        if found != value:
            yield f"{wanted.target} {key}: not {value} but {found}"


def _name(verdict: Verdict) -> tuple[str, int]:
    return verdict.target or "", verdict.cycle or 0


def _listed(expected: tuple[Expected, ...]) -> str:
    return ", ".join(f"{one.target} {one.cycle} {one.status}".removeprefix(" 0 ") for one in expected) or "nothing"


def _shown(verdict: Verdict) -> str:
    return f"{verdict.target} {verdict.cycle} {verdict.status}" if verdict.target else verdict.status
