"""A GitHub of our own: one repository whose issues are commented on by a member."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from slamon.core.instants import Instant
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.github import GithubSettings, GithubSource
from tests.clock import ManualTime
from tests.faults.clock import at, shown, stamp
from tests.faults.redmine import PASS
from tests.sources.http_server import Request, answer

REPOSITORY = "acme/vpn"
_ISSUES = f"/repos/{REPOSITORY}/issues"


class Github:
    """`issues`: by number, when it was opened and when it was answered. `fault` is asked first."""

    def __init__(self, time: ManualTime) -> None:
        self.time = time
        self.issues: dict[int, tuple[Instant, Instant | None]] = {}
        self.fault: Callable[[Request], Any] = lambda request: PASS

    @staticmethod
    def source(url: str, ca_file: str | None, around: Surroundings) -> GithubSource:
        return GithubSource(
            "desk", GithubSettings(url=url, token=Secret("gh-token"), repositories=(REPOSITORY,)), around
        )

    def add(self, number: int, created: str, answered: str | None = None) -> None:
        self.issues[number] = (at(created), None if answered is None else at(answered))

    def truth(self) -> dict[str, list[str]]:
        """The histories as they must stand in the store now."""
        now = self.time.now()
        there = {f"{REPOSITORY}#{number}": one for number, one in self.issues.items() if one[0] <= now}
        return {id: [f"{shown(opened)} created", *self._answer(done)] for id, (opened, done) in there.items()}

    def _answer(self, done: Instant | None) -> list[str]:
        return [f"{shown(done)} message agent"] if done is not None and done <= self.time.now() else []

    def __call__(self, request: Request) -> Any:
        said = self.fault(request)
        return self.answer(request) if said is PASS else said

    def answer(self, request: Request) -> bytes:
        """What it says when nothing is wrong."""
        if request.path == _ISSUES:
            rows = sorted(
                (self._issue(one) for one in self.issues if self.issues[one][0] <= self.time.now()), key=_order
            )
            return _data([one for one in rows if one["updated_at"] >= request.query.get("since", "")])
        number, _, rest = request.path.removeprefix(f"{_ISSUES}/").partition("/")
        return _data(self._timeline(int(number)) if rest else self._issue(int(number)))

    def _issue(self, number: int) -> dict[str, Any]:
        opened, done = self.issues[number]
        updated = done if done is not None and done <= self.time.now() else opened
        dates = {"created_at": stamp(opened), "updated_at": stamp(updated)}
        return {"number": number, "state": "open", "user": {"login": "carol", "id": 9}, **dates}

    def _timeline(self, number: int) -> list[dict[str, Any]]:
        done = self.issues[number][1]
        if done is None or done > self.time.now():
            return []
        member = {"user": {"login": "alice", "id": 5}, "author_association": "MEMBER"}
        return [{"event": "commented", "id": number, "created_at": stamp(done), **member}]


def _order(row: dict[str, Any]) -> tuple[str, int]:
    return row["updated_at"], row["number"]


def _data(value: Any) -> bytes:
    return answer(200, json.dumps(value), "Content-Type: application/json")
