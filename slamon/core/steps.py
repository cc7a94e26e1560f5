"""What a history is turned into: steps, each with what it brought about and the fields before and after it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from slamon.core.instants import Instant
from slamon.core.ticket import Event


class Step(Struct, gc=False):
    """One step: what it brought about, and the fields before and after it."""

    at: Instant
    happenings: int  # bits of Happening
    before: dict[str, Any]
    fields: dict[str, Any]
    changed: frozenset[str]  # names of fields with another value than before
    solved_at: Instant | None  # since when the ticket has been solved, before this step
    solved: bool  # whether it is solved or closed after this step
    events: tuple[Event, ...]  # what it was made of, for the explanation


class Timeline(Struct):
    """The steps up to an instant, and what was odd about the history."""

    steps: list[Step]
    quality: set[str]
    gone_at: Instant | None = None  # deleted, merged or cancelled since; the steps end before
