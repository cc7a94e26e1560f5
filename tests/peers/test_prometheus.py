"""slamon watched by a real Prometheus with the shipped rules, and a real pair of Alertmanagers behind it."""

from __future__ import annotations

import asyncio
import faulthandler
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from tests.deploy.queries import ALERTS, RECORDING, rules
from tests.peers.monitored import CUSTOMERS, Seen, run

pytestmark = [pytest.mark.peer(name) for name in ("prometheus", "prometheus-alertmanager", "faketime")]

# Queries whose values never change, and why that is right. What moves them all the same is tested below.
STILL = {"operations/What is wrong/A": "a condition is 1 while it stands, and is not shown otherwise"}
# What happens in the story, and nothing that depends on chance.
FIRING = {
    "SlamonAlertsMissing",
    "SlamonAlertsUnexplained",
    "SlamonClockJumped",
    "SlamonConfigNotLoaded",
    "SlamonDeliveriesDead",
    "SlamonHeartbeatFailed",
    "SlamonItemsQuarantined",
    "SlamonPushesRefused",
    "SlamonStatusesUnmapped",
    "SlamonSweepFinds",
    "SlamonWebDenials",
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    faulthandler.cancel_dump_traceback_later()  # minutes are what it takes
    return asyncio.run(run(tmp_path_factory.mktemp("monitored")))


def test_every_query_of_the_dashboards_brings_series(seen: Seen) -> None:
    assert len(seen.series) > 50
    assert [name for name, found in seen.series.items() if not found] == []


def test_what_the_dashboards_show_moves(seen: Seen) -> None:
    def moves(values: list[list[object]]) -> bool:
        return len({value for _, value in values if value != "NaN"}) > 1

    standing = {name for name, found in seen.series.items() if not any(moves(one["values"]) for one in found)}
    assert standing == set(STILL)


def test_what_is_wrong_is_shown_while_it_is_so(seen: Seen) -> None:
    shown = {(one["metric"]["condition"], one["metric"].get("of")): one for one in seen.series[next(iter(STILL))]}
    there = {at for at, _ in shown["source_stale", "desk"]["values"]}
    instants = [at for at, _ in seen.series["operations/Scraped/A"][0]["values"]]
    turns = {(before in there, after in there) for before, after in pairwise(instants)}
    assert {(False, True), (True, False)} <= turns


def test_every_rule_evaluates_and_was_evaluated(seen: Seen) -> None:
    assert {one["name"] for one in seen.rules} == {
        *(one["record"] for one in rules(RECORDING)),
        *(one["alert"] for one in rules(ALERTS)),
    }
    assert [(one["name"], one["health"], one.get("lastError")) for one in seen.rules if one["health"] != "ok"] == []


def test_every_rule_that_records_has_recorded(seen: Seen) -> None:
    assert [one["name"] for one in seen.rules if one["type"] == "recording" and one["name"] not in seen.recorded] == []


def test_every_alert_that_fires_reaches_people_once_through_both_alertmanagers(seen: Seen) -> None:
    told = Counter((_labels(one), one["startsAt"]) for one in seen.told_of("firing"))
    assert [one for one, times in told.items() if times != 1] == []
    assert {dict(labels)["alertname"] for labels, _ in told} >= FIRING


def test_what_is_over_is_told_once_too(seen: Seen) -> None:
    over = Counter(one["labels"]["alertname"] for one in seen.told_of("resolved"))
    assert over["SlamonConfigNotLoaded"] == 1


def test_an_alert_says_whom_it_is_about_and_what_to_read(seen: Seen) -> None:
    (dead,) = [one for one in seen.told_of("firing") if one["labels"].get("notifier") == "broken"]
    assert dead["labels"]["alertname"] == "SlamonDeliveriesDead"
    assert dead["annotations"]["summary"] == "alerts through broken reached nobody there"
    assert dead["annotations"]["runbook_url"] == "docs/runbooks/deliveries-dead.md"


def test_promtool_finds_nothing_wrong_with_what_was_scraped(seen: Seen) -> None:
    program = shutil.which("promtool")
    assert program
    assert set(seen.texts) == {"replay", "live"}
    for text in seen.texts.values():
        done = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_customers_that_were_named_are_counted_by_name(seen: Seen) -> None:
    shown = {one["metric"]["sla_customer"] for one in seen.series["promises/By customer, last 7 days/A"]}
    assert shown == {*CUSTOMERS, "Nordwind", "Sunrise", "other"}


def _labels(alert: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(alert["labels"].items()))
