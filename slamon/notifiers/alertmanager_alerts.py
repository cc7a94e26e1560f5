"""Commitments as Alertmanager's alerts: what is said of each, and which of them end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from slamon.core.instants import Instant, Span, format_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.text import one_line, web_url

MONITOR = "SlamonMonitor"
_NAMES = {
    "at_risk": "CommitmentAtRisk",
    "breached": "CommitmentBreached",
    "missed": "CommitmentMissed",
    "paused": "CommitmentPaused",
    "raised": MONITOR,
    "cleared": MONITOR,
}
_SEVERITIES = {"at_risk": "warning", "breached": "critical", "missed": "critical"}
_MIRRORED = ("at_risk", "breached")
_OF_A_COMMITMENT = (*_MIRRORED, "paused")
# What a moment puts an end to, beside what it is an alert of.
_ENDS: dict[str, tuple[str, ...]] = {
    "at_risk": ("paused",),
    "breached": ("at_risk", "paused"),
    "resumed": ("paused",),
    **dict.fromkeys(("missed", "met", "cancelled"), _OF_A_COMMITMENT),
}
_OVER = frozenset({"resumed", "met", "cancelled"})
MIRRORED = frozenset(_NAMES[state] for state in _MIRRORED)
_LONGEST = 500


class Alert(Struct, frozen=True, gc=False, kw_only=True):
    """One alert: the fields up to `ticket` are its labels, by which it is known. `ends`: it is over."""

    alertname: str
    policy: str
    severity: str
    source: str
    status: str
    target: str
    ticket: str
    summary: str
    description: str = ""
    due: str = ""
    started_at: Instant | None = None
    ends: bool = False
    url: str | None = None

    @property
    def key(self) -> str:
        """Equal for what Alertmanager takes for the same alert."""
        return "\0".join(getattr(self, name) for name in LABELS)


LABELS = ("alertname", "policy", "severity", "source", "status", "target", "ticket")
_ANNOTATIONS = ("summary", "description", "due")


def told(message: Message) -> list[Alert]:
    """What a message is about, its commitments or a trouble of slamon's own, and what ended with it."""
    if not message.covers:
        return [_own(message)]
    return [alert for one in message.covers for alert in _of_moment(one)]


def standing(active: Iterable[Covered]) -> list[Alert]:
    """What is so now, of those that are at risk or late."""
    return [_alert(one, one.status) for one in active if one.status in _MIRRORED]


def _of_moment(one: Covered) -> list[Alert]:
    state = "at_risk" if one.moment.startswith("warning") else one.moment
    own = [] if state in _OVER else [_alert(one, state)]
    return [*own, *(replace(_alert(one, other), ends=True) for other in _ENDS.get(state, ()))]


def payload(alerts: Iterable[Alert], now: Instant, hold: Span) -> list[dict[str, Any]]:
    """The array that /api/v2/alerts takes. What is not over ends after `hold` unless it is told again."""
    return [_written(one, now if one.ends else now + hold) for one in alerts]


def _written(one: Alert, ends_at: Instant) -> dict[str, Any]:
    written: dict[str, Any] = {"labels": _texts(one, LABELS), "annotations": _texts(one, _ANNOTATIONS)}
    if one.started_at is not None and one.started_at <= ends_at:
        written["startsAt"] = format_instant(one.started_at)
    written["endsAt"] = format_instant(ends_at)
    return written | ({"generatorURL": one.url} if one.url else {})


def _texts(one: Alert, names: Iterable[str]) -> dict[str, str]:
    """Those that are not empty: Alertmanager drops what is."""
    return {name: text for name in names if (text := getattr(one, name))}


def _alert(one: Covered, state: str) -> Alert:
    about_slamon = state in ("raised", "cleared")  # one alert, whichever it is
    return Alert(
        alertname=_NAMES.get(state, "Commitment"),
        policy=one_line(one.policy, _LONGEST),
        severity="critical" if about_slamon else _SEVERITIES.get(state, "info"),
        source=one_line(one.source, _LONGEST),
        status="raised" if about_slamon else one_line(state, _LONGEST),
        target=one_line(one.target, _LONGEST),
        ticket=one_line(one.ticket, _LONGEST),
        summary=one_line(one.line, _LONGEST),
        due="" if one.due_at is None else format_instant(one.due_at),
        started_at=one.breached_at if state == "breached" else None,
        ends=state == "cleared",
        url=web_url(one.url),
    )


def _own(message: Message) -> Alert:
    return Alert(
        alertname=MONITOR,
        policy="",
        severity="critical",
        source="slamon",
        status="raised",
        target="",
        ticket=one_line(message.thread, _LONGEST),
        summary=one_line(message.title, _LONGEST),
        description=one_line(message.text, _LONGEST),
        started_at=message.at,
        ends=message.tone in ("good", "info"),
        url=web_url(message.url),
    )
