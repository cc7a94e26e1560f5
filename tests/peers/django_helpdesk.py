"""A real django-helpdesk, and what is done to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from slamon.core.instants import SECOND, Instant
from slamon.sources.django_helpdesk_api import HELD, STATUS_NAMES
from slamon.sources.django_helpdesk_settings import PRIORITIES, STATUSES
from tests.peers.pypi import Peer, Step, running
from tests.peers.record import Written

USERS = {"1": "admin", "2": "alice", "3": "bob"}
FIRST = {"status": 1, "on_hold": False, "priority": 3}


@contextmanager
def helpdesk(servers: Path, start: Instant) -> Iterator[Peer]:
    """An empty one."""
    with running(servers, "helpdesk", "", "/api", start) as peer:
        yield peer


class Record:
    """What is done to one ticket, in the helpdesk's own words, and in ours."""

    def __init__(self, at: Instant, priority: int, titled: str) -> None:
        self.title = titled
        self.native: dict[str, Any] = FIRST | {"priority": priority}
        self.written = Written(at, [(at, self._ours())])

    def _ours(self) -> dict[str, Any]:
        held = self.native["on_hold"] and self.native["status"] < 3
        name = HELD if held else STATUS_NAMES[self.native["status"]]
        return status(name) | {"priority": PRIORITIES[str(self.native["priority"])]}

    def patch(self, at: Instant, values: dict[str, Any]) -> None:
        self.native |= values
        self.written.set(at, self._ours())

    def follow_up(self, at: Instant, by: str, values: dict[str, Any]) -> None:
        """A status is told by a follow-up where it is another than before; on hold it is told as if it were not."""
        if values.get("comment", "").strip():
            self.written.messages.append((at, "agent", values.get("public", False)))
        new = values.get("new_status")
        if new and new != self.native["status"]:
            self.written.dated.append((at, status(STATUS_NAMES[new])))
            self.patch(at, {"status": new})


def status(name: str) -> dict[str, Any]:
    return {"status": STATUSES[name], "source_status": name}


def of_script(steps: list[Step]) -> dict[str, Record]:
    """What the seed script's own record comes to."""
    records: dict[str, Record] = {}
    for step in steps:
        if step.what == "new":
            i = len(records)
            records[step.ticket] = Record(step.at, 1 + i % 5, f"Ticket {i}: something is broken")
        elif step.what == "fu":
            records[step.ticket].follow_up(step.at, step.by or "", step.values)
        else:
            records[step.ticket].patch(step.at, step.values)
    return records


class Doing:
    """Does things at random, and writes them down."""

    def __init__(self, peer: Peer, random: Random, now: Instant) -> None:
        self.peer = peer
        self.random = random
        self.now = now
        self.records: dict[str, Record] = {}

    def pass_time(self, seconds: int) -> None:
        self.now += seconds * SECOND
        self.peer.set_clock(self.now)

    def create(self) -> str:
        priority = self.random.randint(1, 5)
        made = {"queue": 1, "title": "Broken", "description": "x", "submitter_email": "carol@example.org"}
        id = str(self.peer.call("POST", "/tickets/", "admin", made | {"priority": priority})["id"])
        self.records[id] = Record(self.now, priority, "Broken")
        return id

    def step(self) -> None:
        id, by = self.random.choice(sorted(self.records)), self.random.choice(("alice", "bob"))
        if self.random.random() < 0.5:
            self.patch(id, by, self._change())
        else:
            values: dict[str, Any] = {"title": "Follow-up", "public": self.random.random() < 0.7}
            values["comment"] = self.random.choice(("", "text", " "))
            now = self.records[id].native
            # From open to reopened while on hold, which only the API allows, is told as if it were not on hold.
            choice = (3, 4, 5) if now["on_hold"] and now["status"] < 3 else (1, 2, 3, 4, 5)
            if self.random.random() < 0.6:
                values["new_status"] = self.random.choice(choice)
            self.follow_up(id, by, values)

    def _change(self) -> dict[str, Any]:
        choices = {"status": range(1, 6), "priority": range(1, 6), "on_hold": (True, False)}
        names = self.random.sample(sorted(choices), self.random.randint(1, 2))
        return {name: self.random.choice(choices[name]) for name in names}

    def patch(self, id: str, by: str, values: dict[str, Any]) -> None:
        self.peer.call("PATCH", f"/tickets/{id}/", by, values)
        self.records[id].patch(self.now, values)

    def follow_up(self, id: str, by: str, values: dict[str, Any]) -> None:
        self.peer.call("POST", "/followups/", by, {"ticket": int(id), **values})
        self.records[id].follow_up(self.now, by, values)
