"""A django-helpdesk of our own: it shows how its tickets stand, and dates only what was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slamon.core.instants import Instant
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.django_helpdesk import DjangoHelpdeskSource
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings
from tests.clock import ManualTime
from tests.faults.clock import at, shown, stamp
from tests.faults.redmine import PASS
from tests.sources.http_server import Request, answer


@dataclass
class Held:
    """A ticket: `merged` into number 1 for a span of time."""

    opened: Instant
    answered: Instant | None = None
    merged: list[tuple[Instant, Instant]] = field(default_factory=list)


class DjangoHelpdesk:
    """`fault` is asked first; `seen`: whether the account may see the queue."""

    def __init__(self, time: ManualTime) -> None:
        self.time = time
        self.tickets: dict[int, Held] = {}
        self.fault: Callable[[Request], Any] = lambda request: PASS
        self.is_seen: Callable[[], bool] = lambda: True

    @staticmethod
    def source(url: str, ca_file: str | None, around: Surroundings) -> DjangoHelpdeskSource:
        return DjangoHelpdeskSource(
            "desk", DjangoHelpdeskSettings(url=url, user="u", password=Secret("pass-word")), around
        )

    def add(self, id: int, opened: str, answered: str | None = None) -> Held:
        self.tickets[id] = Held(at(opened), None if answered is None else at(answered))
        return self.tickets[id]

    def truth(self) -> dict[str, list[str]]:
        """The histories as they must stand in the store now."""
        return {str(id): self._history(one) for id, one in self.tickets.items() if one.opened <= self.time.now()}

    def _history(self, one: Held) -> list[str]:
        now = self.time.now()
        lines = [f"{shown(one.opened)} created"]
        lines += [f"{shown(one.answered)} message agent"] if one.answered and one.answered <= now else []
        for first, last in one.merged:
            lines += [word for instant, word in ((first, "merged"), (last, "restored")) if instant <= now]
        return lines

    def __call__(self, request: Request) -> Any:
        said = self.fault(request)
        return self.answer(request) if said is PASS else said

    def answer(self, request: Request) -> bytes:
        """What it says when nothing is wrong."""
        there = [id for id, one in self.tickets.items() if one.opened <= self.time.now()] if self.is_seen() else []
        if request.path == "/api/tickets/":
            return _data({"count": len(there), "results": [self._ticket(id) for id in sorted(there)], "next": None})
        id = int(request.path.removeprefix("/api/tickets/").strip("/"))
        return _data(self._ticket(id)) if id in there else answer(404)

    def _ticket(self, id: int) -> dict[str, Any]:
        one, now = self.tickets[id], self.time.now()
        written = [_follow_up(2 * id, one.opened, None)]
        if one.answered and one.answered <= now:
            written.append(_follow_up(2 * id + 1, one.answered, 5))
        merged_to = 1 if any(first <= now < last for first, last in one.merged) else None
        return {"id": id, "status": 1, "queue": 1, "merged_to": merged_to, "followup_set": written}


def _follow_up(id: int, instant: Instant, user: int | None) -> dict[str, Any]:
    told = {"id": id, "date": stamp(instant), "title": "Comment", "comment": "Hello", "public": True, "user": user}
    return {**told, "message_id": None}


def _data(value: Any) -> bytes:
    return answer(200, json.dumps(value), "Content-Type: application/json")
