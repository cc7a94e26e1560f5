"""The sections of directories and of sources that are pushed to, as a sound file holds them."""

from __future__ import annotations

from slamon.core.instants import HOUR, MINUTE
from slamon.directories.files import FileSettings
from slamon.directories.rest import RestSettings
from slamon.secrets import Secret
from slamon.settings import DirectorySettings
from slamon.sources.http.settings import Agents
from slamon.sources.webhook import WebhookSettings
from slamon.sources.webhook_payload import MessageMap, PayloadMap
from tests.settings_file.build import START, read, settings

KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


def test_directories_are_read_with_what_they_are_for() -> None:
    text = (
        START
        + """
directories:
  customers: {kind: csv, path: customers.csv, key: name, on: customer}
  people: {kind: yaml, path: people.yml, key: login, on: assignee, address: mail, refresh: 5m}
  crm: {kind: rest, url: "https://crm.example/c", token: "${env:CRM}", items: data, key: id, on: customer}
"""
    )
    csv, yaml = FileSettings("customers.csv"), FileSettings("people.yml")
    rest = RestSettings(url="https://crm.example/c", token=Secret("t0ken"), items="data")
    assert settings(text, CRM="t0ken").directories == (
        DirectorySettings("customers", "csv", csv, "name", "customer", HOUR),
        DirectorySettings("people", "yaml", yaml, "login", "assignee", 5 * MINUTE, "mail"),
        DirectorySettings("crm", "rest", rest, "id", "customer", HOUR),
    )


def test_without_the_section_there_is_no_directory() -> None:
    assert settings(START).directories == ()


def test_a_source_that_is_pushed_to_says_where_in_a_payload_things_stand() -> None:
    text = """
version: 1
sources:
  desk: {kind: file, path: t.jsonl}
  quick: {kind: webhook, secret: "${env:HOOK}", source: desk}
  vendor:
    kind: webhook
    secret: ${env:HOOK}
    map:
      id: ticket.id
      created_at: ticket.opened
      updated_at: ticket.changed
      message: {id: comment.id, at: comment.at, author: comment.by}
    fields: {status: ticket.state}
    status: {Pending: waiting_customer}
    agents: {domains: desk.example}
"""
    message = MessageMap(id="comment.id", at="comment.at", author="comment.by")
    where = PayloadMap(id="ticket.id", created_at="ticket.opened", updated_at="ticket.changed", message=message)
    wanted = WebhookSettings(
        secret=Secret(KEY),
        map=where,
        fields={"status": "ticket.state"},
        status={"Pending": "waiting_customer"},
        agents=Agents(domains=("desk.example",)),
    )
    found = {one.name: one.options for one in settings(text, HOOK=KEY).sources}
    assert found["quick"] == WebhookSettings(secret=Secret(KEY), source="desk")
    assert found["vendor"] == wanted


def test_a_secret_that_is_none_is_not_shown() -> None:
    text = 'version: 1\nsources: {h: {kind: webhook, secret: "${env:HOOK}"}}\n'
    shown = repr(read(text, HOOK="CANARY-of-many-bytes-that-are-no-base64").diagnostics)
    assert "CANARY" not in shown
    assert "no signing secret" in shown
