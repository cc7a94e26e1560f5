"""Settings and rules together: all of it in one run, and all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.commands.load import digest_of, load
from slamon.rulefile.render import first_line

SETTINGS = "version: 1\nsources: {desk: {kind: file, path: t.jsonl}}\nnotifiers: {chat: {kind: console}}\n"
RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 4h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: chat}]}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "slamon.yml").write_text(SETTINGS, "utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yml").write_text(RULES, "utf-8")
    return tmp_path


def test_what_is_sound_is_loaded(folder: Path) -> None:
    loaded = load(folder / "slamon.yml")
    assert not loaded.failed
    assert loaded.settings is not None
    assert loaded.rules is not None
    assert [policy.name for policy in loaded.rules.policies] == ["all"]
    assert loaded.settings.rules == folder / "rules"
    assert loaded.render() == ""


def test_paths_are_relative_to_the_settings_not_to_where_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    loaded = load(Path(folder.name) / "slamon.yml")
    assert loaded.settings is not None
    assert loaded.settings.folder == folder
    assert loaded.settings.storage == folder / "var/slamon.db"


def test_the_mistakes_of_all_files_come_in_one_run_named_as_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Path("slamon.yml").write_text(SETTINGS + "log: {level: loud}\n", "utf-8")
    Path("rules/all.yml").write_text(RULES.replace("chat", "chatt").replace("4h", "4:30"), "utf-8")
    loaded = load(Path("slamon.yml"))
    assert loaded.failed
    assert (loaded.settings, loaded.rules) == (None, None)
    assert [first_line(one) for one in loaded.diagnostics] == [
        "slamon.yml:4:14: 'loud' is not one of debug, info, warning or error; write debug, info, warning or error [bad-choice]",
        "rules/all.yml:3:74: '4:30' is not a duration; write 4h30m [bad-duration]",
        "rules/all.yml:4:67: unknown notifier 'chatt'; did you mean chat? [unknown-notifier]",
    ]
    assert loaded.render().endswith("\n3 errors in 2 files; nothing was loaded\n")
    assert len(loaded.render("github").splitlines()) == 3


def test_a_notifier_that_is_broken_is_not_unknown_to_the_rules(folder: Path) -> None:
    (folder / "slamon.yml").write_text(SETTINGS.replace("console", "consol"), "utf-8")
    assert [one.code for one in load(folder / "slamon.yml").diagnostics] == ["unknown-kind"]


def test_warnings_do_not_stop(folder: Path) -> None:
    (folder / "rules" / "all.yml").write_text(RULES.split("routes:")[0], "utf-8")
    loaded = load(folder / "slamon.yml")
    assert not loaded.failed
    assert [one.severity for one in loaded.diagnostics] == ["warning"]
    assert "nothing was loaded" not in loaded.render()


def test_rules_that_are_not_there_are_missed(folder: Path) -> None:
    (folder / "slamon.yml").write_text(SETTINGS + "rules: promises\n", "utf-8")
    loaded = load(folder / "slamon.yml")
    assert [one.code for one in loaded.diagnostics] == ["no-rules"]
    assert loaded.failed


def test_without_settings_one_is_told_what_to_type(tmp_path: Path) -> None:
    loaded = load(tmp_path / "slamon.yml")
    assert loaded.failed
    assert (
        "write one with slamon init (--config names another file), or try slamon out with: slamon demo"
        in loaded.render()
    )


def test_the_digest_tells_one_set_of_rules_from_another(folder: Path) -> None:
    rules = folder / "rules"
    first = digest_of(rules)
    assert load(folder / "slamon.yml").digest == first == digest_of(rules)
    found = {first}
    for name, text in (("all.yml", RULES + "\n"), ("more.yaml", "version: 1\n"), ("closed.ics", "BEGIN:VCALENDAR\n")):
        (rules / name).write_text(text, "utf-8")
        found.add(digest_of(rules))
    (rules / "more.yaml").rename(rules / "others.yaml")
    assert len(found | {digest_of(rules), digest_of(rules / "all.yml")}) == 6
    (rules / "notes.txt").write_text("nothing that counts", "utf-8")
    assert digest_of(rules) not in found - {digest_of(rules)}
