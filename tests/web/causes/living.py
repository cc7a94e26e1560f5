"""Time passes for the watchdog, while parts of slamon live."""

from __future__ import annotations

from collections.abc import Sequence
from operator import ne

from slamon.flow.watchdog import Pulse
from tests.e2e.process import until
from tests.web.faulty import Place

ROUND = 40  # looks of the watchdog: less than it allows to anybody


async def all_live_on(place: Place, parts: Sequence[Pulse]) -> None:
    """The watchdog looks forty times, and these parts have given a sign of life before that."""
    seen = [one.beat() for one in parts]
    await place.pass_(10)
    for one in parts:
        one.poke()
    await until(lambda: all(map(ne, seen, [one.beat() for one in parts])), what="they live on")
    for _ in range(ROUND):
        place.watchdog.turn()
