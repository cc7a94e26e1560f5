"""Looking at slamon itself: which signs of trouble there are right now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slamon.core.conditions import REMEMBERED, Sign
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.wording import span_text
from slamon.ports import Lost, Store, Time, Unclear

JUDGE = "judge"
SCHEDULER = "scheduler"
DELIVERER = "deliver to "  # and a notifier's name
_OVERDUE: Span = 5 * SECOND  # a judgement that was due so long ago is late

Stands = Callable[[str, str], bool]  # whether a condition stands of a name and subject
Silent = Callable[[], Mapping[str, float]]  # parts that give no sign of life, and for how many seconds


class Reading(Protocol):
    """How a source is read: a Collector."""

    @property
    def standing_fault(self) -> str | None: ...

    @property
    def is_refused(self) -> bool:
        """Whether trying again changes nothing until somebody acts."""

    @property
    def read_at(self) -> Instant | None:
        """When it was last read to its end, since the start."""


class Delivering(Protocol):
    """How a notifier is doing: a Deliverer."""

    @property
    def failing(self) -> str | None:
        """Why it takes no messages now, whatever they say."""

    @property
    def is_broken(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Signs:
    """Everything that is looked at. `freshness`: how old the data of each source may be."""

    store: Store
    time: Time
    sources: Mapping[str, Reading]
    freshness: Mapping[str, Span]
    notifiers: Mapping[str, Delivering]
    silent: Silent = dict
    speed: int = 1
    saw: Callable[[Mapping[str, Unclear]], None] = lambda unclear: None  # told what is unclear, at every look
    started_at: Instant = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started_at", self.time.now())

    async def look(self, stands: Stands) -> list[Sign]:
        """What is so now. What cannot be told yet stays as it was: `stands`. StoreError."""
        now = self.time.now()
        found = [*self._of_sources(now, stands), *self._of_notifiers(), *self._of_silent()]
        found += _of_lost(await self.store.lost(now - REMEMBERED))
        found += await self._of_tickets()
        next_change = await self.store.next_change()
        if next_change is not None and next_change < now - _OVERDUE * self.speed:
            found.append(Sign("judge_late", "", f"judging is late by {span_text(now - next_change)}"))
        return list({one.key: one for one in found}.values())

    def stale(self, now: Instant) -> list[str]:
        """The sources of which nothing new was learnt for too long."""
        return [name for name in self.sources if self._age(name, now) > self.freshness[name]]

    def _age(self, source: str, now: Instant) -> Span:
        read_at = self.sources[source].read_at
        return now - (self.started_at if read_at is None else read_at)

    def _of_sources(self, now: Instant, stands: Stands) -> Iterator[Sign]:
        for name, source in self.sources.items():
            unread, fault = source.read_at is None, source.standing_fault
            age, because = self._age(name, now), f": {fault}" if fault else ""
            if age > self.freshness[name] or (unread and stands("source_stale", name)):
                since = "since the start, " if unread else ""
                yield Sign("source_stale", name, f"{name} could not be read {since}for {span_text(age)}{because}")
            if source.is_refused or (unread and fault is None and stands("source_refused", name)):
                yield Sign("source_refused", name, f"{name} refuses us{because}")

    def _of_notifiers(self) -> Iterator[Sign]:
        for name, notifier in self.notifiers.items():
            if notifier.failing is not None:
                text = f"{name} takes no messages: {notifier.failing}"
                yield Sign("notifier_failing", name, text, at_once=notifier.is_broken)

    def _of_silent(self) -> Iterator[Sign]:
        for part, seconds in self.silent().items():
            text = f"no sign of life for {seconds:.0f} s"
            if part == JUDGE:
                yield Sign("judge_late", "", f"judging: {text}", at_once=True)
            elif (notifier := part.removeprefix(DELIVERER)) in self.notifiers:
                yield Sign("notifier_failing", notifier, f"delivering to {notifier}: {text}", at_once=True)

    async def _of_tickets(self) -> Sequence[Sign]:
        unclear = await self.store.unclear()
        self.saw(unclear)
        unmatched = {name: one.unmatched for name, one in unclear.items()}
        undetermined = {name: one.undetermined for name, one in unclear.items()}
        return [
            *_counted("unmatched_tickets", unmatched, "open tickets that no policy matches"),
            *_counted("undetermined_verdicts", undetermined, "open promises that may be kept or broken"),
        ]


def _of_lost(lost: Mapping[str, Lost]) -> Iterator[Sign]:
    for notifier, one in lost.items():
        noun = "message" if one.count == 1 else "messages"
        yield Sign("dead_letters", notifier, f"{notifier}: {one.count} {noun} of the last hour reached nobody there")


def _counted(name: str, counts: Mapping[str, int], noun: str) -> Iterable[Sign]:
    found = [f"{source}: {count}" for source, count in sorted(counts.items()) if count]
    return [Sign(name, "", f"{noun}: {', '.join(found)}")] if found else []
