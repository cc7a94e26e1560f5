"""An Alertmanager on loopback: alerts by their labels, each until it ends. Kept in memory, so that it can begin empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from slamon.core.instants import Instant
from tests.clock import ManualTime
from tests.faults.clock import shown
from tests.faults.notifiers.receivers import HttpReceiver
from tests.sources.http_server import Request, answer


class AlertmanagerNode(HttpReceiver):
    """`shows` is what people see there now; `seen` each change of it, as (when, what): repeating changes nothing."""

    def __init__(self, name: str, time: ManualTime) -> None:
        super().__init__(name, time, answer(200), self._take)
        self.shows: set[str] = set()
        self.seen: list[tuple[Instant, str]] = []
        self.is_away = False

    def forget(self) -> None:
        """As after a restart without its data."""
        self.shows = set()

    @property
    def lines(self) -> list[str]:
        return [f"{shown(when)} {self.name}: {what}" for when, what in self.seen]

    def _take(self, request: Request) -> dict[str, Any]:
        alerts = json.loads(request.body)
        for one in alerts if not self.is_away else ():
            self._show(one)
        steady = [{key: value for key, value in one.items() if key != "endsAt"} for one in alerts]
        titles = ", ".join(sorted(_name(one) for one in alerts))
        body = json.dumps(steady).encode()
        return {"id": body.hex(), "title": titles, "told": frozenset(), "body": body, "text": request.body.decode()}

    def _show(self, alert: dict[str, Any]) -> None:
        name, over = _name(alert), datetime.fromisoformat(alert["endsAt"]) <= datetime.now(UTC)
        if over and name in self.shows:
            self.shows.remove(name)
            self.seen.append((self.time.now(), f"over: {name}"))
        if not over and name not in self.shows:
            self.shows.add(name)
            self.seen.append((self.time.now(), name))


def _name(alert: dict[str, Any]) -> str:
    return f"{alert['labels']['alertname']} {alert['labels']['ticket']}"
