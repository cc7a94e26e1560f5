"""A folder that slamon doctor looks at, and what it says of it."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from slamon.commands.doctor import doctor
from slamon.commands.exits import Exit
from tests.e2e.process import ROOT, free_port

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 4h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: console}]}]
"""


@dataclass
class Desk:
    """A folder with settings that can be used, and what is changed of them."""

    folder: Path
    port: int = field(default_factory=free_port)
    rules: str = "rules.yml"
    source: str = "{kind: file, path: tickets.jsonl}"
    notifiers: dict[str, str] = field(default_factory=dict)
    more: str = ""

    @property
    def config(self) -> Path:
        return self.folder / "slamon.yml"

    @property
    def database(self) -> Path:
        return self.folder / "var" / "slamon.db"

    def write(self) -> None:
        rules = self.folder / self.rules
        (rules / "all.yml" if rules.is_dir() else rules).write_text(RULES, "utf-8")
        (self.folder / "tickets.jsonl").touch()
        notifiers = "".join(f"  {name}: {text}\n" for name, text in self.notifiers.items())
        self.config.write_text(
            f"version: 1\nrules: {self.rules}\nweb: {{listen: '127.0.0.1:{self.port}'}}\n"
            f"sources:\n  desk: {self.source}\nnotifiers:\n  console: {{kind: console}}\n{notifiers}{self.more}",
            "utf-8",
        )

    async def examined(self) -> Exit:
        """What doctor, in a thread with a loop of its own, answers; what it says is printed."""
        self.write()
        return await asyncio.to_thread(doctor, self.config, 10.0)

    async def by_itself(self, seconds: float) -> tuple[int, str]:
        """Exit status and output of doctor as a process, which must end by itself."""
        self.write()
        command = ["-m", "slamon", "doctor", "--seconds", str(seconds), "--config", str(self.config)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
        )
        output, _ = await asyncio.wait_for(process.communicate(), 30)
        return process.returncode or 0, output.decode()


def line(text: str, about: str) -> str:
    [found] = [one for one in text.splitlines() if one[8:].startswith(f"{about}: ")]
    return found
