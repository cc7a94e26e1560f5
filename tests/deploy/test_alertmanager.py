"""Alertmanager's settings: it takes them, and what slamon tells it goes to the support team."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from slamon.notifiers.alertmanager_alerts import LABELS, MIRRORED, MONITOR
from tests.deploy.programs import DEPLOY, run

FILE = DEPLOY / "alertmanager" / "alertmanager.yml"


def test_amtool_finds_nothing_wrong() -> None:
    assert "SUCCESS" in run("amtool", "check-config", FILE)


@pytest.mark.parametrize(
    ("alertname", "receiver"),
    [*((name, "support") for name in sorted(MIRRORED)), (MONITOR, "operators"), ("SlamonSourceDown", "operators")],
)
def test_tickets_go_to_support_and_all_else_to_operators(alertname: str, receiver: str) -> None:
    found = run("amtool", "config", "routes", "test", f"--config.file={FILE}", f"alertname={alertname}", "source=desk")
    assert found.strip() == receiver


def test_tickets_are_grouped_and_held_back_by_labels_that_slamon_sends() -> None:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    (inhibit,) = found["inhibit_rules"]
    (tickets,) = found["route"]["routes"]
    assert {*tickets["group_by"], *inhibit["equal"]} <= set(LABELS)
    names = re.findall(r'alertname="(\w+)"', " ".join(inhibit["source_matchers"] + inhibit["target_matchers"]))
    assert set(names) == MIRRORED


def test_its_secrets_are_files_of_the_stack() -> None:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    stack = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text(encoding="utf-8"))
    secret = Path(found["global"]["slack_api_url_file"])
    assert secret.parent == Path("/run/secrets")
    assert secret.name in stack["services"]["alertmanager"]["secrets"]
