"""Prometheus' Alertmanager: what is at risk or late is an alert there for as long as it is so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec.structs import replace

from slamon.addresses import is_web_address
from slamon.core.instants import SECOND, Instant, from_datetime
from slamon.core.message import Covered, Message
from slamon.mistakes import check_all, unless
from slamon.notifiers.alertmanager_alerts import MIRRORED, MONITOR, Alert, payload, standing, told
from slamon.notifiers.alertmanager_nodes import Node, post_to_all
from slamon.notifiers.http import open_session, tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.web_address import check_headers
from slamon.ports import SendError
from slamon.secrets import Secret

__all__ = ["KIND", "AlertmanagerNotifier", "AlertmanagerSettings", "payload"]

_AT_ONCE = 500  # alerts in one request
_MOST = 100_000  # alerts that are remembered; one forgotten ends by itself


@dataclass(frozen=True, slots=True)
class AlertmanagerSettings:
    """Keys of a notifier of kind alertmanager. `hold` and `timeout` are seconds; `ca_file` are authorities to trust."""

    urls: tuple[str, ...]
    headers: Mapping[str, Secret] = field(default_factory=dict)
    hold: float = 300.0
    timeout: float = 10.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        sound = all(is_web_address(url) and "@" not in urlsplit(url).netloc for url in self.urls)
        check_all(
            unless(bool(self.urls), "urls: there is no node: write http://alertmanager:9093"),
            unless(sound, "urls: not an http(s) address without a password: write http://alertmanager:9093"),
            partial(check_headers, "headers", self.headers),
            unless(120 <= self.hold <= 86_400, "hold: not between two minutes and a day: write 5m"),
            unless(0 < self.timeout <= 300, f"timeout: {self.timeout} is not between 0 and 300 seconds: write 10s"),
        )


def _node(url: str) -> Node:
    return Node(urlsplit(url).netloc, Secret(url.rstrip("/") + "/api/v2/alerts"))


class AlertmanagerNotifier:
    """Tells every node. A send is accepted once one of them took it; `sync` makes up for what the others missed.

    What was told by `send` alone ends by itself after `hold`; what stands is told again by every `sync`.
    """

    def __init__(self, name: str, settings: AlertmanagerSettings) -> None:
        self.name = name
        self._settings = settings
        self._nodes = [_node(url) for url in dict.fromkeys(settings.urls)]
        self._tls = tls_context(settings.ca_file)
        self._session: aiohttp.ClientSession | None = None
        self._shown: dict[str, Alert] = {}
        self._fresh: set[str] = set()  # sent since the last sync, whose list may not know them yet

    async def send(self, message: Message) -> None:
        """Return once a node took it. One that failed several times in a row is left out for a while."""
        alerts = await asyncio.to_thread(told, message)  # a digest can be large
        now = asyncio.get_running_loop().time()
        await self._post(alerts, [node for node in self._nodes if node.rests_until <= now] or self._nodes)
        for one in alerts:
            self._remember(one)

    def _remember(self, one: Alert) -> None:
        key = one.key
        self._shown.pop(key, None)
        self._fresh.discard(key)
        if not one.ends and one.alertname in MIRRORED | {MONITOR} and len(self._shown) < _MOST:
            self._shown[key] = one
            self._fresh.add(key)

    async def sync(self, active: Sequence[Covered]) -> None:
        """Show these commitments and no others on every node, also on one that rests or began empty."""
        now = await asyncio.to_thread(lambda: {one.key: one for one in standing(active)})
        kept = {key: one for key, one in self._shown.items() if one.alertname == MONITOR or key in self._fresh} | now
        over = [replace(one, ends=True) for key, one in self._shown.items() if key not in kept]
        self._shown, self._fresh = kept, set()
        if kept or over:
            try:
                await self._post([*kept.values(), *over], self._nodes)
            except SendError:
                self._recall(over)
                raise

    def _recall(self, over: Sequence[Alert]) -> None:
        """Nobody has heard that they are over: say it the next time."""
        for one in over:
            self._shown.setdefault(one.key, replace(one, ends=False))

    async def _post(self, alerts: Sequence[Alert], nodes: Sequence[Node]) -> None:
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        bodies = await asyncio.to_thread(self._bodies, alerts, from_datetime(datetime.now(UTC)))
        if self._session is None:
            self._session = open_session(self._tls)
        headers = {name: value.reveal() for name, value in self._settings.headers.items()}
        await post_to_all(nodes, self._session, bodies, headers, deadline)

    def _bodies(self, alerts: Sequence[Alert], now: Instant) -> list[bytes]:
        hold = round(self._settings.hold * SECOND)
        parts = (alerts[at : at + _AT_ONCE] for at in range(0, len(alerts), _AT_ONCE))
        return [msgspec.json.encode(payload(part, now, hold)) for part in parts]

    async def close(self) -> None:
        """Give the connections back; what stands ends by itself if nobody takes over. A second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


KIND = Kind(AlertmanagerSettings, AlertmanagerNotifier)
