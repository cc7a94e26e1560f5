"""From what the engine says of a ticket to the rows that are kept of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256

import msgspec

from slamon.core.assess import Assessed
from slamon.core.instants import Instant
from slamon.core.known import is_open, next_event
from slamon.core.ticket import Ticket
from slamon.ports import CommitmentRow

AHEAD = "ahead"  # the status of a ticket of which everything is still to come
Key = tuple[str | None, int | None]  # target and cycle
_encoder = msgspec.json.Encoder(order="deterministic")


def wake_for_the_future(rows: list[CommitmentRow], ticket: Ticket, now: Instant, rules: str) -> list[CommitmentRow]:
    """A source's clock may be ahead of ours: look again when what it told comes true. One row carries that."""
    ahead = next_event(ticket, now)
    if ahead is None:
        return rows
    if not rows:
        return [CommitmentRow("", "", 0, AHEAD, "", ticket.created_at, None, None, None, ahead, rules)]
    wakes = [one for one in (rows[0].changes_at, ahead) if one is not None]
    return [replace(rows[0], changes_at=min(wakes)), *rows[1:]]


def version_of(rules: str, ticket: Ticket) -> str:
    """What an answer was made of beside the history: the rules, and what was known of the customer."""
    if not ticket.customer:
        return rules
    return f"{rules}+{sha256(_encoder.encode(ticket.customer)).hexdigest()[:16]}"


def key_of(one: Assessed) -> Key:
    return one.verdict.target, one.verdict.cycle


def row_of(ticket: Ticket, one: Assessed, rules: str, now: Instant, unclear: Collection[Key]) -> CommitmentRow:
    found = one.verdict
    return CommitmentRow(
        found.policy or "",
        found.target or "",
        found.cycle or 0,
        found.status,
        found.clock or ("" if found.status != "unmatched" or is_open(ticket, now) else "stopped"),
        found.started_at if found.started_at is not None else ticket.created_at,
        found.due_at,
        found.breached_at,
        found.stopped_at,
        one.wakes_at,
        rules,
        "undetermined" if key_of(one) in unclear else found.confidence,
        None if found.is_open else found.elapsed,
    )
