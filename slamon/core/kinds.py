"""The kinds of targets: presets of the one generic clock, and which options can act on each."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.core.policy import Happening, OnReopen

# The events that rules may name, and what they are. `agent_message` is widened by bots_count and notes_count.
EVENTS: dict[str, Happening] = {
    "created": Happening.CREATED,
    "customer_message": Happening.CUSTOMER_MESSAGE,
    "agent_message": Happening.AGENT_MESSAGE,
    "agent_note": Happening.AGENT_NOTE,
    "assigned": Happening.ASSIGNED,
    "reopened": Happening.REOPENED,
    "solved": Happening.SOLVED,
    "closed": Happening.CLOSED,
}

_ENDS = Happening.SOLVED
_ANSWERED = Happening.AGENT_MESSAGE


@dataclass(frozen=True, slots=True)
class Kind:
    """A preset; None as on_reopen means that a reopening cannot concern it."""

    name: str
    start: Happening
    stop: Happening
    pauses: tuple[str, ...] = ()  # statuses
    repeat: bool = False
    on_reopen: OnReopen | None = None
    after_first_response: bool = False
    only_while_open: bool = False
    agent_created: bool = False  # whether the option of that name can act


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("first_response", Happening.CREATED_INBOUND, _ANSWERED | _ENDS, agent_created=True),
        Kind(
            "next_response",
            Happening.CUSTOMER_MESSAGE,
            _ANSWERED | _ENDS | Happening.CLOSED,
            repeat=True,
            after_first_response=True,
            agent_created=True,
        ),
        Kind("periodic_update", _ANSWERED, _ANSWERED | _ENDS, repeat=True, only_while_open=True),
        Kind("resolution", Happening.CREATED, _ENDS, ("waiting_customer",), on_reopen=OnReopen.CONTINUE),
        Kind("total_resolution", Happening.CREATED, _ENDS, on_reopen=OnReopen.CONTINUE),
        Kind("first_resolution", Happening.CREATED, _ENDS, ("waiting_customer",)),
        Kind("requester_wait", Happening.CREATED, _ENDS, ("waiting_customer",), on_reopen=OnReopen.CONTINUE),
        Kind(
            "agent_work",
            Happening.CREATED,
            _ENDS,
            ("waiting_customer", "waiting_third_party", "on_hold"),
            on_reopen=OnReopen.CONTINUE,
        ),
        Kind("time_to_own", Happening.CREATED, Happening.ASSIGNED | _ENDS),
        Kind("ownership", Happening.GROUPED, Happening.UNGROUPED | _ENDS, repeat=True, only_while_open=True),
        Kind("due", Happening(0), _ENDS, repeat=True, only_while_open=True),
        Kind("custom", Happening(0), Happening(0), on_reopen=OnReopen.ONCE),
    )
}
