"""An explanation as JSON: stable keys, spans in seconds, instants in RFC 3339."""

from __future__ import annotations

from typing import Any

import msgspec

from slamon.core.explain import Commitment, Explanation, PolicyChoice
from slamon.core.instants import format_instant, seconds
from slamon.core.points import Point
from slamon.core.stretches import Stretch
from slamon.core.ticket import Event
from slamon.core.verdict import as_dict


def as_json(explanation: Explanation) -> bytes:
    """One line without its end."""
    return msgspec.json.encode(as_data(explanation))


def as_data(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON data."""
    return {
        "source": explanation.ticket.source,
        "ticket": explanation.ticket.id,
        "at": format_instant(explanation.at),
        "policies": [_policy(one) for one in explanation.policies],
        "commitments": [_commitment(one) for one in explanation.commitments],
        "silent": [{"policy": one.policy, "target": one.target, "why": one.why} for one in explanation.silent],
    }


def _policy(choice: PolicyChoice) -> dict[str, Any]:
    passed_over = [{"policy": name, "why": reason} for name, reason in choice.passed_over]
    return {"policy": choice.policy, "why": choice.why, "passed_over": passed_over}


def _commitment(one: Commitment) -> dict[str, Any]:
    return {
        "verdict": as_dict(one.verdict),
        "policy": _policy(one.policy),
        "promise": {"promise": one.promise.promise, "why": one.promise.why},
        "points": [_point(point) for point in one.points],
        "stretches": [_stretch(stretch) for stretch in one.stretches],
        "decided": one.decided,
        "quality": list(one.quality),
        "confidence": one.confidence,
    }


def _point(point: Point) -> dict[str, Any]:
    events = [_event(event) for event in point.events]
    return {"at": format_instant(point.at), "what": point.what, "words": point.words, "events": events}


def _event(event: Event) -> dict[str, Any]:
    return {"id": event.id, "kind": event.kind, "at": format_instant(event.at), "by": event.by, "set": event.set}


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "start": format_instant(stretch.start),
        "end": format_instant(stretch.end),
        "state": stretch.state,
        "reason": stretch.reason,
        "counted_seconds": seconds(stretch.counted),
        "total_seconds": seconds(stretch.total),
    }
