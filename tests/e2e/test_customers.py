"""Who the customer is, and tickets that are pushed: the real service as a process."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from tests.e2e.process import ServiceProcess, fetch, free_port, is_ready, until

SECRET = "whsec_" + base64.b64encode(b"a secret of some length, at last").decode()
RULES = """
version: 1
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {first_response: 1h}}
  - {name: silver, match: {customer.tier: silver}, calendar: 24x7, targets: {first_response: 8h}}
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}"}}
sources:
  desk: {{kind: file, path: tickets.jsonl, poll: 0.2s}}
  hook: {{kind: webhook, secret: "{secret}"}}
directories:
  customers: {{kind: csv, path: customers.csv, key: name, on: customer, refresh: 1s}}
"""


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service = ServiceProcess(folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.put("rules.yml", RULES)
        self.put("slamon.yml", SETTINGS.format(port=port, secret=SECRET))
        self.put("customers.csv", '\ufeffname;tier\r\n"Acme; Sons";gold\r\nBolt;silver\r\n')
        self.put("tickets.jsonl", "")

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode())

    async def ready(self) -> None:
        await self.service.start()
        await until(lambda: is_ready(self.url), what=f"the service is ready:\n{self.service.log}")

    async def policies(self) -> dict[tuple[str, str], str]:
        """The policy of each (source, ticket)."""
        status = json.loads((await fetch(f"{self.url}/api/status"))[1])
        return {(one["source"], one["ticket"]): one["policy"] for one in status["nearest"]}

    async def follows(self, policy: str, id: str = "1", source: str = "desk") -> None:
        async def holds() -> bool:
            return (await self.policies()).get((source, id)) == policy

        await until(holds, what=f"{source} {id} follows {policy}:\n{self.service.log}")

    async def push(self, body: bytes, id: str, secret: str = SECRET) -> tuple[int, str]:
        now = datetime.now(UTC)
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(id, now, body.decode()),
        }
        url = f"{self.url}/hooks/hook"
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()


def ticket(id: str, customer: str, **keys: Any) -> str:
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    return json.dumps({"id": id, "created_at": at, "fields": {"customer": customer}, **keys}) + "\n"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    if made.service.started:
        await made.service.kill()


@pytest.mark.asyncio
async def test_a_gold_customer_of_a_table_gets_the_gold_policy_and_a_change_of_the_table_counts(world: World) -> None:
    world.put("tickets.jsonl", ticket("1", "Acme; Sons") + ticket("2", "Bolt") + ticket("3", "Core"))
    await world.ready()
    await world.follows("gold", "1")
    await world.follows("silver", "2")
    assert ("desk", "3") not in await world.policies()
    assert '"tier":"gold"' in (await fetch(f"{world.url}/api/tickets?id=1"))[1]
    assert 'slamon_directory_missing_total{directory="customers"} 1.0' in (await fetch(f"{world.url}/metrics"))[1]
    world.put("customers.csv", "name,tier\nBolt,gold\nAcme; Sons,gold\n")
    await world.follows("gold", "2")


@pytest.mark.asyncio
async def test_a_broken_table_is_a_fault_that_leaves_the_old_one_in_force_also_over_a_restart(world: World) -> None:
    world.put("tickets.jsonl", ticket("1", "Bolt"))
    await world.ready()
    await world.follows("silver")
    world.put("customers.csv", "name,tier\nBolt\n")

    async def told() -> bool:
        return "customers.csv:2: 1 cells where there are 2 columns" in (await fetch(f"{world.url}/healthz"))[1]

    await until(told, what="the fault is told")
    await world.service.stop()
    await world.ready()
    await world.follows("silver")
    await until(told, what="the fault is told again")
    assert "Traceback" not in world.service.log


@pytest.mark.asyncio
async def test_what_was_never_readable_keeps_the_service_from_starting_with_the_line_that_is_wrong(
    world: World,
) -> None:
    world.put("customers.csv", "name,tier\nBolt\n")
    await world.service.start()
    assert await world.service.ended() == 3
    assert "slamon: directory customers: " in world.service.log
    assert "customers.csv:2: 1 cells where there are 2 columns" in world.service.log
    assert "Traceback" not in world.service.log


@pytest.mark.asyncio
async def test_a_pushed_ticket_is_judged_at_once_and_survives_a_kill(world: World) -> None:
    await world.ready()
    body = (ticket("1", "Acme; Sons") + ticket("2", "Bolt")).encode()
    assert (await world.push(body, "m1", SECRET[:-3] + "AA="))[0] == 401
    assert await world.push(body, "m1") == (202, '{"changed": 2}')
    await world.service.kill()
    await world.ready()
    assert await world.push(body, "m1") == (202, '{"changed": 0}')
    await world.follows("gold", "1", "hook")
    await world.follows("silver", "2", "hook")
    assert await world.push(b'{"id": 5}', "m2") == (400, "line 1: created_at is missing\n")
    text = (await fetch(f"{world.url}/metrics"))[1]
    assert 'slamon_pushes_total{outcome="malformed",source="hook"} 1.0' in text
    assert SECRET not in world.service.log + text
