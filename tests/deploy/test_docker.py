"""The image: what its file says fits the repository and the command line. It is not built here."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch

import pytest

from slamon.cli import cli
from tests.deploy.programs import DEPLOY, ROOT, run

DOCKERFILE = DEPLOY / "docker" / "Dockerfile"


def instructions(word: str) -> list[str]:
    """What stands behind a word of the file, continued lines joined."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1)[1].strip() for line in text.splitlines() if line.startswith(f"{word} ")]


def test_hadolint_finds_nothing() -> None:
    run("hadolint", "--failure-threshold", "style", DOCKERFILE)


def test_both_stages_stand_on_one_base_of_a_full_version() -> None:
    assert [one.split()[0] for one in instructions("FROM")] == ["${PYTHON}", "${PYTHON}"]
    assert [one for one in instructions("ARG") if re.fullmatch(r"PYTHON=python:3\.\d+\.\d+-slim-\w+", one)]


def test_everything_that_is_copied_is_there_and_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [word for one in instructions("COPY") if "--from" not in one for word in one.split()[:-1]]
    assert copied == ["requirements.lock", "pyproject.toml", "LICENSE", "slamon"]
    assert all((ROOT / one).exists() and any(fnmatch(one, pattern) for pattern in let_in) for one in copied)


def test_nothing_is_installed_that_is_not_hashed_and_nothing_is_compiled() -> None:
    installs = re.findall(r"pip install [^&]+", " && ".join(instructions("RUN")))
    assert len(installs) == 2
    assert all(flag in installs[0] for flag in ("--require-hashes", "--only-binary :all:", "-r requirements.lock"))
    assert all(flag in installs[1] for flag in ("--no-deps", "--no-build-isolation", "--no-index"))


def test_it_runs_as_a_number_that_owns_the_state_and_nothing_else() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert [one for one in instructions("COPY") if "--chown" in one] == [
        "--from=build --chown=10001:10001 /rootfs/var/lib/slamon /var/lib/slamon"
    ]
    assert [json.loads(one) for one in instructions("VOLUME")] == [["/var/lib/slamon"]]


@pytest.mark.parametrize(("word", "command"), [("CMD", "run"), ("HEALTHCHECK", "healthcheck")])
def test_what_it_starts_is_a_command_of_slamon(word: str, command: str) -> None:
    (found,) = instructions(word)
    words = json.loads(found[found.index("[") :])
    assert instructions("ENTRYPOINT") == ['["slamon"]']
    assert [one for one in words if one != "slamon"] == [command, "--config", "/etc/slamon/slamon.yml"]
    assert command in cli.commands
