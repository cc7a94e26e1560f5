"""The how-to pages show real input and real output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slamon.commands import test as testing
from slamon.commands.exits import Exit
from slamon.commands.explain import explain

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


def blocks(page: str, language: str) -> list[str]:
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    return tmp_path


def test_the_page_on_explaining_shows_what_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = "explain-a-verdict.md"
    (folder / "rules" / "rules.yml").write_text(blocks(page, "yaml")[0], encoding="utf-8")
    (folder / "tickets.jsonl").write_text(blocks(page, "json")[0], encoding="utf-8")
    found = explain("5012", Path("rules"), Path("tickets.jsonl"), "2026-06-09T08:00:00Z", Path("none"), "text", None)
    assert found is Exit.FINE
    assert capsys.readouterr().out == blocks(page, "text")[0]


def test_the_page_on_testing_shows_what_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = "test-your-rules.md"
    rules, tests = blocks(page, "yaml")
    passing, failing = blocks(page, "text")
    (folder / "rules" / "rules.yml").write_text(rules, encoding="utf-8")
    file = folder / "rules" / "tests" / "promises.yml"
    file.write_text(tests, encoding="utf-8")
    assert testing.test(Path("rules"), "text", None) is Exit.FINE
    assert capsys.readouterr().out == passing
    file.write_text(tests.replace("elapsed: 2h30m", "elapsed: 4h"), encoding="utf-8")
    assert testing.test(Path("rules"), "text", "weekend") is Exit.FOUND
    assert capsys.readouterr().out == failing
