"""The options of a target, and on which targets each of them can act. A policy and `defaults` may set them too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slamon.core.kinds import KINDS, Kind
from slamon.core.policy import AgentCreated, Happening, Trigger
from slamon.rulefile.amounts import Duration
from slamon.rulefile.fields import Boolean, Choice, Text
from slamon.rulefile.matches import MatchField
from slamon.rulefile.records import Key
from slamon.rulefile.suggest import listed
from slamon.rulefile.warn_at import WarnField


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides which options can act on a target: its kind and its events."""

    kind: Kind
    start: Trigger
    stop: Trigger
    reset: Trigger
    cancel: Trigger
    own_start: bool  # whether start_on was written, so that the preset's conditions on the start are dropped

    @property
    def is_due(self) -> bool:
        """Whether the due instant stands in a field of the ticket, so that no clock counts."""
        return self.kind.name == "due"

    @property
    def hears_agents(self) -> bool:
        """Whether an agent's message means anything to it."""
        triggers = (self.start, self.stop, self.reset, self.cancel)
        gate = self.kind.after_first_response and not self.own_start
        return gate or any(Happening.AGENT_MESSAGE & trigger.happenings for trigger in triggers)

    @property
    def stops_when_solved(self) -> bool:
        """Whether it can end as the ticket becomes solved or closed: what a reopening would undo."""
        ends = self.stop.happenings & (Happening.SOLVED | Happening.CLOSED)
        return bool(ends) or any("status" in match.reads for match in self.stop.becomes)


def _always(shape: Shape) -> bool:
    return True


def _not_due(shape: Shape) -> bool:
    return not shape.is_due


def _reopens(shape: Shape) -> bool:
    return shape.kind.on_reopen is not None and shape.stops_when_solved


def _hears_agents(shape: Shape) -> bool:
    return shape.hears_agents


def _agent_created(shape: Shape) -> bool:
    return shape.kind.agent_created


def _is_custom(shape: Shape) -> bool:
    return shape.kind.name == "custom"


@dataclass(frozen=True, slots=True, eq=False)
class TargetOption:
    """A key that a target, its policy and `defaults` may hold, and where it acts."""

    key: Key[Any]
    can_act: Callable[[Shape], bool]
    acts_on: str


def _kinds(wanted: Callable[[Kind], bool]) -> str:
    return listed((kind.name for kind in KINDS.values() if wanted(kind)), "and")


CALENDAR = Key("calendar", Text("the name of a calendar"), "The working time that is counted.")
WARN_AT = Key("warn_at", WarnField(), "When the target becomes at risk.", default="75%")
PAUSE_WHILE = Key(
    "pause_while", MatchField("leave pause_while out"), "The clock is paused while this holds.", default="by kind"
)
BOTS_COUNT = Key("bots_count", Boolean(), "A bot's public message counts as an agent's.", default="false")
NOTES_COUNT = Key("notes_count", Boolean(), "Internal notes count as an agent's message.", default="false")
ON_REOPEN = Key(
    "on_reopen",
    Choice("continue", "continue_wall", "once", "restart"),
    "What a reopening does to an ended target.",
    default="continue (custom: once)",
)
REOPEN_WINDOW = Key("reopen_window", Duration(), "A reopening later than this after the solve restarts; wall time.")
ON_RETARGET = Key(
    "on_retarget",
    Choice("retarget", "recompute", "restart", "pin"),
    "What another priority or policy does to a running target.",
    default="retarget",
)
AGENT_CREATED = Key(
    "agent_created",
    Choice[AgentCreated]("start", "skip", "met"),
    "What happens if an agent opened the ticket.",
    default="start",
)
REPEAT = Key("repeat", Boolean(), "The custom clock starts again after it has stopped.", default="false")

_REOPENING = f"targets that end as the ticket is solved or closed: {_kinds(lambda kind: kind.on_reopen is not None)}"
_AGENTS = "targets that hear of agent_message, as first_response and next_response do by themselves"
OPTIONS = (
    TargetOption(CALENDAR, _always, "every target"),
    TargetOption(WARN_AT, _always, "every target"),
    TargetOption(PAUSE_WHILE, _not_due, "every kind but due"),
    TargetOption(BOTS_COUNT, _hears_agents, _AGENTS),
    TargetOption(NOTES_COUNT, _hears_agents, _AGENTS),
    TargetOption(ON_REOPEN, _reopens, _REOPENING),
    TargetOption(REOPEN_WINDOW, _reopens, _REOPENING),
    TargetOption(ON_RETARGET, _not_due, "every kind but due"),
    TargetOption(AGENT_CREATED, _agent_created, _kinds(lambda kind: kind.agent_created)),
    TargetOption(REPEAT, _is_custom, "custom"),
)
OPTION_KEYS = tuple(option.key for option in OPTIONS)
