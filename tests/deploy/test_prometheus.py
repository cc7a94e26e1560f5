"""The rules for Prometheus: they ask for what slamon exports, each alert has its page, fires when it should and not else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.alert_cases import CASES, Case
from tests.deploy.programs import DEPLOY, run
from tests.deploy.queries import (
    ALERTS,
    FOLDER,
    RECORDING,
    expressions,
    labels,
    names,
    recorded,
    rules,
    series,
    strangers,
)
from tests.metrics.build import everything, kinds

RULES: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in rules(ALERTS)}


def test_promtool_finds_nothing_wrong() -> None:
    for path in (ALERTS, RECORDING):
        assert "SUCCESS" in run("promtool", "check", "rules", "--lint=all", "--lint-fatal", path)
    run("promtool", "check", "config", "--syntax-only", FOLDER / "prometheus.yml")


@pytest.mark.asyncio
async def test_every_expression_asks_for_metrics_and_labels_that_slamon_exports() -> None:
    there = series(await kinds(everything()))
    asked = {name for text in expressions() for name in names(text)}
    assert len(asked) > 30
    assert strangers(asked, there) == set()
    known = {"le", *(label for one in there.values() for label in one)}
    assert {label for text in expressions() for label in labels(text)} <= known


def test_what_is_recorded_is_read_by_an_alert_a_dashboard_or_another_record() -> None:
    shown = "".join(path.read_text("utf-8") for path in (DEPLOY / "grafana" / "dashboards").glob("*.json"))
    read = {name for text in [*expressions(), shown] for name in names(text.replace('\\"', "'").replace('"', " "))}
    assert recorded() - read <= {"policy_target:slamon_compliance:ratio1w", "policy_target:slamon_burn_rate:ratio1w"}


def test_every_alert_is_tried() -> None:
    assert [case.alert for case in CASES] == list(RULES)


def expected(case: Case) -> dict[str, Any]:
    rule = RULES[case.alert]
    said = {"summary": case.says, "runbook_url": rule["annotations"]["runbook_url"]}
    return {"exp_labels": {**rule["labels"], **case.labels}, "exp_annotations": said}


def trial(case: Case, values: dict[str, str], alerts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "interval": f"{case.step}m",
        "input_series": [{"series": name, "values": one} for name, one in (case.also | values).items()],
        "alert_rule_test": [{"eval_time": f"{case.at}m", "alertname": case.alert, "exp_alerts": alerts}],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_an_alert_fires_with_what_it_says_and_does_not_when_nothing_is_wrong(case: Case, tmp_path: Path) -> None:
    tests = {
        "rule_files": [str(ALERTS), str(RECORDING)],
        "evaluation_interval": f"{case.step}m",
        "tests": [trial(case, case.fires, [expected(case)]), trial(case, case.calm, [])],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "test.yml")


def test_what_was_taken_back_counts_neither_as_kept_nor_as_broken(tmp_path: Path) -> None:
    of = 'source="desk",policy="gold",target="first_response"'
    values = {
        f'slamon_commitments_ended_total{{{of},outcome="met"}}': "0 9x90",
        f"slamon_commitments_breached_total{{{of}}}": "0 3x90",
        f'slamon_commitments_corrected_total{{{of},was="met"}}': "0 1x90",
        f'slamon_commitments_corrected_total{{{of},was="breached"}}': "0 1x90",
    }
    wanted = [
        {"labels": 'policy_target:slamon_compliance:ratio1h{policy="gold",target="first_response"}', "value": 0.8}
    ]
    asked = {"expr": "policy_target:slamon_compliance:ratio1h", "eval_time": "60m", "exp_samples": wanted}
    given = [{"series": name, "values": one} for name, one in values.items()]
    one = {"interval": "1m", "input_series": given, "promql_expr_test": [asked]}
    (tmp_path / "test.yml").write_text(
        yaml.safe_dump({"rule_files": [str(RECORDING)], "tests": [one]}), encoding="utf-8"
    )
    run("promtool", "test", "rules", tmp_path / "test.yml")


def test_where_nothing_was_decided_nothing_is_said(tmp_path: Path) -> None:
    of = 'source="desk",policy="gold",target="first_response"'
    counted = [
        f'slamon_commitments_ended_total{{{of},outcome="met"}}',
        f"slamon_commitments_breached_total{{{of}}}",
        f'slamon_commitments_corrected_total{{{of},was="met"}}',
        f'slamon_commitments_corrected_total{{{of},was="breached"}}',
    ]
    given = [{"series": name, "values": "5x90"} for name in counted]
    asked = {"expr": "policy_target:slamon_compliance:ratio1h", "eval_time": "60m", "exp_samples": []}
    one = {"interval": "1m", "input_series": given, "promql_expr_test": [asked]}
    (tmp_path / "test.yml").write_text(
        yaml.safe_dump({"rule_files": [str(RECORDING)], "tests": [one]}), encoding="utf-8"
    )
    run("promtool", "test", "rules", tmp_path / "test.yml")
