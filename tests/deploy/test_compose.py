"""The stack on one machine: every path, secret and volume it names is there, and nothing is open that need not be."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.programs import DEPLOY, run

FOLDER = DEPLOY / "compose"
FILE = FOLDER / "compose.yml"
STACK: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
BINDS = [
    (name, volume["source"], volume["target"])
    for name, service in SERVICES.items()
    for volume in service["volumes"]
    if volume["type"] == "bind"
]


def test_it_is_what_the_specification_of_compose_allows() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE)


@pytest.mark.parametrize(("service", "source", "target"), BINDS)
def test_every_path_that_is_mounted_is_there(service: str, source: str, target: str) -> None:
    assert (FOLDER / source).exists(), f"{service}: {target}"


def test_every_path_that_is_mounted_is_only_read() -> None:
    assert all(one["read_only"] for service in SERVICES.values() for one in service["volumes"] if one["type"] == "bind")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_held_as_tight_as_slamon(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["mem_limit"]


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" not in SERVICES[name]])
def test_every_image_of_others_is_pinned_to_a_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?", SERVICES[name]["image"])


def test_what_is_built_has_its_file() -> None:
    build = SERVICES["slamon"]["build"]
    assert (FOLDER / build["context"] / build["dockerfile"]).is_file()


def test_every_volume_and_secret_is_declared_and_used() -> None:
    volumes = {one["source"] for service in SERVICES.values() for one in service["volumes"] if one["type"] == "volume"}
    secrets = {one for service in SERVICES.values() for one in service["secrets"]}
    assert volumes == set(STACK["volumes"])
    assert secrets == set(STACK["secrets"])


def test_its_secrets_are_made_once_and_never_printed(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((FOLDER / "make-secrets").read_bytes())
    script.chmod(0o700)

    def make() -> dict[str, str]:
        assert subprocess.run([script], capture_output=True, check=True).stdout == b""
        return {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()}

    made = make()
    assert {f"./secrets/{name}" for name in made} == {one["file"] for one in STACK["secrets"].values()}
    assert len(set(made.values())) == len(made)
    assert make() == made
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o444}


def test_prometheus_looks_for_slamon_and_its_token_where_they_are() -> None:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {one["job_name"]: one for one in found["scrape_configs"]}
    assert jobs["slamon"]["authorization"]["credentials_file"] == "/run/secrets/slamon-prometheus"
    assert jobs["slamon"]["static_configs"][0]["targets"] == ["slamon:8080"]
    assert found["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] == ["alertmanager:9093"]
