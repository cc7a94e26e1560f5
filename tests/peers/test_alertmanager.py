"""The notifier of kind alertmanager against a real pair of them, one of which goes down and comes back empty."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from slamon.core.instants import MINUTE, Instant, from_datetime, parse_instant
from slamon.core.message import Message
from slamon.notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings
from slamon.notifiers.alertmanager_alerts import LABELS
from tests.notifiers.hostile import HOSTILE, covered, message
from tests.notifiers.servers import Http, answer, serving

pytestmark = [pytest.mark.shared, pytest.mark.peer("prometheus-alertmanager")]

PEERS = Path(tempfile.gettempdir()) / "slamon-peers-alertmanager"
URLS = ("http://127.0.0.1:3593", "http://127.0.0.1:3595")


@dataclass
class Pair:
    """Two running nodes; what they in turn tell people goes to a port of ours."""

    script: Path
    receiver: int

    def start(self) -> None:
        self._run("start")

    def stop_second_and_empty_it(self) -> None:
        """As if its machine had been lost."""
        file = PEERS / "run" / "alertmanager1.pid"
        pid = int(file.read_text())
        os.kill(pid, signal.SIGKILL)
        file.unlink()
        shutil.rmtree(PEERS / "alertmanager" / "data1")

    def wipe(self) -> None:
        self._run("wipe")

    def _run(self, word: str) -> None:
        env = {**os.environ, "PEERS": str(PEERS), "WEBHOOK": f"http://127.0.0.1:{self.receiver}/am"}
        subprocess.run(["bash", str(self.script), word], env=env, check=True, timeout=300, capture_output=True)


@pytest.fixture
def pair(shared: Path) -> Iterator[Pair]:
    """Nothing of another test is in them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        receiver = free.getsockname()[1]
    made = Pair(shared / "servers" / "alertmanager.sh", receiver)
    made.wipe()
    made.start()
    yield made
    made.wipe()


@pytest_asyncio.fixture
async def notifier() -> AsyncIterator[AlertmanagerNotifier]:
    made = AlertmanagerNotifier("am", AlertmanagerSettings(URLS, timeout=5.0))
    yield made
    await made.close()


async def active(node: int) -> list[dict[str, Any]]:
    """The alerts that a node shows."""
    async with aiohttp.ClientSession() as session, session.get(f"{URLS[node]}/api/v2/alerts") as response:
        assert response.status == 200
        found: list[dict[str, Any]] = await response.json()
    return sorted(found, key=lambda one: sorted(one["labels"].items()))


async def shown(node: int) -> set[tuple[str, str]]:
    return {(one["labels"]["alertname"], one["labels"].get("ticket", "")) for one in await active(node)}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what it waits for happens in another process
            await asyncio.sleep(0.1)


def about(**changes: object) -> Message:
    return message(covers=(covered(**changes),))  # type: ignore[arg-type]


def now() -> Instant:
    return from_datetime(datetime.now(UTC))


@pytest.mark.asyncio
async def test_both_nodes_know_a_breach_and_people_are_told_once_of_it_and_once_of_its_end(
    pair: Pair, notifier: AlertmanagerNotifier
) -> None:
    told = Http([answer(200)])
    breached_at = now() - MINUTE
    async with serving(told.talk, port=pair.receiver):
        await notifier.send(about(moment="warning 75%", status="at_risk", breached_at=None))
        assert await shown(0) == await shown(1) == {("CommitmentAtRisk", "4711")}
        await notifier.send(about(breached_at=breached_at))
        assert await shown(0) == await shown(1) == {("CommitmentBreached", "4711")}
        (breach,) = await active(0)
        assert abs(parse_instant(breach["startsAt"]) - breached_at) < 1_000
        assert set(breach["labels"]) == set(LABELS)

        def statuses() -> list[tuple[str, str]]:
            bodies = [msgspec.json.decode(raw) for raw in told.bodies]
            return [(one["status"], alert["labels"]["alertname"]) for one in bodies for alert in one["alerts"]]

        await until(lambda: ("firing", "CommitmentBreached") in statuses())
        await notifier.send(about(moment="met", status="missed"))
        assert await shown(0) == await shown(1) == set()
        await until(lambda: ("resolved", "CommitmentBreached") in statuses())
        assert statuses().count(("firing", "CommitmentBreached")) == 1
        assert statuses().count(("resolved", "CommitmentBreached")) == 1


@pytest.mark.asyncio
async def test_a_node_that_comes_back_empty_knows_all_after_one_sync(
    pair: Pair, notifier: AlertmanagerNotifier
) -> None:
    standing = [covered(number=number, breached_at=now()) for number in range(1_100)]
    wanted = {("CommitmentBreached", str(number)) for number in range(1_100)}
    await notifier.sync(standing)
    assert await shown(0) == await shown(1) == wanted
    pair.stop_second_and_empty_it()
    for number in range(5):  # one node is enough, and the other one soon left alone
        await notifier.send(about(number=2_000 + number, breached_at=now()))
    standing += [covered(number=2_000 + number, breached_at=now()) for number in range(5)]
    await notifier.sync(standing)
    assert len(await shown(0)) == 1_105
    pair.start()
    assert await shown(1) == set()
    await notifier.sync(standing)
    assert await shown(0) == await shown(1) == wanted | {("CommitmentBreached", str(2_000 + n)) for n in range(5)}
    await notifier.sync(standing[:1])
    assert await shown(0) == await shown(1) == {("CommitmentBreached", "0")}
    await notifier.sync([])
    assert await shown(0) == await shown(1) == set()


@pytest.mark.asyncio
async def test_every_hostile_text_is_taken_and_shown_as_it_was_sent(pair: Pair, notifier: AlertmanagerNotifier) -> None:
    hostile = [
        covered(text, ticket=f"{number} {text}", source=text, policy=text, target=text, url=text, breached_at=now())
        for number, text in enumerate(HOSTILE.values())
    ]
    await notifier.sync(hostile)
    for node in (0, 1):
        labels = [one["labels"] for one in await active(node)]
        assert len(labels) == len(HOSTILE)
        assert {one["ticket"].split(" ")[0].rstrip("\u2026") for one in labels} == {
            str(number) for number in range(len(HOSTILE))
        }
        assert all(set(one) <= set(LABELS) for one in labels)
    await notifier.sync([])
    assert await shown(0) == await shown(1) == set()


@pytest.mark.asyncio
async def test_slamons_own_trouble_is_an_alert_until_it_is_cleared(pair: Pair, notifier: AlertmanagerNotifier) -> None:
    await notifier.send(message(thread="monitor/stale/desk"))
    await notifier.sync([])
    assert await shown(0) == await shown(1) == {("SlamonMonitor", "monitor/stale/desk")}
    await notifier.send(message(thread="monitor/stale/desk", tone="good"))
    assert await shown(0) == await shown(1) == set()
