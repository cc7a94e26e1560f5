"""One ticket at one instant: what to remember of it, whom to tell what, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

import msgspec

from slamon.core.alerts import LATE, Alert, Reaches, is_named
from slamon.core.clock import Cycle
from slamon.core.decide import Decided, decide
from slamon.core.instants import DAY, Instant, Span
from slamon.core.judge import Judge
from slamon.core.known import Known
from slamon.core.message import Message, footer_of
from slamon.core.moments import REALERT_AFTER, Moment, moments, next_moment, overtaken
from slamon.core.routes import Routing
from slamon.core.standing import NOTHING_SAID, Standing
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict
from slamon.core.wording import lateness, message

_NOTHING = Decided((), None)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A verdict, the instant at which to look again if nothing happens, and the alerts that have come due."""

    verdict: Verdict
    wakes_at: Instant | None
    due: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Assessor:
    """The engine together with the routes and how alerts are worded."""

    judge: Judge
    routing: Routing = field(default_factory=Routing)
    horizon: Span = DAY  # news older than this is none, but for promises that are still broken
    realert_after: Span = REALERT_AFTER
    zone: tzinfo = UTC
    footer: str | None = None
    link: str | None = None  # the base address of the service's own pages, with no slash at its end
    _heard: frozenset[str] = field(init=False, repr=False)  # every word of `when`
    _waits: bool = field(init=False, repr=False)  # whether any step comes due later than its moment

    def __post_init__(self) -> None:
        steps = [step for route in self.routing.routes if not route.monitor for step in route.steps]
        object.__setattr__(self, "_waits", any(step.after or step.repeat for step in steps))
        object.__setattr__(self, "_heard", frozenset(word for step in steps for word in step.when))

    def assess(
        self, ticket: Ticket, at: Instant, standing: Standing = NOTHING_SAID, reaches: Reaches = is_named
    ) -> list[Assessed]:
        """Every commitment of a ticket, or one unmatched verdict, with the alerts that have come due by now.

        Alerts come again with every look for as long as they are true: whoever stores them drops known identities. One
        that was superseded and never sent (silenced, paused for a moment) may come again and is then to be told.
        """
        found = []
        for cycle, verdict, decided in self._decided(ticket, at, standing, self.horizon, reaches=reaches):
            next_at = None if cycle is None else next_moment(cycle, verdict)
            wakes = [one for one in (next_at, decided.wakes_at) if one is not None]
            found.append(Assessed(verdict, min(wakes, default=None), decided.due))
        return found

    def tell(
        self,
        ticket: Ticket,
        identities: Collection[str],
        at: Instant,
        standing: Standing = NOTHING_SAID,
        remark: str | None = None,
    ) -> dict[str, Message]:
        """By identity the messages of those alerts that are still true, rendered from the state at `at`.

        What is missing is superseded, or silenced for now. However old an alert is: expiry is the caller's affair.
        `covers` holds one Covered, `id` is delivery_id(identity), `to` is None, `update` as the step has it. The footer
        holds `remark` and, later than LATE after it came due, "due …, sent …".
        """
        known = Known(ticket, at)
        found = {}
        for cycle, verdict, decided in self._decided(ticket, at, standing, None, known):
            for alert in decided.due:
                if cycle is not None and alert.identity in identities:
                    text = message(alert, ticket, known.now, cycle.shown or cycle, verdict, at, self.zone)
                    late = lateness(alert.due_at, at, self.zone) if at - alert.due_at > LATE else None
                    footer = footer_of(self.footer, remark, late)
                    found[alert.identity] = msgspec.structs.replace(text, footer=footer)
        return found

    def _decided(
        self,
        ticket: Ticket,
        at: Instant,
        standing: Standing,
        horizon: Span | None,
        known: Known | None = None,
        reaches: Reaches = is_named,
    ) -> Iterator[tuple[Cycle | None, Verdict, Decided]]:
        known = known or Known(ticket, at)
        for cycle, verdict in self.judge.judged(ticket, at):
            if cycle is None:
                yield None, verdict, _NOTHING
                continue
            reached = self._reached(cycle, verdict, at)
            if reached:
                yield cycle, verdict, decide(self.routing, known, cycle, verdict, reached, standing, horizon, reaches)
            else:
                yield cycle, verdict, _NOTHING

    def _reached(self, cycle: Cycle, verdict: Verdict, at: Instant) -> list[Moment]:
        """What a step waits for or acts at."""
        found = moments(cycle, verdict, at, self.realert_after)
        if self._waits:
            found = [*overtaken(cycle, verdict, at, self.realert_after), *found]
        return [moment for moment in found if not self._heard.isdisjoint(moment.names)]
