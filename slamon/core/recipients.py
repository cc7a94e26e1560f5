"""Who is told in the end by a line of a route: itself, whoever is used in its quiet hours, and nobody twice. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from slamon.core.alerts import canonical, is_named, sender
from slamon.core.instants import Instant
from slamon.core.moments import Moment
from slamon.core.occasions import quiet_until
from slamon.core.routes import Quiet, Recipient

End = tuple[str, str | None]  # a notifier, and whom it tells as JSON text; None: its own receivers


def quiet_of(
    notifier: str, quiets: Mapping[str, Quiet], moment: Moment, at: Instant
) -> tuple[str | None, Instant] | None:
    """Who is used instead in the quiet that a notifier has at an instant, and until when it lasts; None without one."""
    quiet = quiets.get(notifier)
    if quiet is None or moment.is_among(quiet.exempt):
        return None
    until = quiet_until(quiet, at)
    return None if until is None else (quiet.instead, until)


def told_once(
    told: Collection[Recipient],
    quiets: Mapping[str, Quiet],
    moment: Moment,
    due_at: Instant,
    who_of: Callable[[Recipient], Any] = lambda recipient: None,
) -> Iterator[Recipient]:
    """Of recipients that lead to the same end as a moment came due only one: who names it, or else the first.

    It is not asked who has an address: one who gets it later would be told old news.
    """
    if len(told) < 2:
        yield from told
        return
    ends = [(one, _end(one, who_of(one), quiets, moment, due_at)) for one in told]
    named = {end for one, end in ends if _names(one, end)}
    seen = set[End]()
    for one, end in ends:
        if end not in seen and (end not in named or _names(one, end)):
            seen.add(end)
            yield one


def _end(recipient: Recipient, who: Any, quiets: Mapping[str, Quiet], moment: Moment, due_at: Instant) -> End:
    notifier = sender(recipient, who)
    quiet = quiet_of(notifier, quiets, moment, due_at) if quiets else None
    if quiet is not None and quiet[0] is not None:
        return quiet[0], None
    return notifier, canonical(who) if recipient.to is not None and is_named(recipient, who) else None


def _names(recipient: Recipient, end: End) -> bool:
    return recipient.to is None and end == (recipient.notifier, None)
