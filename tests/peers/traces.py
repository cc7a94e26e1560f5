"""A folder for what a server keeps, and nothing left of it afterwards: no files, no shared memory."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_OF_A_PROCESS = re.compile(r"(?:faketime_shm|sem\.faketime_sem)_(\d+)")


@contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """A new folder that the server's account may look into; afterwards it is gone, with what its clock left behind."""
    folder = Path(tempfile.mkdtemp(prefix=f"slamon-{name}-"))
    folder.chmod(0o755)
    before = set(_left_by_clocks())
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        for file, pid in _left_by_clocks().items():
            if file not in before and not Path("/proc", pid).exists():
                file.unlink(missing_ok=True)


def _left_by_clocks() -> dict[Path, str]:
    """What libfaketime keeps in shared memory for a process and does not remove; the process of each."""
    if not _SHARED_MEMORY.is_dir():
        return {}
    found = ((_SHARED_MEMORY / name, _OF_A_PROCESS.fullmatch(name)) for name in os.listdir(_SHARED_MEMORY))
    return {file: match[1] for file, match in found if match}


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
