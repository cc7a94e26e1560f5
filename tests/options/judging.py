"""Rules as text and a row's cases: what differs from what the row says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slamon.core.alerts import Alert
from slamon.core.assess import Assessor
from slamon.core.instants import DAY
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.core.routes import Routing
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
    found = [line for case in row.cases for line in _of_case(case, judge, rules)]
    read = sorted(_read(rules))
    if row.reads is not None and read != sorted(row.reads):
        found.append(f"reads: not {sorted(row.reads)} but {read}")
    return found


def _of_case(case: Case, judge: Judge, rules: Rules) -> Iterator[str]:
    judged = judge.judged(case.ticket, case.at)
    found = [verdict for _, verdict in judged]
    if [_name(one) for one in found] != [(one.target, one.cycle) for one in case.expect]:
        yield f"not {_listed(case.expect)} but {', '.join(map(_shown, found)) or 'nothing'}"
        return
    for wanted, verdict in zip(case.expect, found, strict=True):
        yield from _of_verdict(wanted, verdict)
    if case.alerts is not None:
        assessor = Assessor(judge, Routing(rules.routes, rules.quiet), _HORIZON)
        assessed = assessor.assess(case.ticket, case.at, case.standing)
        told = sorted(_told(alert) for one in assessed for alert in one.due)
        if told != sorted(case.alerts):
            yield f"alerts: not {sorted(case.alerts)} but {told}"


def _told(alert: Alert) -> str:
    """The route, the notifier and the moment, and whatever is not as is usual."""
    recipient = alert.recipient
    parts = (
        f"{alert.route} {recipient.notifier} {alert.moment.name}",
        f"at {instant_text(alert.due_at)}" if alert.due_at != alert.moment.at else "",
        f"to {alert.who}" if recipient.to is not None else "",
        f"else {recipient.otherwise}" if recipient.otherwise is not None else "",
        f"held until {instant_text(alert.held_until)}" if alert.held_until is not None else "",
        f"in {alert.bundle}" if alert.bundle != "[]" and not alert.collective else "",
        "as update" if alert.update else "",
    )
    return " ".join(part for part in parts if part)


def _read(rules: Rules) -> Iterator[str]:
    """What routes say that no alert of a ticket shows: how many make one message, and what is told of slamon itself."""
    for route in rules.routes:
        group = route.group
        yield f"{route.name} waits {span_text(group.wait)}, digest above {group.digest_above}"
        for step in route.steps if route.monitor else ():
            yield f"{route.name} {', '.join(one.notifier for one in step.notify)} {' '.join(step.when)}"


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
