"""slamon watched by a real Prometheus with the shipped rules, and a real pair of Alertmanagers behind it."""

from __future__ import annotations

import asyncio
import faulthandler
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.queries import ALERTS, RECORDING, rules
from tests.peers.monitored import Seen, run

pytestmark = [pytest.mark.shared, pytest.mark.peer("prometheus"), pytest.mark.peer("prometheus-alertmanager")]

# What a replay has not: pushes, and a server with limits and a clock.
ABSENT = {
    "operations/Tickets read/B",
    "operations/Requests left, and clocks/A",
    "operations/Requests left, and clocks/B",
}
# What moves when something is wrong, or ends in another way, that does not happen here.
STILL = {
    "promises/Match no policy/A",
    "promises/What became of promises/D",
    "operations/Scraped/A",
    "operations/Settings loaded/A",
    "operations/Database answers/A",
    "operations/Judge is behind by/A",
    "operations/Alerts missing/A",
    "operations/What is wrong/A",
    "operations/Lateness within slamon/A",
    "operations/Lateness within slamon/B",
    "operations/Signs of life/C",
    "operations/Signs of life/D",
    "operations/Sources/A",
    "operations/What cannot be used/A",
    "operations/What cannot be used/B",
    "operations/What cannot be used/C",
    "operations/What cannot be used/D",
    "operations/Directories/A",
    "operations/Waiting/A",
    "operations/The oldest waits for/A",
    "operations/Attempts/B",
    "operations/Not let in/A",
}


@pytest.fixture(scope="module")
def seen(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    faulthandler.cancel_dump_traceback_later()  # minutes are what it takes
    return asyncio.run(run(shared / "servers", tmp_path_factory.mktemp("monitored")))


def test_every_query_of_the_dashboards_brings_series(seen: Seen) -> None:
    assert len(seen.series) > 50
    assert {name for name, found in seen.series.items() if not found} == ABSENT


def test_what_the_dashboards_show_moves(seen: Seen) -> None:
    def moves(values: list[list[object]]) -> bool:
        return len({value for _, value in values if value != "NaN"}) > 1

    standing = {name for name, found in seen.series.items() if not any(moves(one["values"]) for one in found)}
    assert standing - ABSENT <= STILL


def test_every_rule_evaluates_and_was_evaluated(seen: Seen) -> None:
    assert {one["name"] for one in seen.rules} == {
        *(one["record"] for one in rules(RECORDING)),
        *(one["alert"] for one in rules(ALERTS)),
    }
    assert [(one["name"], one["health"], one.get("lastError")) for one in seen.rules if one["health"] != "ok"] == []


def test_an_alert_that_fires_reaches_people_once_through_both_alertmanagers(seen: Seen) -> None:
    firing = {one["labels"]["alertname"] for one in seen.alerts if one["state"] == "firing"}
    assert "SlamonDeliveriesDead" in firing
    (told,) = seen.notifications("SlamonDeliveriesDead")
    (alert,) = told["alerts"]
    assert alert["labels"]["notifier"] == "broken"
    assert alert["annotations"]["summary"] == "alerts through broken reached nobody there"


def test_promtool_finds_nothing_wrong_with_what_was_scraped(seen: Seen) -> None:
    program = shutil.which("promtool")
    assert program
    done = subprocess.run([program, "check", "metrics"], input=seen.text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_customers_that_were_named_are_counted_by_name(seen: Seen) -> None:
    shown = {one["metric"]["sla_customer"] for one in seen.series["promises/By customer, last 7 days/A"]}
    assert shown == {".wy0w13yhr", "z8y1_3_ygi", "other"}
