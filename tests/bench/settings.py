"""The settings of a service that reads the desk of tests.bench.desk, or a file, and its rules."""

from __future__ import annotations

from pathlib import Path

_SETTINGS = """
version: 1
rules: rules.yml
storage: {path: slamon.db}
web: {listen: "ADDRESS"}
sources:
  desk:
"""
_FILE = """
    kind: file
    path: tickets.jsonl
"""
_DESK = """
    kind: rest
    url: URL
    token: secret-of-the-desk
    list:
      path: tickets
      parameters: {updated_since: "{since}"}
      items: data
      complete: true
      paging: {by: cursor, parameter: page, next: meta.next, size_parameter: size, size: 100}
    ticket:
      path: tickets/{id}
      created_at: created
      updated_at: updated
      subject: title
      url: link
      status: state.name
      priority: prio
      author: {login: author.login, agent: author.staff}
    messages:
      items: notes
      at: written
      public: "!internal"
      author: {login: author.login, agent: author.staff}
    changes:
      items: log
      at: at
      by: who
      details: fields
      field: name
      before: old
      value: new
      names: {state: status}
    fields: {customer: org.name, group: team, assignee: owner.login, tags: "labels[].text"}
    status: {New: new, Open: open, Waiting: waiting_customer, Done: solved}
"""
_RULES = """
version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-fri: 08:00-18:00}
    holidays: {country: DE, subdivision: BE}
policies:
  - name: urgent
    match: {priority: [urgent, high]}
    calendar: office
    pause_while: {status: waiting_customer}
    targets: {first_response: 1h, resolution: 8h}
  - name: everyone
    match: all
    calendar: office
    pause_while: {status: waiting_customer}
    targets: {first_response: 4h, resolution: 24h}
"""


def write_settings(folder: Path, url: str | None = None, address: str = "127.0.0.1:0") -> None:
    """slamon.yml and what it names, in an empty folder; without the url of a desk, for a file of tickets."""
    source = _FILE if url is None else _DESK.replace("URL", url)
    (folder / "slamon.yml").write_text(_SETTINGS.replace("ADDRESS", address) + source.strip("\n") + "\n", "utf-8")
    (folder / "rules.yml").write_text(_RULES, "utf-8")
