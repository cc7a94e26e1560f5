"""10,000 promises are broken within a minute, and nobody is drowned: what arrived at three strict receivers.

`python -m tests.e2e.flood`: exit status 0 if every receiver was told at most three times in the first minute, for the
first time within 10 s, never faster than once a second, if every ticket can be found from what it got, and if the
service took less than 300 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.process import ServiceProcess, fetch, free_port, is_ready, until
from tests.e2e.strict import Hooks, Mail, Told

PROMISED = 600.0  # seconds
SPREAD = 60.0
MOST_MESSAGES, FIRST_WITHIN, MOST_MEMORY = 3, 10.0, 300
_SETTLED = 45.0  # seconds after the last breach: two windows of a group

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 10m}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: [hook, chat, mail]}]}]
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}", url: "http://127.0.0.1:{port}"}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 30s}}}}
notifiers:
  hook: {{kind: webhook, url: "{hooks}/hook", secret: whsec_c2xhbW9uIGZsb29kIHRlc3Qgc2VjcmV0IDEyMw==, rate: 1/s}}
  chat: {{kind: slack, webhook: "{hooks}/slack", rate: 1/s}}
  mail: {{kind: email, host: 127.0.0.1, port: {smtp}, tls: none, from: a@example.com, to: b@example.com, rate: 1/s}}
"""


def write_tickets(path: Path, count: int, first: float) -> None:
    """Tickets whose promises are broken one after the other, within a minute from an instant on."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            created = datetime.fromtimestamp(first - PROMISED + SPREAD * number / count, UTC).isoformat()
            file.write(json.dumps({"id": f"F-{number}", "created_at": created, "subject": "down", "events": []}) + "\n")


async def flood(folder: Path, count: int) -> tuple[list[Told], float, int]:
    """What each receiver was told, when the first promise was broken, and the most memory that was taken (MB)."""
    hooks, mail, port = Hooks(), Mail(), free_port()
    await hooks.start()
    mail.start()
    first = time.time() + 20 + count / 500
    write_tickets(folder / "tickets.jsonl", count, first)
    (folder / "rules.yml").write_text(RULES, "utf-8")
    (folder / "slamon.yml").write_text(SETTINGS.format(port=port, hooks=hooks.url, smtp=mail.port), "utf-8")
    service = ServiceProcess(folder)
    await service.start()
    try:
        await until(lambda: is_ready(f"http://127.0.0.1:{port}"), what="ready")
        await asyncio.sleep(first + SPREAD + _SETTLED - time.time())
        for told in (hooks.hook, hooks.slack):
            await _follow(told)
        return [hooks.hook, hooks.slack, mail.told], first, _memory(service.pid)
    finally:
        await service.stop()
        mail.stop()
        await hooks.stop()


async def _follow(told: Told) -> None:
    """Somebody follows the links of a digest."""
    for link in dict.fromkeys(told.links):
        status, text = await fetch(link)
        assert status == 200, f"{link}: {status}"
        told.tickets |= set(re.findall(r"\bF-\d+\b", text))


def _memory(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def complaints(told: Told, first: float, count: int) -> list[str]:
    """What a receiver has to complain of."""
    early = [at for at in told.times if at < first + 60]
    found = []
    if not 0 < len(early) <= MOST_MESSAGES:
        found.append(f"{len(early)} messages in the first minute")
    if not told.times or told.times[0] - first > FIRST_WITHIN:
        found.append("the first came late")
    if told.refused:
        found.append(f"{told.refused} came less than a second after the last")
    if len(told.tickets) != count:
        found.append(f"{count - len(told.tickets)} tickets cannot be found")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        receivers, first, memory = asyncio.run(flood(Path(folder), options.count))
    wrong = [f"{told.name}: {one}" for told in receivers for one in complaints(told, first, options.count)]
    if memory >= MOST_MEMORY:
        wrong.append(f"{memory} MB of memory")
    print(f"{options.count} promises broken within {SPREAD:.0f} s; at most {memory} MB of memory")
    for told in receivers:
        times = " ".join(f"{at - first:.1f}" for at in told.times)
        print(f"  {told.name}: told after {times} s; {len(told.tickets)} tickets found")
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
