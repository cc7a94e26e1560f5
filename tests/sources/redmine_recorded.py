"""A source of kind redmine, on what a Redmine answered once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from slamon.core.instants import parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Batch
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.redmine import RedmineSettings, RedmineSource
from tests.clock import ManualTime
from tests.sources.http_server import Request, Server, answer, data, serving

NOW = parse_instant("2026-03-06T00:00:00Z")
KEY = "a" * 40
ISSUES = {
    "4": "issue_reopened",
    "14": "issue_reopened_closed",
    "3": "issue_feedback",
    "8": "issue_moved",
    "7": "issue_rejected",
    "10": "issue_untouched",
    "9": "issue_private_note_only",
}


class Recorded:
    """A server that answers what a real one did, and has as many issues as were recorded whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        users = {str(user["id"]): user for user in self.read("users")["users"]}
        self.answers: dict[str, Any] = {
            "/users/current.json": self.read("current_user"),
            "/issue_statuses.json": self.read("issue_statuses"),
            "/enumerations/issue_priorities.json": self.read("priorities"),
            "/trackers.json": self.read("trackers"),
            "/roles.json": {"roles": [{"id": 4, "name": "Developer"}, {"id": 3, "name": "Manager"}]},
            "/roles/4.json": self.read("roles_4"),
            "/roles/3.json": {"role": self.read("roles_4")["role"] | {"id": 3, "name": "Manager"}},
            "/projects/1/memberships.json": self.read("memberships"),
            "/projects/2/memberships.json": self.read("memberships"),
            **{f"/users/{id}.json": {"user": user} for id, user in users.items()},
            **{f"/issues/{id}.json": self.read(name) for id, name in ISSUES.items()},
        }
        self.listed = [self.answers[f"/issues/{id}.json"]["issue"] for id in ISSUES]

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("x-redmine-api-key") != KEY:
            return answer(401) if request.path == "/users/current.json" else data(self.read("err_bad_key"))
        if request.path == "/issues.json":
            return data(self.list(request.query))
        return data(self.answers[request.path]) if request.path in self.answers else answer(404)

    def list(self, query: dict[str, str]) -> Any:
        wanted = query.get("updated_on", ">=2000")
        since, until = wanted[2:].split("|") if wanted.startswith("><") else (wanted[2:], "9999")
        if wanted.startswith("<="):
            since, until = "2000", wanted[2:]
        rows = [one for one in self.listed if since <= one["updated_on"] <= until]
        if query["status_id"] == "open":
            rows = [one for one in rows if not one["status"]["is_closed"]]
        rows.sort(key=lambda one: (one["updated_on"], one["id"]))
        offset, limit = int(query["offset"]), int(query["limit"])
        return {"issues": rows[offset : offset + limit], "total_count": len(rows), "offset": offset, "limit": limit}


@asynccontextmanager
async def redmine(script: Any, key: str = KEY, **keys: Any) -> AsyncIterator[tuple[RedmineSource, Server]]:
    async with serving(script) as server:
        settings = RedmineSettings(url=server.url + "/", key=Secret(key), **keys)
        source = RedmineSource("desk", settings, Surroundings(Path(), ManualTime(NOW), 0))
        try:
            yield source, server
        finally:
            await source.close()


async def read(script: Any, **keys: Any) -> dict[str, Ticket]:
    """All tickets of a first reading, by id."""
    async with redmine(script, **keys) as (source, _):
        return {one.id: one for batch in await every(source) for one in batch.tickets}


async def every(source: RedmineSource, cursor: bytes | None = None) -> list[Batch]:
    return [batch async for batch in source.collect(cursor)]


def at(text: str) -> int:
    return parse_instant(f"2026-{text}:00Z")


def note(when: str, id: int, by: str = "agent", *, public: bool = True) -> Event:
    return Event(at(when), "message", str(id), by, public)


def change(when: str, id: int, **fields: Any) -> Event:
    return Event(at(when), "change", f"{id}.set", "agent", set=fields)


def status(native: str, ours: str) -> dict[str, str]:
    return {"status": ours, "source_status": native}


NEW = {**status("New", "new"), "assignee": None, "due_at": None}
PROGRESS, RESOLVED, CLOSED = status("In Progress", "open"), status("Resolved", "solved"), status("Closed", "closed")
