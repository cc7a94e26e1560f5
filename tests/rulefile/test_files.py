"""Rules on disk: which files are read, in which order, and what cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from slamon.rulefile import Loaded, load_rules, read_texts
from slamon.rulefile.render import first_line


def write(folder: Path, **policies: str) -> None:
    """A file for each path (with __ for /), each with one policy of that name."""
    for path, name in policies.items():
        file = folder / (path.replace("__", "/") + ".yml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"version: 1\npolicies:\n  - {{name: {name}, match: {{n: {name}}}, targets: none}}\n", "utf-8")


def names(loaded: Loaded) -> list[str]:
    assert loaded.rules is not None, loaded.render()
    return [policy.name for policy in loaded.rules.policies]


def told(loaded: Loaded) -> list[tuple[str, str]]:
    return [(str(found.place.file), found.code) for found in loaded.diagnostics]


def test_files_are_ordered_by_relative_path_by_code_points(tmp_path: Path) -> None:
    write(tmp_path, b="b", a__z="az", a="a", Z="Z", a__b__c="abc", é="é")
    assert names(load_rules(tmp_path, routes=False)) == ["Z", "a", "abc", "az", "b", "é"]


def test_yaml_is_read_under_both_its_endings_and_nothing_else_is(tmp_path: Path) -> None:
    write(tmp_path, a="a", b="b")
    (tmp_path / "b.yml").rename(tmp_path / "b.yaml")
    (tmp_path / "notes.txt").write_text("no rules")
    assert names(load_rules(tmp_path, routes=False)) == ["a", "b"]


def test_rule_tests_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, a="a", tests__t="t", sub__tests__deep__t="t2", sub__b="b")
    write(tmp_path / "..2026_data", a="a")
    (tmp_path / ".hidden.yml").write_text("nonsense: [")
    assert names(load_rules(tmp_path, routes=False)) == ["a", "b"]


def test_a_folder_called_tests_may_be_named_itself(tmp_path: Path) -> None:
    write(tmp_path / "tests", a="a")
    assert names(load_rules(tmp_path / "tests", routes=False)) == ["a"]


def test_linked_files_and_folders_are_read_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path / "real", a="a", sub__b="b")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yml").symlink_to(tmp_path / "real" / "a.yml")
    (rules / "sub").symlink_to(tmp_path / "real" / "sub")
    (tmp_path / "real" / "sub" / "loop").symlink_to(rules)
    assert names(load_rules(rules, routes=False)) == ["a", "b"]


def test_one_file_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, a="a", b="b")
    assert names(load_rules(tmp_path / "b.yml", routes=False)) == ["b"]


def test_files_are_called_as_the_user_named_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules" / "sub").mkdir(parents=True)
    (tmp_path / "rules" / "sub" / "a.yml").write_text("version: 2\n")
    monkeypatch.chdir(tmp_path)
    assert told(load_rules(Path("rules"))) == [("rules/sub/a.yml", "bad-version")]
    assert told(load_rules(Path("rules/sub/a.yml"))) == [("rules/sub/a.yml", "bad-version")]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    loaded = load_rules(tmp_path / "nowhere")
    assert loaded.render() == (
        f"{tmp_path}/nowhere: there is no such file or directory; "
        "name the directory of the rules, or one rules file [no-rules]\n"
        "  = help: name the directory of the rules, or one rules file\n"
        "\n"
        "1 error in 1 file; nothing was loaded\n"
    )


def test_a_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, tests__t="t")
    assert told(load_rules(tmp_path)) == [(str(tmp_path), "no-rules")]
    assert load_rules(tmp_path).failed


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yml")
    assert told(load_rules(tmp_path)) == [(str(tmp_path / "a.yml"), "unreadable")]
    assert told(load_rules(tmp_path / "a.yml")) == [(str(tmp_path / "a.yml"), "no-rules")]


def test_a_dangling_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yml").symlink_to(tmp_path / "gone.yml")
    assert told(load_rules(tmp_path)) == [(str(tmp_path / "a.yml"), "unreadable")]


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that is open to all, looked at without root's right to read everything."""
    user = os.geteuid()
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        if user == 0:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            (Path(folder) / "closed").chmod(0o700)
            if user == 0:
                os.seteuid(0)


def test_what_cannot_be_looked_into_is_told_among_all_else_and_may_hold_what_is_missing(nobody: Path) -> None:
    write(nobody, closed__c="c")
    (nobody / "a.yml").write_text(
        "version: 1\npolicies:\n  - {name: a, match: al, calendar: c, targets: {resolution: 4h}}\n"
    )
    (nobody / "loop").symlink_to("loop")
    (nobody / "closed").chmod(0)
    assert [first_line(found) for found in load_rules(nobody).diagnostics] == [
        f"{nobody}/a.yml:3:22: 'al' is neither all nor a map; write all, or {{FIELD: 'al'}} [bad-match]",
        f"{nobody}/closed: the folder cannot be read: Permission denied [unreadable]",
        f"{nobody}/loop: the file cannot be read: Too many levels of symbolic links [unreadable]",
    ]
    assert load_rules(nobody / "closed" / "c.yml").render().partition(";")[0] == (
        f"{nobody}/closed/c.yml: it cannot be read: Permission denied"
    )


def test_a_name_that_is_no_text_can_still_be_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.yml")).write_text("version: 2\n")
    shown = load_rules(tmp_path).render()
    assert "a\\udcff.yml:1:10: version" in shown
    shown.encode("utf-8")


def test_closures_are_looked_for_beside_the_rules_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yml").write_text(
        "version: 1\ncalendars:\n"
        "  office: {time_zone: UTC, hours: {mon: 09:00-17:00}, holidays: {files: [days/closed.ics, ../up.ics]}}\n"
    )
    calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260608\nEND:VEVENT\nEND:VCALENDAR\n"
    (tmp_path / "sub" / "days").mkdir()
    (tmp_path / "sub" / "days" / "closed.ics").write_text(calendar)
    (tmp_path / "up.ics").write_text(calendar)
    assert not load_rules(tmp_path, routes=False).diagnostics
    (tmp_path / "up.ics").unlink()
    assert [found.message for found in load_rules(tmp_path).diagnostics] == [
        "the iCalendar file '../up.ics' cannot be read: no such file"
    ]


def test_texts_from_memory_are_chosen_and_ordered_alike() -> None:
    text = "version: 1\npolicies:\n  - {{name: {0}, match: {{n: {0}}}, targets: none}}\n"
    paths = ("b", "a/z", "a", "tests/t", "a/tests/t")
    files = {f"{path}.yml": text.format(path.replace("/", "")).encode() for path in paths}
    assert names(read_texts(files, routes=False)) == ["a", "az", "b"]
