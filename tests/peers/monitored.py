"""slamon with a replay, a real Prometheus that scrapes it by the shipped rules, and a real pair of Alertmanagers behind that.

`python -m tests.peers.monitored RESULT.json` runs it, and keeps what the dashboards were told, for tests.peers.pictures.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.deploy.boards import NAMES, queries
from tests.e2e.process import ServiceProcess, fetch, free_port, is_ready, until

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "slamon" / "samples"
PEERS = Path(tempfile.gettempdir()) / "slamon-peers-prometheus"
PROMETHEUS_PORT = 3597
ALERTMANAGERS = "127.0.0.1:3593 127.0.0.1:3595"
SECONDS = 260.0  # the slowest rules are evaluated every two minutes
STEP = 5
SPANS = {"__rate_interval": "30s", "__interval": "5s", "__range": "5m"}
CUSTOMERS = (".wy0w13yhr", "z8y1_3_ygi")

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
  chat: {{kind: webhook, url: "{sink}/chat", secret: "{secret}"}}
  broken: {{kind: webhook, url: "{sink}/broken", secret: "{secret}"}}
alerts: {{horizon: 1h}}
heartbeat: {{url: "{sink}/heartbeat", every: 5s}}
metrics: {{customers: ["{first}", "{second}"]}}
"""


@dataclass
class Seen:
    """What was to be seen: of every query of the dashboards its series, what rules said, who was told what."""

    series: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by "dashboard/panel/letter"
    rules: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)  # that Prometheus held in the end
    told: list[dict[str, Any]] = field(default_factory=list)  # bodies that the Alertmanagers sent
    text: str = ""  # the metrics at the end

    def notifications(self, alertname: str) -> list[dict[str, Any]]:
        """Those that told that an alert fires."""
        return [
            body
            for body in self.told
            for alert in body["alerts"]
            if alert["labels"]["alertname"] == alertname and alert["status"] == "firing"
        ]


@asynccontextmanager
async def sink(seen: Seen) -> AsyncIterator[str]:
    """Everybody whom slamon and the Alertmanagers tell something."""

    async def taken(_: web.Request) -> web.Response:
        return web.Response()

    async def refused(_: web.Request) -> web.Response:
        return web.Response(status=400)

    async def told(request: web.Request) -> web.Response:
        seen.told.append(await request.json())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/chat", taken), web.get("/heartbeat", taken)])
    app.add_routes([web.post("/broken", refused), web.post("/am", told)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def script(servers: Path, name: str, word: str, **environment: str) -> None:
    """Of the scripts that start servers."""
    env = {**os.environ, "PEERS": str(PEERS), "PROM_PORT": str(PROMETHEUS_PORT)} | environment
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", str(servers / f"{name}.sh"), word],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{name} does not {word}: {done.stdout}{done.stderr}"


def prepare(folder: Path, port: int, sink: str) -> None:
    rules = (SAMPLES / "rules" / "demo.yml").read_text("utf-8").replace("notify: console", "notify: [chat, broken]")
    (folder / "rules.yml").write_text(rules, "utf-8")
    (folder / "customers.csv").write_text("name,tier\n.wy0w13yhr,gold\n", "utf-8")
    first, second = CUSTOMERS
    values = {"port": port, "samples": SAMPLES, "sink": sink, "first": first, "second": second}
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    (folder / "slamon.yml").write_text(SETTINGS.format(secret=secret, **values), "utf-8")


async def ask(path: str, **parameters: str) -> Any:
    url = f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    status, text = await fetch(url)
    assert status == 200, text
    return json.loads(text)["data"]


async def run(servers: Path, folder: Path) -> Seen:
    """Let all of it run for some minutes."""
    seen = Seen()
    async with sink(seen) as url:
        port = free_port()
        prepare(folder, port, url)
        service = ServiceProcess(folder)
        try:
            await script(servers, "alertmanager", "wipe")
            await script(servers, "prometheus", "wipe")
            await service.start()
            await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what=f"slamon is ready:\n{service.log}")
            await script(servers, "alertmanager", "start", WEBHOOK=f"{url}/am")
            rules = str(ROOT / "deploy" / "prometheus" / "slamon-*.yml")
            target = f"127.0.0.1:{port}"
            await script(servers, "prometheus", "start", TARGET=target, RULES=rules, AM=ALERTMANAGERS, INTERVAL="2s")
            begun = time.time()
            await asyncio.sleep(SECONDS)
            await _look(seen, begun)
            seen.text = (await fetch(f"http://127.0.0.1:{port}/metrics"))[1]
        finally:
            await script(servers, "prometheus", "wipe")
            await script(servers, "alertmanager", "wipe")
            if service.started:
                await service.stop()
    return seen


async def _look(seen: Seen, begun: float) -> None:
    span = {"start": f"{begun:.0f}", "end": f"{time.time():.0f}", "step": str(STEP)}
    for name in NAMES:
        for one in queries(name, SPANS):
            found = await ask("query_range", query=one.expr, **span)
            seen.series[f"{name}/{one.panel}/{one.letter}"] = found["result"]
    groups = (await ask("rules"))["groups"]
    seen.rules = [{"group": group["name"], **rule} for group in groups for rule in group["rules"]]
    seen.alerts = (await ask("alerts"))["alerts"]


if __name__ == "__main__":
    servers = Path(os.environ.get("SLAMON_SHARED") or ROOT.parent / "shared") / "servers"
    with tempfile.TemporaryDirectory() as place:
        Path(sys.argv[1]).write_text(json.dumps(asdict(asyncio.run(run(servers, Path(place))))), "utf-8")
