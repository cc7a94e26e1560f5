"""Every sort of mistake in slamon.yml, and exactly what is said about it. The table stands in mistakes.txt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slamon import sources
from slamon.rulefile.render import first_line, render
from slamon.rulefile.suggest import listed
from slamon.settings_file import read_settings
from slamon.settings_file.read import read_text
from slamon.settings_file.values import SettingsReport
from tests.settings_file.build import START, lines, read


def table() -> list[tuple[str, list[str]]]:
    """Texts and what is wrong with them; one that begins with + goes on from a sound beginning of two lines.

    KINDS stands for the kinds of sources that there are.
    """
    kinds = listed(sources.kinds())
    cases = []
    for case in Path(__file__).with_name("mistakes.txt").read_text("utf-8").replace("KINDS", kinds).split("----\n"):
        text, *expected = case.rstrip("\n").split("\n=> ")
        cases.append((START + text[2:] if text.startswith("+ ") else text, expected))
    return cases


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=case[0][-60:]) for case in table()])
def test_a_mistake_is_told_with_its_place_and_what_to_type(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize("key", ["agents", "bots", "fields", "network", "since", "status"])
def test_a_key_that_other_kinds_have_is_refused_not_ignored(key: str) -> None:
    text = START.replace("path: t.jsonl", f"path: t.jsonl, {key}: 1")
    assert [line.partition(": ")[2] for line in lines(text)] == [
        f"unknown key '{key}'; a source of kind file has none: leave it out [unknown-key]"
    ]


def test_all_mistakes_are_told_in_one_run() -> None:
    text = """
sources: {desk: {kind: fil}, other: {kind: file, path: x, poll: 3}}
notifiers: {s: {kind: slack}}
log: {format: xml, level: loud}
"""
    assert [line.split(":")[:2] for line in lines(text)] == [
        ["1", "1"], ["2", "24"], ["2", "65"], ["3", "13"], ["4", "15"], ["4", "27"]
    ]  # fmt: skip


def test_all_that_a_kind_does_not_take_is_told_in_one_run_at_its_keys() -> None:
    text = """version: 1
sources:
  desk: {kind: redmine, url: desk, key: "k\u00e9", since: 30d, status: {Done: finished}, fields: {a: b, c: d},
         agents: {groups: x}}
notifiers:
  mail: {kind: email, host: 'a b', port: 99999, from: 'not an address', to: [x, a@b.example, y]}
"""
    statuses = "cancelled, closed, merged, new, on_hold, open, solved, waiting_customer, waiting_third_party"
    fields = "project, tracker, category, version, due_date, assigned_to, assigned_to.login, author, author.login, custom_field.NAME"  # fmt: skip
    assert lines(text) == [
        "3:30: url: this is not the address of a server; write one such as https://desk.example [bad-value]",
        "3:41: key: it holds characters that cannot be sent; write it as it was given out [bad-value]",
        f"3:67: status: 'Done' cannot mean 'finished'; write one of {statuses} [bad-value]",
        f"3:93: fields: a: 'b' is nothing that can be had; write one of {fields} [bad-value]",
        f"3:93: fields: c: 'd' is nothing that can be had; write one of {fields} [bad-value]",
        "4:18: agents: Redmine tells nobody's groups; write roles, users or domains [bad-value]",
        "6:29: host: 'a b' is not the name of a host; write smtp.example.com [bad-value]",
        "6:42: port: 99999 is not between 1 and 65535; write 587 [bad-value]",
        "6:55: from: 'not an address' is not an e-mail address; write lead@example.com [bad-value]",
        "6:77: to: 'x' is not an e-mail address; write lead@example.com [bad-value]",
        "6:77: to: 'y' is not an e-mail address; write lead@example.com [bad-value]",
    ]


def test_what_is_wrong_with_a_notifier_is_told_once_however_many_use_it() -> None:
    text = (
        START
        + """
notifiers:
  mail: {kind: email, host: h, to: a@b.example, port: x}
  lead: {use: mail}
  boss: {use: lead, timeot: 3s}
"""
    )
    assert lines(text) == [
        "5:3: the key 'from' is missing in 'mail'; add from: a text [missing-key]",
        "5:55: 'x' is not a whole number [bad-number]",
        "7:21: unknown key 'timeot'; did you mean timeout? [unknown-key]",
    ]


def test_a_chain_of_notifiers_that_use_one_another_has_an_end() -> None:
    chain = "".join(f"  n{number}: {{use: n{number + 1}}}\n" for number in range(3000))
    found = lines(START + "notifiers:\n  n3000: {kind: console}\n" + chain)
    assert found[0] == "14:13: more than 10 that use one another; use one that has a kind [use-cycle]"


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    found = read_settings(tmp_path / "slamon.yml", {})
    assert [first_line(one) for one in found.diagnostics] == [
        f"{tmp_path}/slamon.yml: there is no such file; "
        "write one with slamon init (--config names another file), or try slamon out with: slamon demo [no-settings]"
    ]
    assert [one.code for one in read_settings(tmp_path, {}).diagnostics] == ["unreadable"]


def test_the_remedy_and_the_line_are_shown() -> None:
    found = read("version: 1\nsources:\n  desk: {kind: fil, path: x.jsonl}   # ours\n")
    assert (
        render(found.diagnostics)
        == """\
slamon.yml:3:16: 'fil' is not a kind of source; did you mean file? [unknown-kind]
  |
3 |   desk: {kind: fil, path: x.jsonl}
  |                ^^^
  = help: did you mean file?

1 error in 1 file
"""
    )


_WORDS = st.sampled_from(
    [*"{}[],:#&*!|>'\"%@`\n ", "  ", "- ", ": ", "version: 1\n", "sources", "notifiers", "kind", "use", "file",
     "replay", "slack", "email", "console", "path", "speed", "poll", "webhook", "web", "listen", "a", "b", "60", "3s",
     "1.5", "~", "${env:A}", '"${env:A}"', "${file:x}", "${", "}", "$${", "\ud800", "\x00", "é", "<<", "*a", "&a "]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=30).map("".join)))
@example("version: 1\nsources: {d: {kind: file, path: [[]]}}")
@example("notifiers: {&a a: {use: *a}}")
@example("{" * 39)
@example("? [a]\n: b")
def test_no_text_whatever_raises(text: str) -> None:
    found = read(text, A="x")
    assert (found.settings is None) == bool(found.diagnostics)
    render(found.diagnostics)


@given(st.binary(max_size=60))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    found = read_text(Path("slamon.yml"), data, {}, SettingsReport())
    assert found.settings is None
    render(found.diagnostics)
