"""What is done to a process before slamon starts in it: it dies at a point, has other time budgets, or a clock of its
own. A cause is a text, so that it can be given on a command line: NAME ARGUMENT..."""

from __future__ import annotations

import inspect
import itertools
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from tests.faults.process.clocks import Shift, shifted
from tests.faults.row import _found

_life = ExitStack()  # of this process: never left


def apply(cause: str) -> None:
    """Do it, for the rest of this process's life."""
    name, *arguments = cause.split()
    _CAUSES[name](*arguments)


def _killed(point: str, place: str, word: str = "") -> None:
    """killed MODULE.CLASS.METHOD before|after [WORD]: SIGKILL there, at the first call whose arguments show the word."""
    owner, attribute = _found(point)
    whole = getattr(owner, attribute)

    def dies(here: str, given: Any) -> None:
        if here == place and word in repr(given):
            os.kill(os.getpid(), signal.SIGKILL)

    async def later(*given: Any, **named: Any) -> Any:
        dies("before", given)
        answer = await whole(*given, **named)
        dies("after", given)
        return answer

    def at_once(*given: Any, **named: Any) -> Any:
        dies("before", given)
        answer = whole(*given, **named)
        dies("after", given)
        return answer

    setattr(owner, attribute, later if inspect.iscoroutinefunction(whole) else at_once)


def _budget(name: str, seconds: str) -> None:
    """budget MODULE.NAME SECONDS: a constant, so that nobody has to wait for a minute."""
    owner, attribute = _found(name)
    setattr(owner, attribute, float(seconds))


def _clock(path: str) -> None:
    """clock FILE: on SIGUSR1 the wall clock is set forward or back by the seconds that stand there."""
    shift = Shift()
    _life.enter_context(shifted(shift))

    def set_clock(*_: Any) -> None:
        with open(path) as stream:
            shift.seconds = float(stream.read())

    signal.signal(signal.SIGUSR1, set_clock)


def _blocks(method: str, seconds: str) -> None:
    """blocks MODULE.CLASS.METHOD SECONDS: the third call holds the loop up for so long."""
    owner, attribute = _found(method)
    whole, calls = getattr(owner, attribute), itertools.count(1)

    async def blocking(*given: Any, **named: Any) -> Any:
        if next(calls) == 3:
            time.sleep(float(seconds))  # noqa: ASYNC251 - that is the fault
        return await whole(*given, **named)

    setattr(owner, attribute, blocking)


_CAUSES: dict[str, Callable[..., None]] = {"killed": _killed, "budget": _budget, "clock": _clock, "blocks": _blocks}
