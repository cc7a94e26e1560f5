"""Those with whom slamon has to do are in trouble: sources, notifiers, tickets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.faults.process.hook import Posted
from tests.web.faulty import Place, fault

_MINUTE = 60


@fault("nothing is wrong")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    yield


@fault("a source cannot be read")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.tickets.unlink()
    await place.comes(200, "cannot be read")
    yield


@fault("a source has not been read for `max_data_age`")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.tickets.unlink()
    await place.comes(200, "cannot be read")
    await place.comes(200, "source_stale", "as last known", seconds=_MINUTE)
    yield


@fault("a notifier takes nothing")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.hook.answers = _answers(503)
    place.write("1")
    await place.comes(200, "notifier hook")
    yield


@fault("five attempts in a row failed at a notifier")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.hook.answers = _answers(503)
    place.write("1")
    await place.comes(200, "notifier_failing", seconds=10)
    yield


@fault("dead letters: a message was refused for good")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.hook.answers = _answers(400)
    place.write("1")
    await place.comes(200, "dead_letters")
    yield


def _answers(status: int) -> Any:
    async def answered(_: Posted) -> int:
        return status

    return answered


@fault("a monitor alert stands: tickets that no policy matches")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    place.write("1", priority="low")
    await place.comes(200, "unmatched_tickets", seconds=10)
    yield
