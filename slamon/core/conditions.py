"""What can be wrong with slamon itself: a closed set of conditions, and when each is raised and cleared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from slamon.core.instants import HOUR, MINUTE, Instant, Span
from slamon.core.message import Tone

CALM: Span = 5 * MINUTE  # it must not have been so for this long to be over
REMEMBERED: Span = HOUR  # what happens rather than lasts stands so long after it happened last

Subject = Literal["source", "notifier", ""]  # what a condition is about; "": slamon as a whole


@dataclass(frozen=True, slots=True)
class Condition:
    """A sort of trouble. `patience`: how long it must have been so before it is raised; `remedy`: what to do."""

    about: Subject
    remedy: str
    patience: Span = 0
    calm: Span = CALM
    tone: Tone = "warning"


CONDITIONS: dict[str, Condition] = {
    "source_stale": Condition(
        "source", "see why it cannot be read (slamon status); alerts go out from what is known", calm=0
    ),
    "source_refused": Condition("source", "correct its address, key or rights in slamon.yml", calm=0),
    "notifier_failing": Condition(
        "notifier", "see why it does not take messages (slamon status); what waits goes out once it does", 5 * MINUTE
    ),
    "dead_letters": Condition(
        "notifier", "somebody was not told: look at slamon status, and give the notifier a fallback", calm=0
    ),
    "unmatched_tickets": Condition("", "add a policy for them: nothing is promised, so nobody is alerted", MINUTE),
    "undetermined_verdicts": Condition(
        "", "poll more often, or let the source push: what happened between two polls decides them", MINUTE
    ),
    "clock_jumped": Condition("", "let NTP keep the time of this machine, and never let it sleep", calm=0),
    "judge_late": Condition("", "see whether machine or disk are overloaded; alerts come late", MINUTE, tone="breach"),
    "alerts_missing": Condition("", "it is a defect of slamon: report it, with the log", calm=0, tone="breach"),
    "scheduler_silent": Condition(
        "", "it was restarted; if that does not help the process ends, for its supervisor to start it anew", calm=0
    ),
    "store_failing": Condition(
        "", "see disk space and the rights of the database (storage.path)", calm=0, tone="breach"
    ),
}

# What happened; the memory of it ends with the process.
EVENTS = frozenset({"clock_jumped", "alerts_missing", "scheduler_silent", "store_failing"})


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a look has shown to be so: the name of a condition, whom it is about, and one line of text."""

    name: str
    subject: str
    text: str
    at_once: bool = False  # whatever the patience with it

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.subject


@dataclass(frozen=True, slots=True)
class Raised:
    """A condition that was raised, the `number`th time for its subject; cleared once `cleared_at` is set."""

    name: str
    subject: str
    number: int
    raised_at: Instant
    text: str
    calm: Span
    cleared_at: Instant | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.subject

    @property
    def stands(self) -> bool:
        return self.cleared_at is None


class Conditions:
    """What stands, of each name and subject the last time. What `look` finds counts once `keep` is told of it.

    One that comes and goes is raised again each time, but only over when it has not been so for `realert_after`: so it
    is told at most once in that time. Spans are measured on a clock that no jump can move.
    """

    def __init__(self, realert_after: Span, known: Iterable[Raised] = ()) -> None:
        self._realert_after = realert_after
        self._last = {one.key: one for one in known}
        self._signs: dict[tuple[str, str], Sign] = {}
        self._since: dict[tuple[str, str], Span] = {}  # since when without a break
        self._seen: dict[tuple[str, str], Span] = {}  # when last

    @property
    def all(self) -> Sequence[Raised]:
        """Of each name and subject the last one, over or not."""
        return tuple(self._last.values())

    def last(self, key: tuple[str, str]) -> Raised | None:
        return self._last.get(key)

    def sign(self, key: tuple[str, str]) -> Sign | None:
        """What shows that it is so right now; None: it is not, though it may not be over yet."""
        return self._signs.get(key)

    def look(self, signs: Iterable[Sign], now: Instant, steady: Span) -> list[Raised]:
        """What is raised or cleared by what is so now; `steady` is the clock that no jump moves."""
        self._signs = {one.key: one for one in signs}
        self._since = {key: self._since.get(key, steady) for key in self._signs}
        self._seen |= dict.fromkeys(self._signs, steady)
        new = [self._new(one, now) for one in self._signs.values() if self._is_new(one, steady)]
        return new + [replace(one, cleared_at=now) for one in self._last.values() if self._is_over(one, steady)]

    def keep(self, changed: Iterable[Raised]) -> None:
        self._last |= {one.key: one for one in changed}

    def _is_new(self, sign: Sign, steady: Span) -> bool:
        last = self._last.get(sign.key)
        long = sign.at_once or steady - self._since[sign.key] >= CONDITIONS[sign.name].patience
        return long and (last is None or not last.stands)

    def _is_over(self, one: Raised, steady: Span) -> bool:
        if not one.stands or one.key in self._signs:
            return False
        seen = self._seen.setdefault(one.key, steady)  # what an earlier process raised was seen at the start
        return steady - seen >= one.calm

    def _new(self, sign: Sign, now: Instant) -> Raised:
        last, calm = self._last.get(sign.key), CONDITIONS[sign.name].calm
        if last is not None and last.cleared_at is not None and now - last.cleared_at <= self._realert_after:
            calm = max(calm, self._realert_after)
        return Raised(sign.name, sign.subject, 1 if last is None else last.number + 1, now, sign.text, calm)
