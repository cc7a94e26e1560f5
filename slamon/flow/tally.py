"""What became of commitments, told once each: whatever is judged again without news is told to nobody."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.instants import Instant
from slamon.core.known import last_fields
from slamon.core.ticket import Ticket
from slamon.core.verdict import ENDED_STATUSES
from slamon.flow.observe import Observer, Outcome, Promise
from slamon.ports import CommitmentRow, Turn

OTHER = "other"
_OUTCOMES: dict[str, Outcome] = {one: one for one in ENDED_STATUSES}


@dataclass(frozen=True, slots=True)
class Customers:
    """Those who are counted by their names; everybody else, and nobody, is `other`. With no names there is no count."""

    names: frozenset[str] = frozenset()

    def of(self, ticket: Ticket, at: Instant) -> str | None:
        """For whom what becomes of a ticket is counted."""
        if not self.names:
            return None
        name = last_fields(ticket, at).get("customer")
        return name if isinstance(name, str) and name in self.names else OTHER


def tell(turn: Turn, observer: Observer, since: Instant) -> None:
    """Tell of what began, broke, ended or was taken back. What was over before `since` when first seen is history."""
    before, after = turn.before, turn.after
    if before is None and after is not None:
        if _is_history(after, since):
            return
        observer.started(_promise(turn, after))
    earlier, later = _facts(before), _facts(after, None if before is not None else since)
    if before is not None:
        for word in sorted(earlier - later):
            observer.corrected(_promise(turn, before), word)
    if after is not None:
        for word in sorted(later - earlier):
            observer.became(_promise(turn, after), word, after.elapsed)


def _is_history(row: CommitmentRow, since: Instant) -> bool:
    return row.status in _OUTCOMES and row.stopped_at is not None and row.stopped_at < since


def _facts(row: CommitmentRow | None, since: Instant | None = None) -> frozenset[Outcome]:
    """What is counted of a commitment: that it was broken (not before `since`), and how it ended."""
    if row is None:
        return frozenset()
    is_broken = row.breached_at is not None and (since is None or row.breached_at >= since)
    found: set[Outcome] = {"breached"} if is_broken else set()
    if row.status in _OUTCOMES:
        found.add(_OUTCOMES[row.status])
    return frozenset(found)


def _promise(turn: Turn, row: CommitmentRow) -> Promise:
    return Promise(turn.source, row.policy, row.target, turn.customer)
