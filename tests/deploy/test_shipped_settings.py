"""The slamon.yml of every deployment: it loads without a warning, and every secret that it names is handed to it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from slamon.commands.check import check
from slamon.commands.exits import Exit
from slamon.commands.load import load
from tests.deploy.programs import DEPLOY, ROOT

SHIPPED = {
    "compose": (DEPLOY / "compose" / "slamon.yml", "/run/secrets"),
    "kustomize": (DEPLOY / "kustomize" / "base" / "slamon.yml", "/run/secrets/slamon"),
    "systemd": (DEPLOY / "systemd" / "slamon.yml", "/run/credentials/slamon.service"),
}


def secrets_of(name: str) -> set[str]:
    """The files that it names, without their folder; those in comments, too."""
    path, folder = SHIPPED[name]
    named = re.findall(r"\$\{file:([^}]+)\}", path.read_text(encoding="utf-8"))
    assert {str(Path(one).parent) for one in named} == {folder}
    return {Path(one).name for one in named}


def installed(name: str, folder: Path) -> Path:
    """A copy of it that finds below `folder` what it finds on its machine below the root."""
    path, secrets = SHIPPED[name]
    for secret in secrets_of(name):
        (folder / secret).write_text(f"0123456789abcdef{secret}\n", encoding="utf-8")
    shutil.copytree(ROOT / "rules" / "first-hour", folder / "rules")
    shutil.copy(DEPLOY / "compose" / "tickets.jsonl", folder)
    text = path.read_text(encoding="utf-8").replace(secrets, str(folder)).replace("/var/lib/slamon", str(folder))
    (folder / "slamon.yml").write_text(text, encoding="utf-8")
    return folder / "slamon.yml"


@pytest.mark.parametrize("name", SHIPPED)
def test_they_load_without_a_warning(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(installed(name, tmp_path), None, strict=True, format="text") is Exit.FINE
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", SHIPPED)
def test_they_listen_where_their_deployment_looks_for_them(name: str, tmp_path: Path) -> None:
    settings = load(installed(name, tmp_path)).settings
    assert settings is not None
    assert (settings.web.host, settings.web.port) == ("127.0.0.1" if name == "systemd" else "0.0.0.0", 8080)
    assert settings.storage == tmp_path / "slamon.db"


@pytest.mark.parametrize("name", SHIPPED)
def test_without_its_secrets_none_of_them_loads(name: str, tmp_path: Path) -> None:
    config = installed(name, tmp_path)
    for secret in secrets_of(name):
        (tmp_path / secret).unlink()
    assert load(config).failed


def test_compose_hands_over_the_secrets_that_are_not_in_comments() -> None:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text(encoding="utf-8"))
    assert set(found["services"]["slamon"]["secrets"]) == secrets_of("compose") - {"redmine-key"}


def test_kubernetes_mounts_its_secret_where_they_are_looked_for() -> None:
    found: dict[str, Any] = yaml.safe_load(
        (DEPLOY / "kustomize" / "base" / "deployment.yaml").read_text(encoding="utf-8")
    )
    mounts = found["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    assert [one["mountPath"] for one in mounts if one["name"] == "secrets"] == [SHIPPED["kustomize"][1]]


def test_the_page_on_kubernetes_makes_every_key_of_the_secret() -> None:
    page = (ROOT / "docs" / "how-to" / "deploy-on-kubernetes.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--from-\w+=([\w-]+)=", page)) == secrets_of("kustomize")


def test_systemd_hands_over_what_lies_in_the_folder_of_secrets() -> None:
    unit = (DEPLOY / "systemd" / "slamon.service").read_text(encoding="utf-8")
    prefix = re.findall(r"^LoadCredential=(\w+):/etc/slamon/secrets$", unit, re.MULTILINE)
    assert prefix == ["secret"]  # a folder's files are named PREFIX_FILE
    assert all(one.startswith("secret_") for one in secrets_of("systemd"))
