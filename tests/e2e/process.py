"""The service as a real process: started, asked, killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0  # seconds until something that must happen has failed to


class ServiceProcess:
    """`slamon run` on a folder that holds a slamon.yml; what it says goes to log.txt there.

    `stderr`: a descriptor for its standard error instead.
    """

    def __init__(self, folder: Path, *arguments: str, stderr: int | None = None) -> None:
        self.folder = folder
        self._stderr = stderr
        self._arguments = arguments or ("run", "--config", str(folder / "slamon.yml"))
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with (self.folder / "log.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "slamon",
                *self._arguments,
                stdout=log,
                stderr=log if self._stderr is None else self._stderr,
                env=environment,
                cwd=self.folder,
            )

    async def ended(self) -> int:
        """Wait for its end; the exit status."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), _PATIENCE)

    async def stop(self) -> int:
        """SIGTERM, and the exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        return await self.ended()

    async def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self.ended()


async def fetch(url: str) -> tuple[int, str]:
    """Status and text of an address."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def until(condition: object, *, what: str, patience: float = _PATIENCE) -> None:
    """Wait until an async or plain condition holds, looking often; AssertionError says what did not happen."""
    assert callable(condition)
    try:
        async with asyncio.timeout(patience):
            while True:
                answer = condition()
                if await answer if asyncio.iscoroutine(answer) else answer:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"not within {patience:.0f} s: {what}") from None


async def is_ready(url: str) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        return (await fetch(f"{url}/readyz"))[0] == 200
    return False


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
