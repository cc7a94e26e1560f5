"""Makers of the records that a store keeps, with everything a test does not care about filled in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from slamon.core.instants import Instant
from slamon.core.message import Message
from slamon.ports import CommitmentRow, Delivery, Judgement, NewDelivery, Notification, Store

SOURCE = "desk"
_Store = TypeVar("_Store", bound=Store)


@asynccontextmanager
async def opened(store: _Store) -> AsyncIterator[_Store]:
    """The store, open, and closed again whatever happens."""
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def message(title: str = "Ticket T-1 is late") -> Message:
    return Message(
        id="m-1",
        thread="t-1",
        tone="breach",
        title=title,
        facts=(("Due", "14:00"),),
        url="https://desk/1",
        footer="late",
    )


def commitment(
    policy: str = "gold",
    *,
    target: str = "first_reply",
    cycle: int = 1,
    status: str = "on_track",
    due_at: Instant | None = 100,
    breached_at: Instant | None = None,
    changes_at: Instant | None = None,
    rules: str = "",
) -> CommitmentRow:
    return CommitmentRow(
        policy=policy,
        target=target,
        cycle=cycle,
        status=status,
        clock="running",
        started_at=10,
        due_at=due_at,
        breached_at=breached_at,
        stopped_at=None,
        changes_at=changes_at,
        rules=rules,
    )


def delivery(
    identity: str,
    *,
    ticket: str = "T-1",
    notifier: str = "slack",
    due_at: Instant = 100,
    not_before: Instant | None = None,
    **differently: Any,
) -> NewDelivery:
    new = NewDelivery(
        identity=identity,
        source=SOURCE,
        ticket=ticket,
        policy="gold",
        target="first_reply",
        cycle=1,
        route="support",
        notifier=notifier,
        moment="breached",
        promise="gold/first_reply",
        due_at=due_at,
        not_before=due_at if not_before is None else not_before,
    )
    return replace(new, **differently)


async def saved(store: Store, *ids: str, body: bytes = b"{}") -> None:
    """Tickets of these ids, marked for judging."""
    await store.save_batch(SOURCE, [(id, body) for id in ids], b"cursor")


async def judged(store: Store, id: str = "T-1", *rows: CommitmentRow, now: Instant = 0) -> None:
    """A ticket that was saved, and judged as of its present version."""
    if not await store.load(SOURCE, [id]):
        await saved(store, id)
    await store.apply([await judgement(store, id, *rows)], now)


async def judgement(store: Store, id: str, *rows: CommitmentRow) -> Judgement:
    version = (await store.load(SOURCE, [id]))[id].version
    return Judgement(SOURCE, id, version, rows, ())


async def queued(store: Store, *deliveries: NewDelivery, now: Instant = 0) -> int:
    """Put deliveries into the outbox and leave every ticket alone; how many were new."""
    return await store.queue(deliveries, now)


async def taken(store: Store, now: Instant = 1_000_000, notifier: str = "slack") -> Sequence[Delivery]:
    """All that waits, whatever may become one message."""
    return await store.take(notifier, await store.waiting(notifier, now), now, 1_000_000)


async def bound(store: Store, *identities: str, now: Instant = 100, about: Message | None = None) -> Notification:
    """A notification, being sent, for some of the deliveries that wait; with none named for all."""
    ids = [one.id for one in await taken(store) if not identities or one.identity in identities]
    found = await store.bind("slack", about or message(), ids, now)
    assert found is not None
    return found
