"""slamon.yml: what is read of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slamon.core.instants import DAY, MINUTE, SECOND
from slamon.notifiers.console import ConsoleSettings
from slamon.notifiers.email import EmailSettings
from slamon.notifiers.slack import SlackSettings
from slamon.secrets import Secret
from slamon.settings import LogSettings, NotifierSettings, Settings, SourceSettings, WebSettings
from slamon.settings_file import read_listen
from slamon.sources.file import FileSettings
from slamon.sources.replay import ReplaySettings
from tests.settings_file.build import HOOK, START, read, settings


def test_a_short_file_takes_every_default(tmp_path: Path) -> None:
    assert settings(START, tmp_path) == Settings(
        folder=tmp_path,
        rules=tmp_path / "rules",
        storage=tmp_path / "var/slamon.db",
        sources=(SourceSettings("desk", "file", FileSettings(["t.jsonl"]), 30 * SECOND),),
        notifiers=(NotifierSettings("console", "console", ConsoleSettings()),),
    )


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
version: 1
rules: promises
time_zone: Europe/Berlin
storage: {path: state.db}
web: {listen: "[::1]:0"}
sources:
  a: {kind: file, path: [x.jsonl, y.jsonl.gz], poll: 1d}
  b: {kind: replay, path: z.jsonl, since: 90m}
notifiers:
  slack: {kind: slack, webhook: https://hooks.slack.com/services/T/B/x, timeout: 4s, ca_file: ca.pem}
  mail:
    kind: email
    host: smtp.example
    from: slamon@example.com
    to: a@example.com
    tls: implicit
    port: 4650
    user: slamon
    password: 12345
  console: {kind: console, colour: false}
alerts: {horizon: 36h}
log: {format: json, level: debug}
"""
    mail = EmailSettings(
        "smtp.example", "slamon@example.com", ("a@example.com",), "implicit", 4650, "slamon", Secret("12345")
    )
    assert settings(text, tmp_path) == Settings(
        folder=tmp_path,
        rules=tmp_path / "promises",
        storage=tmp_path / "state.db",
        sources=(
            SourceSettings("a", "file", FileSettings(["x.jsonl", "y.jsonl.gz"]), DAY),
            SourceSettings("b", "replay", ReplaySettings("z.jsonl", since=5400.0), 30 * SECOND),
        ),
        notifiers=(
            NotifierSettings("slack", "slack", SlackSettings(Secret(HOOK), 4.0, "ca.pem")),
            NotifierSettings("mail", "email", mail),
            NotifierSettings("console", "console", ConsoleSettings(colour=False)),
        ),
        zone=ZoneInfo("Europe/Berlin"),
        horizon=36 * 60 * MINUTE,
        web=WebSettings("::1", 0),
        log=LogSettings("json", "debug"),
    )


def test_a_notifier_may_use_the_keys_of_another_and_override_them() -> None:
    text = (
        START
        + """
notifiers:
  lead: {use: mail, to: lead@example.com}
  mail: {kind: email, host: smtp.example, from: s@example.com, to: a@example.com, tls: none}
  night: {use: lead, timeout: 5s}
"""
    )
    found = {one.name: one.options for one in settings(text).notifiers}
    mail = EmailSettings("smtp.example", "s@example.com", ("a@example.com",), "none")
    lead = dataclasses.replace(mail, to=("lead@example.com",))
    assert found == {
        "lead": lead,
        "mail": mail,
        "night": dataclasses.replace(lead, timeout=5.0),
        "console": ConsoleSettings(),
    }


def test_the_rules_and_the_names_of_notifiers_are_known_even_if_something_else_is_wrong() -> None:
    found = read("version: 2\nrules: promises\nnotifiers: {slack: {kind: slak}}\n")
    assert found.settings is None
    assert (found.rules, found.notifiers) == (Path("promises"), {"slack", "console"})
    broken = read("rules: []\nnotifiers: []\n")
    assert (broken.rules, broken.notifiers) == (None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:8080", WebSettings("127.0.0.1", 8080)),
        ("127.9.9.9:1", WebSettings("127.9.9.9", 1)),
        ("localhost:0", WebSettings("localhost", 0)),
        ("[::1]:65535", WebSettings("::1", 65535)),
    ],
)
def test_an_address_of_this_machine_may_be_listened_on(text: str, found: WebSettings) -> None:
    assert read_listen(text) == found


@pytest.mark.parametrize(
    "text", ["", "8080", ":80", "::1:80", "[::1]", "localhost:65536", "example.com:80", "10.0.0.1:80"]
)
def test_any_other_address_is_refused_with_a_remedy(text: str) -> None:
    found = read_listen(text)
    assert isinstance(found, str)
    assert "; write " in found
