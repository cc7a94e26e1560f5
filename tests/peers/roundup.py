"""A real Roundup, and what is done to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from slamon.core.instants import Instant
from slamon.sources.roundup_settings import STATUSES
from tests.peers.pypi import Peer, Step, running
from tests.peers.record import Written

USERS = {"admin": "1", "alice": "3", "bob": "4", "carol": "5", "slamon": "6"}
AGENTS = ("alice", "bob")
PRIORITIES = ("critical", "urgent", "bug", "feature", "wish")
_STALE = ("unread", "resolved", "done-cbb")  # a message turns these to chatting


@contextmanager
def roundup(servers: Path, start: Instant) -> Iterator[Peer]:
    """An empty one."""
    with running(servers, "roundup", "/tracker", "/rest/data", start) as peer:
        yield peer


def of_script(steps: list[Step]) -> dict[str, Written]:
    """What the seed script's own record comes to, with what Roundup does of itself."""
    written: dict[str, Written] = {}
    priorities = ("wish", "feature", "bug", "urgent", "critical")
    for step in steps:
        if step.what == "new":
            priority = priorities[len(written) % 5]
            written[step.ticket] = Written(step.at, [(step.at, fields("unread", priority))])
        elif step.what == "say":
            say(written[step.ticket], step.at, step.by or "")
        else:
            written[step.ticket].set(step.at, ours(step.values))
    return written


def fields(status: str, priority: str, assignee: str | None = None) -> dict[str, Any]:
    return ours({"status": status, "priority": priority, "assignedto": assignee})


def ours(values: dict[str, Any]) -> dict[str, Any]:
    """Fields of ours for some of Roundup's."""
    found: dict[str, Any] = {}
    if "status" in values:
        found |= {"status": STATUSES[values["status"]], "source_status": values["status"]}
    if "priority" in values:
        found["priority"] = values["priority"]
    if "assignedto" in values:
        found["assignee"] = values["assignedto"]
    return found


def say(written: Written, at: Instant, by: str) -> None:
    """A message, and what the detector of the classic template does with the status."""
    written.messages.append((at, "agent" if by in AGENTS else "customer", True))
    if written.now["source_status"] in _STALE:
        written.set(at, ours({"status": "chatting"}))


class Doing:
    """Does things at random, and writes them down."""

    def __init__(self, peer: Peer, random: Random, now: Instant) -> None:
        self.peer = peer
        self.random = random
        self.now = now
        self.written: dict[str, Written] = {}
        origin = peer.url.rpartition("/")[0]
        self._headers = {"X-Requested-With": "rest", "Origin": origin, "Referer": f"{peer.url}/"}

    def pass_time(self, seconds: int) -> None:
        self.now += seconds * 1_000_000
        self.peer.set_clock(self.now)

    def create(self) -> str:
        status, priority = self.random.choice(list(STATUSES)[:8]), self.random.choice(PRIORITIES)
        values: dict[str, Any] = {"title": "Something", "status": status, "priority": priority}
        if self.random.random() < 0.5:
            values["messages"] = [self.message("carol")]  # what it is opened with
        id = str(self.call("POST", "/issue", "carol", values)["data"]["id"])
        self.written[id] = Written(self.now, [(self.now, fields(status, priority))])
        return id

    def step(self) -> None:
        """One update: fields, a message, or both at once."""
        id = self.random.choice(sorted(self.written))
        written, by = self.written[id], self.random.choice(("alice", "bob", "carol"))
        values: dict[str, Any] = {}
        if self.random.random() < 0.7:
            values["status"] = self.random.choice(list(STATUSES)[:8])
        if self.random.random() < 0.3:
            values["priority"] = self.random.choice(PRIORITIES)
        if self.random.random() < 0.2:
            values["assignedto"] = self.random.choice(AGENTS)
        if not values or self.random.random() < 0.4:
            opening = self.now == written.created_at and by == "carol"
            message = self.message(by)
            etag = self.etag(id)
            had = self.call("GET", f"/issue/{id}", "admin")["data"]["attributes"]["messages"]
            all_of_them = [*(one["id"] for one in had), message]
            self.call("PUT", f"/issue/{id}", by, {**values, "messages": all_of_them}, **{"If-Match": etag})
            if opening:
                written.set(self.now, ours({"status": "chatting"}) if self._turns(written, values) else {})
            elif "status" in values:
                written.messages.append((self.now, "agent" if by in AGENTS else "customer", True))
            else:
                say(written, self.now, by)
        else:
            self.call("PATCH", f"/issue/{id}", by, values, **{"If-Match": self.etag(id)})
        written.set(self.now, ours(values))

    def _turns(self, written: Written, values: dict[str, Any]) -> bool:
        return "status" not in values and written.now["source_status"] in _STALE

    def message(self, by: str) -> str:
        values = {"author": USERS[by], "content": "text", "summary": "text", "date": "."}
        return str(self.call("POST", "/msg", by, values)["data"]["id"])

    def etag(self, id: str) -> str:
        return str(self.call("GET", f"/issue/{id}", "admin")["data"]["@etag"])

    def call(self, method: str, path: str, by: str, body: Any = None, **headers: str) -> Any:
        return self.peer.call(method, path, by, body, **self._headers, **headers)
