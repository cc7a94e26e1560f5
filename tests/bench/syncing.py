"""A first reading of a whole helpdesk by the parts of the service, in a process of its own; the measures as JSON.

`python -m tests.bench.syncing FOLDER [judged]`: slamon.yml and the rules stand in FOLDER.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

import msgspec

from slamon.commands.load import Loaded, load
from slamon.commands.run import keep_what_is_loaded
from slamon.logs import set_up
from slamon.store import SqliteStore
from tests.bench.lag import Lag
from tests.bench.measure import most_memory
from tests.bench.parts import judging, workshop

_LOOK_EVERY = 0.1  # seconds between looks whether anything is left to be judged


class Synced(msgspec.Struct):
    """Seconds until all was stored, or judged too; lag of the event loop in seconds; most memory ever held, in MB."""

    seconds: float
    lag: float
    memory: float


async def sync(loaded: Loaded, *, judged: bool) -> Synced:
    """Read everything once; `judged`: with the judge at work beside it, until nothing is left for it."""
    assert loaded.settings is not None
    async with AsyncExitStack() as parts:
        store = SqliteStore(loaded.settings.storage)
        await store.open()
        parts.push_async_callback(store.close)
        shop = await workshop(loaded, store)
        source = await shop.source(loaded.settings.sources[0])
        parts.push_async_callback(source.close)
        if judged:
            judge = asyncio.create_task(judging(shop).run())
            parts.push_async_callback(_end, judge)
        lag, begun = await parts.enter_async_context(Lag()), perf_counter()
        await shop.collector(source, loaded.settings.sources[0]).poll()
        while judged and await store.to_judge(shop.clock.time.now(), 1):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(_LOOK_EVERY)
        return Synced(perf_counter() - begun, lag.percentile(99), most_memory())


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def main() -> None:
    set_up("console", "warning")
    loaded = load(Path(sys.argv[1]) / "slamon.yml")
    if loaded.failed:
        sys.exit(loaded.render())
    keep_what_is_loaded()
    print(msgspec.json.encode(asyncio.run(sync(loaded, judged="judged" in sys.argv[2:]))).decode())


if __name__ == "__main__":
    main()
