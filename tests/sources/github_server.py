"""A GitHub of two repositories, as far as a source asks it; every answer of the shape of the public contract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.ports import Batch
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.github import GithubSettings, GithubSource
from tests.clock import ManualTime
from tests.sources.http_server import Request, Server, answer, data, serving

TOKEN = "github_pat_0123456789"
NOW = parse_instant("2026-03-20T00:00:00Z")
ANNA = {"login": "anna", "id": 11, "type": "User"}
CARL = {"login": "carl", "id": 12, "type": "User"}
ROBOT = {"login": "triage[bot]", "id": 13, "type": "Bot"}


def issue(number: int, at: str = "2026-03-10T10:00:00Z", **more: Any) -> dict[str, Any]:
    """An open issue of carl's, with nothing to it."""
    usual = {
        "number": number,
        "title": f"Issue {number}",
        "state": "open",
        "state_reason": None,
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "html_url": f"https://github.example/acme/vpn/issues/{number}",
        "user": CARL,
        "author_association": "NONE",
        "labels": [],
        "assignees": [],
        "milestone": None,
        "body": "the text",
    }
    return usual | more


def entry(event: str, at: str, id: int, **more: Any) -> dict[str, Any]:
    """An entry of a timeline, by anna."""
    return {"event": event, "created_at": at, "id": id, "actor": ANNA} | more


def labeled(at: str, id: int, name: str, event: str = "labeled") -> dict[str, Any]:
    return entry(event, at, id, label={"name": name, "color": "fff"})


def comment(at: str, id: int, user: dict[str, Any] | None, association: str = "NONE") -> dict[str, Any]:
    return entry("commented", at, id, user=user, actor=user, author_association=association, body="the text")


@dataclass
class Hub:
    """The server. `said` stands before everything else, by path."""

    issues: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"acme/vpn": []})
    timelines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by acme/vpn#1
    labels: list[str] = field(default_factory=list)
    said: dict[str, bytes] = field(default_factory=dict)
    left: int = 5000
    most: int = 100  # rows of a page

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return data({"message": "Bad credentials"}, status=401)
        if request.path in self.said:
            return self.said[request.path]
        found = self._found(request)
        if found is None:
            return data({"message": "Not Found"}, status=404)
        tag = f'W/"{hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return answer(304, "", f"ETag: {tag}", f"X-RateLimit-Remaining: {self.left}")
        self.left -= 1
        return self._sent(request, found, tag)

    def _sent(self, request: Request, found: Any, tag: str) -> bytes:
        headers = [f"ETag: {tag}", f"X-RateLimit-Remaining: {self.left}"]
        if not isinstance(found, list):
            return data(found, *headers)
        size, page = min(int(request.query["per_page"]), self.most), int(request.query.get("page", 1))
        if page * size < len(found):
            address = f"http://{request.headers['host']}{request.path}?per_page={size}&page={page + 1}"
            headers.append(f'Link: <{address}>; rel="next"')
        return data(found[(page - 1) * size : page * size], *headers)

    def _found(self, request: Request) -> Any:
        parts = request.path.strip("/").split("/")
        if parts == ["rate_limit"]:
            return {"resources": {"core": {"limit": 5000, "remaining": self.left, "reset": 1, "used": 0}}}
        repository = "/".join(parts[1:3])
        if repository not in self.issues:
            return None
        match parts[3:]:
            case ["labels"]:
                return [{"name": name} for name in self.labels]
            case ["issues"]:
                return self._list(repository, request.query)
            case ["issues", number, *rest]:
                there = [one for one in self.issues[repository] if str(one["number"]) == number]
                timeline = self.timelines.get(f"{repository}#{number}", [])
                return (timeline if rest else there[0]) if there else None
        return None

    def _list(self, repository: str, query: dict[str, str]) -> list[dict[str, Any]]:
        since = query.get("since", "")
        assert query["state"] == "all" or (query["state"], query["sort"]) == ("open", "updated")
        rows = [one for one in self.issues[repository] if one["updated_at"] >= since]
        rows = [one for one in rows if query["state"] == "all" or one["state"] == "open"]
        return sorted(rows, key=lambda one: (one["updated_at"], one["number"]))


@asynccontextmanager
async def reading(hub: Hub, folder: Path, **keys: Any) -> AsyncIterator[tuple[GithubSource, Server]]:
    """A source of the server, with the settings that are not the usual ones."""
    async with serving(hub) as server:
        usual: dict[str, Any] = {"url": server.url, "token": Secret(TOKEN), "repositories": ("acme/vpn",)}
        settings = GithubSettings(**(usual | keys))
        source = GithubSource("hub", settings, Surroundings(folder, ManualTime(NOW), NOW))
        try:
            yield source, server
        finally:
            await source.close()


async def poll(source: GithubSource, cursor: bytes | None = None) -> tuple[dict[str, Ticket], bytes, list[Batch]]:
    """Everything that a poll brings: the tickets by id, the last cursor, and the batches."""
    batches = [batch async for batch in source.collect(cursor)]
    tickets = {ticket.id: ticket for batch in batches for ticket in batch.tickets}
    return tickets, batches[-1].cursor if batches else cursor or b"", batches
