"""Routes: who is told what about which commitments. Read from the rules files, beside the policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slamon.core.calendars import Calendar
from slamon.core.instants import SECOND, Span
from slamon.core.match import Match
from slamon.core.policy import Place

GATHER: Span = SECOND // 2  # enough to see a flood coming


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a step tells. `to` is a field that names somebody whom a directory knows the address of."""

    notifier: str
    to: str | None = None  # such as assignee, group, customer.account_manager; None: the notifier's own recipients
    otherwise: str | None = None  # the notifier that is used when `to` leads nowhere


@dataclass(frozen=True, slots=True)
class Wait:
    """A time to let pass: on the wall, or counted on the calendar of the commitment."""

    span: Span
    working: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RouteStep:
    """A line of a route. `when` holds moments: at_risk, one warning such as "90%" or "30m", breached, raised, …"""

    when: tuple[str, ...]
    notify: tuple[Recipient, ...]
    place: Place
    after: Wait | None = None
    repeat: Wait | None = None  # told again and again while it stays so
    at_most: int | None = None  # times with repeats, the first included; None: as long as it stays so
    despite_ack: bool = False  # `ack: ignore`
    during: Calendar | None = None
    otherwise: tuple[Recipient, ...] = ()  # told outside of `during`
    update: bool = False  # `as: update`: only where an earlier message of this commitment went


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes one message when there is too much of it. `by` are fields, beside them the route itself.

    What follows a digest is collected for `wait`. What follows a single message is, too, where a wait was written;
    else only for `gather`, which is enough to see a flood coming and delays nothing that anybody notices.
    """

    by: tuple[str, ...] = ()
    wait: Span = 30 * SECOND
    digest_above: int = 8
    gather: Span = GATHER


@dataclass(frozen=True, slots=True, eq=False)
class Quiet:
    """When a notifier should not disturb: outside of a calendar, or during one."""

    calendar: Calendar
    outside: bool  # quiet while the calendar is closed; else while it is open
    exempt: tuple[str, ...] = ()  # moments that are told all the same
    instead: str | None = None  # the notifier that is used; None: held until the quiet is over
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The first route that matches a commitment is taken; `go_on` looks at the next ones too."""

    name: str
    match: Match
    steps: tuple[RouteStep, ...]
    go_on: bool = False
    monitor: bool = False  # about slamon itself, not about commitments
    place: Place = Place("", 1, 1)
    group: Group = field(default_factory=Group)


@dataclass(frozen=True, slots=True)
class Routing:
    """All that decides who is told: routes in file order, and the quiet of notifiers by their name."""

    routes: tuple[Route, ...] = ()
    quiet: Mapping[str, Quiet] = field(default_factory=dict)
