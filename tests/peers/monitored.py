"""Two services that a real Prometheus watches: one with a replay, one that lives through all sorts of trouble.

`python -m tests.peers.monitored RESULT.json` lets them run, and keeps what the dashboards were told, for
tests.peers.pictures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.boards import NAMES, queries
from tests.e2e.process import ROOT, ServiceProcess, fetch, free_port, is_ready, until
from tests.peers.monitored_desk import World, world
from tests.peers.monitored_live import SECRET, Live
from tests.peers.monitored_peers import Prometheus, watching
from tests.peers.monitored_story import Story

SAMPLES = ROOT / "slamon" / "samples"
SECONDS = 260.0  # the slowest rules are evaluated every two minutes
STEP = 5
SPANS = {"__rate_interval": "30s", "__interval": "5s", "__range": "5m"}
CUSTOMERS = ("u6y6cz0ygq", "Caller 2852")

SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}", open: [health, metrics]}}
sources:
  helpdesk: {{kind: replay, path: {samples}/helpdesk.jsonl.gz, speed: 240, poll: 30s}}
  incidents: {{kind: replay, path: {samples}/incidents.jsonl.gz, speed: 240, poll: 30s}}
directories:
  customers: {{kind: csv, path: customers.csv, key: name, on: customer}}
notifiers:
  chat: {{kind: webhook, url: "{world}/chat", secret: "{secret}"}}
  broken: {{kind: webhook, url: "{world}/broken", secret: "{secret}"}}
alerts: {{horizon: 1h}}
metrics: {{customers: ["{first}", "{second}"]}}
"""


@dataclass
class Seen:
    """What was to be seen: of every query of the dashboards its series, what rules said, who was told what."""

    series: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by "dashboard/panel/letter"
    rules: list[dict[str, Any]] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)  # the names of what rules recorded
    told: list[dict[str, Any]] = field(default_factory=list)  # bodies that the Alertmanagers sent
    begun: float = 0.0  # seconds since 1970
    texts: dict[str, str] = field(default_factory=dict)  # the metrics of each service at the end

    def told_of(self, status: str) -> list[dict[str, Any]]:
        """Every alert as people were told of it, as often as they were: that it fires, or is resolved."""
        return [alert for body in self.told for alert in body["alerts"] if alert["status"] == status]


def replay(folder: Path, port: int, world: str) -> ServiceProcess:
    """The one with sample histories, at a speed at which days pass."""
    rules = (SAMPLES / "rules" / "demo.yml").read_text("utf-8").replace("notify: console", "notify: [chat, broken]")
    (folder / "rules.yml").write_text(rules, "utf-8")
    (folder / "customers.csv").write_text("name,tier\nCaller 2852,gold\n", "utf-8")
    first, second = CUSTOMERS
    values = {"port": port, "samples": SAMPLES, "world": world, "secret": SECRET, "first": first, "second": second}
    (folder / "slamon.yml").write_text(SETTINGS.format(**values), "utf-8")
    return ServiceProcess(folder)


@asynccontextmanager
async def running(service: ServiceProcess, port: int) -> AsyncIterator[None]:
    """At work while the block lasts."""
    try:
        await service.start()
        await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what=f"slamon is ready:\n{service.log}")
        yield
    finally:
        if service.started:
            try:
                await service.stop()
            except TimeoutError:
                await service.kill()


async def run(folder: Path) -> Seen:
    """Let all of it run for some minutes, and look."""
    seen, places = Seen(), {name: folder / name for name in ("replay", "live", "peers")}
    for place in places.values():
        place.mkdir()
    ports = {name: free_port() for name in ("replay", "live")}
    targets = [f"127.0.0.1:{port}" for port in ports.values()]
    async with world() as everybody:
        live = Live(places["live"], ports["live"], everybody.url)
        past = replay(places["replay"], ports["replay"], everybody.url)
        async with (
            running(live, ports["live"]),
            running(past, ports["replay"]),
            watching(places["peers"], targets, f"{everybody.url}/am") as prometheus,
        ):
            await _watch(seen, prometheus, live, everybody)
            for name, target in zip(ports, targets, strict=True):
                seen.texts[name] = (await fetch(f"http://{target}/metrics"))[1]
        seen.told = everybody.told
    return seen


async def _watch(seen: Seen, prometheus: Prometheus, live: Live, everybody: World) -> None:
    seen.begun = time.time()
    await asyncio.gather(Story(live, everybody).tell(), asyncio.sleep(SECONDS))
    await _look(seen, prometheus)


async def _look(seen: Seen, prometheus: Prometheus) -> None:
    span = {"start": f"{seen.begun:.0f}", "end": f"{time.time():.0f}", "step": str(STEP)}
    for name in NAMES:
        for one in queries(name, SPANS):
            found = await prometheus.ask("query_range", query=one.expr, **span)
            seen.series[f"{name}/{one.panel}/{one.letter}"] = found["result"]
    groups = (await prometheus.ask("rules"))["groups"]
    seen.rules = [{"group": group["name"], **rule} for group in groups for rule in group["rules"]]
    names = await prometheus.ask("label/__name__/values")
    seen.recorded = [one for one in names if ":" in one]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        Path(sys.argv[1]).write_text(json.dumps(asdict(asyncio.run(run(Path(place))))), "utf-8")
