"""From a ticket of Request Tracker and its transactions to what it was at creation and what happened since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from slamon.core.instants import Instant, parse_instant
from slamon.sources.http import undoing
from slamon.sources.http.undoing import State
from slamon.sources.rt_shapes import Reference, Shown, Transaction

# A state goes by Request Tracker's names of fields, and cf.ID: a list of texts; ids as text, nothing as None.
MESSAGES = {"Correspond": True, "Comment": False}  # and whether the customer sees them
SETS = frozenset({"Set", "Status", "Give", "Take", "Untake", "Steal", "Force", "SetWatcher"})
DATES = ("Due", "Starts")
NOT_SET = "1970-01-01T00:00:00Z"

_IN_SQL = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")
_LINKED = re.compile(r"/ticket/(\d+)$")


@dataclass(frozen=True, slots=True)
class Step:
    """A message, or a transaction and what it set."""

    done: Transaction
    set: State = field(default_factory=dict)


Past: TypeAlias = undoing.Past[Step]


def unfold(shown: Shown, transactions: Iterable[Transaction]) -> Past:
    """The past of a ticket: its present with every transaction of its own undone, the latest first.

    What its creator wrote at the instant of creation is the opening, and left out.
    """
    own = _in_order(one for one in transactions if is_of(one, shown.id))
    return _undone(_present(shown) | _owner(shown, own), parse_instant(shown.last_updated), own)


def unfold_merged(id: str, transactions: Iterable[Transaction]) -> Past:
    """The past of a ticket that is now part of another, by its transactions among that one's.

    What it was is told of those fields only that were ever changed; custom fields are left out.
    """
    own = _in_order(one for one in transactions if is_of(one, id))
    present = {str(one.field): _value(str(one.field), one.new_value) for one in own if one.type in SETS}
    return _undone(present, own[-1].at if own else 0, own)


def merges(transactions: Iterable[Transaction]) -> dict[str, tuple[Transaction, str]]:
    """By the id of each ticket that was merged into another: by which transaction, and into which."""
    found: dict[str, tuple[Transaction, str]] = {}
    for one in transactions:
        into = _LINKED.search(str(one.new_value)) if one.type == "AddLink" and one.field == "MergedInto" else None
        if into and not is_of(one, into[1]):
            found[str(one.object_id)] = one, into[1]
    return found


def is_of(one: Transaction, id: str) -> bool:
    """Whether it is the ticket's own, rather than of one that was merged into it."""
    return one.object_id is None or str(one.object_id) in ("", id)


def _undone(present: State, updated_at: Instant, transactions: Sequence[Transaction]) -> Past:
    going = undoing.Undoing[Step](present, updated_at)
    openings = {(one.created, _id(one.creator)) for one in transactions if one.type == "Create"}
    for one in reversed(_in_order(_without_echoes(transactions))):
        if one.type not in MESSAGES or (one.created, _id(one.creator)) not in openings:
            _undo(going, one)
    return going.past()


def _in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    return sorted(transactions, key=lambda one: one.order)


def _without_echoes(transactions: Sequence[Transaction]) -> list[Transaction]:
    """One change of the owner is told twice: as of a field, and as of a role."""
    told = {_said(one) for one in transactions if one.type != "SetWatcher"}
    return [one for one in transactions if one.type != "SetWatcher" or _said(one) not in told]


def _said(one: Transaction) -> tuple[Any, ...]:
    return one.field, one.old_value, one.new_value, one.created


def _undo(going: undoing.Undoing[Step], one: Transaction) -> None:
    key = _key(one)
    if one.type in MESSAGES:
        going.steps.append(Step(one))
    elif key in going.state:
        _undo_change(going, key, one)


def _undo_change(going: undoing.Undoing[Step], key: str, one: Transaction) -> None:
    old, new, value = _value(key, one.old_value), _value(key, one.new_value), going.state[key]
    if isinstance(value, list):
        going.steps.append(Step(one, {key: value}))
        going.state[key] = [*(item for item in value if item != new), *([old] if old else [])]
        return
    if value != new:
        going.found_gap(key, one.at)
    going.steps.append(Step(one, {key: new}))
    going.state[key] = old
    going.was_set(key, one.at)


def _key(one: Transaction) -> str:
    if one.type == "CustomField":
        return f"cf.{one.field}"
    return str(one.field) if one.type in SETS else ""


def _present(shown: Shown) -> State:
    state: State = {
        "Status": shown.status,
        "Priority": _value("Priority", shown.priority),
        "Queue": _id(shown.queue),
        "SLA": shown.sla or None,
        "Due": _value("Due", shown.due),
        "Starts": _value("Starts", shown.starts),
    }
    return state | {f"cf.{one.id}": [_text(value) for value in one.values] for one in shown.custom}


def _owner(shown: Shown, transactions: Iterable[Transaction]) -> State:
    """Who owns it now, by id as in transactions: a Request Tracker that tells a name only leaves that to the last."""
    owner = _id(shown.owner)
    told = [_value("Owner", one.new_value) for one in transactions if _key(one) == "Owner"]
    return {"Owner": told[-1] if told and owner and not owner.isdigit() else owner}


def _id(reference: Reference | str) -> str | None:
    return (reference.id if isinstance(reference, Reference) else reference) or None


def _value(key: str, told: str | int | None) -> str | None:
    """A value as it stands in a state: nothing, and a date that is not set, as None; dates as elsewhere."""
    value = None if told is None or told == "" else _text(told)
    return None if key in DATES and value == NOT_SET else value


def _text(value: Any) -> str:
    """A transaction tells dates as the database has them: in UTC, without saying so."""
    return _IN_SQL.sub(r"\1T\2Z", str(value)) if _IN_SQL.fullmatch(str(value)) else str(value)
