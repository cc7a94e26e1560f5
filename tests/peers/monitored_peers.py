"""A real Prometheus that scrapes by the shipped rules, and a real pair of Alertmanagers behind it, on free ports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import urllib.parse
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.deploy.queries import FOLDER
from tests.e2e.process import fetch, until
from tests.peers.traces import free_port

EVERY = "5s"  # everything is scraped: a busy machine takes seconds to answer
_PATIENCE = 20.0  # seconds until a program has ended that was asked to


class Prometheus:
    """A running one."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API; AssertionError if it refuses."""
        status, text = await fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        assert status == 200, text
        return json.loads(text)["data"]


@asynccontextmanager
async def watching(folder: Path, targets: Sequence[str], told: str) -> AsyncIterator[Prometheus]:
    """One that scrapes these addresses; both of its Alertmanagers tell `told` of each alert, and of its end."""
    async with _alertmanagers(folder, told) as pair:
        config, address = folder / "prometheus.yml", f"127.0.0.1:{free_port()}"
        config.write_text(yaml.safe_dump(_config(targets, pair)), "utf-8")
        command = ("prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}")
        async with _running(folder / "prometheus.log", *command, f"--web.listen-address={address}"):
            await _until_ready(address, folder / "prometheus.log")
            yield Prometheus(f"http://{address}")


def _config(targets: Sequence[str], alertmanagers: Sequence[str]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY},
        "rule_files": [str(FOLDER / "slamon-*.yml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(alertmanagers)}]}]},
        "scrape_configs": [{"job_name": "slamon", "static_configs": [{"targets": list(targets)}]}],
    }


@asynccontextmanager
async def _alertmanagers(folder: Path, told: str) -> AsyncIterator[Sequence[str]]:
    """The addresses of two that know of one another. Each alert is a group of its own: so it is told on its own."""
    route = {"receiver": "hook", "group_by": ["..."], "group_wait": "1s", "group_interval": "5s"}
    receivers = [{"name": "hook", "webhook_configs": [{"url": told, "send_resolved": True}]}]
    config = folder / "alertmanager.yml"
    config.write_text(yaml.safe_dump({"route": route, "receivers": receivers}), "utf-8")
    first, second, *addresses = [f"127.0.0.1:{free_port()}" for _ in range(4)]
    async with contextlib.AsyncExitStack() as stack:
        for number, (own, other) in enumerate([(first, second), (second, first)]):
            log, address = folder / f"alertmanager{number}.log", addresses[number]
            command = (
                "prometheus-alertmanager",
                f"--config.file={config}",
                f"--storage.path={folder / f'alertmanager{number}'}",
                f"--web.listen-address={address}",
                f"--cluster.listen-address={own}",
                f"--cluster.advertise-address={own}",
                f"--cluster.peer={other}",
                "--cluster.settle-timeout=5s",
                "--cluster.peer-timeout=3s",
            )
            await stack.enter_async_context(_running(log, *command))
        for number, address in enumerate(addresses):
            await _until_ready(address, folder / f"alertmanager{number}.log")
        yield addresses


@asynccontextmanager
async def _running(log: Path, *command: str) -> AsyncIterator[None]:
    """A program while the block lasts; what it says goes to the file."""
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _until_ready(address: str, log: Path) -> None:
    async def answers() -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            return (await fetch(f"http://{address}/-/ready"))[0] == 200
        return False

    try:
        await until(answers, what="it answers")
    except AssertionError:
        raise AssertionError(f"{log.stem} does not start: {log.read_text('utf-8')[-2000:]}") from None
