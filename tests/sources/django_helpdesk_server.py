"""A helpdesk that answers as a django-helpdesk does: whole tickets by their ids, and no word of when they changed."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from slamon.core.instants import SECOND, Instant, format_instant, to_datetime
from tests.sources.http_server import Request, answer, data

LOGIN = "slamon:open sesame"
STATUS_NAMES = {1: "Open", 2: "Reopened", 3: "Resolved", 4: "Closed", 5: "Duplicate"}


@dataclass
class Helpdesk:
    """Its tickets by id. Users are numbers: 1 admin, 2 alice, 3 bob; a customer has none."""

    now: Instant
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)  # queues that the account may not see
    written: int = 0

    def create(self, user: int | None = 1, **values: Any) -> str:
        id = len(self.tickets) + 1
        usual = {"id": id, "queue": 1, "title": f"Ticket {id}", "description": "x", "resolution": None, "priority": 3}
        mail = {"submitter_email": "carol@example.org", "assigned_to": None, "due_date": None, "merged_to": None}
        self.tickets[id] = usual | mail | {"status": 1, "on_hold": False, "followup_set": []} | values
        self.follow_up(str(id), user, title="Ticket Opened", comment="x")
        return str(id)

    def patch(self, id: str, **values: Any) -> None:
        """What leaves no trace."""
        self.tickets[int(id)] |= values

    def follow_up(self, id: str, user: int | None, **values: Any) -> int:
        """What is dated. A new status is appended to its title, which was put in place of the ticket's."""
        self.written += 1
        ticket = self.tickets[int(id)]
        date = format_instant(self.now)
        usual: dict[str, Any] = {
            "title": "Follow-up",
            "comment": "",
            "public": True,
            "new_status": None,
            "message_id": None,
        }
        made = {"id": self.written, "ticket": int(id), "user": user, "date": date} | usual | values
        if made["title"] != "Ticket Opened" and user is not None:
            ticket["title"] = made["title"]
        if made["new_status"]:
            ticket["status"] = made["new_status"]
            made["title"] += f" and {STATUS_NAMES.get(made['new_status'], 'other')}"
        ticket["followup_set"].append(made)
        return self.written

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"Basic {b64encode(LOGIN.encode()).decode()}":
            return data({"detail": "Invalid username/password."}, status=401)
        path = request.path.removeprefix("/api/tickets/").strip("/")
        shown = {id: one for id, one in sorted(self.tickets.items()) if one["queue"] not in self.hidden}
        if path:
            found = shown.get(int(path))
            return data(found, self._date()) if found else data({"detail": "No Ticket matches."}, status=404)
        return self._list(list(shown.values()), int(request.query["page_size"]), int(request.query.get("page", 1)))

    def _list(self, shown: list[dict[str, Any]], size: int, page: int) -> bytes:
        start = (page - 1) * size
        if start >= len(shown) and page > 1:
            return data({"detail": "Invalid page."}, status=404)
        more = "http://inside/api/tickets/?page=x" if start + size < len(shown) else None
        results = shown[start : start + size]
        return data({"count": len(shown), "next": more, "previous": None, "results": results}, self._date())

    def _date(self) -> str:
        return to_datetime(self.now).strftime("Date: %a, %d %b %Y %H:%M:%S GMT")


def moved(helpdesk: Helpdesk, seconds: float) -> Instant:
    """Let time pass there."""
    helpdesk.now += round(seconds * SECOND)
    return helpdesk.now


def refused() -> bytes:
    """What somebody who is no staff is told."""
    return answer(403, '{"detail":"You do not have permission to perform this action."}')
