"""slamon run: the service in the foreground, as a supervisor or a container wants it."""

from __future__ import annotations

import asyncio
import gc
import signal
from pathlib import Path

import structlog

from slamon.app import CannotRun, Service
from slamon.cli import Exit
from slamon.commands.load import Loaded, load
from slamon.commands.say import complain
from slamon.logs import set_up
from slamon.ports import SourceError, StoreError

log = structlog.get_logger()


def run(config: Path) -> Exit:
    """Run until SIGTERM or SIGINT."""
    loaded = load(config)
    if loaded.diagnostics:
        complain(loaded.render().rstrip())
    if loaded.settings is None:
        return Exit.UNUSABLE
    return serve(loaded)


def serve(loaded: Loaded) -> Exit:
    """Run the service that was loaded; what stands in its way is said in one sentence."""
    assert loaded.settings is not None
    set_up(loaded.settings.log.format, loaded.settings.log.level)
    keep_what_is_loaded()
    try:
        asyncio.run(_serve(loaded))
    except (CannotRun, StoreError, SourceError) as error:
        complain(f"slamon: {error}")
        return Exit.CANNOT_RUN
    return Exit.FINE


def keep_what_is_loaded() -> None:
    """Take it out of the rounds of the garbage collector: a full one holds up everything for tens of milliseconds."""
    gc.collect()
    gc.freeze()


async def _serve(loaded: Loaded) -> None:
    assert loaded.settings is not None
    assert loaded.rules is not None
    service = Service(loaded.settings, loaded.rules, loaded.digest)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, service.stop)
    await service.run()
