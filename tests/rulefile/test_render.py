"""How diagnostics look: to people, to programs, on GitHub."""

from __future__ import annotations

import json

from slamon.rulefile import read_texts
from slamon.rulefile.compose import decode
from slamon.rulefile.diagnostics import KEPT, Report
from slamon.rulefile.nodes import Spot
from slamon.rulefile.render import render
from slamon.rulefile.source import SourceFile
from tests.rulefile.texts import around, load

CLOCK = around("targets", "resolution: 4:30")


def test_a_mistake_is_shown_with_its_line_a_caret_and_what_to_write() -> None:
    assert load(CLOCK).render() == (
        "r.yml:11:19: '4:30' is not a duration; write 4h30m [bad-duration]\n"
        "   |\n"
        "11 |       resolution: 4:30\n"
        "   |                   ^^^^\n"
        "   = help: write 4h30m\n"
        "\n"
        "1 error in 1 file; nothing was loaded\n"
    )


def test_files_and_mistakes_are_counted() -> None:
    loaded = read_texts({"a.yml": b"version: 2\nx: 1\n", "b.yml": b"version: 2\n"})
    assert loaded.render().endswith("\n\n3 errors in 2 files; nothing was loaded\n")


def test_warnings_are_called_so_and_stop_nothing() -> None:
    loaded = load("version: 1\npolicies: []\n", routes=True)
    assert loaded.rules is not None
    assert loaded.render() == (
        "r.yml:1:1: warning: there is no route at all: every alert goes to the console; "
        "add routes: [{name: rest, match: all, steps: [{when: [at_risk, breached], notify: NOTIFIER}]}] [no-routes]\n"
        "  = help: add routes: [{name: rest, match: all, steps: [{when: [at_risk, breached], notify: NOTIFIER}]}]\n"
        "\n"
        "1 warning in 1 file\n"
    )


def test_rules_without_a_mistake_are_nothing_to_talk_about() -> None:
    loaded = load(around("targets", "resolution: 4h"))
    assert loaded.render() == "" == loaded.render("github")
    assert loaded.render("json") == "[]\n"


def test_json_holds_place_code_and_texts() -> None:
    assert json.loads(load(CLOCK).render("json")) == [
        {
            "file": "r.yml",
            "line": 11,
            "column": 19,
            "length": 4,
            "severity": "error",
            "code": "bad-duration",
            "message": "'4:30' is not a duration",
            "help": "write 4h30m",
        }
    ]


def test_github_gets_an_annotation_a_mistake() -> None:
    assert load(CLOCK).render("github") == (
        "::error file=r.yml,line=11,col=19,title=bad-duration::'4:30' is not a duration; write 4h30m\n"
    )


def test_what_github_would_read_as_its_own_is_escaped() -> None:
    loaded = read_texts({"a,b:c.yml": b"version: '100%'\n"})
    assert loaded.render("github") == (
        "::error file=a%2Cb%3Ac.yml,line=1,col=10,title=bad-version::version '100%25' is not known; write version: 1\n"
    )


def test_of_a_very_long_line_only_the_neighbourhood_is_shown() -> None:
    lines = load(around("matches", "{type: [" + "x, " * 300 + "{}" + ", y" * 300 + "]}")).render().split("\n")
    assert all(len(line) < 160 for line in lines[1:])
    assert lines[2].startswith("8 | …")
    assert lines[2].endswith("…")
    assert lines[2][lines[3].index("^") :].startswith("{}")


def test_the_caret_stands_below_wide_letters_and_tabs() -> None:
    lines = load(around("matches", "{日本:\t{}}")).render().split("\n")
    assert lines[2:4] == ["8 |     match: {日本: {}}", "  | " + " " * len("    match: {....: ") + "^^"]


def test_no_text_of_the_users_reaches_the_terminal_as_a_command() -> None:
    shown = load('version: "\\e[31m\\r\\n\\u202e"\n').render()
    assert "version '\\x1b[31m\\r\\n\\u202e' is not known" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_absurdly_long_texts_are_cut() -> None:
    assert "'" + "a" * 79 + "…' is not known" in load(f"version: {'a' * 500}\n").render()


def test_a_thousand_mistakes_are_all_told_the_first_fifty_with_their_line() -> None:
    shown = load("version: 1\n" + "".join(f"key{number}: 1\n" for number in range(1_000))).render()
    assert shown.count("unknown key 'key") == 1_000
    assert shown.count("^^^^") == 50
    assert shown.endswith("\n\n1,000 errors in 1 file; nothing was loaded\n")


def test_mistakes_past_all_measure_are_counted() -> None:
    number = KEPT + 500
    shown = load("version: 1\n" + "".join(f"k{n}: 1\n" for n in range(number))).render()
    assert f"\nand 500 more\n\n{number:,} errors in 1 file" in shown


def test_of_a_private_file_no_line_is_shown() -> None:
    report = Report()
    file = decode("slamon.yml", b"password: hunter2\n", report, private=True)
    report.error(Spot(file, 0, 8), "unknown-key", "unknown key 'password'")
    assert "hunter2" not in render(report.diagnostics)
    assert render(report.diagnostics).startswith("slamon.yml:1:1: unknown key 'password' [unknown-key]\n\n")


def test_a_place_past_the_last_character_can_be_shown() -> None:
    file = SourceFile("r.yml", "a")
    excerpt = file.excerpt(1, 5)
    assert excerpt is not None
    assert (excerpt.text, excerpt.begin, excerpt.end) == ("a", 1, 2)


def test_the_same_mistake_of_a_repeated_value_is_told_once() -> None:
    assert len(load(around("targets", "a: &t {kind: resolution, within: 4:30}\nb: *t")).diagnostics) == 1
