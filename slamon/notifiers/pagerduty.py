"""PagerDuty, by the Events API v2: an incident for each commitment, resolved when that is over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

import aiohttp
import structlog

from slamon.addresses import is_web_address
from slamon.core.instants import MINUTE
from slamon.core.message import Message
from slamon.mistakes import check_all, unless
from slamon.notifiers import pagerduty_errors
from slamon.notifiers.http import open_session, post_json, tls_context
from slamon.notifiers.pagerduty_events import encode, events
from slamon.notifiers.registry import Kind
from slamon.notifiers.templates import Template, worded
from slamon.ports import Rate, SendError
from slamon.secrets import Secret

__all__ = ["KIND", "PagerDutyNotifier", "PagerDutySettings"]

log = structlog.get_logger()

_PATH = "/v2/enqueue"
_MOST = 100  # events of one message: about 120 in a minute are taken for one key
_AT_ONCE = 10
_KEY = re.compile("[!-~]{1,255}")  # today they are 32 letters and digits, and PagerDuty knows best


@dataclass(frozen=True, slots=True)
class PagerDutySettings:
    """Keys of a notifier of kind pagerduty. `timeout` is seconds for a whole send; `ca_file` are authorities to trust.

    `key` is that of an integration of a service or an orchestration, which PagerDuty also calls routing key.
    """

    key: Secret
    url: str = "https://events.pagerduty.com"
    timeout: float = 10.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        key, remedy = bool(_KEY.fullmatch(self.key.reveal())), "write that of an integration of type Events API V2"
        check_all(
            unless(key, f"key: not an integration key: {remedy}"),
            unless(_is_base(self.url), "url: not the address of an Events API: write https://events.eu.pagerduty.com"),
            unless(0 < self.timeout <= 300, f"timeout: {self.timeout} is not between 0 and 300 seconds: write 10s"),
        )


def _is_base(url: str) -> bool:
    """Whether the path of the API can be put behind it, and it holds no password."""
    return is_web_address(url) and not set("?#") & set(url) and "@" not in urlsplit(url).netloc


class PagerDutyNotifier:
    """Posts events with one key. What is repeated changes nothing there: each incident has a key of its own."""

    def __init__(self, name: str, settings: PagerDutySettings, template: Template | None = None) -> None:
        self.name = name
        self._settings = settings
        self._template = template
        self._address = Secret(settings.url.rstrip("/").removesuffix(_PATH) + _PATH)
        self._tls = tls_context(settings.ca_file)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Message) -> None:
        """Return once PagerDuty has taken every event of it."""
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        bodies, left = await asyncio.to_thread(self._bodies, message)  # a digest can be large
        for at in range(0, len(bodies), _AT_ONCE):
            await self._post_all(bodies[at : at + _AT_ONCE], deadline)
        if left:
            log.warning("incidents of what is over stay open: resolve them by hand", notifier=self.name, count=left)

    def _bodies(self, message: Message) -> tuple[list[bytes], int]:
        """What is posted, and how many events that would be too much."""
        all_of_it = events(worded(message, self._template).message)
        bodies = [encode(event, self._settings.key) for event in islice(all_of_it, _MOST)]
        return bodies, sum(1 for _ in all_of_it)

    async def _post_all(self, bodies: Iterable[bytes], deadline: float) -> None:
        """Return once each is taken; else one of the failures, final only if they all are."""
        if self._session is None:
            self._session = open_session(self._tls)
        problems = await asyncio.gather(*(self._post(self._session, body, deadline) for body in bodies))
        failures = sorted((one for one in problems if one is not None), key=lambda one: one.permanent)
        if failures:
            raise failures[0]

    async def _post(self, session: aiohttp.ClientSession, body: bytes, deadline: float) -> SendError | None:
        try:
            answer = await post_json(session, self._address, body, deadline, status_is_enough=True)
        except SendError as error:
            return error
        return None if answer.status == 202 else pagerduty_errors.failure(answer, self._settings.key)

    async def close(self) -> None:
        """Give the connections back; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


# https://developer.pagerduty.com/docs/events-api-v2/rate-limits/: about 120 a minute for one key.
KIND = Kind(PagerDutySettings, PagerDutyNotifier, templates=("text",), rate=Rate(100, MINUTE))
