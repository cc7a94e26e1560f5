"""The real service watches itself: a source that is gone is told of, and the heartbeat stops until it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.process import ServiceProcess, fetch, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver
from tests.notifiers.servers import Reader, Writer, answer, serving

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: [50%], targets: {first_response: 4h}}]
routes:
  - {name: all, match: all, steps: [{when: at_risk, notify: hook}]}
  - {name: itself, match: {alert: monitor}, group: {wait: 1s}, steps: [{when: [raised, cleared], notify: hook}]}
"""
CANARY = "canary-1234"


class Ears:
    def __init__(self) -> None:
        self.heard = 0

    async def talk(self, reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.heard += 1
        writer.write(answer(200, "OK"))
        await writer.drain()


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[WebhookReceiver]:
    receiver = await WebhookReceiver().start()
    yield receiver
    await receiver.stop()


@pytest.mark.asyncio
async def test_a_source_that_is_gone_is_told_of_and_the_heartbeat_stops_until_it_is_back(
    tmp_path: Path, hook: WebhookReceiver
) -> None:
    ears, url, tickets = Ears(), f"http://127.0.0.1:{free_port()}", tmp_path / "tickets.jsonl"
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    tickets.touch()
    service = ServiceProcess(tmp_path)

    def told(text: str) -> bool:
        return any(text.encode() in body for body in hook.bodies)

    async with serving(ears.talk) as port:
        (tmp_path / "slamon.yml").write_text(
            f"""
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "{url.removeprefix("http://")}", open: [health, metrics]}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 0.5s, max_data_age: 2s}}}}
notifiers: {{hook: {{kind: slack, webhook: "{hook.url}"}}}}
heartbeat: {{url: "http://127.0.0.1:{port}/{CANARY}", every: 1s}}
""",
            "utf-8",
        )
        await service.start()
        try:
            await until(lambda: is_ready(url), what=f"the service is ready:\n{service.log}")
            await until(lambda: ears.heard >= 2, what="the heartbeat is heard")
            tickets.rename(tmp_path / "away")
            await until(lambda: told("desk could not be read for"), what="the silence of the source is told")
            heard = ears.heard
            assert 'slamon_condition{condition="source_stale",of="desk"} 1.0' in (await fetch(f"{url}/metrics"))[1]
            (tmp_path / "away").rename(tickets)
            await until(lambda: told("over: desk could not be read for"), what="its end is told")
            await until(lambda: ears.heard > heard, what="the heartbeat is heard again")
            assert await service.stop() == 0
        finally:
            await service.kill()
    assert "the heartbeat is withheld" in service.log
    assert CANARY not in service.log
