"""The exported text: what stands in it, and when."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

import pytest

from slamon.core.instants import HOUR
from slamon.metrics import Expected, Metrics
from slamon.ports import Reason
from tests.metrics.build import EXPECTED, FIGURES, PROMISE, WALL, everything, exported, kinds, scrape, value

LABELS = 'policy="gold",source="desk",target="first_response"'


@pytest.mark.asyncio
@pytest.mark.peer("prometheus")
async def test_promtool_finds_nothing_wrong_with_any_metric() -> None:
    program = shutil.which("promtool")
    assert program
    text = await exported(everything())
    done = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.asyncio
async def test_what_is_configured_is_there_from_the_start_as_zero() -> None:
    metrics = Metrics()
    metrics.expect(EXPECTED)
    for line in (
        f"slamon_commitments_started_total{{{LABELS}}}",
        f"slamon_commitments_breached_total{{{LABELS}}}",
        f'slamon_commitments_ended_total{{outcome="met",{LABELS}}}',
        f'slamon_commitments_corrected_total{{{LABELS},was="missed"}}',
        'slamon_commitment_working_seconds_count{policy="gold",target="first_response"}',
        'slamon_customer_commitments_total{outcome="breached",policy="gold",sla_customer="other",target="first_response"}',
        'slamon_delivery_attempts_total{notifier="chat",outcome="timeout"}',
        'slamon_delivery_attempts_unknown_total{notifier="chat"}',
        'slamon_deliveries{notifier="chat",state="dead"}',
        'slamon_unmatched_tickets{source="desk"}',
    ):
        assert await value(metrics, line) == 0, line


@pytest.mark.asyncio
async def test_nobody_is_counted_by_customer_unless_it_is_wished() -> None:
    metrics = Metrics()
    metrics.expect(Expected(["desk"], ["chat"], [], [("gold", "first_response")]))
    assert "sla_customer=" not in await exported(metrics)


@pytest.mark.asyncio
async def test_what_becomes_of_commitments_is_counted_under_promise_and_customer() -> None:
    metrics = everything()
    metrics.started(PROMISE)
    metrics.became(PROMISE, "breached", None)
    metrics.became(PROMISE, "missed", 5 * HOUR)
    metrics.corrected(PROMISE, "missed")
    assert await value(metrics, f"slamon_commitments_started_total{{{LABELS}}}") == 1
    assert await value(metrics, f"slamon_commitments_breached_total{{{LABELS}}}") == 1
    assert await value(metrics, f'slamon_commitments_ended_total{{outcome="missed",{LABELS}}}') == 1
    assert await value(metrics, f'slamon_commitments_corrected_total{{{LABELS},was="missed"}}') == 1
    working = 'slamon_commitment_working_seconds_bucket{le="%s",policy="gold",target="first_response"}'
    assert await value(metrics, working % "14400.0") == 0
    assert await value(metrics, working % "28800.0") == 1
    acme = 'policy="gold",sla_customer="Acme",target="first_response"'
    assert await value(metrics, f'slamon_customer_commitments_total{{outcome="breached",{acme}}}') == 1
    assert await value(metrics, f'slamon_customer_commitments_corrected_total{{{acme},was="missed"}}') == 1


@pytest.mark.asyncio
async def test_figures_of_the_store_are_shown_with_the_zeros_of_what_is_configured() -> None:
    metrics = everything()
    assert (
        await value(metrics, 'slamon_commitments{policy="gold",source="desk",status="at_risk",target="first_response"}')
        == 2
    )
    assert (
        await value(
            metrics, 'slamon_commitments{policy="gold",source="desk",status="on_track",target="first_response"}'
        )
        == 0
    )
    assert await value(metrics, 'slamon_commitments{policy="",source="desk",status="unmatched",target=""}') == 1
    assert await value(metrics, 'slamon_nearest_due_seconds{policy="gold"}') == 90
    assert await value(metrics, 'slamon_deliveries{notifier="chat",state="pending"}') == 3
    assert await value(metrics, 'slamon_delivery_oldest_seconds{notifier="chat"}') == 30
    assert await value(metrics, "slamon_store_up") == 1


@pytest.mark.asyncio
async def test_a_store_that_does_not_answer_leaves_all_else_to_be_seen() -> None:
    metrics, at = everything(), scrape(figures=None)
    assert await value(metrics, "slamon_store_up", at) == 0
    assert await value(metrics, 'slamon_deliveries{notifier="chat",state="pending"}', at) is None
    assert await value(metrics, 'slamon_condition{condition="source_stale",of="desk"}', at) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(("busy_for", "speed", "lag"), [(0.0, 1, 5.0), (9.0, 1, 9.0), (0.0, 5, 1.0)])
async def test_the_judge_lags_by_what_is_overdue_or_by_how_long_it_has_been_busy(
    busy_for: float, speed: int, lag: float
) -> None:
    assert await value(everything(), "slamon_judge_lag_seconds", scrape(busy_for=busy_for, speed=speed)) == lag


@pytest.mark.asyncio
async def test_of_a_source_it_is_shown_what_can_be_told() -> None:
    metrics = everything()
    assert await value(metrics, 'slamon_source_last_success_timestamp_seconds{source="desk"}') == WALL - 60
    assert await value(metrics, 'slamon_source_data_timestamp_seconds{source="desk"}') == WALL - 120
    assert await value(metrics, 'slamon_source_clock_skew_seconds{source="desk"}') == 2.5
    assert await value(metrics, 'slamon_source_requests_left{source="desk"}') == 41
    assert await value(metrics, 'slamon_statuses_unmapped_total{source="desk"}') == 7


@pytest.mark.asyncio
async def test_timestamps_of_a_replay_are_those_of_the_machine() -> None:
    line = 'slamon_source_last_success_timestamp_seconds{source="desk"}'
    assert await value(everything(), line, scrape(speed=60)) == WALL - 1


@pytest.mark.asyncio
async def test_what_stands_no_more_is_shown_no_more() -> None:
    metrics = everything()
    metrics.standing([])
    metrics.silent({})
    metrics.unclear({})
    text = await exported(metrics)
    assert "slamon_condition{" not in text
    assert "slamon_part_silent_seconds{" not in text
    assert 'slamon_unmatched_tickets{source="desk"} 0.0' in text


@pytest.mark.asyncio
async def test_an_attempt_whose_outcome_is_unknown_is_a_failed_one_too() -> None:
    metrics = everything()
    metrics.attempted("chat", Reason.TIMEOUT, unknown=True)
    assert await value(metrics, 'slamon_delivery_attempts_total{notifier="chat",outcome="timeout"}') == 1
    assert await value(metrics, 'slamon_delivery_attempts_unknown_total{notifier="chat"}') == 1


@pytest.mark.asyncio
async def test_a_source_that_is_gone_after_a_reload_is_not_said_to_be_down() -> None:
    metrics = everything()
    metrics.expect(Expected(["other"], ["chat"], [], [("gold", "first_response")]))
    text = await exported(metrics)
    assert 'slamon_source_up{source="other"}' in text
    assert 'slamon_source_up{source="desk"}' not in text


@pytest.mark.asyncio
async def test_a_large_exposition_gives_others_their_turn_and_says_what_each_metric_is_once() -> None:
    metrics = Metrics()
    metrics.expect(Expected(["desk"], [], [], [(f"policy {number}", "first_response") for number in range(500)]))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    lines = (await exported(metrics, scrape(FIGURES))).splitlines()
    task.cancel()
    series = [line for line in lines if line[:1] != "#"]
    assert len(series) > 10_000
    assert turns > len(series) / 150
    assert len([line for line in lines if line.startswith("# HELP")]) == len(
        {line.split()[2] for line in lines if line[:1] == "#"}
    )


@pytest.mark.asyncio
async def test_of_what_changed_since_the_last_scrape_the_new_value_is_shown_and_all_else_as_it_was() -> None:
    metrics, others = everything(), everything()
    await exported(metrics)
    for one in (metrics, others):
        one.started(PROMISE)
        one.standing([("source_stale", "desk"), ("judge_late", "")])
        one.expect(Expected(["desk", "mail"], ["chat", "pager"]))
    assert await exported(metrics) == await exported(others)
    metrics.standing([])
    assert "slamon_condition{" not in await exported(metrics)


@pytest.mark.asyncio
async def test_no_label_is_called_as_those_that_prometheus_adds_to_a_target() -> None:
    labels = {label for one in (await kinds(everything())).values() for label in one.labels}
    assert labels.isdisjoint({"job", "instance", "customer", "service", "stage", "owner", "namespace", "pod"})
