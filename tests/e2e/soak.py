"""Kill the real service again and again under traffic, and compare what arrived with a literal list of what was due.

`python -m tests.e2e.soak --kills 50`: exit status 0 if nothing was lost and nothing doubled but what may be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.crash_points import BOUND, CLASSES, SENT, crash_point
from tests.e2e.process import ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver

TARGET = 3.0  # seconds of the promised first response
TICKETS_A_SECOND = 30
ANSWER_AFTER = 0.015  # seconds that the receiver takes to say that it has a message
ANSWERED_SHARE = 0.25  # answered in time: no breach may ever be told

RULES = """
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, warn_at: 50%, targets: {first_response: 3s}}
routes:
  - {name: all, match: all, group: {wait: 1s, digest_above: 1000}, steps: [{when: breached, notify: hook}]}
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}"}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 0.2s}}}}
notifiers: {{hook: {{kind: webhook, url: "{hook}", secret: "whsec_c29hayBzb2FrIHNvYWsgc29hayBzb2Fr"}}}}
"""


@dataclass
class Traffic:
    """Writes tickets into a file, some answered in time; `due` are the ids whose breach must be told."""

    path: Path
    due: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    stopping: bool = False

    async def run(self, rng: random.Random) -> None:
        number, begun = 0, time.monotonic()
        while not self.stopping:
            number += 1
            self._write(f"t{number}", answered=rng.random() < ANSWERED_SHARE)
            await asyncio.sleep(max(0.0, begun + number / TICKETS_A_SECOND - time.monotonic()))

    def _write(self, id: str, *, answered: bool) -> None:
        now = datetime.now(UTC).isoformat()
        # Written as one line: an answer that comes later would race the promise, and the list would not be literal.
        events = [{"id": "e1", "at": now, "kind": "message", "by": "agent", "public": True}] if answered else []
        (self.answered if answered else self.due).append(id)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"id": id, "created_at": now, "events": events}) + "\n")


def told(bodies: list[bytes]) -> dict[str, list[str]]:
    """The tickets that each message covers, by the message's id; of a message that came twice only once."""
    messages = [json.loads(body)["data"] for body in bodies]
    return {one["id"]: [covered["ticket"] for covered in one["covers"]] for one in messages}


def judge(traffic: Traffic, bodies: list[bytes]) -> dict[str, list[str]]:
    """What is wrong with what arrived; every list must be empty but `doubled`, which may hold a few messages."""
    times = Counter(json.loads(body)["data"]["id"] for body in bodies)
    versions = Counter(json.loads(body)["data"]["id"] for body in set(bodies))
    tickets = Counter(ticket for covered in told(bodies).values() for ticket in covered)
    return {
        "lost": sorted(set(traffic.due) - set(tickets)),
        "wrong": sorted(set(tickets) - set(traffic.due)),
        "told in two messages": sorted(ticket for ticket, count in tickets.items() if count > 1),
        "doubled": sorted(id for id, count in times.items() if count > 1),
        "doubled and not byte for byte the same": sorted(id for id, count in versions.items() if count > 1),
    }


def missing(traffic: Traffic, bodies: list[bytes]) -> set[str]:
    """The tickets that nobody has been told of yet."""
    return set(traffic.due) - {ticket for covered in told(bodies).values() for ticket in covered}


@dataclass
class Soaked:
    """`found` as of `judge`; `crashes`: how many kills fell where; `seconds` that traffic was written."""

    found: dict[str, list[str]]
    traffic: Traffic
    received: int
    crashes: Counter[str]
    seconds: float


async def soak(folder: Path, kills: int, seed: int) -> Soaked:
    """Run, kill at random moments, and wait for what is still due."""
    rng, crashes, begun, seconds = random.Random(seed), Counter[str](), time.monotonic(), 1.0
    hook = await WebhookReceiver(pause=ANSWER_AFTER).start()
    port = free_port()
    (folder / "rules.yml").write_text(RULES, "utf-8")
    (folder / "slamon.yml").write_text(SETTINGS.format(port=port, hook=hook.url), "utf-8")
    traffic = Traffic(folder / "tickets.jsonl")
    traffic.path.touch()
    writing = asyncio.create_task(traffic.run(rng))
    service = ServiceProcess(folder)
    try:
        for _ in range(kills):
            await service.start()
            ran = await is_running_after(service, rng.uniform(0.3, 2.5))
            await service.kill()
            crashes[crash_point(folder, ran, set(told(hook.bodies)))] += 1
        seconds = time.monotonic() - begun
        traffic.stopping = True
        await writing
        await service.start()
        await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what="the service is ready")
        await _arrive(traffic, hook)
    except AssertionError as error:
        print(error, service.log[-2000:], file=sys.stderr)
    finally:
        traffic.stopping = True
        await service.stop()
        await hook.stop()
    return Soaked(judge(traffic, hook.bodies), traffic, len(hook.bodies), crashes, seconds)


async def _arrive(traffic: Traffic, hook: WebhookReceiver) -> None:
    """Wait until all that is due has arrived, for as long as any of it does: on a busy machine that takes its time."""
    while missing(traffic, hook.bodies):
        before = len(hook.bodies)
        await until(lambda before=before: len(hook.bodies) > before, what="more of what is due arrives", patience=60)


async def is_running_after(service: ServiceProcess, seconds: float) -> bool:
    """Whether the service says that it runs, after so many seconds."""
    before = service.log.count("slamon runs")
    await asyncio.sleep(seconds)
    return service.log.count("slamon runs") > before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        done = asyncio.run(soak(Path(folder), options.kills, options.seed))
    due = len(done.traffic.due)
    print(f"seed {options.seed}: {options.kills} kills, {due} breaches due, {due / done.seconds:.1f} a second")
    print(f"{done.received} messages received")
    for name, ids in done.found.items():
        print(f"  {name}: {len(ids)} {' '.join(ids[:10])}")
    print("where the process was killed:")
    for name in CLASSES:
        print(f"  {name}: {done.crashes[name]}")
    wrong = any(ids for name, ids in done.found.items() if name != "doubled")
    return int(wrong or len(done.found["doubled"]) > done.crashes[SENT] + done.crashes[BOUND])


if __name__ == "__main__":
    sys.exit(main())
