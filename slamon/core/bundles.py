"""Which message goes next: what comes first in a quiet time goes at once, what follows it soon is gathered. Pure.

The first delivery of a bundle goes at once and opens a window, of `group.gather`. What comes inside the window waits to
its end and then goes: each alone while there are few, as one digest above `digest_above`. That opens the next window,
of `group.wait` after a digest, so that however much comes, a bundle is heard once a window; and nothing waits longer
than one. What is too much from the start is one digest half a second later: the rest of it may yet be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from slamon.core.instants import MINUTE, Instant, Span
from slamon.core.routes import GATHER, Group

PATIENCE: Span = MINUTE  # what is to be told together does not wait longer for the rest to be known
UNLIMITED = 1 << 31
_KEPT_WINDOWS = 1_000  # above so many those that are over are dropped

Audience = tuple[str, str | None]  # route and address
Key = tuple[str, str | None, str]  # and bundle


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries of one notifier that may go out, and may become one message."""

    route: str
    address: str | None
    bundle: str
    collective: bool  # told together or not at all
    count: int
    oldest: Instant  # since when the first of them has been waiting

    @property
    def key(self) -> Key:
        return self.route, self.address, self.bundle

    @property
    def audience(self) -> Audience:
        return self.route, self.address

    @property
    def order(self) -> tuple[Instant, str, str, str]:
        """Who waits longest goes first."""
        return self.oldest, self.route, self.address or "", self.bundle


Why = Literal["one", "many", "crowded", "collective"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes next, of one route and address: the oldest delivery of a bundle, or all of its bundles as a digest."""

    bundles: tuple[Waiting, ...]
    why: Why = "one"
    opens: bool = True  # a window
    left: int = 0  # how many more may go alone before the window counts

    @property
    def audience(self) -> Audience:
        return self.bundles[0].audience

    @property
    def together(self) -> bool:
        return self.why != "one"


@dataclass(frozen=True, slots=True)
class _Window:
    opened: Instant
    span: Span
    left: int = 0

    @property
    def ends(self) -> Instant:
        return self.opened + self.span


@dataclass(frozen=True, slots=True)
class _Ready:
    """A bundle that may go now: how many messages it makes, and how many of them alone after the first."""

    waiting: Waiting
    why: Why
    opens: bool
    left: int

    @property
    def messages(self) -> int:
        return 1 + self.left if self.why == "one" else 1


class Bundles:
    """The windows of one notifier. They are not kept over a restart: then what waits longest goes first."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups
        self._windows: dict[Key, _Window] = {}
        self._routes: dict[Audience, _Window] = {}

    def group(self, route: str) -> Group:
        return self._groups.get(route) or Group()

    def choose(
        self, waiting: Iterable[Waiting], now: Instant, *, settled: bool = True, room: int = UNLIMITED
    ) -> Choice | Instant | None:
        """What goes now, or else when to ask again; None: nothing waits.

        `settled`: nothing is left to be read or judged. `room`: how many messages the notifier may be sent within the
        next `group.wait`; if there is more, what waits is merged.
        """
        ready: list[_Ready] = []
        later: list[tuple[Instant, Waiting]] = []
        for one in waiting:
            at = self._ready_at(one, now, settled)
            if at > now:
                later.append((at, one))
            else:
                ready.append(self._how(one, now))
        if not ready:
            return min((at for at, _ in later), default=None)
        first = min(ready, key=lambda one: one.waiting.order)
        same = [one for one in ready if one.waiting.audience == first.waiting.audience]
        choice = self._choice(first, same, crowded=sum(one.messages for one in ready) > room)
        if len(choice.bundles) == 1:
            return choice
        # The window that this opens is the route's: who waits in one of his own would wait twice.
        company = [one for _, one in later if one.audience == choice.audience and not one.collective]
        return replace(choice, bundles=(*choice.bundles, *company))

    def went(self, choice: Choice, now: Instant) -> None:
        """Something of a choice was bound to go out."""
        group = self.group(choice.audience[0])
        if len(choice.bundles) > 1:
            self._routes[choice.audience] = _Window(now, group.wait)
            return
        [one] = choice.bundles
        if choice.opens:
            span = group.wait if choice.together else group.gather
            self._windows[one.key] = _Window(now, span, choice.left)
        elif one.key in self._windows:
            self._windows[one.key] = replace(self._windows[one.key], left=choice.left)
        if len(self._windows) > _KEPT_WINDOWS:
            self._forget(now)

    def _ready_at(self, one: Waiting, now: Instant, settled: bool) -> Instant:
        if one.collective:
            return now if settled else one.oldest + PATIENCE
        window = self._windows.get(one.key)
        if window is not None and window.left:
            return now
        return max([*self._ends(one, now), self._many_at(one, now)])

    def _many_at(self, one: Waiting, now: Instant) -> Instant:
        """When what waits for no window may go: at once, or, if it is many already, once the rest of it is there."""
        group = self.group(one.route)
        if one.count <= group.digest_above or one.oldest > now:
            return now
        return one.oldest + min(group.gather, GATHER)

    def _ends(self, one: Waiting, now: Instant) -> list[Instant]:
        """When the windows end that a bundle may be in: its own and that of its route.

        A clock that was set back must not make anybody wait for the time that it was set back by.
        """
        found = (self._windows.get(one.key), self._routes.get(one.audience))
        return [window.ends for window in found if window is not None and window.opened <= now]

    def _how(self, one: Waiting, now: Instant) -> _Ready:
        group, window = self.group(one.route), self._windows.get(one.key)
        if one.collective:
            return _Ready(one, "collective", False, 0)
        if window is not None and window.left:
            return _Ready(one, "one", False, min(window.left, one.count) - 1)
        if one.count > group.digest_above:
            return _Ready(one, "many", True, 0)
        gathered = one.oldest <= now - group.gather or any(one.oldest < end for end in self._ends(one, now))
        return _Ready(one, "one", True, one.count - 1 if gathered else 0)

    def _choice(self, first: _Ready, same: Sequence[_Ready], *, crowded: bool) -> Choice:
        together = len(same) > self.group(first.waiting.route).digest_above
        if together or (crowded and len(same) > 1):
            return Choice(tuple(one.waiting for one in same), "crowded")
        if crowded and first.messages > 1:
            return Choice((first.waiting,), "crowded")
        return Choice((first.waiting,), first.why, first.opens, first.left)

    def _forget(self, now: Instant) -> None:
        self._windows = {key: one for key, one in self._windows.items() if one.ends > now}
        self._routes = {audience: one for audience, one in self._routes.items() if one.ends > now}
