"""What a row of the group Notifiers is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slamon import notifiers
from slamon.flow.deliver import Manners
from tests.faults.notifiers.lives import News
from tests.faults.row import Guard

_RULES = """
version: 1
policies: [{{name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {{first_response: 1h}}}}]
routes:
  - {{name: all, match: all, group: {{{group}}}, steps: [{steps}]}}
"""
USUAL_STEPS = "{when: [at_risk, breached], notify: desk}, {when: met, notify: desk}"


def rules(steps: str = USUAL_STEPS, group: str = "by: [id], wait: 1s, digest_above: 1000") -> str:
    """Rules with one route; unless another group is given it merges nothing."""
    return _RULES.format(steps=steps, group=group)


BREACHES = rules("{when: breached, notify: desk}", "wait: 20s, digest_above: 8")
BOTH = rules("{when: [at_risk, breached], notify: [desk, pager]}, {when: met, notify: [desk, pager]}")


def manners(kind: str, **more: Any) -> Mapping[str, Manners]:
    """How the notifiers are used: the desk as others of its kind, with the pager in its place where it fails."""
    return {"desk": Manners(**{"rate": notifiers.load(kind).rate, "fallback": "pager", **more}), "pager": Manners()}


@dataclass(frozen=True)
class NotifierRow:
    """A fault. `play` causes it and compares; `due` is all that must have arrived in the end, when, and at whom.

    `kind` is the notifier that misbehaves. `told`: what the rules have told of a ticket, for the oracle; `untold`: what
    it would want and must not get, as the row says why.
    """

    fault: str
    must: str
    guard: Guard
    play: Callable[[Any], Awaitable[None]]
    due: Sequence[str]
    kind: str
    manners: Mapping[str, Manners]
    rules: str = rules()
    told: Sequence[str] = ("warning", "breached", "met")
    untold: frozenset[News] = field(default_factory=frozenset)
    lacking: str | None = None
