"""What happens to the service that lives, while Prometheus watches: the things that dashboards are there to show."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from tests.peers.monitored_desk import World, stamp
from tests.peers.monitored_live import ACCOUNTS, BROKEN_RULES, RULES, TOKEN, Live

_A_TICKET_EVERY = 7.0  # seconds
_AS_LEADS = {"Authorization": f"Bearer {TOKEN}"}


class Story:
    """Told once, from the start to the end; every moment is counted in seconds from when it was made."""

    def __init__(self, live: Live, world: World) -> None:
        self._live = live
        self._world = world
        self._begun, self._woke = time.monotonic(), time.time()
        self._pushes = 0

    async def tell(self) -> None:
        """All of it; AssertionError if somebody refuses what should be taken, or the other way round."""
        async with asyncio.TaskGroup() as group:
            for chapter in (
                self._tickets,
                self._pushed,
                self._source,
                self._server,
                self._directory,
                self._notifiers,
                self._people,
                self._heartbeat,
                self._clock,
                self._reloads,
                self._database,
            ):
                group.create_task(chapter())

    async def _at(self, seconds: float) -> None:
        await asyncio.sleep(self._begun + seconds - time.monotonic())

    async def _tickets(self) -> None:
        """Answered in time, answered late, waiting for the customer, cancelled, solved late, never answered."""
        for number in range(34):
            await self._at(1 + number * _A_TICKET_EVERY)
            self._world.desk.open()

    async def _pushed(self) -> None:
        """Taken, repeated, refused; matched by no policy; uncertain; counted as broken until a late mail is read."""
        await self._at(3)
        await self._push("forgotten", -52)
        await self._at(14)
        self._forget("forgotten", "resolution")
        await self._at(20)
        assert await self._live.push("nobody", "{}", sign=False) == 401
        assert await self._live.push("no-ticket", "{}") == 400
        await self._push("corrected", -10)
        await self._push("stray", 19, type="chatter")
        paused = {"kind": "change", "set": {"status": "waiting_customer"}, "at": 18, "observed_between": (5, 18)}
        await self._push("perhaps", -45, paused)
        await self._at(50)
        await self._push("corrected", -10, {"kind": "message", "by": "agent", "public": True, "at": -5})
        await self._at(100)
        solved = {"kind": "change", "set": {"status": "solved"}, "at": 99}
        await self._push("stray", 19, solved, type="chatter")
        await self._push("perhaps", -45, paused, solved)

    def _forget(self, ticket: str, target: str) -> None:
        """Its breach was told, and then it was taken out of the outbox: the audit finds it missing, and tells it again."""
        where = f"ticket = '{ticket}' AND target = '{target}' AND moment = 'breached'"
        assert self._live.in_database(f"DELETE FROM deliveries WHERE {where}") == 1

    async def _push(self, ticket: str, opened: float, *events: dict[str, Any], type: str = "request") -> None:
        """A history, whose instants are moments of the story."""
        known = [self._dated(number, one) for number, one in enumerate(events)]
        history = {"id": ticket, "created_at": self._stamp(opened), "fields": {"type": type}, "events": known}
        self._pushes += 1
        body, id = json.dumps(history), f"push-{self._pushes}"
        assert await self._live.push(id, body) == 202
        assert await self._live.push(id, body) == 202  # whoever pushes has not seen the answer

    def _dated(self, number: int, event: dict[str, Any]) -> dict[str, Any]:
        dated = {**event, "id": f"e{number}", "at": self._stamp(event["at"])}
        if "observed_between" in event:
            dated["observed_between"] = [self._stamp(at) for at in event["observed_between"]]
        return dated

    def _stamp(self, seconds: float) -> str:
        return stamp(self._woke + seconds)

    async def _source(self) -> None:
        """A ticket that is none, a status that means nothing here, and a helpdesk that is down for a while."""
        await self._at(16)
        self._world.desk.open(created=None)
        self._world.desk.open(state="Parked")
        await self._at(40)
        self._world.desk.is_down = True
        await self._at(62)
        self._world.desk.is_down = False

    async def _server(self) -> None:
        """Its clock gains a second every two."""
        for seconds in range(70, 170, 2):
            await self._at(seconds)
            self._world.desk.ahead = (seconds - 70) / 2

    async def _directory(self) -> None:
        await self._at(30)
        self._live.write("accounts.csv", None)
        await self._at(50)
        self._live.write("accounts.csv", ACCOUNTS)

    async def _notifiers(self) -> None:
        """The pager loses answers, is slow, refuses one message for good, and then fails for a while."""
        await self._at(26)
        self._world.pager.next.extend(["lose", "lose", "dawdle", "refuse"])
        await self._at(64)
        self._world.pager.usual = "fail"
        await self._at(80)
        self._world.pager.usual = "take"

    async def _people(self) -> None:
        """Somebody guesses tokens, somebody takes care of a ticket, somebody wants silence."""
        await self._at(90)
        for _ in range(25):
            assert await self._live.ask("GET", "/api/status", {"Authorization": "Bearer guessed"}) == 401
        assert await self._live.ask("GET", "/api/status") == 401
        ack = {"ticket": "corrected", "target": "resolution", "by": "anna"}
        assert await self._live.ask("POST", "/api/acks", _AS_LEADS, json=ack) == 201
        silence = {"match": {"type": "chatter"}, "for": "1m", "by": "anna", "comment": "known"}
        assert await self._live.ask("POST", "/api/silences", _AS_LEADS, json=silence) == 201

    async def _heartbeat(self) -> None:
        """Nobody listens for a while."""
        await self._at(100)
        self._world.heartbeat.usual = "fail"
        await self._at(122)
        self._world.heartbeat.usual = "take"

    async def _clock(self) -> None:
        """Set forward, and back."""
        await self._at(130)
        self._live.set_clock(5)
        await self._at(140)
        self._live.set_clock(0)

    async def _reloads(self) -> None:
        """Rules that cannot be used, put right after a while; the loop is held up meanwhile."""
        await self._at(66)
        self._live.write("rules.yml", BROKEN_RULES)
        self._live.reload()
        await self._at(68)
        await self._live.held_up(10)
        await self._at(170)
        self._live.write("rules.yml", RULES)
        self._live.reload()

    async def _database(self) -> None:
        """A hand in it, and a full disk until the safety sweep has come by."""
        await self._at(150)
        with self._live.meddled_with():
            await self._at(163)
        await self._at(178)
        self._live.fill_disk(True)
        await self._at(244)
        self._live.fill_disk(False)
