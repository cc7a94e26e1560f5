"""The dashboards: made by the code beside them, read by Grafana's own types, asking only for what is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.boards import FOLDER, NAMES, board, panels, queries
from tests.deploy.programs import DEPLOY, run
from tests.deploy.queries import labels, names, series, strangers
from tests.metrics.build import everything, kinds

# Of Prometheus itself, and of what records: beside the labels that slamon exports.
OTHERS = {"job", "le"}


def test_making_them_anew_gives_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (FOLDER / "dashboards").iterdir()}


def lost(given: Any, kept: Any, place: str = "") -> Iterator[str]:
    """The keys that somebody who read and wrote it again did not know."""
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(kept, dict) or key not in kept:
                yield f"{place}/{key}"
            else:
                yield from lost(value, kept[key], f"{place}/{key}")
    elif isinstance(given, list):
        for number, value in enumerate(given):
            if not isinstance(kept, list) or number >= len(kept):
                yield f"{place}/{number}"
            else:
                yield from lost(value, kept[number], f"{place}/{number}")


@pytest.mark.parametrize("name", NAMES)
def test_the_types_of_grafana_know_every_key(name: str) -> None:
    sdk = pytest.importorskip(
        "grafana_foundation_sdk.models.dashboard", reason="no grafana-foundation-sdk: pip install it"
    )
    from grafana_foundation_sdk.cog.encoder import JSONEncoder

    given = board(name)
    assert list(lost(given, json.loads(JSONEncoder().encode(sdk.Dashboard.from_json(given))))) == []


@pytest.mark.parametrize("name", NAMES)
def test_prometheus_can_read_every_query(name: str, tmp_path: Path) -> None:
    records = [
        {"record": f"query_{number}", "expr": one.expr, "labels": {"panel": f"{one.panel}/{one.letter}"}}
        for number, one in enumerate(queries(name))
    ]
    assert len(records) > 20
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": records}]}), "utf-8")
    assert "SUCCESS" in run("promtool", "check", "rules", tmp_path / "queries.yml")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.asyncio
async def test_every_query_asks_for_metrics_and_labels_that_there_are(name: str) -> None:
    there = series(await kinds(everything()))
    variables = [one["query"]["query"] for one in board(name)["templating"]["list"] if one["type"] == "query"]
    asked = [one.expr for one in queries(name)] + [
        re.sub(r"^label_values\((.*), \w+\)$", r"\1", one) for one in variables
    ]
    assert strangers({one for text in asked for one in names(text)}, there) == set()
    known = OTHERS | {label for one in there.values() for label in one}
    assert {one for text in asked for one in labels(text)} <= known


@pytest.mark.asyncio
async def test_every_metric_is_on_a_dashboard() -> None:
    shown = {metric for name in NAMES for one in queries(name) for metric in names(one.expr)}
    variables = {metric for name in NAMES for metric in names(json.dumps(board(name)["templating"]).replace('"', " "))}
    bare = {re.sub(r"_bucket$", "", metric) for metric in shown | variables}
    there = set(await kinds(everything()))
    assert there - bare == {
        "slamon_alerts_unexplained",  # an alert, and a reason of the heartbeat
        "slamon_customer_commitments_corrected_total",
        "slamon_part_silent_seconds",  # an alert, and a condition
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_says_what_it_shows_and_in_which_unit(name: str) -> None:
    for panel in panels(name):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
    titles = [panel["title"] for panel in panels(name)]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("name", NAMES)
def test_no_query_makes_up_a_value_where_there_is_none(name: str) -> None:
    assert not [one for one in queries(name) if re.search(r"\bvector\(|\bor\b|absent", one.raw)]


@pytest.mark.parametrize("name", NAMES)
def test_panels_lie_side_by_side_and_never_over_one_another(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board(name)["panels"]:
        grid = panel["gridPos"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    ids = [panel["id"] for panel in board(name)["panels"]]
    assert len(ids) == len(set(ids))


def test_the_dashboards_lead_to_one_another() -> None:
    there = {f"/d/{board(name)['uid']}" for name in NAMES}
    assert {link["url"] for name in NAMES for link in board(name)["links"]} == there


def test_provisioning_names_what_the_stack_mounts() -> None:
    (provider,) = yaml.safe_load((FOLDER / "provisioning" / "dashboards" / "slamon.yml").read_text("utf-8"))[
        "providers"
    ]
    stack = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text("utf-8"))
    mounted = {one["target"]: one["source"] for one in stack["services"]["grafana"]["volumes"]}
    assert mounted[provider["options"]["path"]] == "../grafana/dashboards"
    (source,) = yaml.safe_load((FOLDER / "provisioning" / "datasources" / "prometheus.yml").read_text("utf-8"))[
        "datasources"
    ]
    assert source["type"] == "prometheus"
    assert source["url"] == "http://prometheus:9090"
