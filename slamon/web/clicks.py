"""POST /clicks/NAME: a button under a message was clicked, and somebody takes care of what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slamon.core.verdict import OPEN_STATUSES
from slamon.ports import Click, Clickable, Refused
from slamon.web.bodies import AckAsked
from slamon.web.problems import Unwilling
from slamon.web.say import Say


@dataclass(frozen=True, slots=True)
class Clicks:
    """`find` gives a notifier whose messages have buttons."""

    find: Callable[[str], Clickable | None]
    say: Say

    async def take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        """How many acknowledgements were kept: one, or none, for which the other side is told why. Refused."""
        notifier = self.find(name)
        if notifier is None:
            raise Refused(404, "there is no notifier of this name whose messages have buttons")
        click = notifier.clicked(headers, body, self.say.now())
        if await self._is_over(click):
            notifier.reply(click, f"{click.ticket}: what this message told of is over")
            return 0
        try:
            await self.say.ack(AckAsked(click.ticket, click.source, click.target, None, click.by))
        except Unwilling as unwilling:
            notifier.reply(click, "; ".join(one.line for one in unwilling.problems))
            return 0
        notifier.reply(click, f"{click.by} takes care of {click.ticket}")
        return 1

    async def _is_over(self, click: Click) -> bool:
        """Whether the commitment has ended, though the ticket may have others by now."""
        rows = await self.say.store.commitments(click.source, click.ticket)
        mine = [row for row in rows if (row.target, row.cycle) == (click.target, click.cycle)]
        return bool(rows) and not any(row.status in OPEN_STATUSES for row in mine)
