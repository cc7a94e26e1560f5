"""A Request Tracker as far as slamon asks it, with the quirks of a real one: a script for http_server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from slamon.core.instants import MINUTE, SECOND, Instant, format_instant, parse_instant
from slamon.core.ticket import Ticket
from slamon.secrets import Secret
from slamon.sources.rt import RtSettings, RtSource
from tests.clock import ManualTime
from tests.sources.follower import Follower
from tests.sources.http_server import Request, Server, answer, data, serving

TOKEN = "1-14-00112233445566778899aabbccddeeff"
NOW = parse_instant("2026-03-06T12:00:00Z")
NEVER = "1970-01-01T00:00:00Z"
QUEUES = {"1": "General", "3": "Support"}
PEOPLE = {"1": "RT_System", "6": "Nobody", "14": "root", "27": "alice", "29": "bob", "30": "carol"}
PRIVILEGED = {"root", "alice", "bob"}
_AGO = re.compile(r"Type = 'ticket'(?: AND LastUpdated >= '(\d{10}) seconds ago')?(?: AND \((Status = .*)\))?")


def status(native: str, ours: str) -> dict[str, str]:
    return {"status": ours, "source_status": native}


OPEN, SOLVED = status("open", "open"), status("resolved", "solved")
NEW = {**status("new", "new"), "assignee": None, "group": "Support", "due_at": None}


def iso(instant: Instant) -> str:
    return format_instant(instant - instant % SECOND)


@dataclass
class Desk:
    """Tickets, their transactions, and who may see what."""

    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))
    sees_all: bool = False  # else rights are applied after paging, and nobody says how many pages there are
    sees_people: bool = True
    tags: bool = True  # whether tickets have an ETag
    tag_form: str = '"{}"'
    bend: int = 0  # seconds by which summer time bends "ago"
    numbers: bool = False  # whether ids are numbers
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    transactions: list[dict[str, Any]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)  # transactions that the account may not see
    forbidden: set[int] = field(default_factory=set)  # tickets
    groups: dict[str, list[int]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=lambda: dict(PEOPLE))
    before: Any = None  # called with the path before each answer

    def create(self, **keys: Any) -> int:
        """A ticket of carol's, made by root."""
        id = len(self.tickets) + 1
        shown: dict[str, Any] = {
            "Status": "new",
            "Priority": "0",
            "Queue": "3",
            "Owner": "6",
            "Creator": "root",
            "Due": NEVER,
        }
        shown |= {"Requestor": ["carol"], "Created": iso(self.time.now()), "Subject": f"Ticket {id}", "SLA": ""}
        self.tickets[id] = shown | {"Starts": NEVER, "CustomFields": [], "EffectiveId": id} | keys
        self.done(id, "Create", by=self.tickets[id]["Creator"])
        return id

    def done(self, ticket: int, type: str, by: str = "alice", **keys: Any) -> int:
        """A transaction, and its number."""
        id = 100 + len(self.transactions)
        usual = {"Field": "", "OldValue": "", "NewValue": "", "ObjectType": "RT::Ticket"}
        one = {**usual, "id": id, "Type": type, "Creator": by, "Created": iso(self.time.now()), "ObjectId": ticket}
        self.transactions.append(one | keys)
        self.tickets[ticket]["LastUpdated"] = one["Created"]
        return id

    def set(self, ticket: int, field: str, value: str, by: str = "alice") -> int:
        """A field gets a value."""
        old, type = self.tickets[ticket][field], "Status" if field == "Status" else "Set"
        self.tickets[ticket][field] = value if field not in ("Due", "Starts") else value.replace(" ", "T") + "Z"
        told = old.replace("T", " ").removesuffix("Z") if field in ("Due", "Starts") else old
        return self.done(ticket, type, by, Field=field, OldValue=told, NewValue=value)

    def merge(self, ticket: int, into: int) -> None:
        """One ticket becomes part of another."""
        self.tickets[ticket]["EffectiveId"] = into
        for one in (ticket, into):
            self.done(one, "AddLink", Field="MergedInto", NewValue=f"fsck.com-rt://peers/ticket/{into}")

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"token {TOKEN}":
            return data({"message": "Unauthorized"}, status=401)
        assert "" not in request.query, "a next_page was followed, with what is odd in it"
        if self.before is not None:
            self.before(request.path)
        path = unquote(request.path).removeprefix("/REST/2.0/").split("/")
        date = f"Date: {_http_date(self.time.now())}"
        found = getattr(self, f"_{path[0]}")(*path[1:], request=request)
        return found if isinstance(found, bytes) else data(found, date)

    def _rt(self, request: Request) -> Any:
        return {"Version": "5.0.3+dfsg-3~deb12u6", "Plugins": []}

    def _queues(self, *_: str, request: Request) -> Any:
        rows = [{"id": id, "Name": name} for id, name in QUEUES.items()]
        return self._page(rows, request, exact=self.sees_all)

    def _groups(self, request: Request) -> Any:
        rows = [{"id": str(500 + number), "Name": name} for number, name in enumerate(self.groups)]
        return self._page([one for one in rows if f'"{one["Name"]}"' in request.query["query"]], request, exact=True)

    def _group(self, id: str, _: str, request: Request) -> Any:
        members = [*self.groups.values()][int(id) - 500]
        return self._page([{"id": str(one), "type": "user"} for one in members], request, exact=False)

    def _user(self, id: str, request: Request) -> Any:
        name = self.people.get(id, id)
        if not self.sees_people:
            return data({"message": "Forbidden"}, status=403)
        if name not in self.people.values():
            return answer(404)
        mail = f"{name}@{'example.org' if name in PRIVILEGED else 'acme.example'}"
        return {"Name": name, "RealName": None, "EmailAddress": mail, "Privileged": int(name in PRIVILEGED)}

    def _tickets(self, request: Request) -> Any:
        queue = re.fullmatch(r"Queue = '(.*)'", request.query["query"])
        rows = [
            {"id": id, "LastUpdated": one["LastUpdated"]} for id, one in self.tickets.items() if self._is_listed(id)
        ]
        if queue:
            wanted = {id for id, one in self.tickets.items() if QUEUES.get(one["Queue"]) == queue[1]}
            return self._page([row for row in rows if row["id"] in wanted], request, exact=True)
        asked = _AGO.fullmatch(request.query["query"])
        assert asked, f"a date that depends on the account's zone: {request.query['query']}"
        if asked[1]:
            since = self.time.now() - (int(asked[1]) + self.bend) * SECOND
            rows = [row for row in rows if parse_instant(str(row["LastUpdated"])) >= since]
        if asked[2]:
            wanted_statuses = set(re.findall(r"Status = '((?:[^'\\]|\\.)*)'", asked[2]))
            assert "__Active__" in wanted_statuses
            active = {"new", "open", "stalled", *(one.replace("\\'", "'") for one in wanted_statuses)}
            rows = [row for row in rows if self.tickets[int(str(row["id"]))]["Status"] in active]
        rows.sort(key=lambda row: (row["LastUpdated"], row["id"]))
        return self._page([{**row, "id": self._id(int(str(row["id"])))} for row in rows], request, exact=True)

    def _is_listed(self, id: int) -> bool:
        one = self.tickets[id]
        return id not in self.forbidden and one["EffectiveId"] == id and one["Status"] != "deleted"

    def _ticket(self, id: str, history: str = "", *, request: Request) -> Any:
        number = int(id)
        if number not in self.tickets:
            return data({"message": "Not Found"}, status=404)
        if number in self.forbidden:
            return data({"message": "Forbidden"}, status=403)
        number = self.tickets[number]["EffectiveId"]
        own = [one for one in self.transactions if self.tickets[one["ObjectId"]]["EffectiveId"] == number]
        seen = [one for one in own if self.sees_all or one["id"] not in self.hidden]
        if history:
            return self._history(own, request)
        tag = self.tag_form.format(max(one["id"] for one in seen))
        if not self.tags:
            return self._shown(number)
        if request.headers.get("if-none-match") == tag:
            return answer(304, "", f"ETag: {tag}")
        return data(self._shown(number), f"ETag: {tag}", f"Date: {_http_date(self.time.now())}")

    def _history(self, own: list[dict[str, Any]], request: Request) -> Any:
        shown = [one | {"id": self._id(one["id"]), "Creator": self._person(one["Creator"])} for one in own]
        page = self._page(shown, request, exact=self.sees_all)
        if not self.sees_all:
            page["items"] = [one for one in page["items"] if int(one["id"]) not in self.hidden]
        return page

    def _shown(self, id: int) -> dict[str, Any]:
        one = self.tickets[id]
        people = {"Owner": self._person(self.people[one["Owner"]]), "Creator": self._person(one["Creator"])}
        requestors = [{"id": name, "type": "user"} for name in one["Requestor"]]
        return {**one, "id": id, **people, "Queue": {"id": self._id(int(one["Queue"]))}, "Requestor": requestors}

    def _person(self, name: str) -> dict[str, Any]:
        id = next((id for id, one in self.people.items() if one == name), name)
        return {"id": int(id) if id.isdigit() else id, "Name": name, "EmailAddress": f"{name}@example.org"}

    def _id(self, id: int) -> int | str:
        return id if self.numbers else str(id)

    def _page(self, rows: list[Any], request: Request, *, exact: bool) -> dict[str, Any]:
        size, number = min(int(request.query["per_page"]), 100), int(request.query.get("page", "1"))
        pages = -(-len(rows) // size)
        found: dict[str, Any] = {"items": rows[(number - 1) * size : number * size], "page": number, "per_page": size}
        odd = f"http://elsewhere.example{request.path}?per_page={size}&=&page={number + 1}"
        if not exact:
            return found | {"pages": None, "total": None}
        return found | {"pages": pages, "total": len(rows)} | ({"next_page": odd} if number < pages else {})


def _http_date(instant: Instant) -> str:
    return formatdate(instant / SECOND, usegmt=True)


def conversation(**keys: Any) -> Desk:
    """A ticket of carol's and bob's, to which everybody wrote one message."""
    desk = Desk(**keys)
    desk.create(Requestor=["carol", "bob"])
    desk.time.advance(MINUTE)
    for by in ("alice", "bob", "carol", "RT_System"):
        desk.done(1, "Correspond", by)
    return desk


@asynccontextmanager
async def following(script: Any, time: ManualTime | None = None, **keys: Any) -> AsyncIterator[tuple[Follower, Server]]:
    """Whoever follows a server of this script."""
    async with serving(script) as server:
        settings = RtSettings(url=server.url + "/", token=Secret(keys.pop("token", TOKEN)), **keys)
        usual = script.time if isinstance(script, Desk) else ManualTime(NOW)
        follower = Follower(lambda around: RtSource("desk", settings, around), time or usual)
        try:
            yield follower, server
        finally:
            await follower.source.close()


async def read(script: Any, **keys: Any) -> dict[str, Ticket]:
    """All tickets of a first reading, by id."""
    async with following(script, **keys) as (follower, _):
        await follower.poll()
        assert follower.problems == []
        return follower.kept
