"""slamon run: the service in the foreground, as a supervisor or a container wants it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import structlog

from slamon.app import CannotRun, Service
from slamon.commands.exits import Exit
from slamon.commands.load import Loaded, load
from slamon.commands.say import complain
from slamon.flow.watchdog import GivesUp
from slamon.logs import never_wait, set_up
from slamon.operation import Configured
from slamon.ports import SourceError, StoreError
from slamon.reloading import NotLoaded
from slamon.rulefile.render import first_line
from slamon.systemd import Supervisor
from slamon.web.problems import Problem

log = structlog.get_logger()


def run(config: Path) -> Exit:
    """Run until SIGTERM or SIGINT; SIGHUP reloads settings and rules."""
    loaded = load(config)
    if loaded.settings is not None:
        never_wait()
    if loaded.diagnostics:
        complain(loaded.render().rstrip())
    if loaded.settings is None:
        return Exit.UNUSABLE
    return serve(loaded, lambda: load(config))


def serve(loaded: Loaded, again: Callable[[], Loaded] | None = None) -> Exit:
    """Run the service that was loaded; what stands in its way is said in one sentence. `again` reads for a reload."""
    assert loaded.settings is not None
    never_wait()
    set_up(loaded.settings.log.format, loaded.settings.log.level)
    keep_what_is_loaded()
    try:
        asyncio.run(_serve(loaded, again))
    except (CannotRun, GivesUp, StoreError, SourceError) as error:
        complain(f"slamon: {error}")
        return Exit.CANNOT_RUN
    return Exit.FINE


def keep_what_is_loaded() -> None:
    """Take it out of the rounds of the garbage collector: a full one holds up everything for tens of milliseconds."""
    gc.collect()
    gc.freeze()


async def _serve(loaded: Loaded, again: Callable[[], Loaded] | None) -> None:
    async def read() -> Configured:
        assert again is not None
        return _configured(await asyncio.to_thread(again))

    service = Service(_configured(loaded), read=None if again is None else read, supervisor=Supervisor.of(os.environ))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, service.stop)
    if again is not None:
        loop.add_signal_handler(signal.SIGHUP, service.reload_soon)
    await service.run()


def _configured(loaded: Loaded) -> Configured:
    """NotLoaded: there is a mistake in settings or rules."""
    if loaded.settings is None or loaded.rules is None:
        raise NotLoaded(*_problems(loaded))
    return Configured(loaded.settings, loaded.rules, loaded.digest)


def _problems(loaded: Loaded) -> Iterator[Problem]:
    """Every error with its place."""
    for one in loaded.diagnostics:
        if one.severity == "error":
            yield Problem(first_line(replace(one, help=None)), one.help)
    if loaded.left_out:
        yield Problem(f"and {loaded.left_out:,} more")
