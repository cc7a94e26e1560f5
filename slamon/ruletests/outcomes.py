"""What became of a rule test, and how it came to that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from slamon.core.explain import Explanation
from slamon.core.policy import Place
from slamon.core.telling import moment_text, stretch_text
from slamon.core.verdict import Verdict
from slamon.ruletests.cases import AlertExpectation, Case, Expectation


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected; both as text."""

    key: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry of `expect` or `alerts` that does not hold; `near` tells how it came to that."""

    place: Place
    about: str
    differences: tuple[Difference, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test that was run."""

    case: Case
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


def about(expected: Expectation | AlertExpectation, zone: tzinfo) -> str:
    """What an entry is about, in one line."""
    cycle = "" if expected.cycle is None else f", cycle {expected.cycle}"
    return f"{expected.target or 'the ticket'}{cycle} at {moment_text(expected.at, zone)}"


def near(explanation: Explanation, target: str | None, verdict: Verdict | None) -> tuple[str, ...]:
    """The last stretch and what decided; or why there is no such commitment."""
    for one in explanation.commitments:
        if verdict is not None and one.verdict == verdict:
            return (*(stretch_text(stretch, one.zone) for stretch in one.stretches[-1:]), one.decided)
    silent = [f"{one.target} {one.why}" for one in explanation.silent if one.target == target]
    return tuple(silent or [_policies(explanation)])


def _policies(explanation: Explanation) -> str:
    if not explanation.policies:
        return "the ticket did not exist yet"
    main = explanation.policies[0]
    passed_over = "".join(f"; not {name}: {reason}" for name, reason in main.passed_over)
    return f"{main.policy + ': ' if main.policy else ''}{main.why}{passed_over}"
