"""Forgetting what is over and was kept for as long as it shall be."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from slamon.core.instants import Span
from slamon.ports import Store, StoreError, Time

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long tickets stay after they ended, and deliveries after theirs."""

    store: Store
    time: Time
    ended: Span
    deliveries: Span

    async def forget(self) -> None:
        """Forget, a slice at a time. If it is cut off, or the disk cannot, the next time takes the rest."""
        now = self.time.now()
        try:
            forgotten = await self.store.prune(now - self.ended, now - self.deliveries)
        except StoreError as error:
            log.error("what is over cannot be forgotten now", why=str(error))
            return
        if forgotten:
            log.info("what was over was forgotten", tickets_and_messages=forgotten)
