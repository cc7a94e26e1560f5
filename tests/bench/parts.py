"""The parts of the service as it makes them itself, for a bench to drive."""

from __future__ import annotations

import asyncio

from slamon.commands.load import Loaded
from slamon.directories.joining import Directories
from slamon.flow.judge import JudgeLoop, no_address
from slamon.metrics import Metrics
from slamon.parts import Workshop
from slamon.ports import Store
from slamon.replaying import service_time


async def workshop(loaded: Loaded, store: Store) -> Workshop:
    """What makes the parts of what was loaded, on an open store."""
    assert loaded.settings is not None
    assert loaded.rules is not None
    settings = loaded.settings
    clock = await service_time(settings, store)
    queued = {one.name: asyncio.Event() for one in settings.notifiers}
    metrics = Metrics()
    version = loaded.digest.hex()[:16]
    return Workshop(settings, loaded.rules, version, store, clock, metrics, asyncio.Event(), queued)


def judging(shop: Workshop) -> JudgeLoop:
    """The judge, with no directory to ask."""
    return shop.judge_loop(shop.assessor(), Directories(()).joined, no_address)
