"""References to variables and files: what they stand for, and what is said if they stand for nothing."""

from __future__ import annotations

from pathlib import Path

from slamon.notifiers.email import EmailSettings
from slamon.notifiers.slack import SlackSettings
from slamon.secrets import Secret
from tests.settings_file.build import HOOK, START, lines, settings, slack


def webhook(text: str, folder: Path = Path("."), **environment: str) -> str:
    options: SlackSettings = settings(text, folder, **environment).notifiers[0].options
    return options.webhook.reveal()


def test_a_variable_is_put_in_its_place() -> None:
    assert webhook(slack("${env:HOOK}"), HOOK=HOOK) == HOOK
    assert webhook(slack("https://${env:HOST}/${env:PATH_}"), HOST="h.example", PATH_="p") == "https://h.example/p"


def test_a_default_stands_in_for_a_variable_that_is_unset_or_empty() -> None:
    text = slack(f"${{env:HOOK:-{HOOK}}}")
    assert webhook(text) == webhook(text, HOOK="") == HOOK
    assert webhook(text, HOOK="https://other.example/") == "https://other.example/"


def test_a_file_is_read_beside_the_settings_and_loses_one_line_end(tmp_path: Path) -> None:
    (tmp_path / "hook").write_bytes(HOOK.encode() + b"\r\n")
    assert webhook(slack("${file:hook}"), tmp_path) == HOOK
    assert webhook(slack(f"${{file:{tmp_path / 'hook'}}}"), Path("elsewhere")) == HOOK
    (tmp_path / "password").write_bytes(b"two\n\n")
    text = START + (
        "notifiers: {m: {kind: email, host: h, from: a@b.example, to: c@d.example, user: u,"
        ' password: "${file:password}"}}'
    )
    options: EmailSettings = settings(text, tmp_path).notifiers[0].options
    assert options.password == Secret("two\n")


def test_a_value_from_outside_is_a_number_where_one_is_wanted_even_in_quotes() -> None:
    text = START + 'notifiers: {m: {kind: email, host: h, from: a@b.example, to: c@d.example, port: "${env:PORT}"}}'
    assert settings(text, PORT="2525").notifiers[0].options.port == 2525


def test_a_secret_that_looks_like_nothing_is_a_secret_all_the_same() -> None:
    text = START + (
        "notifiers:\n  m: {kind: email, host: h, from: a@b.example, to: c@d.example, user: u, password: '${env:P}'}"
    )
    assert settings(text, P="null").notifiers[0].options.password == Secret("null")


def test_two_dollars_stand_for_one_that_is_meant() -> None:
    assert webhook(slack("https://h.example/$${x}")) == "https://h.example/${x}"


def test_references_are_resolved_after_parsing_so_that_they_cannot_add_keys() -> None:
    text = START + (
        "notifiers: {m: {kind: email, host: h, from: a@b.example, to: c@d.example, user: u, password: '${env:P}'}}"
    )
    options: EmailSettings = settings(text, P="x', timeout: 3s, ca_file: 'y").notifiers[0].options
    assert (options.password, options.timeout) == (Secret("x', timeout: 3s, ca_file: 'y"), 30.0)


def test_values_that_are_empty_or_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    assert lines(slack("${file:empty}"), tmp_path) == [
        "6:14: the file 'empty' is empty; put the value into it [empty-secret]"
    ]
    assert lines(slack("${env:HOOK}"), HOOK="") == [
        "6:14: the environment variable HOOK is empty; put the value into it [empty-secret]"
    ]
    assert lines(slack("${env:HOOK:-}")) == [
        '6:14: the secret is empty; write a secret, best as "${env:NAME}" or "${file:PATH}" [empty-secret]'
    ]
    assert [line.rpartition(" ")[2] for line in lines(slack("${file:binary}"), tmp_path)] == ["[not-utf-8]"]
    assert "it is larger than 64 KiB" in lines(slack("${file:large}"), tmp_path)[0]


def test_the_mark_at_the_beginning_of_a_file_that_an_editor_writes_is_no_part_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "hook").write_bytes(b"\xef\xbb\xbf" + HOOK.encode() + b"\n")
    assert webhook(slack("${file:hook}"), tmp_path) == HOOK


def test_a_secret_in_a_file_that_holds_nul_characters_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hook").write_bytes(HOOK.encode("utf-16-le"))
    assert lines(slack("${file:hook}"), tmp_path) == [
        "6:14: what stands in the file 'hook' is not UTF-8; save it as UTF-8 [not-utf-8]"
    ]


def test_a_default_that_would_be_taken_for_a_reference_is_refused() -> None:
    assert lines(slack("${env:HOOK:-${env:OTHER}}"), OTHER=HOOK) == [
        "6:14: a default cannot hold a reference; write one of the two, or the default itself [bad-reference]"
    ]


def test_a_reference_within_the_path_of_a_file_is_refused(tmp_path: Path) -> None:
    assert lines(slack("${file:${env:DIRECTORY}/hook}"), tmp_path, DIRECTORY="x")[0].endswith(" [bad-reference]")
