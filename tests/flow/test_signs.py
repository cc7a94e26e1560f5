"""What sources and notifiers show of themselves to whoever watches over them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.flow.collect import Collector
from slamon.ports import Batch, Reason, SendError, SourceError, Store
from tests.clock import ManualTime
from tests.flow.build import Watched, bench

AT = "2026-06-08T07:00:00Z"


class Desk:
    """A source that fails as it is told to, and then has nothing new."""

    name = "help"

    def __init__(self, failures: Sequence[Exception]) -> None:
        self._failures = list(failures)

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        if self._failures:
            raise self._failures.pop(0)
        yield Batch((), b"1")

    async def close(self) -> None: ...


@pytest.mark.asyncio
async def test_a_source_shows_when_it_was_read_and_whether_it_refuses_us(store: Store) -> None:
    time = ManualTime(1_780_000_000 * SECOND)
    desk = Desk([SourceError("the key is not valid", permanent=True), SourceError("no connection")])
    collector = Collector(desk, store, time, asyncio.Event(), Watched(), 10 * MINUTE)
    shown = []
    for _ in range(3):
        time.advance(120 * MINUTE)  # it is left alone for a while after a refusal
        await collector.poll()
        shown.append((collector.is_refused, collector.read_at))
    assert shown == [(True, None), (False, None), (False, time.now())]


@pytest.mark.asyncio
@pytest.mark.parametrize(("permanent", "failing"), [(True, None), (False, "server_error: 500")])
async def test_one_message_that_is_refused_is_no_failure_of_the_notifier(
    store: Store, permanent: bool, failing: str | None
) -> None:
    run = bench(store, AT)
    await run.put("7", AT)
    run.desk.failures = [SendError(Reason.SERVER_ERROR, "500", permanent=permanent)]
    await run.turn("2026-06-08T09:00:00Z")
    assert run.deliverer.failing == failing
    assert run.deliverer.standing_fault is not None
    await run.pass_until("2026-06-08T10:30:00Z")
    assert run.deliverer.failing is None
