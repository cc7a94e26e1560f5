"""--at is read in one way by every command that has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from slamon.cli import cli

RULES = "version: 1\npolicies: [{name: p, match: all, calendar: 24x7, targets: {first_response: 4h}}]\n"
COMMANDS = [
    ["diff", "r.yml", "r.yml", "--tickets", "t.jsonl"],
    ["evaluate", "--rules", "r.yml", "--tickets", "t.jsonl"],
    ["explain", "1", "--rules", "r.yml", "--tickets", "t.jsonl"],
    ["plan", "--rules", "r.yml", "--tickets", "t.jsonl"],
]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.yml").write_text(RULES, "utf-8")
    (tmp_path / "t.jsonl").write_text('{"id": "1", "created_at": "2026-06-01T00:00:00Z"}\n', "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize(
    "at", ["yesterday", "2026-06-08T09:00:00", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00"]
)
def test_what_is_no_instant_of_the_years_1_to_9999_is_told_with_what_to_type(command: list[str], at: str) -> None:
    found = CliRunner().invoke(cli, [*command, "--at", at])
    assert found.exit_code == 2
    assert f"--at: '{at}' is not an instant: write one such as 2026-06-08T09:00:00Z\n" in found.output


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "2026-06-01T00:30:00+02:00", "9999-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_instant_can_be_asked_for(command: list[str], at: str) -> None:
    found = CliRunner().invoke(cli, [*command, "--at", at])
    assert found.exit_code == 0, found.output
