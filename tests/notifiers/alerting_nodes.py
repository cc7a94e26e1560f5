"""Alertmanagers on loopback, and a notifier that tells them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from slamon.core.instants import MINUTE, Instant, from_datetime, parse_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings
from slamon.secrets import Secret
from tests.notifiers.hostile import covered, message
from tests.notifiers.servers import Http, answer, serving

CANARY = "am-canary-4711"
HOLD = 5 * MINUTE
LABELS = {"alertname", "policy", "severity", "source", "status", "target", "ticket"}


class Desk:
    """Loopback nodes, the notifier that tells them, and what each of them was told."""

    def __init__(self, nodes: Sequence[Http], ports: Sequence[int], **changes: Any) -> None:
        urls = tuple(f"http://127.0.0.1:{port}" for port in ports)
        values: dict[str, Any] = {"urls": urls, "headers": {"Authorization": Secret(CANARY)}, "timeout": 5.0}
        self.nodes = nodes
        self.notifier = AlertmanagerNotifier("prometheus", AlertmanagerSettings(**values | changes))

    def told(self, node: int) -> list[list[dict[str, Any]]]:
        return [msgspec.json.decode(body) for body in self.nodes[node].bodies]


@asynccontextmanager
async def desk(*statuses: int, **changes: Any) -> AsyncIterator[Desk]:
    """As many nodes as there are statuses to answer with."""
    nodes = [Http([answer(status)]) for status in statuses]
    async with AsyncExitStack() as stack:
        ports = [await stack.enter_async_context(serving(node.talk)) for node in nodes]
        made = Desk(nodes, ports, **changes)
        stack.push_async_callback(made.notifier.close)
        yield made


def about(one: Covered, **changes: Any) -> Message:
    return message(covers=(one,), **changes)


def is_over(alert: dict[str, Any], by: Instant | None = None) -> bool:
    return parse_instant(alert["endsAt"]) <= (by or from_datetime(datetime.now(UTC)))


AT_RISK = covered(moment="warning 75%", status="at_risk", breached_at=None)
