"""A tracker that answers as a Roundup does: to the second, and only with the properties that are asked for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from slamon.core.instants import HOUR, SECOND, Instant, parse_instant, to_datetime
from tests.sources.http_server import Request, answer, data

STATUSES = ["unread", "deferred", "chatting", "need-eg", "in-progress", "testing", "done-cbb", "resolved"]
PRIORITIES = ["critical", "urgent", "bug", "feature", "wish"]
USERS = ["admin", "anonymous", "alice", "bob", "carol", "slamon"]
LABELS = {"status": "name", "priority": "name", "user": "username", "msg": "activity", "keyword": "name"}
LINKS = {"creator": "user", "author": "user", "assignedto": "user", "messages": "msg", "keyword": "keyword"}
PASSWORD = "open sesame"


def dotted(at: Instant) -> str:
    """An instant as Roundup writes it."""
    return to_datetime(at).strftime("%Y-%m-%d.%H:%M:%S")


@dataclass
class Tracker:
    """Its items by class and id; `hours`: how far the account's time zone is ahead of UTC."""

    now: Instant
    hours: int = 0
    most: int = 500  # ids it takes in one address
    items: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    retired: set[tuple[str, str]] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)  # issues that the account may not see
    unseen: set[str] = field(default_factory=set)  # properties of others that it may not see

    def __post_init__(self) -> None:
        for of, names in (("status", STATUSES), ("priority", PRIORITIES), ("user", USERS)):
            self.items[of] = {str(place): {LABELS[of]: name} for place, name in enumerate(names, 1)}
        for one in self.items["user"].values():
            one |= {"roles": "User", "address": f"{one['username']}@example.org", "organisation": "Acme"}
        self.items |= {"issue": {}, "msg": {}, "keyword": {"1": {"name": "printer"}, "2": {"name": "paper"}}}

    def create(self, by: str, **values: Any) -> str:
        id = str(len(self.items["issue"]) + 1)
        usual: dict[str, Any] = {
            "title": f"Issue {id}",
            "status": "unread",
            "priority": "bug",
            "assignedto": None,
            "keyword": [],
        }
        born: dict[str, Any] = {
            "creation": self.now,
            "activity": self.now,
            "creator": self._id("user", by),
            "messages": [],
        }
        self.items["issue"][id] = born | self._links(usual | values)
        return id

    def change(self, id: str, **values: Any) -> None:
        self.items["issue"][id] |= self._links(values) | {"activity": self.now}

    def write(self, by: str, *on: str) -> str:
        """A message, put on issues; a resolved or unread one is being talked about from now on."""
        id = str(len(self.items["msg"]) + 1)
        who = self._id("user", by)
        self.items["msg"][id] = {"creation": self.now, "activity": self.now, "author": who, "creator": who}
        for issue in on:
            values = self.items["issue"][issue]
            stale = values["status"] in {self._id("status", one) for one in ("unread", "resolved", "done-cbb", None)}
            values["messages"] = [*values["messages"], id]
            self.change(issue, **({"status": "chatting"} if stale else {}))
        return id

    def _id(self, of: str, name: str | None) -> str | None:
        return next((id for id, one in self.items[of].items() if one[LABELS[of]] == name), None)

    def _links(self, values: dict[str, Any]) -> dict[str, Any]:
        found = dict(values)
        for key, of in (("status", "status"), ("priority", "priority"), ("assignedto", "user")):
            if key in values:
                found[key] = self._id(of, values[key])
        return found

    def __call__(self, request: Request) -> bytes:
        logins = [f"{one['username']}:{PASSWORD}" for one in self.items["user"].values()]
        given = request.headers.get("authorization", "")
        if given not in [f"Basic {b64encode(one.encode()).decode()}" for one in logins]:
            return answer(401, "Invalid Login - Invalid login", "Content-Type: text/plain")
        of, _, id = request.path.removeprefix("/tracker/rest/data/").partition("/")
        asked = parse_qsl(urlsplit(request.target).query)
        return self._one(of, unquote(id), dict(asked)) if id else self._list(of, asked)

    def _one(self, of: str, id: str, asked: dict[str, str]) -> bytes:
        if id.startswith("username="):
            id = self._id("user", id.removeprefix("username=")) or ""
        if of == "issue" and id in self.hidden:
            return data({"error": {"status": 403, "msg": "Forbidden."}}, status=403)
        if id not in self.items[of]:
            return data({"error": {"status": 404, "msg": f"no such {of} {id}"}}, status=404)
        shown = self._shown(of, id, asked.get("@fields", "").split(","), 1)
        return data({"data": {"id": id, "type": of, "attributes": shown}}, f"Date: {self._date()}")

    def _list(self, of: str, asked: list[tuple[str, str]]) -> bytes:
        query, ids = dict(asked), [value for key, value in asked if key == "id"]
        if len(ids) > self.most or [key for key in query if key[0] != "@" and key not in ("id", "status", "activity")]:
            return data({"error": {"status": 400, "msg": "Field is not valid"}}, status=400)
        found = [id for id in ids or self.items[of] if self._is_listed(of, id, query)]
        found.sort(key=lambda id: (self.items[of][id].get("activity", 0), int(id)))
        size, page = int(query.get("@page_size", 0)), int(query.get("@page_index", 1))
        rest = found[(page - 1) * size :]
        links = {"next": [{"rel": "next", "uri": "x"}]} if 0 < size < len(rest) else {}
        fields, verbose = [one for one in query.get("@fields", "").split(",") if one], int(query.get("@verbose", 1))
        fields += [LABELS[of]] if verbose > 1 and of in LABELS else []
        rows = [
            {"id": id, "link": "x"} | self._shown(of, id, fields, verbose) for id in (rest[:size] if size else rest)
        ]
        shown = {"collection": rows, "@links": links, "@total_size": -1}
        return data({"data": shown}, f"Date: {self._date()}")

    def _date(self) -> str:
        return to_datetime(self.now).strftime("%a, %d %b %Y %H:%M:%S GMT")

    def _is_listed(self, of: str, id: str, query: dict[str, str]) -> bool:
        one = self.items[of].get(id)
        if one is None or (of, id) in self.retired or (of == "issue" and id in self.hidden):
            return False
        since, _, until = query.get("activity", ";").partition(";")
        if (since and one["activity"] < self._read(since)) or (until and one["activity"] > self._read(until)):
            return False
        return "status" not in query or (one["status"] or "-1") in query["status"].split(",")

    def _read(self, text: str) -> Instant:
        if text.endswith("+0000"):
            return parse_instant(text.removesuffix("+0000").replace(".", "T") + "Z")
        return parse_instant(text.replace(".", "T") + "Z") - self.hours * HOUR

    def _shown(self, of: str, id: str, fields: Iterable[str], verbose: int) -> dict[str, Any]:
        values = self.items[of][id]
        hidden = self.unseen if of == "user" else set()
        return {
            key: self._value(key, values.get(key), verbose) for key in fields if key in values and key not in hidden
        }

    def _value(self, key: str, value: Any, verbose: int) -> Any:
        if key in ("creation", "activity"):
            return dotted(value)
        if isinstance(value, list):
            return [self._value(key, one, verbose) for one in value]
        of = LINKS.get(key, key)
        if value is None or of not in self.items:
            return value
        label = self._value("activity" if of == "msg" else "", self.items[of][value][LABELS[of]], 1)
        return {"id": value, "link": "x"} | ({LABELS[of]: label} if verbose > 1 else {})


def limited(wait: int, reset: str = "8.936185") -> bytes:
    """What a Roundup answers where the limit of its own is reached."""
    left = ("X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {reset}", f"Retry-After: {wait}")
    return data({"error": {"status": 429, "msg": "Api rate limits exceeded."}}, *left, status=429)


def moved(tracker: Tracker, seconds: float) -> Instant:
    """Let time pass there."""
    tracker.now += round(seconds * SECOND)
    return tracker.now
