"""Policies as the engine sees them. The YAML format is the rulefile package's affair; here nothing is optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import IntFlag, StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from slamon.core.calendars import Calendar
from slamon.core.instants import Span
from slamon.core.match import Fields, Match, OneOf, keys_of, lookup

if TYPE_CHECKING:
    from slamon.core.routes import Quiet, Route


AgentCreated = Literal["start", "skip", "met"]


class Happening(IntFlag):
    """What one step of a ticket's history brought about, as bits."""

    CREATED = 1
    CREATED_INBOUND = 2
    CUSTOMER_MESSAGE = 4  # public
    AGENT_MESSAGE = 8  # public, human
    AGENT_NOTE = 16  # internal, human
    BOT_MESSAGE = 32  # public
    BOT_NOTE = 64
    ASSIGNED = 128  # the assignee became somebody (else)
    GROUPED = 256  # the group became another one, or a reopening found one in place
    UNGROUPED = 512  # the group changed, to another or to none
    SOLVED = 1024  # entered solved or closed from outside both
    CLOSED = 2048
    REOPENED = 4096


class OnReopen(StrEnum):
    CONTINUE = "continue"
    CONTINUE_WALL = "continue_wall"
    ONCE = "once"
    RESTART = "restart"


class OnRetarget(StrEnum):
    RETARGET = "retarget"
    RECOMPUTE = "recompute"
    RESTART = "restart"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Duration:
    """Working time of a calendar."""

    span: Span
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class FixedDays:
    """A fixed instant: a local time on the N-th working (or calendar) day after the start."""

    days: int
    business: bool
    time: Literal["close", "open", "same"] | Span  # a span is a local time of day
    calendar: Calendar
    cutoff: Span | None = None  # local time of day
    roll: bool = False


Promise = Duration | FixedDays


class Within(Protocol):
    """Chooses what is promised to a ticket."""

    @property
    def reads(self) -> frozenset[str]: ...

    def choose(self, fields: Fields) -> Promise | None:
        """The promise for these fields; None where the target does not apply."""


@dataclass(frozen=True, slots=True)
class Always:
    """One promise for every ticket."""

    promise: Promise

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def choose(self, fields: Fields) -> Promise | None:
        return self.promise


@dataclass(frozen=True, slots=True)
class ByValue:
    """A promise by the value of a field; `other` is the fallback."""

    field: str
    entries: tuple[tuple[OneOf, Promise], ...]
    other: Promise | None
    by_text: Mapping[str, Promise] = attribute(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_text: dict[str, Promise] = {}
        for value, promise in self.entries:
            for text in value.texts:
                by_text.setdefault(text, promise)
        object.__setattr__(self, "by_text", by_text)

    @property
    def reads(self) -> frozenset[str]:
        return keys_of(self.field)

    def choose(self, fields: Fields) -> Promise | None:
        value = lookup(fields, self.field)
        if isinstance(value, str):
            return self.by_text.get(value, self.other)
        return next((promise for one, promise in self.entries if one.passes(value)), self.other)


@dataclass(frozen=True, slots=True)
class Rows:
    """The first row whose match holds; a row with no match always holds."""

    rows: tuple[tuple[Match | None, Promise], ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(match.reads for match, _ in self.rows if match))

    def choose(self, fields: Fields) -> Promise | None:
        return next((promise for match, promise in self.rows if match is None or match.holds(fields)), None)


@dataclass(frozen=True, slots=True)
class Share:
    """A warning once a share of the target is used up: numerator / denominator, at most 1."""

    text: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Left:
    """A warning once only this much working time is left."""

    text: str
    span: Span


Warning = Share | Left
USUAL_WARNINGS: tuple[Warning, ...] = (Share("75%", 75, 100),)  # of a target that names none


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts, stops, resets or cancels a clock: happenings, or a change that makes a match true."""

    happenings: int = 0  # bits of Happening
    becomes: tuple[Match, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "happenings", int(self.happenings))  # a plain int: flags are slow to combine


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One promise of a policy, with every option in its effective value. A target's kind is a preset of these."""

    name: str
    kind: str
    within: Within | None  # None: the value of `date_field` is the due instant
    calendar: Calendar
    start: Trigger
    stop: Trigger
    reset: Trigger = Trigger()
    cancel: Trigger = Trigger()
    warn_at: tuple[Warning, ...] = USUAL_WARNINGS
    pause_while: Match | None = None
    counts: int = int(Happening.AGENT_MESSAGE)  # what "agent message" means here: bits of Happening
    repeat: bool = False
    after_first_response: bool = False  # starts only once somebody answered, or the ticket was solved
    only_while_open: bool = False  # starts nothing while the ticket is solved
    on_reopen: OnReopen = OnReopen.ONCE
    reopen_window: Span | None = None  # wall time
    on_retarget: OnRetarget = OnRetarget.RETARGET
    agent_created: AgentCreated = "start"
    date_field: str | None = None
    place: Place = Place("", 1, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", int(self.counts))

    @property
    def agent_answers(self) -> bool:
        """Whether it is about somebody answering, so that a solve without a word is worth a remark."""
        return self.kind in ("first_response", "next_response")


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Targets for the tickets that match."""

    name: str
    match: Match
    targets: tuple[Target, ...]
    also: bool = False
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All policies in file order, with what else the rules files hold."""

    policies: tuple[Policy, ...]
    calendars: Mapping[str, Calendar] = attribute(default_factory=dict)
    routes: tuple[Route, ...] = ()
    quiet: Mapping[str, Quiet] = attribute(default_factory=dict)  # by notifier
