"""Rules in short: what stands around a snippet, and tables of snippets with what is said about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slamon.core.policy import Policy, Rules, Target
from slamon.rulefile import Loaded, read_texts
from slamon.rulefile.render import first_line

OFFICE = """version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-fri: 09:00-17:00}
"""
GOLD = """version: 1
calendars: {office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}}
policies:
  - {name: gold, match: {tier: gold}, calendar: 24x7, warn_at: [90%, 1h], targets: {resolution: 4h}}
  - {name: silver, match: all, calendar: office, warn_at: 50%, targets: {review: {kind: resolution, within: 4h}}}
"""
ROUTE = """routes:
  - name: rest
    match: all
    steps: [{when: breached, notify: [slack, pager, mail]}]
"""
NOTIFIERS = frozenset({"slack", "pager", "mail", "chat"})
SOURCES = frozenset({"desk", "x"})


def indented(snippet: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in snippet.splitlines())


def around(area: str, snippet: str) -> str:
    """A whole file around a snippet of one area."""
    if area == "targets":
        head = f"{OFFICE}policies:\n  - name: p\n    match: all\n    calendar: office\n    targets:\n"
        return head + indented(snippet, 6)
    if area == "calendars":
        return "version: 1\ncalendars:\n" + indented(snippet, 2)
    if area == "matches":
        tail = "    calendar: office\n    targets: {resolution: 4h}\n"
        return f"{OFFICE}policies:\n  - name: p\n    match: {snippet}\n{tail}"
    if area == "policies":
        return f"{OFFICE}policies:\n" + indented(snippet, 2)
    if area == "quiet":
        return f"{GOLD}{ROUTE}quiet:\n{indented(snippet, 2)}"
    return f"{GOLD}routes:\n{indented(snippet, 2)}" if area == "routes" else snippet


def load(text: str, *, routes: bool = False) -> Loaded:
    return read_texts({"r.yml": text.encode()}, routes=routes, notifiers=NOTIFIERS, sources=SOURCES)


def reports(loaded: Loaded) -> list[str]:
    """The first lines of all diagnostics."""
    return [first_line(found) for found in loaded.diagnostics]


def good(text: str) -> Rules:
    """The rules of a text that must load without a word."""
    loaded = load(text)
    assert reports(loaded) == []
    assert loaded.rules is not None
    return loaded.rules


def policy(snippet: str) -> Policy:
    """The only policy of a snippet."""
    (found,) = good(around("policies", snippet)).policies
    return found


def target(snippet: str) -> Target:
    """The only target of a snippet, on the calendar `office`."""
    (found,) = good(around("targets", snippet)).policies[0].targets
    return found


def table(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Snippets of a file with the reports that they must give: blocks between lines of dashes, reports after `=> `."""
    for block in path.read_text("utf-8").split("\n----\n"):
        lines = block.strip("\n").split("\n")
        snippet = [line for line in lines if not line.startswith("=> ")]
        yield "\n".join(snippet), [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
