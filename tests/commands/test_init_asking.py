"""slamon init at a terminal: it asks until it can use the answers."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

# at a terminal
from tests.commands.initialised import HTTP, passes
from tests.e2e.process import ROOT


def at_a_terminal(folder: Path, answers: Sequence[str], *options: str) -> tuple[int, str]:
    """Exit status and what was shown, when each question is answered in turn."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": "Europe/Vienna", "COLUMNS": "200"}
    command = [sys.executable, "-m", "slamon", "init", str(folder), *options]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        # The end of input comes last: one question too many ends it, and is no question for ever.
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode() + b"\x04")
        shown = b""
        while piece := _read(ours):
            shown += piece
    os.close(ours)
    return process.returncode, shown.decode()


def _read(file: int) -> bytes:
    try:
        return os.read(file, 65536)
    except OSError:  # how Linux says that nobody has the other end any more
        return b""


def test_at_a_terminal_it_asks_and_every_wrong_answer_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["redmin", "redmine", HTTP, "0123456789abcdef0123456789abcdef01234567", "", "email, slack"]
    answers += ["smtp.example", "slamon@example.com", "lead@example.com", "", "./slack-hook"]
    answers += ["Europe/Brelin", "", "9-17", "mon-fri 09:00-16:00", "", "30", "45m", "none"]
    status, shown = at_a_terminal(tmp_path, answers)
    assert status == 0, shown
    for told in ("did you mean redmine?", "not the secret itself", "did you mean Europe/Berlin?", "30h or 30m"):
        assert told in shown
    assert "[Europe/Vienna]" in shown
    settings = (tmp_path / "slamon.yml").read_text()
    assert 'key: "${env:REDMINE_KEY}"' in settings
    assert 'webhook: "${file:./slack-hook}"' in settings
    assert "0123456789abcdef" not in settings
    rules = (tmp_path / "rules" / "policies.yml").read_text()
    assert "first_response: 45m" in rules
    assert "resolution" not in rules
    (tmp_path / "slack-hook").write_text("https://hooks.slack.com/services/1")
    passes(tmp_path, monkeypatch)


def test_at_a_terminal_it_asks_on_until_the_kind_is_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["slamon", "agents.domains=acme.example", "", "", "", "", ""]
    status, shown = at_a_terminal(tmp_path, answers, "--source", "roundup", "--url", HTTP, "--notifier", "console")
    assert status == 0, shown
    assert "Roundup does not tell agents from customers" in shown
    passes(tmp_path, monkeypatch)


def test_at_a_terminal_a_line_that_says_enough_is_asked_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["--source", "redmine", "--url", HTTP, "--notifier", "email", "--notifier", "slack", "--time-zone", "UTC"]
    said += ["--hours", "09:00-17:00", "--first-response", "30m", "--resolution", "none"]
    said += [word for key in ("host", "from", "to") for word in ("--set", f"email.{key}=a@example.com")]
    status, shown = at_a_terminal(tmp_path, [], *said)
    assert status == 0, shown
    assert "?" not in shown
    assert "export REDMINE_KEY=" in shown
    assert "user" not in (tmp_path / "slamon.yml").read_text()
    passes(tmp_path, monkeypatch)


def test_ctrl_c_at_a_question_writes_nothing(tmp_path: Path) -> None:
    status, shown = at_a_terminal(tmp_path / "new", ["redmine", "\x03"])
    assert status == 130
    assert "Where are the tickets?" in shown
    assert not (tmp_path / "new").exists()
