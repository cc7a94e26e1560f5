"""A check of `slamon doctor`: what it is called, what it finds, how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from slamon.rulefile.suggest import visible

Level = Literal["ok", "warning", "error"]
_MARKS: dict[Level, str] = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


@dataclass(frozen=True, slots=True)
class Found:
    """What a check says; with `remedy`, what to do about it."""

    level: Level
    text: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one thing. `here`: an error means that slamon cannot run on this machine as it is."""

    name: str
    look: Callable[[], Awaitable[Sequence[Found]]]
    here: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A check, what it found, and whether it was cut off."""

    check: Check
    found: tuple[Found, ...]
    cut: bool = False

    def lines(self) -> list[str]:
        """One line for each thing found."""
        return [
            f"{_MARKS[one.level]} {visible(self.check.name)}: {visible(one.text)}"
            f"{f'; {visible(one.remedy)}' if one.remedy else ''}"
            for one in self.found
        ]


def ok(text: str) -> list[Found]:
    return [Found("ok", text)]


def plain(name: str, body: Callable[[], Sequence[Found]], *, here: bool = False) -> Check:
    """A check that may keep its thread waiting, as a file system does that has gone away."""

    async def look() -> Sequence[Found]:
        return await asyncio.to_thread(body)

    return Check(name, look, here)


async def carry_out(check: Check, seconds: float) -> Done:
    """Whatever a check does, it is done within its time."""
    try:
        async with asyncio.timeout(seconds):
            return Done(check, tuple(await check.look()))
    except TimeoutError:
        remedy = "see whether it is up and can be reached, or give it longer with --seconds"
        return Done(check, (Found("error", f"no answer within {seconds:g} s", remedy),), cut=True)
    except Exception as error:  # of other people's kinds; its words may hold a secret
        return Done(check, (Found("error", f"it fails ({type(error).__name__})", "this is a defect of its kind"),))
