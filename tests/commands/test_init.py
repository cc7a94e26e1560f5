"""slamon init: what it writes passes check and test, and nothing is overwritten."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from slamon import notifiers, sources
from slamon.commands.exits import Exit
from slamon.commands.init import init
from slamon.commands.init_flags import Given
from tests.commands.initialised import HTTP, passes
from tests.e2e.process import ROOT

# By kind, what its class cannot do without beside secrets.
SOURCES: dict[str, Given] = {
    "django_helpdesk": Given(url=HTTP, set=("source.user=slamon",)),
    "file": Given(set=("source.path=tickets.jsonl",)),
    "github": Given(set=("source.repositories=acme/vpn,acme/app",)),
    "redmine": Given(url=HTTP),
    "replay": Given(set=("source.path=log.jsonl",)),
    "rest": Given(
        url=HTTP,
        set=("source.list.path=tickets", "source.ticket.path=tickets/{id}", "source.ticket.created_at=created"),
    ),
    "roundup": Given(url=HTTP, set=("source.user=slamon", "source.agents.domains=acme.example")),
    "rt": Given(url=HTTP),
    "webhook": Given(),
}
NOTIFIERS: dict[str, Sequence[str]] = {
    "alertmanager": ("alertmanager.urls=http://alertmanager:9093",),
    "console": (),
    "email": ("email.host=smtp.example", "email.from=slamon@example.com", "email.to=lead@example.com,b@example.com"),
    "pagerduty": (),
    "slack": (),
    "webhook": (),
}


def given(source: str, *notifiers: str, **more: object) -> Given:
    base = SOURCES[source]
    settings = (*base.set, *(one for name in notifiers for one in NOTIFIERS[name]))
    values: dict[str, object] = {"source": source, "url": base.url, "notifiers": notifiers, "set": settings}
    return Given(**{"zone": "Europe/Berlin", **values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sources.kinds())
def test_for_every_kind_of_source_what_is_written_passes_check_and_test(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init(tmp_path, given(kind)) is Exit.FINE
    passes(tmp_path, monkeypatch)


@pytest.mark.parametrize("kind", notifiers.kinds())
def test_for_every_kind_of_notifier_what_is_written_passes_check_and_test(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init(tmp_path, given("file", kind)) is Exit.FINE
    passes(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "more",
    [
        {"hours": ("24x7",)},
        {"hours": ("mon-thu 08:00-12:00, 13:00-17:00", "fri 08:00-14:00"), "holidays": "DE-BE"},
        {"hours": ("sun-thu 22:00-06:00",), "zone": "Asia/Kathmandu"},
        {"hours": ("sat 10:00-10:30",), "zone": "America/St_Johns", "resolution": "3h"},
        {"zone": "Pacific/Auckland", "holidays": "NZ"},
        {"holidays": "AU-NSW", "zone": "Australia/Sydney"},
        {"first_response": "none", "resolution": "90s"},
        {"first_response": "1h30m", "resolution": "none"},
    ],
)
def test_the_rule_tests_hold_for_any_hours_and_promises(
    more: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init(tmp_path, given("file", "console", "slack", **more)) is Exit.FINE
    passes(tmp_path, monkeypatch)


def test_the_settings_read_as_a_person_would_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path / "new", given("redmine", "email", "slack", holidays="DE-BE")) is Exit.FINE
    assert (tmp_path / "new" / "slamon.yml").read_text() == (
        """\
# Where the tickets are, and who is told. Mistakes: slamon check. Every key: slamon schema settings
version: 1
rules: rules/
time_zone: Europe/Berlin
storage:
  path: var/slamon.db
web:
  listen: 127.0.0.1:8080
sources:
  desk:
    kind: redmine
    url: https://desk.example
    key: "${env:REDMINE_KEY}"
    poll: 30s
    max_data_age: 10m
notifiers:
  email:
    kind: email
    host: smtp.example
    from: slamon@example.com
    to: [lead@example.com, b@example.com]
  slack:
    kind: slack
    webhook: "${env:SLACK_WEBHOOK}"
"""
    )
    out, error = capsys.readouterr()
    assert error == ""
    assert "export REDMINE_KEY=…    # The API key of an account" in out
    assert "export SLACK_WEBHOOK=…" in out
    assert out.endswith(f"Next: slamon doctor --config {tmp_path / 'new' / 'slamon.yml'}\n")


def test_what_is_to_be_typed_next_can_be_typed_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a b"
    assert init(folder, Given("redmine", HTTP, ("console",), ("source.key=${file:key}",), "UTC")) is Exit.FINE
    out = capsys.readouterr().out
    assert f"slamon test '{folder}/rules' tries them out" in out
    assert f"install -m 600 /dev/stdin '{folder}/key' " in out
    assert out.endswith(f"Next: slamon doctor --config '{folder}/slamon.yml'\n")


@pytest.mark.parametrize("name", ["slamon.yml", "rules/policies.yml", "rules/mine.yaml", "rules/tests/mine.yml"])
def test_nothing_is_overwritten(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    assert init(tmp_path, given("file")) is Exit.UNUSABLE
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [mine]
    assert mine.read_text() == "mine"
    assert f"{mine} is there already, and nothing is overwritten; look at it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Given(), "say where the tickets are: --source django_helpdesk, "),
        (Given("redmin"), "'redmin' is no kind of source; did you mean redmine?"),
        (Given("file", notifiers=("pigeon",)), "'pigeon' is no kind of notifier; there are alertmanager, console"),
        (Given("redmine"), "redmine needs --url URL (Where the system is, as in a browser.)"),
        (Given("file"), "file needs --set source.path=VALUE"),
        (
            Given("file", set=("source.path=t",), notifiers=("email",)),
            "email needs --set email.host=VALUE, --set email.from=VALUE and --set email.to=VALUE",
        ),
        (Given("file", set=("path=t",)), "--set path: write PART.KEY=VALUE, such as source.url="),
        (Given("file", set=("mail.to=t",)), "--set mail.to: there is no 'mail' here; begin with source, web"),
        (Given("file", set=("source.path=t", "source.pth=t")), "unknown key 'pth'; did you mean path?"),
        (Given("file", url="x", set=("source.path=t",)), "unknown key 'url'"),
        (Given("roundup", HTTP, set=("source.user=s",)), "write users, domains or roles"),
        (Given("file", set=("source.path=t",), hours=("mon-fri 9-17",)), "write 09:00-17:00"),
        (Given("file", set=("source.path=t",), zone="Europe/Brelin"), "did you mean Europe/Berlin?"),
        (Given("file", set=("source.path=t",), first_response="30"), "write 30h or 30m"),
        (Given("file", set=("source.path=t",), holidays="XX"), "'XX'"),
        (Given("file", set=("source.path=t", "web.listen=0.0.0.0:80")), "needs tokens"),
    ],
)
def test_what_cannot_be_meant_is_told_with_what_to_type_and_nothing_is_written(
    options: Given, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path, options) is Exit.UNUSABLE
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "settings",
    [
        ("github", ("source.repositories=a/b", "source.token=ghp_HUSH")),
        ("file", ("source.path=t", "slack.webhook=https://hooks.slack.com/HUSH")),
        ("file", ("source.path=t", "webhook.headers.Authorization=HUSH")),
    ],
)
def test_a_secret_is_never_written_nor_shown(
    settings: tuple[str, tuple[str, ...]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path, Given(settings[0], set=settings[1], notifiers=("slack", "webhook"))) is Exit.UNUSABLE
    out, error = capsys.readouterr()
    assert "is a secret, which does not stand in a file: write --set" in error
    assert "HUSH" not in out + error
    assert list(tmp_path.iterdir()) == []


def test_a_secret_may_stand_in_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Given("redmine", HTTP, ("console",), ("source.key=${file:keys/redmine}",), "UTC")
    assert init(tmp_path, options) is Exit.FINE
    assert f"install -m 600 /dev/stdin {tmp_path}/keys/redmine" in capsys.readouterr().out
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "redmine").write_text("hush\n")
    passes(tmp_path, monkeypatch)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert init(tmp_path / "file" / "below", given("file")) is Exit.CANNOT_RUN
    assert "cannot be written: Not a directory" in capsys.readouterr().err


def test_the_page_on_the_first_hour_takes_twelve_commands_and_its_settings_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "how-to" / "first-hour.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    commands = [line for language, block in blocks if not language for line in block.splitlines()]
    assert len(commands) == 12
    [typed] = [shlex.split(line.replace("~", str(tmp_path))) for line in commands if line.startswith("slamon init ")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", *typed], cwd=tmp_path, env=environment, check=True, capture_output=True)
    passes(tmp_path / "desk", monkeypatch)
