"""From deliveries that may go now to the notification that carries them: looked at again, merged, bound, sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from slamon.core.alerts import delivery_id
from slamon.core.assess import Assessor
from slamon.core.bundles import Audience, Bundles, Choice
from slamon.core.digest import digest
from slamon.core.instants import SECOND, Instant, Span
from slamon.core.message import Message
from slamon.core.moments import BREACHED
from slamon.core.wording import span_text
from slamon.flow.courier import Courier, Manners
from slamon.flow.look import Looker, with_note
from slamon.flow.surely import Surely, to_its_end
from slamon.ports import NOTHING_TO_UPDATE, Delivery, Ending, Home, Notification, Store, Time

_MOST = 10_000  # deliveries that become one message
_CANDIDATES = 20  # of which the first that is still true goes alone
_FOLLOWS_AFTER: Span = 10 * SECOND  # an update is asked about again

Pair = tuple[Delivery, Message]


class Composer:
    """Makes the next notification of one notifier. Nothing of it is kept in memory from one to the next."""

    def __init__(
        self,
        notifier: str,
        assessor: Assessor,
        store: Store,
        time: Time,
        bundles: Bundles,
        looker: Looker,
        courier: Courier,
        manners: Manners,
        surely: Surely,
    ) -> None:
        self._notifier = notifier
        self._assessor = assessor
        self._store = store
        self._time = time
        self._bundles = bundles
        self._looker = looker
        self._courier = courier
        self._manners = manners
        self._surely = surely
        self._since = time.now()

    async def send(self, choice: Choice, now: Instant) -> None:
        """Bring what was chosen one step on: something of it is sent, ended, or put off."""
        limit = _MOST if choice.together else _CANDIDATES
        taken = await self._surely(lambda: self._store.take(self._notifier, choice.bundles, now, limit))
        found = await self._looker.look(taken, first=not choice.together)
        await self._drop(found.gone, Ending.SUPERSEDED)
        await self._drop(found.broken, Ending.DEAD, "it cannot be rendered: see the log")
        if expired := [pair for pair in found.true if self._is_too_old(*pair, now)]:
            await self._expire(choice, expired)
            return
        pairs = found.true if choice.together else found.true[:1]
        pairs = await self._within_the_limit(choice, await self._followed(pairs), now)
        few = len(pairs) <= self._bundles.group(choice.audience[0]).digest_above
        if pairs and not (choice.why == "many" and few and len(pairs) < len(taken)):
            await self._go(choice, pairs, _note(taken, self._manners))

    async def reworded(self, notification: Notification, pairs: Sequence[Pair]) -> Notification:
        """The notification with the words of now; its id stays."""
        first, note = pairs[0][0], _note([one for one, _ in pairs], self._manners)
        made = with_note(await self._merged((first.route, first.address), pairs), note)
        before = notification.message
        message = msgspec.structs.replace(made, id=before.id, thread=before.thread, update=before.update)
        await self._surely(lambda: self._store.reword(notification.id, message))
        return replace(notification, message=message)

    async def _go(self, choice: Choice, pairs: Sequence[Pair], note: str | None) -> None:
        message = with_note(await self._merged(choice.audience, pairs), note)
        now = self._time.now()
        self._bundles.went(choice, now)
        await to_its_end(self._bind_and_send(message, [one.id for one, _ in pairs], now))

    async def _bind_and_send(self, message: Message, deliveries: Sequence[int], now: Instant) -> None:
        bound = await self._surely(lambda: self._store.bind(self._notifier, message, deliveries, now))
        if bound is not None:
            await self._courier.attempt(bound)

    async def _merged(self, audience: Audience, pairs: Sequence[Pair]) -> Message:
        if len(pairs) == 1:
            return pairs[0][1]
        route, address = audience
        id = delivery_id("\n".join(sorted(one.identity for one, _ in pairs)))
        messages, now = [message for _, message in pairs], self._time.now()
        # In a thread: thousands of lines are put in order.
        made = await asyncio.to_thread(digest, messages, id, id, route, now, self._assessor.link)
        return msgspec.structs.replace(made, to=address)

    def _is_too_old(self, one: Delivery, message: Message, now: Instant) -> bool:
        """A promise that is still broken is news however long ago that began: it must only not have waited here so
        long. Then the fallback is to get it."""
        is_broken = one.moment == BREACHED and message.covers[0].status == BREACHED
        since = max(one.not_before, self._since) if is_broken else one.not_before
        return since < now - self._assessor.horizon

    async def _expire(self, choice: Choice, pairs: Sequence[Pair]) -> None:
        """What could not be sent for so long that it is no news any more; the fallback may get it."""
        message = await self._merged(choice.audience, pairs)
        ids, now = [one.id for one, _ in pairs], self._time.now()
        bound = await self._surely(lambda: self._store.bind(self._notifier, message, ids, now))
        if bound is not None:
            await to_its_end(self._courier.end(bound, Ending.EXPIRED, "too old"))

    async def _drop(self, deliveries: Sequence[Delivery], ending: Ending, error: str | None = None) -> None:
        if deliveries:
            turns, now = {one.id: one.turn for one in deliveries}, self._time.now()
            dues = await self._surely(lambda: self._store.drop(turns, ending, now, error))
            await self._courier.report(ending, dues, now)

    # updates

    async def _followed(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Without the updates that follow nothing, or nothing yet."""
        stay = []
        for pair in pairs:
            if not pair[0].update or await self._may_follow(pair[0]):
                stay.append(pair)
        return stay

    async def _may_follow(self, one: Delivery) -> bool:
        told = await self._surely(lambda: self._store.told(one))
        if told.until is not None:
            later = max(told.until, self._time.now()) + _FOLLOWS_AFTER
            await self._surely(lambda: self._store.put_off([one.id], later))
        elif not told.sent:
            await self._drop([one], Ending.SUPERSEDED, NOTHING_TO_UPDATE)
        return told.sent and told.until is None

    # the limit for one ticket

    async def _within_the_limit(self, choice: Choice, pairs: Sequence[Pair], now: Instant) -> list[Pair]:
        """Without the tickets that were told about too often of late: theirs wait, and then go together."""
        limit, address = self._manners.per_ticket, choice.audience[1]
        span = limit.span * self._manners.speed
        homes = list(dict.fromkeys(_home(one) for one, _ in pairs))
        lately = await self._surely(lambda: self._store.lately(self._notifier, address, homes, now - span))
        full = {home: times[-limit.count] + span for home, times in lately.items() if len(times) >= limit.count}
        for home, until in full.items():
            await self._put_off(home, [one.id for one, _ in pairs if _home(one) == home], until)
        return [pair for pair in pairs if _home(pair[0]) not in full]

    async def _put_off(self, home: Home, deliveries: Sequence[int], until: Instant) -> None:
        bundle = msgspec.json.encode(("too much about", *home)).decode()
        await self._surely(lambda: self._store.put_off(deliveries, until, bundle))


def _home(one: Delivery) -> Home:
    return one.source, one.ticket


def _note(taken: Sequence[Delivery], manners: Manners) -> str | None:
    """How many had to wait: of what goes out now, and of what came true and false again meanwhile."""
    waited, limit = sum(one.put_off > 0 for one in taken), manners.per_ticket
    if not waited:
        return None
    noun = "alert was" if waited == 1 else "alerts were"
    return f"{waited} {noun} held back: at most {limit.count} messages about one ticket in {span_text(limit.span)}"
