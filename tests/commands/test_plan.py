"""slamon plan: who would be told what, from files and from a real service."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from slamon.cli import cli
from slamon.core.assess import Assessor
from slamon.core.instants import DAY, HOUR, MINUTE
from slamon.core.judge import Judge
from slamon.core.routes import Routing
from slamon.core.standing import Ack
from slamon.ports import CommitmentRow, Judgement, SilenceRow
from slamon.rulefile import load_rules
from slamon.store import SqliteStore
from slamon.web.ahead import Ahead
from slamon.web.problems import Unwilling
from tests.web.build import NOW, READ, desk

RULES = """\
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, warn_at: [75%], targets: {resolution: 4h}}
routes:
  - name: support
    match: all
    steps:
      - {when: at_risk, notify: chat}
      - {when: breached, notify: [chat, {via: mail, to: assignee, else: chat}]}
      - {when: breached, after: 30m, notify: pager}
"""
TICKETS: list[dict[str, Any]] = [
    {"id": "1", "source": "desk", "created_at": "2026-06-08T08:00:00Z", "fields": {"assignee": "anna"}},
    {"id": "2", "source": "desk", "created_at": "2026-06-08T08:30:00Z",
     "events": [{"id": "e", "at": "2026-06-08T10:00:00Z", "kind": "change", "set": {"status": "solved"}}]},
    {"id": "3", "source": "desk", "created_at": "2026-06-08T09:30:00Z"},
]  # fmt: skip
AT = "2026-06-08T09:00:00Z"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "r.yml").write_text(RULES, "utf-8")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TICKETS), "utf-8")
    return tmp_path


def typed(folder: Path, *words: str, files: bool = True) -> Result:
    given = ["--rules", str(folder / "r.yml"), "--tickets", str(folder / "t.jsonl")] if files else []
    return CliRunner().invoke(cli, ["plan", *words, *given])


def test_what_lies_ahead_is_told_with_whom_when_and_the_line_of_the_rules(files: Path) -> None:
    found = typed(files, "--at", AT, "--ticket", "1")
    assert found.exit_code == 0
    assert (
        found.output.replace(str(files), "")
        == """\
at                        ticket  target      moment       tells                  line
Mon 2026-06-08 11:00 UTC  1       resolution  warning 75%  chat                   /r.yml:8:9
Mon 2026-06-08 12:00 UTC  1       resolution  breached     chat                   /r.yml:9:9
Mon 2026-06-08 12:00 UTC  1       resolution  breached     mail (assignee: anna)  /r.yml:9:9
Mon 2026-06-08 12:30 UTC  1       resolution  breached     pager                  /r.yml:10:9
"""
    )


def test_times_are_shown_in_the_zone_of_the_settings_and_several_sources_are_told_apart(files: Path) -> None:
    (files / "slamon.yml").write_text("version: 1\ntime_zone: Europe/Berlin\n")  # no sources: no matter
    other = {"id": "1", "source": "mail", "created_at": "2026-06-08T08:00:00Z"}
    (files / "t.jsonl").write_text("".join(json.dumps(one) + "\n" for one in (TICKETS[0], other)), "utf-8")
    found = typed(files, "--at", AT, "--for", "2h", "--config", str(files / "slamon.yml"))
    assert (
        found.output.replace(str(files), "")
        == """\
at                         ticket  source  target      moment       tells  line
Mon 2026-06-08 13:00 CEST  1       desk    resolution  warning 75%  chat   /r.yml:8:9
Mon 2026-06-08 13:00 CEST  1       mail    resolution  warning 75%  chat   /r.yml:8:9
"""
    )
    as_json = typed(files, "--at", AT, "--for", "2h", "--config", str(files / "slamon.yml"), "--format", "json")
    assert {json.loads(line)["at"] for line in as_json.output.splitlines()} == {"2026-06-08T11:00:00Z"}


def test_what_happens_after_the_instant_is_not_known_to_it(files: Path) -> None:
    found = typed(files, "--at", AT, "--format", "json", "--for", "4h")
    rows = [json.loads(line) for line in found.output.splitlines()]
    assert [(one["ticket"], one["at"], one["notifier"]) for one in rows if one["moment"] == "breached"] == [
        ("1", "2026-06-08T12:00:00Z", "chat"),
        ("1", "2026-06-08T12:00:00Z", "mail"),
        ("1", "2026-06-08T12:30:00Z", "pager"),
        ("2", "2026-06-08T12:30:00Z", "chat"),  # once, though nobody is assigned and chat is told instead
        ("2", "2026-06-08T13:00:00Z", "pager"),
    ]
    assert rows[0]["due_at"] == "2026-06-08T12:00:00Z"


def test_a_quiet_future_is_a_sentence(files: Path) -> None:
    assert typed(files, "--at", AT, "--for", "1h").output == "nobody would be told anything\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "soon"], "slamon plan: --at: 'soon' is not an instant: write one such as 2026-06-08T09:00:00Z\n"),
        (["--for", "2:00"], "slamon plan: --for: '2:00' is not a duration: write one such as 12h or 3d, up to 366d\n"),
        (["--ticket", "9"], "slamon plan: there is no ticket with the id '9'\n"),
    ],
)
def test_what_cannot_be_planned_is_said_with_what_to_type(words: list[str], said: str, files: Path) -> None:
    found = typed(files, *words)
    assert (found.exit_code, found.output) == (2, said)


def test_rules_and_tickets_go_together(files: Path) -> None:
    found = CliRunner().invoke(cli, ["plan", "--rules", str(files / "r.yml")])
    assert (found.exit_code, "give both --rules and --tickets" in found.output) == (2, True)


@pytest.mark.asyncio
async def test_the_service_is_asked_with_what_was_typed(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        words = ["plan", "--at", AT, "--for", "3d", "--ticket", "4 1", "--url", server.server.url, "--token", READ]
        found = await asyncio.to_thread(CliRunner().invoke, cli, words)
        assert (found.exit_code, found.output) == (0, "nobody would be told anything\n")
        status, text, _ = await server.ask("GET", "/api/plan?at=x", READ)
        assert (status, json.loads(text)["errors"][0]["message"]) == (400, "'x' is not an instant")
        status, text, _ = await server.ask("GET", "/api/plan?at=x&for=900d&tiket=4&since=1", READ)
        assert (status, [tuple(one.values()) for one in json.loads(text)["errors"]]) == (400, [
            ("there is no parameter 'tiket'", "did you mean ticket?", "tiket"),
            ("there is no parameter 'since'", "write at, for or ticket", "since"),
            ("'x' is not an instant", "write one such as 2026-06-08T09:00:00Z", "at"),
            ("'900d' is not a duration that can be used", "write one such as 12h or 3d, up to 366d", "for"),
        ])  # fmt: skip
        server.zone = "Asia/Tokyo"
        status, text, _ = await server.ask("GET", "/api/plan", READ)
        assert (status, json.loads(text)) == (200, {"planned": [], "zone": "Asia/Tokyo"})
        assert server.planned == [(NOW, 3 * DAY, "4 1"), (None, DAY, None)]


@pytest.mark.asyncio
async def test_the_service_looks_ahead_with_what_people_have_said(files: Path) -> None:
    store = SqliteStore(files / "slamon.db")
    await store.open()
    try:
        await _fill(store)
        rules = load_rules(files / "r.yml").rules
        assert rules is not None
        ahead = Ahead(store, ("desk",), Assessor(Judge(rules), Routing(rules.routes)), lambda: NOW, lambda one: one)
        assert len(await ahead.look(None, DAY, "1")) == 4
        with pytest.raises(Unwilling, match="there is no ticket '99' in desk") as refused:
            await ahead.look(None, DAY, "99")
        assert refused.value.status == 404
        of_all = [(one["ticket"], one["notifier"]) for one in await ahead.look(None, DAY, None)]
        first = [("1", "chat"), ("1", "mail"), ("1", "pager")]
        second = [("2", "chat"), ("2", "pager")]
        assert of_all == [("1", "chat"), ("2", "chat"), *first, *second]
        nowhere = replace(ahead, reaches=lambda recipient, who: False)
        assert [one["notifier"] for one in await nowhere.look(None, DAY, "1")] == ["chat", "chat", "chat", "pager"]
        await store.save_ack(Ack("desk", "1", None, "anna", NOW, NOW + DAY))
        assert "pager" not in [one["notifier"] for one in await ahead.look(None, DAY, "1")]
        await store.save_silence(SilenceRow("s", '{"id":"2"}', NOW, NOW + DAY, "anna"))
        assert await ahead.look(None, 8 * HOUR, "2") == []
    finally:
        await store.close()


async def _fill(store: SqliteStore) -> None:
    """Two open tickets of which the service knows a commitment."""
    await store.save_batch("desk", [(str(one["id"]), json.dumps(one).encode()) for one in TICKETS[:2]], None)
    row = CommitmentRow("all", "resolution", 1, "on_track", "running", NOW, NOW + HOUR, None, None, NOW + MINUTE)
    for id, stored in (await store.load("desk", ["1", "2"])).items():
        await store.apply([Judgement("desk", id, stored.version, [row], ())], NOW)
