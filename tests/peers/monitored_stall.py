"""Holding up the event loop of another process from outside, while its other threads go on: `… PID SECONDS`.

Only a debugger can stop one thread of a process: it is seized by ptrace(2), which root may do, and let go again.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path

_SEIZE, _INTERRUPT, _DETACH = 0x4206, 0x4207, 17
_ANY_THREAD = 0x40000000  # __WALL
_WAITS_FOR_EVENTS = {"22", "232", "281"}  # epoll_pwait of ARM, epoll_wait and epoll_pwait of x86: without Python's lock
_ATTEMPTS = 2_000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def hold_up(pid: int, seconds: float) -> None:
    """Stop the main thread for so long, at a moment at which it waits; OSError if that is not allowed."""
    for _ in range(_ATTEMPTS):
        _ptrace(_SEIZE, pid)
        _ptrace(_INTERRUPT, pid)
        _, status = os.waitpid(pid, _ANY_THREAD)
        signal = 0 if status >> 16 else os.WSTOPSIG(status)  # one that came just then, and is to get there
        waits = _waits(pid)
        if waits:
            time.sleep(seconds)
        _ptrace(_DETACH, pid, signal)
        if waits:
            return
        time.sleep(0.005)
    raise TimeoutError(f"{pid} never waits for events")


def _ptrace(request: int, pid: int, data: int = 0) -> None:
    if _libc.ptrace(request, pid, None, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _waits(pid: int) -> bool:
    return Path(f"/proc/{pid}/syscall").read_text("ascii").split()[0] in _WAITS_FOR_EVENTS


if __name__ == "__main__":
    hold_up(int(sys.argv[1]), float(sys.argv[2]))
