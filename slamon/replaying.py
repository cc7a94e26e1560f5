"""Which time the service lives in: the wall's, or that of a replay, which stands still while the service is stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from slamon.core.instants import Instant
from slamon.ports import Store, Time
from slamon.settings import Settings
from slamon.sources.replay import ReplaySettings, load_log, plan
from slamon.time import ScaledTime, WallTime, wall_now

_KEY = "replay"


class _Saved(msgspec.Struct, frozen=True):
    anchored_at: Instant  # the service's instant of the very first start
    reached: Instant  # the service's instant when this was saved


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """The service's clock, how much faster than the wall it runs, and where replays begin."""

    time: Time
    speed: int
    anchored_at: Instant

    async def save(self, store: Store) -> None:
        """Remember how far the clock has come, so that the next start goes on from there."""
        saved = _Saved(self.anchored_at, self.time.now())
        await store.set_value(_KEY, msgspec.json.encode(saved))


def speed_of(settings: Settings) -> int:
    """How much faster than the wall's the clock of these settings runs."""
    return max((one.speed for one in _logs(settings)), default=1)


def _logs(settings: Settings) -> list[ReplaySettings]:
    return [one.options for one in settings.sources if isinstance(one.options, ReplaySettings)]


async def service_time(settings: Settings, store: Store) -> ServiceTime:
    """The clock for these settings; that of a replay is anchored the first time, and found again later."""
    logs, speed = _logs(settings), speed_of(settings)
    known = await store.value(_KEY)
    if known is not None:
        saved = msgspec.json.decode(known, type=_Saved)
    else:
        first = wall_now()
        if speed > 1:
            tickets, _ = await asyncio.to_thread(load_log, settings.folder / logs[0].path)
            first = plan(tickets, first).service_instant
        saved = _Saved(first, first)
    time: Time = WallTime() if speed == 1 else ScaledTime(wall_now(), saved.reached, speed)
    found = ServiceTime(time, speed, saved.anchored_at)
    await found.save(store)
    return found
