"""What an endpoint says when it does not do what it was asked: JSON with what is wrong and what to type."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from aiohttp import web
from aiohttp.http import HttpProcessingError

BROKEN = (HttpProcessingError, web.RequestPayloadError)  # of a request: it is not HTTP, or its body not what it says


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong; `key` is the key of the request that it is about."""

    message: str
    help: str | None = None
    key: str | None = None

    @property
    def line(self) -> str:
        """What is wrong, and what to do."""
        return f"{self.message}; {self.help}" if self.help else self.message


class Unwilling(Exception):
    """A request is not carried out; `status` is that of HTTP."""

    def __init__(self, status: int, problems: Iterable[Problem]) -> None:
        self.status = status
        self.problems = tuple(problems)
        super().__init__("; ".join(one.message for one in self.problems))


def refusal(status: int, problems: Iterable[Problem], headers: dict[str, str] | None = None) -> web.Response:
    """The answer that tells the problems."""
    return as_json({"errors": list(problems)}, status, headers)


def as_json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    text = msgspec.json.encode(body) + b"\n"
    return web.Response(body=text, status=status, content_type="application/json", headers=headers)
