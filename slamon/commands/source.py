"""slamon source: look at one source of the settings, without the service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from slamon import sources
from slamon.commands.exits import Exit
from slamon.commands.load import load
from slamon.commands.say import complain
from slamon.core.history import encode
from slamon.ports import Batch, Finding, Probed, Pushed, Rereads, Source, SourceError
from slamon.rulefile.suggest import did_you_mean, listed, nearest, visible
from slamon.settings import Settings
from slamon.time import WallTime, wall_now

_SECONDS = 60.0
_MARKS = {"ok": "ok     ", "info": "       ", "warning": "WARNING", "error": "ERROR  "}


def probe(config: Path, name: str) -> Exit:
    """Print reach, rights, clock, rate limit, what it cannot tell, and how authors were classed."""
    return _with_source(config, name, _probe)


def fetch(config: Path, name: str, ticket: str) -> Exit:
    """Print the history of one ticket as the source gives it now."""

    async def body(source: Source) -> Exit:
        return await _fetch(source, ticket)

    return _with_source(config, name, body)


async def _probe(source: Source) -> Exit:
    findings = await findings_of(source)
    for finding in findings:
        told = finding.text + (f": {finding.remedy}" if finding.remedy else "")
        print(_MARKS[finding.level], visible(told))  # it may quote what a stranger answers
    return Exit.FOUND if any(finding.level in ("warning", "error") for finding in findings) else Exit.FINE


async def findings_of(source: Source) -> Sequence[Finding]:
    """What it finds about itself; of a kind that cannot look at itself, whether it can be read."""
    if isinstance(source, Probed):
        return await source.probe()
    if isinstance(source, Pushed):
        return [Finding("ok", f"it waits for pushes at /hooks/{source.name}")]
    try:
        async for batch in source.collect(None):
            return [_begins(batch)]
    except SourceError as error:
        return [Finding("error", str(error))]
    return [Finding("ok", "it can be read; there is no ticket in it yet")]


def _begins(batch: Batch) -> Finding:
    """What its first batch says of a source."""
    read = f"it can be read: {len(batch.tickets)} tickets in the first batch"
    if not batch.problems:
        return Finding("ok", read)
    wrong = "1 line is no ticket" if len(batch.problems) == 1 else f"{len(batch.problems)} lines are none, the first"
    return Finding("warning", f"{read}, {wrong}: {batch.problems[0]}")


async def _fetch(source: Source, ticket: str) -> Exit:
    if not isinstance(source, Rereads):
        complain(f"a source of this kind cannot read a single ticket: {source.name} is read as a whole")
        return Exit.UNUSABLE
    found = await source.fetch([ticket])
    if not found:
        complain(f"{source.name} has no ticket {ticket!r}")
        return Exit.FOUND
    for one in found:
        sys.stdout.buffer.write(encode(one) + b"\n")
    return Exit.FINE


def _with_source(config: Path, name: str, body: Callable[[Source], Awaitable[Exit]]) -> Exit:
    loaded = load(config)
    if loaded.settings is None:
        complain(loaded.render().rstrip())
        return Exit.UNUSABLE
    try:
        return asyncio.run(_run(loaded.settings, name, body))
    except LookupError as error:
        complain(str(error.args[0]))
        return Exit.UNUSABLE
    except TimeoutError:
        complain(f"{name} took longer than {_SECONDS:.0f} s")
    except SourceError as error:
        complain(visible(f"{name}: {error}"))
    return Exit.CANNOT_RUN


async def _run(settings: Settings, name: str, body: Callable[[Source], Awaitable[Exit]]) -> Exit:
    known = {one.name: one for one in settings.sources}
    if name not in known:
        help = did_you_mean(nearest(name, known)) or f"there are {listed(known, 'and')}"
        raise LookupError(f"there is no source {name!r} in the settings; {help}")
    one = known[name]
    surroundings = sources.Surroundings(settings.folder, WallTime(), wall_now())
    source = await asyncio.to_thread(sources.load(one.kind).source, one.name, one.options, surroundings)
    try:
        async with asyncio.timeout(_SECONDS):
            return await body(source)
    finally:
        await source.close()
