"""slamon diff: what flips when the rules are edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.commands.diff import diff
from slamon.commands.exits import Exit

AT = "2026-06-01T03:00:00Z"
TICKETS = """\
{"id": "1", "source": "desk", "created_at": "2026-06-01T00:00:00Z", "fields": {"type": "incident"}}
{"id": "2", "source": "desk", "created_at": "2026-06-01T02:59:00Z", "fields": {"type": "incident"}}
{"id": "3", "source": "desk", "created_at": "2026-06-01T00:00:00Z", "fields": {"type": "question"}}
"""


def rules(folder: Path, name: str, targets: str) -> Path:
    path = folder / name
    text = f"version: 1\npolicies: [{{name: p, match: {{type: incident}}, calendar: 24x7, targets: {targets}}}]\n"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.jsonl"
    path.write_text(TICKETS, "utf-8")
    return path


def test_every_commitment_that_is_judged_otherwise_is_shown(
    tmp_path: Path, tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = rules(tmp_path, "old.yml", "{first_response: 4h}")
    new = rules(tmp_path, "new.yml", "{first_response: 2h, resolution: 1d}")
    assert diff(old, new, tickets, AT) is Exit.FOUND
    assert capsys.readouterr().out.splitlines() == [
        "desk 1 first_response 1: at_risk (p, due 2026-06-01T04:00:00Z) -> breached (p, due 2026-06-01T02:00:00Z)",
        "desk 1 resolution 1: no promise -> on_track (p, due 2026-06-02T00:00:00Z)",
        "desk 2 first_response 1: on_track (p, due 2026-06-01T06:59:00Z) -> on_track (p, due 2026-06-01T04:59:00Z)",
        "desk 2 resolution 1: no promise -> on_track (p, due 2026-06-02T02:59:00Z)",
        "3 tickets judged as of 2026-06-01T03:00:00Z: 4 commitments are judged otherwise",
    ]


def test_the_same_rules_flip_nothing(tmp_path: Path, tickets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = rules(tmp_path, "old.yml", "{first_response: 4h}")
    assert diff(old, old, tickets, AT) is Exit.FINE
    assert (
        capsys.readouterr().out == "3 tickets judged as of 2026-06-01T03:00:00Z: 0 commitments are judged otherwise\n"
    )


def test_rules_that_cannot_be_loaded_are_named(
    tmp_path: Path, tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = rules(tmp_path, "old.yml", "{first_response: 4h}")
    assert diff(old, rules(tmp_path, "new.yml", "{first_response: 4}"), tickets, AT) is Exit.UNUSABLE
    assert "new.yml:2:" in capsys.readouterr().err


def test_an_instant_that_is_none_says_what_to_type(
    tmp_path: Path, tickets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = rules(tmp_path, "old.yml", "{first_response: 4h}")
    assert diff(old, old, tickets, "yesterday") is Exit.UNUSABLE
    assert "2026-06-08T09:00:00Z" in capsys.readouterr().err


def test_no_terminal_obeys_what_stands_in_a_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tickets = tmp_path / "tickets.jsonl"
    tickets.write_text(TICKETS.splitlines()[0].replace('"1"', '"1\\u001b[31m\\n2"').replace("desk", "d\\u0007"))
    old, new = (rules(tmp_path, name, f"{{first_response: {within}}}") for name, within in (("o", "4h"), ("n", "2h")))
    assert diff(old, new, tickets, AT) is Exit.FOUND
    assert capsys.readouterr().out.startswith("d\\x07 1\\x1b[31m\\n2 first_response 1: ")
