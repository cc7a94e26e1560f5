"""How the service is: said the same way to supervisors, people and `slamon status`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from slamon.core.conditions import Raised
from slamon.core.instants import format_instant


@dataclass(frozen=True, slots=True)
class Health:
    """`ready`: it can do its work. `problems`: what a person should look at, each a sentence that names its place.

    `silent`: parts that give no sign of life, and for how many seconds; `stuck`: only a new process puts that right.
    """

    ready: bool
    problems: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)
    silent: Mapping[str, float] = field(default_factory=dict)
    conditions: Sequence[Raised] = ()
    stuck: str | None = None

    @property
    def status(self) -> str:
        if not self.ready:
            return "not ready"
        return "degraded" if self.problems else "ok"

    @property
    def body(self) -> dict[str, Any]:
        """All of it as JSON tells it."""
        return {
            "status": self.status,
            "problems": self.problems,
            "silent": {part: round(seconds) for part, seconds in self.silent.items()},
            "conditions": [_shown(one) for one in self.conditions],
            **self.details,
        }


class Part(Protocol):
    """A directory, or anything else that may fail for a while."""

    @property
    def standing_fault(self) -> str | None: ...


class Storing(Part, Protocol):
    """A notifier, or whoever else keeps in the database what it does."""

    @property
    def store_fault(self) -> str | None:
        """Why the database does not take it now."""


class Reading(Storing, Protocol):
    """A source."""

    @property
    def was_read(self) -> bool: ...

    def staleness(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Who is asked. `silent`: parts of slamon without a sign of life; `conditions`: what its monitor says stands."""

    judge: Part
    sources: Mapping[str, Reading]
    notifiers: Mapping[str, Storing]
    directories: Mapping[str, Part]
    silent: Mapping[str, float] = field(default_factory=dict)
    conditions: Sequence[Raised] = ()

    def health(self) -> Health:
        """Ready is what reads, judges and keeps; who cannot be read or told now is waited for.

        A fault outside, a full disk too, is over when that is: a new process would meet it again.
        """
        at_work = all(one.was_read and one.store_fault is None for one in self.sources.values())
        at_work = at_work and all(one.store_fault is None for one in self.notifiers.values())
        at_work = at_work and self.judge.standing_fault is None and not self.silent
        stuck = "; ".join(self._silences()) or None
        return Health(at_work, tuple(self._problems()), {}, self.silent, self.conditions, stuck)

    def _problems(self) -> Iterator[str]:
        yield from _fault("judging", self.judge.standing_fault)
        yield from self._silences()
        for name, source in self.sources.items():
            yield from _fault(f"source {name}", source.standing_fault)
            yield from () if source.was_read else (f"source {name}: not read yet",)
            yield from filter(None, (source.staleness(),))
        for name, notifier in self.notifiers.items():
            yield from _fault(f"notifier {name}", notifier.store_fault or notifier.standing_fault)
        for name, directory in self.directories.items():
            yield from _fault(f"directory {name}", directory.standing_fault)
        for one in self.conditions:
            yield f"{one.name}: {one.text}"

    def _silences(self) -> Iterator[str]:
        for part, seconds in self.silent.items():
            yield f"{part}: no sign of life for {seconds:.0f} s"


def _fault(what: str, fault: str | None) -> Iterator[str]:
    if fault is not None:
        yield f"{what}: {fault}"


def _shown(one: Raised) -> dict[str, Any]:
    return {"condition": one.name, "of": one.subject, "since": format_instant(one.raised_at), "text": one.text}
