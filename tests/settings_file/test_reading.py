"""slamon.yml: what is read of it."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND
from slamon.directories.files import FileSettings as Csv
from slamon.notifiers.console import ConsoleSettings
from slamon.notifiers.email import EmailSettings
from slamon.notifiers.slack import SlackSettings
from slamon.ports import Rate
from slamon.secrets import Secret
from slamon.settings import (
    Alerts,
    DirectorySettings,
    Heartbeat,
    Keep,
    LogSettings,
    NotifierSettings,
    Settings,
    SourceSettings,
    Token,
    WebSettings,
)
from slamon.settings_file import read_listen
from slamon.sources.file import FileSettings
from slamon.sources.replay import ReplaySettings
from tests.settings_file.build import HOOK, START, lines, read, settings

TOKEN = "0123456789abcdef"


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_a_short_file_takes_every_default(tmp_path: Path) -> None:
    assert settings(START, tmp_path) == Settings(
        folder=tmp_path,
        rules=tmp_path / "rules",
        storage=tmp_path / "var/slamon.db",
        sources=(SourceSettings("desk", "file", FileSettings(["t.jsonl"]), 30 * SECOND),),
        notifiers=(NotifierSettings("console", "console", ConsoleSettings()),),
    )


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "ops.txt").write_text("{{ title }}\n")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "c.csv").write_text("login,mail\n")
    text = """
version: 1
rules: promises
time_zone: Europe/Berlin
storage: {path: state.db, keep: {ended: 10d, deliveries: 20d, events: 30d}}
web:
  listen: "[::1]:0"
  url: https://slamon.example/at/
  tokens: {prometheus: {scope: read, secret: 0123456789abcdef}, leads: {scope: act, secret: 0123456789abcdef2}}
  open: [health, metrics]
sources:
  a: {kind: file, path: [x.jsonl, y.jsonl.gz], poll: 1d, max_data_age: 2d}
  b: {kind: replay, path: z.jsonl, since: 90m}
notifiers:
  slack: {kind: slack, webhook: https://hooks.slack.com/services/T/B/x, timeout: 4s, ca_file: ca.pem,
          rate: 30/m, fallback: mail, template: templates/ops.txt}
  mail:
    kind: email
    host: smtp.example
    from: slamon@example.com
    to: a@example.com
    tls: implicit
    port: 4650
    user: slamon
    password: 12345
    people: crew
    rate: 1/s
  console: {kind: console, colour: false}
directories: {crew: {kind: csv, path: c.csv, key: login, on: assignee, address: mail}}
alerts: {horizon: 36h, per_ticket: 3/d, realert_after: 2h, send: false}
heartbeat: {url: https://hc.example/ping/1, every: 30s}
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
            SourceSettings("a", "file", FileSettings(["x.jsonl", "y.jsonl.gz"]), DAY, 2 * DAY),
            SourceSettings("b", "replay", ReplaySettings("z.jsonl", since=5400.0), 30 * SECOND),
        ),
        notifiers=(
            NotifierSettings(
                "slack",
                "slack",
                SlackSettings(Secret(HOOK), 4.0, str(tmp_path / "ca.pem")),
                Rate(30, MINUTE),
                fallback="mail",
                template=tmp_path / "templates/ops.txt",
            ),
            NotifierSettings("mail", "email", mail, Rate(1, SECOND), people="crew"),
            NotifierSettings("console", "console", ConsoleSettings(colour=False)),
        ),
        zone=ZoneInfo("Europe/Berlin"),
        web=WebSettings(
            "::1",
            0,
            url="https://slamon.example/at",
            tokens=(Token("prometheus", "read", sha256(TOKEN)), Token("leads", "act", sha256(TOKEN + "2"))),
            open=frozenset({"health", "metrics"}),
        ),
        log=LogSettings("json", "debug"),
        directories=(DirectorySettings("crew", "csv", Csv("c.csv"), "login", "assignee", address="mail"),),
        alerts=Alerts(36 * HOUR, Rate(3, DAY), 2 * HOUR, send=False),
        keep=Keep(10 * DAY, 20 * DAY, 30 * DAY),
        heartbeat=Heartbeat(Secret("https://hc.example/ping/1"), 30 * SECOND),
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
    assert (found.rules, found.notifiers) == (Path("promises"), frozenset({"slack", "console"}))
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


@pytest.mark.parametrize(
    "web",
    [
        "{listen: 0.0.0.0:80, auth: none}",
        "{listen: 0.0.0.0:80, tokens: {a: {scope: read, secret: 0123456789abcdef}}}",
        '{listen: "[::]:80", open: [], tokens: {a: {scope: admin, secret: "${env:A}"}}}',
    ],
)
def test_beyond_this_machine_it_listens_with_tokens_or_where_it_is_spelt_out(web: str) -> None:
    found = settings(START + f"web: {web}", A=TOKEN).web
    assert not found.is_local
    assert bool(found.tokens) != found.auth_none


def test_what_one_notifier_uses_of_another_is_its_rate_and_fallback_too() -> None:
    text = START + "notifiers: {a: {kind: console, rate: 2/s, fallback: console}, b: {use: a}, c: {use: a, rate: 3/s}}"
    found = {one.name: (one.rate, one.fallback) for one in settings(text).notifiers}
    assert found["b"] == found["a"] == (Rate(2, SECOND), "console")
    assert found["c"] == (Rate(3, SECOND), "console")


def test_the_secret_of_a_token_is_kept_nowhere() -> None:
    text = START + f"web: {{tokens: {{a: {{scope: read, secret: {TOKEN}}}}}}}"
    assert TOKEN not in repr(settings(text))


def test_the_local_socket_lies_beside_the_database(tmp_path: Path) -> None:
    assert settings(START, tmp_path).socket == tmp_path / "var/slamon.sock"


def test_authorities_that_cannot_be_read_are_told_and_a_directory_that_is_away_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("none\n")
    text = """
version: 1
sources:
  desk: {kind: redmine, url: https://desk.example, key: k, network: {ca_file: gone.pem}}
directories:
  crew: {kind: csv, path: "${env:CREW}", key: login, on: assignee, address: mail}
notifiers:
  chat: {kind: webhook, url: https://a.example, secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3, ca_file: empty.pem}
  more: {use: chat, timeout: 3s}
  mail: {kind: email, host: h, from: a@b.example, ca_file: "${env:CA}"}
"""
    how = "write the path of a file of certificates, as PEM [unreadable-file]"
    assert lines(text, tmp_path, CREW="hush.csv", CA="hush.pem") == [
        f"4:79: ca_file: 'gone.pem' cannot be read: No such file or directory; {how}",
        "6:27: warning: the file ${env:CREW} cannot be read: No such file or directory; "
        "make it a file that this user may read, or correct the path [unreadable-file]",
        f"8:106: ca_file: 'empty.pem' cannot be read: it holds no certificates; {how}",
        "10:60: the value of ${env:CA} cannot be used here [unreadable-file]",
    ]
