"""Somebody who begins: a fresh clone in an empty home, a terminal, and the commands of a page as they stand there."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.process import until
from tests.peers.traces import free_port

ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0  # seconds until a command that must end has failed to
_KEPT = re.compile(r"PIP_\w+|SSL_CERT_FILE|(?i:(?:https?|no|all)_proxy)")  # how this machine reaches its index
_END = re.compile(r"\x1e(\d+)\x1e")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def clone(home: Path) -> Path:
    """What `git clone` makes of the repository in a home, with what is changed here and not yet committed."""
    made = home / "slamon"
    subprocess.run(["git", "clone", "--quiet", ROOT, made], check=True, stdin=subprocess.DEVNULL)
    for name in _git_ls_files("--deleted"):
        (made / name).unlink()
    for name in _git_ls_files("--modified", "--others", "--exclude-standard"):
        if (ROOT / name).is_file():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, made / name)
    return made


def _git_ls_files(*which: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *which], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name]


def environment(home: Path) -> dict[str, str]:
    """All that a new terminal knows: where the home and the programs are, among them the Python that plays this."""
    kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
    path = f"{Path(sys.base_prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return kept | {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "TERM": "xterm"}


def commands(page: str) -> list[str]:
    """The lines of the blocks that name no language: they are to be typed, one after another."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [line for language, block in blocks if not language for line in block.splitlines()]


def filled_in(typed: list[str], own: Mapping[str, str]) -> list[str]:
    """The commands with the reader's own values in place of the page's; each of these stands somewhere."""
    text = "\n".join(typed)
    assert [example for example in own if example not in text] == []
    for example, value in own.items():
        text = text.replace(example, value)
    return text.splitlines()


def port_for(usual: int) -> int:
    """The usual port, or another one if somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", usual))
        except OSError:
            return free_port()
    return usual


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it showed meanwhile."""

    status: int
    text: str


class Terminal:
    """A shell at a terminal: what is exported, and where one is, stays from command to command."""

    def __init__(self, shell: asyncio.subprocess.Process, screen: int, keyboard: int) -> None:
        self._shell, self._screen, self._keyboard = shell, screen, keyboard
        self._shown, self._more = b"", asyncio.Event()
        asyncio.get_running_loop().add_reader(screen, self._read)

    @property
    def shown(self) -> str:
        """What stands there since the last command was typed, without its colours."""
        return _COLOURS.sub("", self._shown.decode("utf-8", "replace").replace("\r\n", "\n"))

    async def type(self, command: str, patience: float = _PATIENCE) -> Said:
        """Type a command, and wait for its end."""
        self.begin(command)
        return await self.ended(patience)

    def begin(self, command: str) -> None:
        """Type a command that stays."""
        self._shown = b""
        os.write(self._keyboard, f"{command}\nprintf '\\036%d\\036' $?\n".encode())

    async def ended(self, patience: float = _PATIENCE) -> Said:
        """Wait until the shell takes commands again."""
        try:
            async with asyncio.timeout(patience):
                while not (end := _END.search(self.shown)):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"not at its end after {patience:.0f} s:\n{self.shown}") from None
        return Said(int(end[1]), self.shown[: end.start()])

    async def sees(self, condition: object, *, what: str, patience: float = 30.0) -> None:
        """Wait until a condition holds; AssertionError says what did not happen, and what stands there."""
        try:
            await until(condition, what=what, patience=patience)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.shown}") from None

    def press_ctrl_c(self) -> None:
        os.write(self._screen, b"\x03")

    def _read(self) -> None:
        try:
            self._shown += os.read(self._screen, 65536)
        except OSError:  # how Linux says that nobody has the other end any more
            asyncio.get_running_loop().remove_reader(self._screen)
        self._more.set()

    async def close(self) -> None:
        """The shell and whatever it has in the foreground end with it."""
        asyncio.get_running_loop().remove_reader(self._screen)
        if self._shell.returncode is None:
            os.killpg(self._shell.pid, signal.SIGKILL)
        await self._shell.wait()
        os.close(self._keyboard)
        os.close(self._screen)


@asynccontextmanager
async def terminal(folder: Path, known: Mapping[str, str]) -> AsyncIterator[Terminal]:
    """A new one that stands in a folder; what it runs is over when the block is."""
    screen, inside = pty.openpty()
    typed, keyboard = os.pipe()
    # Of commands out of a pipe nothing is echoed, and the keyboard of what they start is the terminal.
    shell = await asyncio.create_subprocess_exec(
        *("setsid", "--ctty", "bash", "--noprofile", "--norc", f"/dev/fd/{typed}"),
        stdin=inside,
        stdout=inside,
        stderr=inside,
        pass_fds=[typed],
        cwd=folder,
        env=dict(known),
    )
    os.close(inside)
    os.close(typed)
    made = Terminal(shell, screen, keyboard)
    try:
        await made.type("stty -echo cols 200; trap : INT")  # Ctrl-C is for what runs in it, as in any shell
        yield made
    finally:
        await made.close()
