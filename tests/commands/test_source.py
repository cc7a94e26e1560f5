"""slamon source: what is said about a source, and how it ends."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from slamon.commands.exits import Exit
from slamon.commands.source import fetch, probe

RULES = """
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, targets: {first_response: {within: 1h}}}
"""

TICKET = b'{"id": "1", "created_at": "2026-06-08T08:00:00Z"}\n'


def config(folder: Path, path: str) -> Path:
    (folder / "rules.yml").write_text(RULES)
    text = f"version: 1\nrules: rules.yml\nsources: {{desk: {{kind: file, path: {json.dumps(path)}}}}}\n"
    (folder / "slamon.yml").write_text(text)
    return folder / "slamon.yml"


def test_a_source_that_can_be_read_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.jsonl").write_bytes(TICKET)
    assert probe(config(tmp_path, "t.jsonl"), "desk") is Exit.FINE
    assert capsys.readouterr().out == "ok      it can be read: 1 tickets in the first batch\n"


def test_one_that_waits_for_pushes_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config(tmp_path, "t.jsonl")
    monkeypatch.setenv("HOOK_KEY", f"whsec_{'QUJD' * 8}")
    path.write_text('version: 1\nrules: rules.yml\nsources: {desk: {kind: webhook, secret: "${env:HOOK_KEY}"}}\n')
    assert probe(path, "desk") is Exit.FINE
    assert capsys.readouterr().out == "ok      it waits for pushes at /hooks/desk\n"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.jsonl", b"id,created_at\n1,2026-06-08\n", "0 tickets in the first batch, 2 lines are none, the first: "),
        ("t.jsonl", b'[\n  {"id": "1"}\n]\n', "0 tickets in the first batch, 3 lines are none, the first: "),
        ("t.jsonl", TICKET + b"{}\n", "1 tickets in the first batch, 1 line is no ticket: "),
        ("t.jsonl.gz", gzip.compress(TICKET)[:20], "0 tickets in the first batch, 1 line is no ticket: "),
    ],
    ids=["table", "array", "one", "cut"],
)
def test_lines_that_are_no_tickets_are_a_warning_with_the_first_of_them(
    name: str, data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    assert probe(config(tmp_path, name), "desk") is Exit.FOUND
    assert capsys.readouterr().out.startswith(f"WARNING it can be read: {said}{tmp_path / name}:")


def test_one_that_cannot_be_read_is_found_and_no_terminal_obeys_what_is_said_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert probe(config(tmp_path, "t\x1b[31m\n.jsonl"), "desk") is Exit.FOUND
    assert capsys.readouterr().out == (
        f"ERROR   {tmp_path}/t\\x1b[31m\\n.jsonl cannot be read: No such file or directory\n"
    )


def test_a_name_that_there_is_not_is_told_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch(config(tmp_path, "t.jsonl"), "dask", "1") is Exit.UNUSABLE
    assert capsys.readouterr().err == "there is no source 'dask' in the settings; did you mean desk?\n"
