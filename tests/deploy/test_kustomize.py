"""The manifests: they are built, are what Kubernetes takes, and ask for nothing that slamon does not need."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.programs import DEPLOY, ROOT, run

FOLDER = DEPLOY / "kustomize"
BUILT = ["base", "overlays/monitored"]
RULE = FOLDER / "components" / "prometheus-rule"


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / path).read_text(encoding="utf-8"))
    return found


def pod() -> dict[str, Any]:
    found: dict[str, Any] = read("base/deployment.yaml")["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("folder", BUILT)
def test_they_are_what_kubernetes_takes(folder: str, tmp_path: Path) -> None:
    built = tmp_path / "built.yaml"
    built.write_text(run("kubectl", "kustomize", FOLDER / folder), encoding="utf-8")
    said = run("kubernetes-validate", "--strict", "--no-warn", built)
    assert "resource deployment/slamon against" in said


def test_the_overlay_that_the_page_shows_is_built(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "deploy-on-kubernetes.md").read_text(encoding="utf-8")
    (overlay,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shutil.copytree(FOLDER, tmp_path / "deploy" / "kustomize")
    own = tmp_path / "my-slamon"
    own.mkdir()
    (own / "kustomization.yaml").write_text(overlay, encoding="utf-8")
    for name in ("slamon.yml", "rules.yml"):
        (own / name).write_text(f"# my own {name}\n", encoding="utf-8")
    built = run("kubectl", "kustomize", own)
    assert "image: ghcr.io/you/slamon:0.1.0" in built
    assert built.count("# my own ") == 2
    assert "kind: ServiceMonitor" in built


def test_an_edit_of_settings_or_rules_starts_it_anew() -> None:
    built = [one for one in yaml.safe_load_all(run("kubectl", "kustomize", FOLDER / "base")) if one]
    made = {one["metadata"]["name"]: one["data"] for one in built if one["kind"] == "ConfigMap"}
    (deployment,) = [one for one in built if one["kind"] == "Deployment"]
    used = [one["configMap"]["name"] for one in deployment["spec"]["template"]["spec"]["volumes"] if "configMap" in one]
    assert sorted(used) == sorted(made)
    assert {key for data in made.values() for key in data} == {"slamon.yml", "rules.yml"}
    assert all(name.rpartition("-")[0] in ("slamon", "slamon-rules") for name in used)  # and a hash


def test_there_is_one_writer_and_the_old_one_goes_first() -> None:
    spec = read("base/deployment.yaml")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert read("base/volume-claim.yaml")["spec"]["accessModes"] == ["ReadWriteOncePod"]


def test_its_probes_are_endpoints_that_ask_for_no_token() -> None:
    (container,) = pod()["containers"]
    probes = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}
    assert probes == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    endpoints = (ROOT / "docs" / "reference" / "endpoints.md").read_text(encoding="utf-8")
    assert all(f"| GET `{path}` | none |" in endpoints for path in probes.values())


def test_it_keeps_to_the_restricted_standard_for_pods() -> None:
    found = pod()
    (container,) = found["containers"]
    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["securityContext"]["runAsUser"] == 10001  # as in the image
    assert found["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert found["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_every_mount_has_its_volume_and_every_volume_its_mount() -> None:
    found = pod()
    (container,) = found["containers"]
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in found["volumes"]}


def test_its_rules_are_the_first_hour() -> None:
    assert (FOLDER / "base" / "rules.yml").read_bytes() == (ROOT / "rules" / "first-hour" / "rules.yml").read_bytes()


def test_prometheus_finds_the_service_and_a_token() -> None:
    (endpoint,) = read("components/service-monitor/service-monitor.yaml")["spec"]["endpoints"]
    assert endpoint["port"] in [one["name"] for one in read("base/service.yaml")["spec"]["ports"]]
    assert endpoint["authorization"]["credentials"] == {"name": "slamon", "key": "prometheus"}


def test_the_alert_rules_are_those_of_prometheus_as_they_stand() -> None:
    shipped = [yaml.safe_load(one.read_text(encoding="utf-8")) for one in sorted((DEPLOY / "prometheus").glob("*.yml"))]
    groups = [group for one in shipped for group in one.get("groups", ())]
    assert groups
    assert yaml.safe_load((RULE / "prometheus-rule.yaml").read_text(encoding="utf-8"))["spec"]["groups"] == groups


def test_the_alert_rules_are_sound(tmp_path: Path) -> None:
    spec = read("components/prometheus-rule/prometheus-rule.yaml")["spec"]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    assert "SUCCESS" in run("promtool", "check", "rules", tmp_path / "rules.yml")


def test_the_manifest_of_rules_is_made_of_every_rule_file(tmp_path: Path) -> None:
    one = "# Why.\ngroups:\n- name: a\n  rules:\n  - record: x\n    expr: |\n      up\n\n        + 1\n"
    (tmp_path / "a.yml").write_text(one, encoding="utf-8")
    (tmp_path / "b.yml").write_text("groups:\n  - name: b\n    rules: []\n", encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    made = yaml.safe_load(runpy.run_path(str(RULE / "make"))["manifest"](tmp_path))
    assert made["spec"]["groups"] == [*yaml.safe_load(one)["groups"], {"name": "b", "rules": []}]
