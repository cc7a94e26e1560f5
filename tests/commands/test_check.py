"""slamon check, with the settings of a whole installation: a helpdesk, directories, and every way to reach people."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from slamon import notifiers
from slamon.commands.check import check
from slamon.commands.exits import Exit
from slamon.commands.load import load

SETTINGS = """
version: 1
rules: rules/
time_zone: Europe/Berlin
storage: {path: var/slamon.db, keep: {ended: 400d, deliveries: 90d, events: 400d}}
web:
  listen: 127.0.0.1:8080
  url: https://slamon.example
  tokens:
    prometheus: {scope: read, secret: "${file:run/secrets/prometheus}"}
    leads: {scope: act, secret: "${env:SLAMON_LEADS}"}
  open: [health]
sources:
  acme-desk:
    kind: redmine
    url: https://desk.example
    key: ${env:REDMINE_KEY}
    poll: 30s
    since: 30d
    max_data_age: 2m
    agents: {roles: [Support, Manager]}
    bots: {users: [autoresponder]}
    status: {Feedback: waiting_customer, Resolved: solved}
    fields: {customer: custom_field.Customer, channel: custom_field.Channel}
    network: {ca_file: corp-ca.pem, proxy: "${env:PROXY}"}
directories:
  customers: {kind: csv, path: customers.csv, key: name, on: customer, refresh: 1h}
  people: {kind: csv, path: people.csv, key: login, on: assignee, address: mail}
notifiers:
  slack-support: {kind: slack, webhook: "${env:SLACK_SUPPORT}", rate: 1/s}
  mail: {kind: email, host: smtp.example, port: 587, tls: starttls, user: slamon,
         password: "${file:run/secrets/smtp}", from: slamon@example.com, people: people, fallback: slack-support}
  team-lead: {use: mail, to: lead@example.com}
  ops-mail: {use: mail, to: ops@example.com, template: templates/ops.txt}
  pager: {kind: pagerduty, key: "${env:PAGERDUTY_KEY}"}
alerts: {horizon: 24h, per_ticket: 6/h, realert_after: 1h, send: true}
heartbeat: {url: "${env:HEARTBEAT_URL}", every: 1m}
log: {format: json, level: info}
"""
RULES = """
version: 1
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {first_response: 1h, resolution: 8h}}
  - {name: all, match: all, calendar: 24x7, targets: {first_response: 4h}}
routes:
  - name: gold
    match: {policy: gold}
    steps:
      - {when: at_risk, notify: {via: mail, to: assignee, else: slack-support}}
      - {when: breached, notify: [pager, team-lead]}
      - {when: [met, missed, cancelled], notify: pager, as: update}
  - {name: all, match: all, steps: [{when: [at_risk, breached], notify: slack-support}]}
  - {name: slamon itself, match: {alert: monitor}, steps: [{when: [raised, cleared], notify: [ops-mail, pager]}]}
"""
FILES = {
    "slamon.yml": SETTINGS,
    "rules/support.yml": RULES,
    "run/secrets/prometheus": "0123456789abcdef-prometheus\n",
    "run/secrets/smtp": "hush\n",
    "customers.csv": "name,tier\nAcme,gold\n",
    "people.csv": "login,mail\nada,ada@example.com\n",
    "templates/ops.txt": "{{ title }}\n",
}
VARIABLES = {
    "SLAMON_LEADS": "0123456789abcdef-leads",
    "REDMINE_KEY": "hush",
    "PROXY": "http://proxy.example:3128",
    "SLACK_SUPPORT": "https://hooks.slack.com/services/T/B/x",
    "PAGERDUTY_KEY": "0123456789abcdefABCDEF0123456789",
    "HEARTBEAT_URL": "https://heartbeat.example/1",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "corp-ca.pem"))
    for name, text in VARIABLES.items():
        monkeypatch.setenv(name, text)
    return tmp_path


def test_a_whole_installation_loads_without_a_mistake_or_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder / "slamon.yml", None, strict=True, format="text") is Exit.FINE
    assert capsys.readouterr().out == ""
    settings = load(folder / "slamon.yml").settings
    assert settings is not None
    made = [notifiers.make(one.kind, one.name, one.options, one.template) for one in settings.notifiers]
    assert [one.name for one in made] == ["slack-support", "mail", "team-lead", "ops-mail", "pager", "console"]


def test_a_key_of_another_sort_is_refused_at_its_place_and_not_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGERDUTY_KEY", "canary of the rest")
    assert check(folder / "slamon.yml", None, strict=False, format="text") is Exit.UNUSABLE
    told = capsys.readouterr().out
    assert ":35:33: key: not an integration key; write that of an integration" in told
    assert "canary" not in told
