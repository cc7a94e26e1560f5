"""slamon test: exit codes, formats, and which rules belong to which tests."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from slamon.commands import test as command
from slamon.commands.exits import Exit

RULES = """
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, targets: {first_response: 1h}}
"""
TESTS = """
version: 1
tests:
  - name: an answer in time
    timeline: [{2026-06-05 16:00: created}, {2026-06-05 16:30: agent_message}]
    expect: [{at: 2026-06-05 17:00, target: first_response, status: met}]
  - name: No answer
    timeline: [{2026-06-05 16:00: created}]
    expect: [{at: 2026-06-05 17:00:01, target: first_response, status: STATUS}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "rules.yml").write_text(RULES, encoding="utf-8")
    write(tmp_path, "breached")
    return tmp_path


def write(folder: Path, status: str) -> None:
    (folder / "tests" / "t.yml").write_text(TESTS.replace("STATUS", status), encoding="utf-8")


@pytest.mark.parametrize("path", [".", "tests", "tests/t.yml"])
def test_tests_that_pass_are_listed_and_end_with_0(folder: Path, capsys: pytest.CaptureFixture[str], path: str) -> None:
    assert command.test(folder / path, "text", None) is Exit.FINE
    assert capsys.readouterr().out == "ok    an answer in time\nok    No answer\n2 passed, 0 failed\n"


def test_a_test_that_fails_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "met")
    assert command.test(folder, "text", None) is Exit.FOUND
    assert "status  expected met, got breached" in capsys.readouterr().out


def test_only_some_tests_can_be_run_by_a_word_of_their_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.test(folder, "text", "no ANS") is Exit.FINE
    assert capsys.readouterr().out == "ok    No answer\n1 passed, 0 failed\n"
    assert command.test(folder, "text", "nothing like it") is Exit.UNUSABLE
    assert "no test has 'nothing like it' in its name" in capsys.readouterr().err


def test_the_output_is_json_or_junit_where_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.test(folder, "json", None) is Exit.FINE
    assert json.loads(capsys.readouterr().out)["passed"] == 2
    assert command.test(folder, "junit", None) is Exit.FINE
    assert ElementTree.fromstring(capsys.readouterr().out).get("tests") == "2"


ROUTES = """
routes:
  - name: main
    match: all
    steps:
      - {when: breached, notify: chat}
      - {when: breached, after: 30m, notify: pager}
"""
ALERTS = """
version: 1
tests:
  - name: the pager rings half an hour after the breach
    timeline: [{2026-06-05 16:00: created}]
    alerts:
      - {at: 2026-06-05 17:00, target: first_response, when: breached, notify: chat}
      - {at: 2026-06-05 17:30, target: first_response, when: breached, notify: pager}
  - name: but not once somebody has it
    timeline: [{2026-06-05 16:00: created}, {2026-06-05 17:10: acknowledged}]
    alerts:
      - {at: 2026-06-05 17:30, target: first_response, when: breached, notify: WANTED}
"""


def test_alerts_are_expected_of_steps_that_wait_and_of_nobody(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.yml").write_text(RULES + ROUTES, encoding="utf-8")
    (folder / "tests" / "t.yml").write_text(ALERTS.replace("WANTED", "[]"), encoding="utf-8")
    assert command.test(folder, "text", None) is Exit.FINE
    assert capsys.readouterr().out.endswith("2 passed, 0 failed\n")
    (folder / "tests" / "t.yml").write_text(ALERTS.replace("WANTED", "pager"), encoding="utf-8")
    assert command.test(folder, "text", None) is Exit.FOUND
    assert "when  expected breached, got nothing at this instant" in capsys.readouterr().out


def test_a_broken_file_of_tests_ends_with_2_and_runs_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tests" / "u.yml").write_text("version: 1\ntests: [{nme: x}]\n", encoding="utf-8")
    assert command.test(folder, "text", None) is Exit.UNUSABLE
    output = capsys.readouterr()
    assert output.out == ""
    assert "u.yml:2:10: unknown key 'nme'" in output.err


def test_broken_rules_end_with_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.yml").write_text("version: 1\npolicies: [{name: x}]\n", encoding="utf-8")
    assert command.test(folder, "text", None) is Exit.UNUSABLE
    assert "rules.yml:2" in capsys.readouterr().err


def test_a_folder_without_tests_is_told_where_to_put_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.test(tmp_path, "text", None) is Exit.UNUSABLE
    assert str(tmp_path / "tests" / "NAME.yml") in capsys.readouterr().err
    assert command.test(tmp_path / "none", "text", None) is Exit.UNUSABLE
    assert "No such file" in capsys.readouterr().err
