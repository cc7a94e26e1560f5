"""slamon demo: real histories played as if they happened now, with alerts on the console."""

from __future__ import annotations

import shutil
import socket
import sys
from importlib import resources
from pathlib import Path

from slamon.addresses import host_and_port
from slamon.commands.exits import Exit
from slamon.commands.load import Loaded, digest_of
from slamon.commands.run import serve
from slamon.commands.say import complain
from slamon.core.instants import HOUR, SECOND
from slamon.notifiers.console import ConsoleSettings
from slamon.ports import StoreError
from slamon.rulefile import load_rules
from slamon.settings import Alerts, NotifierSettings, Settings, SourceSettings, WebSettings
from slamon.settings_file import read_listen
from slamon.sources.replay import ReplaySettings
from slamon.store.lock import ProcessLock

_DATABASE = "demo.db"
# The first is the one whose busiest minute the demo begins at: the smaller log has fewer of them to offer.
_LOGS = ("helpdesk", "incidents")


def demo(state: Path, listen: str, speed: int, *, fresh: bool) -> Exit:
    """Play until SIGTERM or SIGINT; a demo that was stopped goes on where it was unless `fresh`."""
    web = read_listen(listen)
    if isinstance(web, str):
        complain(f"slamon demo: --listen: {web}")
        return Exit.UNUSABLE
    obstacle = _state_trouble(state / _DATABASE, fresh=fresh) or _port_trouble(web)
    if obstacle:
        complain(f"slamon demo: {obstacle}")
        return Exit.CANNOT_RUN
    loaded = load_demo(state, web, speed)
    complain(_banner(state, web, speed))
    return serve(loaded)


def load_demo(state: Path, web: WebSettings, speed: int) -> Loaded:
    """The demo's settings, and its rules, which stand in the package beside the logs."""
    folder = Path(str(resources.files("slamon"))) / "samples"
    rules = load_rules(folder / "rules", notifiers=frozenset({"console"}))
    settings = Settings(
        folder=folder,
        rules=folder / "rules",
        storage=state.absolute() / _DATABASE,
        sources=tuple(_source(name, speed) for name in _LOGS),
        notifiers=(NotifierSettings("console", "console", ConsoleSettings()),),
        alerts=Alerts(horizon=HOUR),  # of the replay: so a demo does not begin with a day's old news
        web=web,
    )
    return Loaded(settings, rules.rules, digest_of(folder / "rules"), rules.diagnostics)


def _source(name: str, speed: int) -> SourceSettings:
    return SourceSettings(name, "replay", ReplaySettings(f"{name}.jsonl.gz", speed), 30 * SECOND)


def _state_trouble(database: Path, *, fresh: bool) -> str | None:
    """What keeps a demo from having its database, forgotten first if `fresh`."""
    lock = ProcessLock(database)
    try:
        lock.take()
    except StoreError as error:
        return str(error).replace("give this one another storage.path", "name another directory with --state")
    try:
        for ending in ("", "-wal", "-shm", "-journal") if fresh else ():
            database.with_name(database.name + ending).unlink(missing_ok=True)
    except OSError as error:
        return f"{database} cannot be deleted: {error.strerror}; delete it, or name another directory with --state"
    finally:
        lock.release()
    return None


def _port_trouble(web: WebSettings) -> str | None:
    """What keeps the demo from listening where it was told to."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        place, other = host_and_port(web.host, web.port), f"127.0.0.1:{web.port % 65_535 + 1}"
        return f"{place} cannot be had ({error.strerror}): type slamon demo --listen {other}"
    return None


def _banner(state: Path, web: WebSettings, speed: int) -> str:
    url = f"http://{host_and_port(web.host, web.port)}" if web.port else "http://… (see url below)"
    own = "slamon" if shutil.which("slamon") else sys.argv[0]
    pace = "in real time" if speed == 1 else f"{speed} times as fast as it happened"
    return f"""\
slamon demo: a help desk of 2022 and the incidents of an IT department of 2016, played {pace}.
Real tickets; the promises are the demo's own. Alerts appear below; the first within seconds.

  metrics  {url}/metrics
  health   {url}/healthz
  status   {own} status --url {url}
  state    {state} ({own} demo --fresh forgets it)
  stop     Ctrl-C; started again it goes on where it was
"""
