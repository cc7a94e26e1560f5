"""One server, asked over HTTP: bounded in time, size and number, and every way to fail said in our own words."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from multidict import CIMultiDict
from yarl import URL

from slamon.core.instants import SECOND, Instant, Span
from slamon.ports import SourceError, Time
from slamon.secrets import Secret, scrub
from slamon.sources.http.reach import Access, check_headers, host, in_our_words, joined, open_session, tls_context
from slamon.sources.http.reading import Cut, TooLarge, decode, excerpt, read_body
from slamon.sources.http.refusals import Refusal, Unreadable, failure, http_date, remaining

T = TypeVar("T")
Params = Mapping[str, str | int | None]  # None: left out

_LINK = re.compile(r"<([^>]*)>([^,<]*)")
_KEPT_ANSWERS = 256
_REFUSAL_BYTES = 8 * 1024
_LONGEST_ADDRESS = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a server answered: the value, and the headers (whatever their case)."""

    value: T
    headers: Mapping[str, str]

    @property
    def next_link(self) -> str | None:
        """The address of the next page by the Link header."""
        for address, rest in _LINK.findall(self.headers.get("Link", "")):
            if re.search(r'rel="?next\b', rest):
                return str(address)
        return None


@dataclass(slots=True)
class Reading:
    """What was learnt of a server beside its data. `skew`: its clock minus ours; None: it has not said."""

    skew: Span | None = None
    remaining: int | None = None  # requests left


class Client:
    """A session with one server. Only its own origin is ever asked, so that a key goes nowhere else."""

    def __init__(self, access: Access, folder: Path, time: Time) -> None:
        """SourceError if the file of authorities or a key cannot be used. The session opens with the first request."""
        check_headers(access.headers)
        self.reading = Reading()
        self._access = access
        self._time = time
        self._base = access.url.rstrip("/") + "/"
        self._tls = tls_context(access.network.ca_file, folder)
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(access.limits.at_once)
        self._not_before = time.monotonic()
        self._kept: OrderedDict[str, tuple[str, Answer[Any]]] = OrderedDict()

    async def get(self, path: str, shape: type[T], params: Params | None = None) -> T:
        """The value at a path below the source's url, or at a whole address of the same server.

        SourceError: `permanent` where somebody must act; `retry_after` where the server asked to wait. NotFound: 404.
        """
        return (await self.ask(path, shape, params)).value

    async def ask(
        self, path: str, shape: type[T], params: Params | None = None, *, body: Any = None, keep: bool = False
    ) -> Answer[T]:
        """The answer with its headers. `body`: POST it as JSON. `keep`: ask whether it changed since the last time."""
        address = self._address(path, params)
        request = _Request("GET" if body is None else "POST", address, self._place(address), body, keep)
        async with self._free:
            self._check_wait()
            try:
                return await self._attempt(request, shape)
            except SourceError as error:
                failed = self._clean(error)
            except TooLarge as error:
                failed = Unreadable(f"{request.place} {in_our_words(error, self._access)}")
            except (Cut, aiohttp.ClientError, OSError) as error:
                failed = SourceError(f"{request.place} {in_our_words(error, self._access)}")
        raise failed  # outside: the library's own words, which may hold an address, are no part of it

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _address(self, path: str, params: Params | None) -> str:
        address = joined(self._base, path)
        if address is None:
            raise SourceError(f"{host(self._base)} names an address of another server, which is not followed")
        if len(address) > _LONGEST_ADDRESS:
            raise SourceError(f"{host(self._base)} names an address of {len(address)} characters")
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}" if given else address

    def _place(self, address: str) -> str:
        """What messages call an address: without its query, where anything may stand."""
        parts = urlsplit(address)
        return self._scrub(f"{parts.hostname}{parts.path}")

    def _scrub(self, text: str) -> str:
        secrets = [value for value in self._access.headers.values() if isinstance(value, Secret)]
        parts = [Secret(part) for secret in secrets for part in secret.reveal().split()[1:]]  # of "Bearer …"
        return scrub(text, *secrets, *parts, *self._access.secrets, self._access.network.proxy)

    def _clean(self, error: SourceError) -> SourceError:
        error.args = (self._scrub(str(error)),)
        error.__context__ = error.__cause__ = None
        return error

    def _check_wait(self) -> None:
        left = self._not_before - self._time.monotonic()
        if left > 0:
            span = round(left * SECOND)
            raise SourceError(f"{host(self._base)} asked to wait, for {left:.0f} s more", retry_after=span)

    async def _attempt(self, request: _Request, shape: type[T]) -> Answer[T]:
        kept = self._kept.get(request.address) if request.keep else None
        headers = {"If-None-Match": kept[0]} if kept else {}
        begun = self._time.now()
        async with asyncio.timeout(self._access.limits.seconds), self._send(request, headers) as response:
            self._learn(response.headers, begun)
            if response.status == 304 and kept:
                self._kept.move_to_end(request.address)
                again = CIMultiDict(kept[1].headers)  # not every server says with a 304 where the next page is
                again.update(response.headers)
                return Answer(kept[1].value, again)
            if not 200 <= response.status < 300:
                raise await self._refused(request, response)
            body = await read_body(response, self._access.limits.bytes)
        answer = Answer(decode(body, shape, request.place), response.headers)
        if request.keep:
            self._keep(request.address, answer)
        return answer

    def _send(
        self, request: _Request, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            self._session = open_session(self._tls, self._access)
        sent = dict(headers)
        if request.body is not None:
            sent["Content-Type"] = "application/json"
        proxy = self._access.network.proxy
        return self._session.request(
            request.method,
            URL(request.address, encoded=True),
            headers=sent,
            data=None if request.body is None else msgspec.json.encode(request.body),
            proxy=proxy.reveal() if proxy else None,
            allow_redirects=False,
        )

    def _learn(self, headers: Mapping[str, str], begun: Instant) -> None:
        """The other clock, to the second, and how many requests are left. An answer out of a cache tells no time."""
        shown = http_date(headers.get("Date", ""))
        if shown is not None and "Age" not in headers:
            middle = begun + (self._time.now() - begun) // 2
            self.reading.skew = shown + SECOND // 2 - middle
        left = remaining(headers)
        if left is not None:
            self.reading.remaining = left

    async def _refused(self, request: _Request, response: aiohttp.ClientResponse) -> SourceError:
        try:
            said = excerpt(await read_body(response, _REFUSAL_BYTES))
        except (TooLarge, Cut, aiohttp.ClientError):
            said = ""
        shown = "" if said.startswith("<") else said
        refusal = Refusal(response.status, response.headers, shown, self._time.now())
        error = failure(request.place, refusal, self._access.remedy)
        if error.retry_after is not None:
            self._not_before = max(self._not_before, self._time.monotonic() + error.retry_after / SECOND)
        return error

    def _keep(self, address: str, answer: Answer[Any]) -> None:
        tag = answer.headers.get("ETag")
        if tag:
            self._kept[address] = (tag, answer)
            self._kept.move_to_end(address)
            while len(self._kept) > _KEPT_ANSWERS:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    address: str
    place: str
    body: Any = field(repr=False)
    keep: bool
