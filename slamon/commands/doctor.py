"""slamon doctor: what may keep slamon from its work, and what to do about it."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from slamon.commands import doctor_machine as machine
from slamon.commands import doctor_others as others
from slamon.commands.call import NoAnswer, Service, Where, address_of
from slamon.commands.doctor_findings import Check, Done, Found, carry_out, ok, plain
from slamon.commands.exits import Exit
from slamon.commands.load import Loaded, load
from slamon.commands.text import typed
from slamon.rulefile.render import first_line, summary
from slamon.settings import Settings
from slamon.store.examine import holder


def doctor(config: Path, seconds: float) -> Exit:
    """Print a line for each check, all carried out at once; those of a broken file are left out."""
    loaded = load(config)
    told = _files_read(config, loaded)
    for line in told.lines():
        print(line)
    checks = _of_machine(config, loaded.settings) + _of_settings(config, loaded.settings, seconds)
    loop = asyncio.new_event_loop()
    done = [told, *loop.run_until_complete(carry_out_all(checks, seconds))]
    status = _status(done)
    sys.stdout.flush()
    if any(one.cut for one in done):
        os._exit(status)  # a thread that hangs in a call of the system would keep us for ever
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return status


async def carry_out_all(checks: Sequence[Check], seconds: float) -> list[Done]:
    """All at once, printed in their order as soon as they are done."""
    tasks = [asyncio.create_task(carry_out(one, seconds)) for one in checks]
    done = []
    try:
        for task in tasks:
            done.append(await task)
            for line in done[-1].lines():
                print(line, flush=True)
    finally:  # nobody may want to read on
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return done


def _status(done: Sequence[Done]) -> Exit:
    """The worst of all: a file that cannot be used, then this machine, then anything else."""
    if any(found.level == "error" for found in done[0].found):
        return Exit.UNUSABLE
    errors = [one.check for one in done for found in one.found if found.level == "error"]
    if any(check.here for check in errors):
        return Exit.CANNOT_RUN
    return Exit.FOUND if any(found.level != "ok" for one in done for found in one.found) else Exit.FINE


def _files_read(config: Path, loaded: Loaded) -> Done:
    """Settings and rules, as slamon check reads them."""
    remedy = f"type slamon check --config {typed(config)}"
    errors = [one for one in loaded.diagnostics if one.severity == "error"]
    if loaded.settings is None or loaded.rules is None:
        text = f"{summary(loaded.diagnostics, loaded.left_out)}: {first_line(errors[0])}"
        found = Found("error", text, remedy)
    elif loaded.diagnostics:
        found = Found("warning", f"{summary(loaded.diagnostics, loaded.left_out)}", remedy)
    else:
        number = len(loaded.rules.policies)
        found = Found("ok", f"{config} and {number} {'policy' if number == 1 else 'policies'} can be used")

    async def nothing() -> Sequence[Found]:
        return ()

    return Done(Check("settings and rules", nothing), (found,))


def _of_machine(config: Path, settings: Settings | None) -> list[Check]:
    checks = [
        plain("programs", machine.programs, here=True),
        plain("time zones", lambda: machine.zones(settings), here=True),
    ]
    if settings is None:
        return checks
    storage = settings.storage
    return [
        *checks,
        plain("clock", lambda: machine.clock(storage), here=True),
        plain("files", lambda: machine.files(config, settings), here=True),
        plain("disk", lambda: machine.disk(storage), here=True),
    ]


def _of_settings(config: Path, settings: Settings | None, seconds: float) -> list[Check]:
    if settings is None:
        return []
    return [
        plain("database", lambda: machine.database(settings.storage, seconds * 0.8), here=True),
        plain("port", lambda: machine.port(settings.web, served=holder(settings.storage) is not None), here=True),
        plain("service", lambda: _service(config, settings)),
        *(Check(f"source {one.name}", others.source(settings, one)) for one in settings.sources),
        *(Check(f"directory {one.name}", others.directory(settings, one)) for one in settings.directories),
        *(Check(f"notifier {one.name}", others.notifier(one)) for one in settings.notifiers),
        *_heartbeat(settings),
        *_alerts(settings),
    ]


def _heartbeat(settings: Settings) -> list[Check]:
    if settings.heartbeat is None:
        return [plain("heartbeat", partial(ok, "none: nobody outside is told that slamon is at work"))]
    return [Check("heartbeat", others.heartbeat(settings.heartbeat.url))]


def _alerts(settings: Settings) -> list[Check]:
    if settings.alerts.send:
        return []
    found = Found("warning", "nothing is sent: alerts.send is false", "set it to true once somebody shall be told")
    return [plain("alerts", lambda: [found])]


def _service(config: Path, settings: Settings) -> Sequence[Found]:
    """How the running service is, as it says itself."""
    if holder(settings.storage) is None:
        return ok("it does not run: slamon run starts it")
    place = None if settings.socket.is_socket() else address_of(settings.web.host, settings.web.port)
    try:
        status, body = Service(Where(config, place)).exchange("GET", "/readyz")
        said = json.loads(body)
        problems = [str(one) for one in said.get("problems", ())]
    except (NoAnswer, ValueError, AttributeError, TypeError):
        return [Found("error", "it holds its database and does not answer", "see its log; start it anew if it hangs")]
    if status != http.client.OK:
        return [Found("error", f"it is not ready: {'; '.join(problems) or status}", "see its log")]
    if problems:
        return [Found("warning", f"it runs, and says: {'; '.join(problems)}", "see slamon status")]
    return ok(f"it runs: {said.get('status', 'ok')}")
