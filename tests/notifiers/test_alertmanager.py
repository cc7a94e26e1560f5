from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from slamon.core.instants import MINUTE, SECOND, Instant, from_datetime, parse_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings, payload
from slamon.notifiers.alertmanager_alerts import standing, told
from slamon.ports import Mirrors, Reason, SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.hooking import headers_of
from tests.notifiers.hostile import HOSTILE, covered, digest, message
from tests.notifiers.servers import Http, answer, serving
from tests.notifiers.test_text import is_safe

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


def about(one: Covered, **changes: object) -> Message:
    return message(covers=(one,), **changes)


def is_over(alert: dict[str, Any], by: Instant | None = None) -> bool:
    return parse_instant(alert["endsAt"]) <= (by or from_datetime(datetime.now(UTC)))


AT_RISK = covered(moment="warning 75%", status="at_risk", breached_at=None)


@pytest.mark.asyncio
async def test_every_node_is_told_of_a_breach_with_labels_from_closed_sets() -> None:
    async with desk(200, 200) as made:
        await made.notifier.send(about(covered()))
        assert made.told(0) == made.told(1)
        assert made.nodes[0].heads[0].startswith("POST /api/v2/alerts HTTP/1.1\r\n")
        assert headers_of(made.nodes[0].heads[0])["authorization"] == CANARY
        breach = made.told(0)[0][0]
    assert breach["labels"] == {
        "alertname": "CommitmentBreached", "policy": "gold", "severity": "critical", "source": "desk",
        "status": "breached", "target": "first_response", "ticket": "4711",
    }  # fmt: skip
    assert breach["annotations"] == {
        "due": "2026-11-22T12:20:00Z",
        "summary": "#4711 Printer on fire: first response is overdue by 1 h",
    }
    assert breach["startsAt"] == "2026-11-22T12:20:00Z"
    assert breach["generatorURL"] == "https://desk.example/issues/4711"
    ahead = parse_instant(breach["endsAt"]) - from_datetime(datetime.now(UTC))
    assert 4 * MINUTE < ahead <= HOLD


@pytest.mark.parametrize(
    ("moment", "status", "begins", "ends"),
    [
        ("warning 75%", "at_risk", ["CommitmentAtRisk"], ["CommitmentPaused"]),
        ("breached", "breached", ["CommitmentBreached"], ["CommitmentAtRisk", "CommitmentPaused"]),
        ("breached", "missed", ["CommitmentBreached"], ["CommitmentAtRisk", "CommitmentPaused"]),
        ("missed", "missed", ["CommitmentMissed"], ["CommitmentAtRisk", "CommitmentBreached", "CommitmentPaused"]),
        ("met", "met", [], ["CommitmentAtRisk", "CommitmentBreached", "CommitmentPaused"]),
        ("cancelled", "cancelled", [], ["CommitmentAtRisk", "CommitmentBreached", "CommitmentPaused"]),
        ("paused", "at_risk", ["CommitmentPaused"], []),
        ("resumed", "at_risk", [], ["CommitmentPaused"]),
        ("raised", "breached", ["SlamonMonitor"], []),
        ("cleared", "met", [], ["SlamonMonitor"]),
    ],
)
def test_a_moment_begins_an_alert_and_ends_those_that_it_supersedes(
    moment: str, status: str, begins: list[str], ends: list[str]
) -> None:
    alerts = told(about(covered(moment=moment, status=status)))
    assert [one.alertname for one in alerts if not one.ends] == begins
    assert [one.alertname for one in alerts if one.ends] == ends
    assert all(set(one["labels"]) == LABELS for one in payload(alerts, 0, HOLD))


def test_raised_and_cleared_are_one_alert_and_so_are_a_moment_and_what_stands() -> None:
    raised, cleared = (told(about(covered(moment=moment)))[0] for moment in ("raised", "cleared"))
    assert raised.key == cleared.key
    assert told(about(AT_RISK))[0].key == standing([AT_RISK])[0].key
    assert told(about(covered()))[0] == standing([covered()])[0]
    assert standing([covered(status="on_track"), covered(status="met")]) == []


def test_a_message_without_commitments_is_slamons_own_trouble() -> None:
    trouble = message(thread="monitor/stale/desk", covers=())
    raised, cleared = told(trouble)[0], told(message(thread="monitor/stale/desk", tone="good"))[0]
    assert payload([raised], 0, HOLD)[0]["labels"] == {
        "alertname": "SlamonMonitor", "severity": "critical", "source": "slamon", "status": "raised",
        "ticket": "monitor/stale/desk",
    }  # fmt: skip
    assert (raised.key, raised.ends, cleared.ends) == (cleared.key, False, True)


def test_the_payload_hangs_on_its_arguments_alone() -> None:
    now = 1_795_353_600_000_000
    alerts = told(digest(count=3))
    assert payload(alerts, now, HOLD) == payload(alerts, now, HOLD)
    early = payload(told(about(covered(breached_at=now + HOLD * 2))), now, HOLD)[0]
    assert "startsAt" not in early  # of a replay, whose clock is ahead: it would end before it starts


@pytest.mark.asyncio
async def test_one_node_that_took_it_is_enough() -> None:
    async with desk(503, 200) as made:
        await made.notifier.send(about(covered()))
        assert len(made.told(1)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statuses", "reason", "permanent"),
    [
        ((503, 500), Reason.SERVER_ERROR, False),
        ((400, 503), Reason.SERVER_ERROR, False),
        ((400, 400), Reason.REJECTED, True),
        ((401, 401), Reason.UNAUTHORIZED, False),
        ((404, 404), Reason.REJECTED, False),
        ((302, 302), Reason.REJECTED, False),
        ((429, 429), Reason.RATE_LIMITED, False),
    ],
)
async def test_if_no_node_took_it_each_is_named(statuses: tuple[int, ...], reason: Reason, permanent: bool) -> None:
    async with desk(*statuses) as made:
        with failing_without(CANARY) as caught:
            await made.notifier.send(about(covered()))
    assert (caught[0].reason, caught[0].permanent) == (reason, permanent)
    assert str(caught[0]).startswith("no node took it: 127.0.0.1:")
    assert [f"it answered {status}" in str(caught[0]) for status in statuses] == [True, True]


@pytest.mark.asyncio
async def test_a_node_that_hangs_costs_no_more_than_the_time_allowed() -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(hang) as port:
        made = Desk([], [port], timeout=0.2)
        with failing_without(CANARY) as caught:
            await asyncio.wait_for(made.notifier.send(about(covered())), 5)
        await made.notifier.close()
    assert (caught[0].reason, caught[0].unknown) == (Reason.TIMEOUT, True)


@pytest.mark.asyncio
async def test_a_sync_shows_what_is_active_and_ends_what_is_not_any_more() -> None:
    async with desk(200, 200) as made:
        assert isinstance(made.notifier, Mirrors)
        other = covered(number=4712)
        await made.notifier.sync([AT_RISK, other])
        await made.notifier.sync([covered()])
        await made.notifier.sync([])
        await made.notifier.sync([])
        first, second, third = made.told(0)
        assert made.told(0) == made.told(1)
    assert [(one["labels"]["ticket"], is_over(one)) for one in first] == [("4711", False), ("4712", False)]
    assert {(one["labels"]["alertname"], one["labels"]["ticket"], is_over(one)) for one in second} == {
        ("CommitmentBreached", "4711", False),
        ("CommitmentAtRisk", "4711", True),
        ("CommitmentBreached", "4712", True),
    }
    assert [(one["labels"]["alertname"], is_over(one)) for one in third] == [("CommitmentBreached", True)]


@pytest.mark.asyncio
async def test_a_sync_with_an_older_list_does_not_end_what_was_just_sent() -> None:
    async with desk(200) as made:
        await made.notifier.send(about(covered()))
        await made.notifier.sync([])
        await made.notifier.sync([])
        during, after = made.told(0)[1:]
    assert [is_over(one) for one in during] == [False]
    assert [is_over(one) for one in after] == [True]


@pytest.mark.asyncio
async def test_slamons_own_trouble_stands_until_it_is_cleared() -> None:
    trouble = message(thread="monitor/stale/desk")
    async with desk(200) as made:
        await made.notifier.send(trouble)
        for _ in range(3):
            await made.notifier.sync([])
        await made.notifier.send(message(thread="monitor/stale/desk", tone="good"))
        await made.notifier.sync([])
        bodies = made.told(0)
    assert [[is_over(one) for one in body] for body in bodies] == [[False], [False], [False], [False], [True]]


@pytest.mark.asyncio
async def test_what_is_told_by_a_send_alone_is_not_ended_by_a_sync() -> None:
    async with desk(200) as made:
        await made.notifier.send(about(covered(moment="missed", status="missed")))
        await made.notifier.sync([covered(number=1)])
        body = made.told(0)[1]
    assert [one["labels"]["ticket"] for one in body] == ["1"]


@pytest.mark.asyncio
async def test_a_node_that_fails_again_and_again_rests_and_a_sync_finds_it_again() -> None:
    async with desk(503, 200) as made:
        with capture_logs() as logged:
            for _ in range(6):
                await made.notifier.send(about(covered()))
            assert (len(made.told(0)), len(made.told(1))) == (3, 6)
            made.nodes[0].answers = [answer(200)]
            await made.notifier.sync([covered()])
            await made.notifier.send(about(covered()))
            assert (len(made.told(0)), len(made.told(1))) == (5, 8)
    assert [one["event"] for one in logged] == ["an Alertmanager does not take alerts", "an Alertmanager is back"]


@pytest.mark.asyncio
async def test_if_all_nodes_rest_they_are_tried_all_the_same() -> None:
    async with desk(503) as made:
        for _ in range(5):
            with pytest.raises(SendError):
                await made.notifier.send(about(covered()))
        assert len(made.told(0)) == 5
        with pytest.raises(SendError):
            await made.notifier.sync([covered()])


@pytest.mark.asyncio
async def test_many_alerts_go_in_several_requests() -> None:
    async with desk(200) as made:
        await made.notifier.sync([covered(number=number) for number in range(1_200)])
        bodies = made.told(0)
    assert [len(body) for body in bodies] == [500, 500, 200]
    assert len({one["labels"]["ticket"] for body in bodies for one in body}) == 1_200


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_in_its_label(name: str) -> None:
    text = HOSTILE[name]
    hostile = covered(text, source=text, ticket=text, policy=text, target=text, url=text)
    made = msgspec.json.decode(msgspec.json.encode(payload(told(about(hostile)), 1_795_353_600 * SECOND, HOLD)))
    for one in made:
        assert set(one["labels"]) <= LABELS
        assert set(one["annotations"]) == {"due", "summary"}
        assert all(is_safe(value) and 0 < len(value) <= 500 for value in one["labels"].values())
        assert one.get("generatorURL", "https://").startswith("https://")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"urls": ()}, "urls: there is no node: write http://alertmanager:9093"),
        ({"urls": ("am:9093",)}, "urls: not an http(s) address without a password: write http://alertmanager:9093"),
        ({"urls": ("http://u:canary@am:9093",)}, "urls: not an http(s) address without a password: write http://alertmanager:9093"),
        ({"hold": 60.0}, "hold: not between two minutes and a day: write 5m"),
        ({"headers": {"Host": Secret("x")}}, "headers: Host is set by slamon itself: leave it out"),
        ({"timeout": 301.0}, "timeout: 301.0 is not between 0 and 300 seconds: write 10s"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        AlertmanagerSettings(**{"urls": ("http://am:9093",)} | changes)
    assert str(caught.value) == said
