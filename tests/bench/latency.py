"""How long after its due instant a broken promise is known to a healthy receiver, with much else open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from slamon.commands.load import load
from tests.bench.measure import Row
from tests.bench.standing import fill
from tests.e2e.process import ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver

_OPEN = 100_000
_BROKEN, _A_SECOND = 240, 4
_PROMISED = 3600.0  # seconds
_WANTED = 1.0  # second

_SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}"}}
sources: {{desk: {{kind: file, path: tickets.jsonl}}}}
notifiers: {{hook: {{kind: webhook, url: "{hook}", secret: whsec_bGF0ZW5jeSBsYXRlbmN5IGxhdGVuY3kgbGF0ZW5jeQ==}}}}
"""
_RULES = """
version: 1
policies:
  - {name: quick, match: {priority: urgent}, calendar: 24x7, targets: {first_response: 1h}}
  - {name: everyone, match: all, calendar: 24x7, targets: {first_response: 30d, resolution: 30d}}
routes: [{name: all, match: all, steps: [{when: breached, notify: hook}]}]
"""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        late = sorted(asyncio.run(_lateness(Path(folder))))
    p99 = late[len(late) * 99 // 100]
    title = f"from due to accepted, p99 of {_BROKEN} with {_OPEN:,} open tickets"
    yield Row(title, f"{p99:.2f} s (median {late[len(late) // 2]:.2f} s)", f"at most {_WANTED:.0f} s", _WANTED / p99, 1)


async def _lateness(folder: Path) -> list[float]:
    """Seconds from each due instant to the arrival of its message."""
    hook, port = await WebhookReceiver().start(), free_port()
    (folder / "rules.yml").write_text(_RULES, "utf-8")
    (folder / "slamon.yml").write_text(_SETTINGS.format(port=port, hook=hook.url), "utf-8")
    loaded = load(folder / "slamon.yml")
    fill(folder, _OPEN, rules=loaded.digest.hex()[:16], digest=loaded.digest)
    due = _write_tickets(folder / "tickets.jsonl", time.time() + 10)
    service = ServiceProcess(folder)
    await service.start()
    try:
        await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what=f"ready: {service.log[-500:]}")
        await until(lambda: len(_told(hook)) == len(due), what="all were told", patience=120)
        return [at - due[id] for id, at in _told(hook).items()]
    finally:
        await service.stop()
        await hook.stop()


def _write_tickets(path: Path, first: float) -> dict[str, float]:
    """Tickets whose promises are broken at an even pace; when, by their ids."""
    due = {f"L-{number}": first + number / _A_SECOND for number in range(_BROKEN)}
    with path.open("w", encoding="utf-8") as file:
        for id, at in due.items():
            created = datetime.fromtimestamp(at - _PROMISED, UTC).isoformat()
            file.write(
                json.dumps({"id": id, "created_at": created, "fields": {"priority": "urgent"}, "events": []}) + "\n"
            )
    return due


def _told(hook: WebhookReceiver) -> dict[str, float]:
    found: dict[str, float] = {}
    for at, body in zip(hook.times, hook.bodies, strict=True):
        for covered in json.loads(body)["data"]["covers"]:
            found.setdefault(covered["ticket"], at)
    return found
