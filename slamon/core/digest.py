"""Many alerts as one message: what is broken first, the longest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slamon.core.instants import LATEST, Instant
from slamon.core.message import Covered, Message, Tone, footer_of, notes_of
from slamon.core.moments import PAUSED
from slamon.core.verdict import NOT_YET_BROKEN
from slamon.core.wording import is_lateness

WORST = 20  # lines
_SHOWN_TARGETS = 4  # in a count by target


@dataclass(frozen=True, slots=True)
class _Sort:
    """What people sort commitments by: how bad they are, in words."""

    rank: int
    words: str
    tone: Tone


_BROKEN = _Sort(0, "broken", "breach")
_AT_RISK = _Sort(1, "at risk", "warning")
_PAUSED = _Sort(2, "paused", "warning")
_RUNNING = _Sort(3, "running", "info")
_MET = _Sort(4, "met", "good")
_CANCELLED = _Sort(5, "cancelled", "info")
_RAISED = _Sort(6, "raised", "warning")  # these two: of slamon itself
_OVER = _Sort(7, "over", "good")
_BY_STATUS = {
    "breached": _BROKEN,
    "missed": _BROKEN,
    "at_risk": _AT_RISK,
    "met": _MET,
    "cancelled": _CANCELLED,
    "raised": _RAISED,
    "cleared": _OVER,
}
_SORTS = (_BROKEN, _AT_RISK, _PAUSED, _RUNNING, _MET, _CANCELLED, _RAISED, _OVER)


def digest(
    messages: Sequence[Message], id: str, thread: str, route: str, at: Instant, link: str | None = None
) -> Message:
    """One message for many, of Assessor.tell. `link`: the base address of the service's pages, for link/digests/id.

    `covers` is every commitment that they tell of, once each, worst first. Equal for equal messages in any order.
    """
    covers = _worst_first(messages)
    by_sort = {sort: [one for one in covers if _sort(one) is sort] for sort in _SORTS}
    told = [(sort, found) for sort, found in by_sort.items() if found]
    addresses = {one.to for one in messages}
    return Message(
        id=id,
        thread=thread,
        tone=told[0][0].tone if told else "info",
        title=f"{_counts(told)} · {route}",
        facts=tuple(_facts(told, len(covers))),
        url=None if link is None else f"{link}/digests/{id}",
        footer=_footer(messages),
        at=at,
        lines=tuple(one.line for one in covers[:WORST]),
        covers=covers,
        to=addresses.pop() if len(addresses) == 1 else None,
    )


def _worst_first(messages: Sequence[Message]) -> tuple[Covered, ...]:
    """The longest broken first, then those due soonest. A commitment that several alerts tell of stands once."""
    ordered = sorted((one for message in messages for one in message.covers), key=_order)
    once: dict[tuple[str, str, str, int], Covered] = {}
    for one in ordered:
        once.setdefault((one.source, one.ticket, one.target, one.cycle), one)
    return tuple(once.values())


def _order(one: Covered) -> tuple[object, ...]:
    since = one.breached_at if _sort(one) is _BROKEN else one.due_at
    when = LATEST if since is None else since
    return _sort(one).rank, when, one.source, one.ticket, one.target, one.cycle, one.moment, one.line


def _sort(one: Covered) -> _Sort:
    if one.moment == PAUSED and one.status in NOT_YET_BROKEN:
        return _PAUSED
    return _BY_STATUS.get(one.status, _RUNNING)


def _counts(told: Sequence[tuple[_Sort, Sequence[Covered]]]) -> str:
    """`312 promises are broken, 14 at risk`."""
    if not told:
        return "No promises"
    (first, found), *rest = told
    noun = "problem" if first in (_RAISED, _OVER) else "promise"
    several = f"{noun} is" if len(found) == 1 else f"{noun}s are"
    return ", ".join([f"{len(found)} {several} {first.words}", *(f"{len(more)} {sort.words}" for sort, more in rest)])


def _facts(told: Sequence[tuple[_Sort, Sequence[Covered]]], total: int) -> Iterable[tuple[str, str]]:
    for sort, found in told:
        yield sort.words.capitalize(), _by_target(found)
    if total > WORST:
        yield "Shown", f"the worst {WORST} of {total}"


def _by_target(found: Sequence[Covered]) -> str:
    """`200 first response, 112 resolution`; the most first."""
    counts = Counter(one.target.replace("_", " ") for one in found)
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{count} {target}" for target, count in most[:_SHOWN_TARGETS]]
    others = sum(count for _, count in most[_SHOWN_TARGETS:])
    return ", ".join([*shown, *([f"{others} others"] if others else [])])


def _footer(messages: Iterable[Message]) -> str | None:
    """What the messages say of themselves, each remark once; how late each was shows in its line."""
    notes = {note for one in messages for note in notes_of(one.footer) if not is_lateness(note)}
    return footer_of(*sorted(notes))
