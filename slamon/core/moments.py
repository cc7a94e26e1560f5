"""What a commitment has come to, and since when: the moments that people may be told about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct, structs

from slamon.core.clock import Cycle, Mark
from slamon.core.instants import HOUR, Instant, Span
from slamon.core.runs import Bound
from slamon.core.verdict import NOT_YET_BROKEN, Verdict

AT_RISK = "at_risk"  # no moment of its own: any warning
BREACHED = "breached"
MET = "met"
MISSED = "missed"
CANCELLED = "cancelled"
PAUSED = "paused"
RESUMED = "resumed"
REALERT_AFTER: Span = HOUR
_PAUSING = frozenset({"started", "paused", "reopened"})  # marks after which a paused clock has been standing
_HIDING = frozenset({"stopped", "withdrawn"})
_SHOWING = frozenset({"reopened", "covered", "adopted"})


class Moment(Struct, frozen=True):
    """A reason to tell somebody: what a commitment has come to, and when it did.

    Of one `key` a commitment has one moment, however often it is looked at. `names` are the words of `when` that mean
    it. `stands`: what it began has stood without interruption since. `overtaken`: a warning after which a higher one
    was passed.
    """

    name: str  # "warning 75%", breached, missed, met, cancelled, paused, resumed
    at: Instant
    key: str
    names: tuple[str, ...]
    stands: bool = True
    overtaken: bool = False

    def is_among(self, words: Sequence[str]) -> bool:
        """Whether one of the words of a `when` means it."""
        return any(name in words for name in self.names)

    @property
    def is_warning(self) -> bool:
        return AT_RISK in self.names and self.name != BREACHED


def moments(cycle: Cycle, verdict: Verdict, at: Instant, realert_after: Span = REALERT_AFTER) -> list[Moment]:
    """What a commitment has come to by an instant: of the warnings passed only the highest, none once it is late."""
    seen = cycle.shown or cycle
    found = []
    if seen.breached_at is not None and verdict.status in ("breached", "missed"):
        found.append(_breach(seen, seen.breached_at))
    if seen.ended is not None:
        found.append(_ending(seen, verdict, at))
    elif verdict.clock == "paused":
        found.append(_recurring(seen, PAUSED, _paused_at(seen)))
    else:
        found += [_warning(seen, *one, at, realert_after) for one in _passed(seen, verdict)[-1:]]
        if not seen.fixed and seen.since is not None and seen.started_at < seen.since >= promised_at(seen):
            found.append(_recurring(seen, RESUMED, _shown_at(seen, seen.since)))
    return found


def overtaken(cycle: Cycle, verdict: Verdict, at: Instant, realert_after: Span = REALERT_AFTER) -> list[Moment]:
    """The warnings passed before the highest, in their order: what waits a time after one of them is still to come."""
    if verdict.clock == "paused":
        return []
    seen = cycle.shown or cycle
    lower = [_warning(seen, *one, at, realert_after) for one in _passed(seen, verdict)[:-1]]
    return [structs.replace(one, overtaken=True) for one in lower]


def warning(text: str) -> str:
    """The name of the moment at which a warning, as written in `warn_at`, is passed."""
    return f"warning {text}"


def next_moment(cycle: Cycle, verdict: Verdict) -> Instant | None:
    """The next instant at which a commitment comes to something new if nothing happens to it."""
    seen = cycle.shown or cycle
    if verdict.status not in NOT_YET_BROKEN or verdict.clock == "paused":
        return None
    first = verdict.changes_at
    if verdict.status == "on_track" and first is not None and (seen.due is None or first < seen.due):
        return first
    instants = [seen.reaches(used) for used, _ in _warnings(seen) if used > (verdict.elapsed or 0)]
    late = None if seen.due is None else seen.due + 1  # at the due instant itself it is still in time
    return min((instant for instant in [*instants, late] if instant is not None), default=None)


def promise_of(cycle: Cycle) -> str:
    """What was promised: the start and the definition of the target, not the due instant, which pauses move."""
    seen = cycle.shown or cycle
    bound = seen.bound
    if bound is None:
        return ""
    return f"{seen.started_at}/{bound.span or bound.instant}/{bound.calendar.name}"


def promised_at(cycle: Cycle) -> Instant:
    """Since when it has been promised what is promised now: the start, or the last retarget or change of policy."""
    since, bound, policy = cycle.started_at, cycle.bound, cycle.definition.policy
    for mark in reversed(cycle.marks):
        if mark.definition.policy != policy or (mark.bound is not bound and mark.bound != bound):
            break
        since = mark.at
    return max(since, cycle.started_at)


def paused_mark(cycle: Cycle) -> Mark | None:
    """Where the pause began that stands, in the cycle's marks."""
    return next((mark for mark in reversed(cycle.marks) if mark.what in _PAUSING), None)


def _paused_at(cycle: Cycle) -> Instant:
    """A promise that was changed in a pause is a new one, paused from the change on."""
    mark = paused_mark(cycle)
    return _shown_at(cycle, max(promised_at(cycle), cycle.started_at if mark is None else mark.at))


def _hidden(cycle: Cycle) -> list[tuple[Instant, Instant]]:
    """The times, over by now, in which the clock was stopped or the target did not apply."""
    found = []
    hidden_at: Instant | None = None
    for mark in cycle.marks:
        if mark.what in _HIDING and hidden_at is None:
            hidden_at = mark.at
        elif mark.what in _SHOWING and hidden_at is not None:
            found.append((hidden_at, mark.at))
            hidden_at = None
    return found


def _shown_at(cycle: Cycle, at: Instant) -> Instant:
    """When something came to light: what happened while it was hidden shows as it is back."""
    return next((back_at for hidden_at, back_at in _hidden(cycle) if hidden_at <= at < back_at), at)


def _stands(cycle: Cycle, at: Instant) -> bool:
    """Whether an open commitment has been there since, running all the while or paused all the while."""
    changed_at = cycle.started_at if cycle.fixed or cycle.since is None else cycle.since
    return at >= max([changed_at, *(back_at for _, back_at in _hidden(cycle))])


def _breach(cycle: Cycle, breached_at: Instant) -> Moment:
    """A promise that was changed after the breach is a new one, broken from the change on."""
    at = max(breached_at, promised_at(cycle))
    running = cycle.ended is None and (cycle.fixed or not cycle.paused)
    return Moment(BREACHED, at, BREACHED, _names_of_breach(cycle), running and _stands(cycle, at))


def _names_of_breach(cycle: Cycle) -> tuple[str, ...]:
    """It stands for a warning of 100 %, and for any warning if there is none before it."""
    whole = cycle.whole() or 0
    thresholds = cycle.thresholds()
    with_it = [text for used, text in thresholds if used >= whole]
    return (BREACHED, AT_RISK, *with_it) if with_it and len(with_it) == len(thresholds) else (BREACHED, *with_it)


def _ending(cycle: Cycle, verdict: Verdict, at: Instant) -> Moment:
    name = CANCELLED if cycle.ended == "cancelled" else MISSED if verdict.status == "missed" else MET
    return Moment(name, at if cycle.stopped_at is None else cycle.stopped_at, name, (name,))


def _recurring(cycle: Cycle, name: str, at: Instant) -> Moment:
    """What may come again in one cycle: each time is a moment of its own."""
    return Moment(name, at, f"{name} {at}", (name,), _stands(cycle, at))


def _passed(cycle: Cycle, verdict: Verdict) -> list[tuple[Span, list[str]]]:
    """The warnings passed, the lowest first, by how much is used at them. What is reached together is one moment."""
    together: dict[Span, list[str]] = {}
    for used, text in _warnings(cycle) if verdict.status == "at_risk" else ():
        if used <= (verdict.elapsed or 0):
            together.setdefault(used, []).append(text)
    return list(together.items())


def _warnings(cycle: Cycle) -> list[tuple[Span, str]]:
    """Without one of 100 %: at the due instant it is too late to warn, and a microsecond after it comes the breach."""
    whole = cycle.whole() or 0
    return [(used, text) for used, text in cycle.thresholds() if used < whole]


def _warning(cycle: Cycle, used: Span, texts: Sequence[str], at: Instant, realert_after: Span) -> Moment:
    assert cycle.bound is not None
    told_at, times = _told(cycle, cycle.bound, used, realert_after) or (at, 1)
    name = warning(texts[-1])
    key = name if times == 1 else f"{name} {times}"
    return Moment(name, told_at, key, (AT_RISK, *texts), _stands(cycle, told_at))


def _told(cycle: Cycle, bound: Bound, used: Span, realert_after: Span) -> tuple[Instant, int] | None:
    """When a warning is to be told for the last time so far, and how many times that makes.

    First as it is reached; then after each pause that moved the due instant, if enough time has passed since.
    """
    since, calendar = cycle.since, bound.calendar
    if bound.span is None or since is None:
        reached = cycle.reaches(used)
        return None if reached is None else (_shown_at(cycle, max(reached, promised_at(cycle))), 1)
    found = _reached(cycle, bound, used, since)
    if found is None:
        return None
    index, told_at = found[0], _shown_at(cycle, max(found[1], promised_at(cycle)))
    times, resumed = 1, [*cycle.runs.starts, since][1:]
    for paused_at, resumed_at in zip(cycle.runs.ends[index:], resumed[index:], strict=True):
        if resumed_at - told_at > realert_after and calendar.elapsed(paused_at, resumed_at):
            told_at, times = resumed_at, times + 1
    return told_at, times


def _reached(cycle: Cycle, bound: Bound, used: Span, since: Instant) -> tuple[int, Instant] | None:
    """In which of its stretches a clock reached a warning, and when; as a stretch ends counts for the next one."""
    runs, calendar = cycle.runs, bound.calendar
    totals = runs.totals(calendar)
    for index in range(bisect_left(totals, used), len(totals)):
        start, before = runs.starts[index], totals[index - 1] if index else 0
        reached = start if before >= used else calendar.due(start, used - before)
        if reached is not None and reached < runs.ends[index]:
            return index, reached
    left = used - (totals[-1] if totals else 0)
    reached = since if left <= 0 else calendar.due(since, left)
    return None if reached is None else (len(totals), reached)
