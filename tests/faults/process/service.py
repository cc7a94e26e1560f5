"""slamon at work, as a process of its own or in this one: started, asked, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import structlog

from slamon.app import Service
from slamon.commands.load import load
from slamon.commands.run import _configured
from tests.e2e.process import ROOT

_PATIENCE = 20.0  # seconds until something that must happen has failed to

Logged = MutableMapping[str, Any]


class Living(Protocol):
    """A slamon on a folder. What it logs is in `logs`."""

    logs: list[Logged]

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """End it as a supervisor does; AssertionError if it ends badly."""

    async def kill(self) -> None:
        """End it, whatever state it is in; when there is none nothing happens."""

    async def reload(self) -> None:
        """Have it read settings and rules again, as SIGHUP does."""

    @property
    def is_running(self) -> bool: ...


class Inside:
    """In this process: rows may look into it, and replace parts of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs: list[Logged] = []
        self.service: Service
        self._running: asyncio.Task[None] | None = None
        self._capturing = contextlib.ExitStack()

    async def start(self) -> None:
        capture = structlog.testing.LogCapture()
        capture.entries = self.logs
        structlog.configure(
            processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, capture]
        )
        self.service = Service(_configured(self._read()), read=self._configured)
        self._running = asyncio.create_task(self.service.run())

    def _read(self) -> Any:
        return load(self.folder / "slamon.yml")

    async def _configured(self) -> Any:
        return _configured(await asyncio.to_thread(self._read))

    @property
    def is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    @property
    def died_of(self) -> BaseException | None:
        """What ended it; None while it runs."""
        return self._running.exception() if self._running is not None and self._running.done() else None

    async def stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self.service.stop()
            try:
                await asyncio.wait_for(running, _PATIENCE)
            finally:
                structlog.reset_defaults()

    async def kill(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self.service.stop()
            await asyncio.wait([running], timeout=_PATIENCE)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        structlog.reset_defaults()

    async def reload(self) -> None:
        self.service.reload_soon()


class Outside:
    """A real process by the runner. `causes`: what is done to it before slamon starts, see causes.py."""

    def __init__(self, folder: Path, without: Sequence[str] = (), settings: str = "slamon.yml") -> None:
        self.folder = folder
        self.without = list(without)
        self.causes: list[str] = []
        self.logs: list[Logged] = []
        self.said = ""  # what was no log
        self.environment: dict[str, str] = {}
        self.stdout: Any = None
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        causes = [part for cause in self.causes for part in ("--cause", cause)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.process.runner",
            *self.without,
            *causes,
            str(self.folder / self._settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self.stdout or asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "", **self.environment},
            cwd=self.folder,
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                self.logs.append(json.loads(line))
            except ValueError:
                self.said += line.decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def ended(self) -> int:
        """Wait for its end; the exit status."""
        assert self._process is not None
        assert self._reading is not None
        status = await asyncio.wait_for(self._process.wait(), _PATIENCE)
        await self._reading
        return status

    def send(self, name: signal.Signals) -> None:
        """A signal."""
        assert self._process is not None
        self._process.send_signal(name)

    async def stop(self) -> None:
        if self.is_running:
            self.send(signal.SIGTERM)
            status = await self.ended()
            assert status == 0, f"it ended with status {status}: {self.said}"

    async def kill(self) -> None:
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self.send(signal.SIGCONT)
                self.send(signal.SIGKILL)
            await self.ended()

    async def reload(self) -> None:
        self.send(signal.SIGHUP)
