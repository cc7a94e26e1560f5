"""A log that nobody reads holds nothing up: alerts go out on time, and the service ends when it is told to."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.process import ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver

_SMALL_PIPE = 4096  # bytes
_SOON = 10.0  # seconds
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}"}}
log: {{level: debug}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 0.2s}}}}
notifiers: {{hook: {{kind: slack, webhook: "{hook}"}}}}
"""
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 3s}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: hook}]}]
"""


def full_pipe() -> tuple[int, int]:
    """Its two ends, with not one byte more to go in."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _SMALL_PIPE)
    os.write(writing, b"." * _SMALL_PIPE)
    return reading, writing


@pytest.mark.asyncio
async def test_while_nobody_reads_its_log_the_service_alerts_on_time_and_ends_when_told_to(tmp_path: Path) -> None:
    hook, port = await WebhookReceiver().start(), free_port()
    (tmp_path / "slamon.yml").write_text(SETTINGS.format(port=port, hook=hook.url), "utf-8")
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    (tmp_path / "tickets.jsonl").touch()
    reading, writing = full_pipe()
    service = ServiceProcess(tmp_path, stderr=writing)
    try:
        await service.start()
        await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what="the service is ready")
        created = time.time()
        line = f'{{"id": "4711", "created_at": "{datetime.fromtimestamp(created, UTC).isoformat()}"}}\n'
        (tmp_path / "tickets.jsonl").write_text(line, "utf-8")
        await until(lambda: hook.bodies, what="the breach arrived")
        assert hook.times[0] < created + 3 + _SOON
        async with asyncio.timeout(_SOON):
            assert await service.stop() == 0
    finally:
        if service.started:
            await service.kill()
        os.close(reading)
        os.close(writing)
        await hook.stop()
