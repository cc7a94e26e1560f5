"""The notifier of kind alertmanager: what it sends, and to whom."""

import asyncio
from datetime import UTC, datetime

import pytest

from slamon.core.instants import MINUTE, from_datetime, parse_instant
from slamon.notifiers.alertmanager import payload
from slamon.notifiers.alertmanager_alerts import standing, told
from slamon.ports import Reason
from tests.notifiers.alerting_nodes import AT_RISK, CANARY, HOLD, LABELS, Desk, about, desk
from tests.notifiers.failures import failing_without
from tests.notifiers.hooking import headers_of
from tests.notifiers.hostile import covered, digest, message
from tests.notifiers.servers import serving


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
