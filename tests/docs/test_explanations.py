"""The pages that explain: what they show is what is printed, and what they name is there."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from click.testing import CliRunner

from slamon.cli import cli
from slamon.core.kinds import KINDS
from slamon.core.moments import AT_RISK, BREACHED, CANCELLED, MET, MISSED, PAUSED
from slamon.core.ticket import STATUSES
from slamon.core.verdict import ClockState, Confidence, Status
from slamon.core.wire import WireEvent, WireTicket
from slamon.ports import Ending
from slamon.secrets import Secret
from slamon.sources.registry import Kind
from tests.docs.pages import DOCS, ROOT, blocks, in_code, page, tables
from tests.web.build import desk

GLOSSARY = page("glossary.md")
PAGES = [f"explanation/{one.name}" for one in sorted((DOCS / "explanation").glob("*.md"))]
_FILE = re.compile(r"`([\w/.-]+\.(?:yml|jsonl))`[^`]*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"^```\n(slamon [^\n]+)\n```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(path: str) -> list[tuple[str, str]]:
    """The commands of a page, each with the output that stands below it."""
    return _SHOWN.findall(page(path))


def write_files(path: str, folder: Path) -> None:
    """The files that a page gives, under the names that it gives them."""
    for name, text in _FILE.findall(page(path)):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def printed(command: str) -> str:
    """What a command writes to standard output."""
    return CliRunner().invoke(cli, shlex.split(command)[1:]).stdout


def verdicts(text: str) -> list[dict[str, str]]:
    """The tables of a page that show verdicts: a row for each, with the keys of `slamon evaluate` as columns."""
    found = [table for table in tables(text) if "ticket" in table[0]]
    return [{key: cell.strip("`") for key, cell in row.items()} for table in found for row in table]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_what_is_printed(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(path, tmp_path)
    found = shown(path)
    assert len(found) == len(re.findall(r"^slamon [^\n]+\n```\n\n```text$", page(path), re.MULTILINE)) > 0
    assert [(command, printed(command)) for command, _ in found] == found


@pytest.mark.parametrize("path", [path for path in PAGES if verdicts(page(path))])
def test_a_table_of_verdicts_is_what_evaluate_says(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(path, tmp_path)
    [command] = re.findall(r"`(slamon evaluate [^`]+)`", page(path))
    given = [json.loads(line) for line in printed(command).splitlines()]
    for row in verdicts(page(path)):
        assert row in [{key: _cell(one[key]) for key in row} for one in given]


def _cells(table: str) -> list[list[str]]:
    """What stands in the columns of a table, however wide they are."""
    return [re.split(r" {2,}", line) for line in table.splitlines()]


def _cell(value: object) -> str:
    """A value of a verdict as it stands in a table."""
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


def test_the_weeks_of_the_page_on_measuring_are_what_its_program_counts(tmp_path: Path) -> None:
    text = page("how-to/measure-and-improve.md")
    [(command, below)] = re.findall(
        r"^```\n(slamon [^\n]+) \| python3 weekly\.py\n```\n\n```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    program = tmp_path / "weekly.py"
    program.write_text(blocks(text, "python")[0], encoding="utf-8")
    given = printed(re.sub(r"slamon/samples/", f"{ROOT}/slamon/samples/", command))
    done = subprocess.run(
        [sys.executable, program], input=given, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == below


def test_every_metric_of_the_page_on_measuring_is_exported_or_recorded() -> None:
    recorded = set(re.findall(r"record: (\S+)", (ROOT / "deploy/prometheus/slamon-recording.yml").read_text("utf-8")))
    exported = set(re.findall(r"`(slamon_\w+)`", page("metrics.md")))
    named = set(re.findall(r"(?:[a-z_]+:)?slamon[:_][\w:]+", page("how-to/measure-and-improve.md")))
    assert {re.sub(r"_(bucket|count|sum)$", "", one) for one in named} <= recorded | exported


@pytest.mark.asyncio
async def test_the_page_on_acknowledging_shows_what_is_printed(tmp_path: Path) -> None:
    """By a real server that has ticket 1 of desk in place of 4711 of acme-desk."""
    text = page("how-to/acknowledge-and-silence.md").replace("4711", "1").replace("acme-desk", "desk")
    acknowledged, acks_listed, listed = blocks(text, "text")[:3]
    acks, lists, adds = (
        block.splitlines() for block in blocks(text) if block.startswith(("slamon ack", "slamon silence"))
    )
    sources = "{desk: {kind: file, path: t.jsonl}}"
    (tmp_path / "slamon.yml").write_text(f"version: 1\nstorage: {{path: s.db}}\nsources: {sources}\n", "utf-8")

    async def typed(line: str) -> str:
        return await asyncio.to_thread(printed, f"{line} --config {tmp_path / 'slamon.yml'}")

    async with desk(tmp_path, socket=tmp_path / "s.sock"):
        said = [await typed(line) for line in acks]
        assert (said[0], all(said)) == (acknowledged, True)
        assert [_cells(await typed(line)) for line in lists] == [_cells(acks_listed)] * len(lists)
        id = (await typed(adds[0])).strip()
        assert (await typed("slamon silence list")).replace(id, "f528b9ab") == listed
        assert all([await typed(line) for line in adds[1:3]])
        await typed(adds[-1].replace("f528b9ab", id))
        assert id not in await typed("slamon silence list")


def test_the_source_of_the_page_on_writing_one_is_a_kind() -> None:
    code = "\n\n".join(["from __future__ import annotations", *blocks(page("how-to/write-a-source.md"), "python")])
    module = ModuleType("toy")
    sys.modules["toy"] = module  # a dataclass looks for its module
    try:
        exec(compile(code, "write-a-source.md", "exec"), vars(module))
        settings = module.KIND.settings(url="https://toy.example", key=Secret("secret"))
        with pytest.raises(ValueError, match="fields"):
            module.KIND.settings(url="https://toy.example", key=Secret("secret"), fields={"channel": "nothing"})
    finally:
        del sys.modules["toy"]
    assert isinstance(module.KIND, Kind)
    assert settings.since is not None


def test_the_tables_of_the_page_on_histories_name_every_key() -> None:
    of_tickets, of_events = tables(page("explanation/ticket-histories.md"))
    assert _keys(of_tickets) == set(WireTicket.__struct_fields__)
    assert _keys(of_events) == set(WireEvent.__struct_fields__)


def test_every_panel_that_the_page_on_measuring_names_is_on_the_dashboard() -> None:
    board = json.loads((ROOT / "deploy/grafana/dashboards/promises.json").read_text("utf-8"))
    titles = {panel["title"].partition(": $")[0] for panel in board["panels"]}  # one may stand there for each target
    [questions] = [table for table in tables(page("how-to/measure-and-improve.md")) if "panel" in table[0]]
    assert {title for row in questions for title in row["panel"].split("; ")} <= titles


def _keys(table: list[dict[str, str]]) -> set[str]:
    return {key for row in table for key in in_code(row["key"])}


def test_the_glossary_is_in_order_and_has_each_word_once() -> None:
    words = [
        word.strip("`").replace("_", " ").lower() for word in re.findall(r"^- \*\*(.+?)\*\*", GLOSSARY, re.MULTILINE)
    ]
    assert words == sorted(set(words))
    assert len(words) == len(re.findall(r"^- ", GLOSSARY, re.MULTILINE))


def test_the_glossary_has_the_words_of_verdicts_alerts_and_metrics() -> None:
    statuses, clocks, confidences = (set(get_args(one)) for one in (Status, ClockState, Confidence))
    moments = {AT_RISK, BREACHED, MET, MISSED, CANCELLED, PAUSED}
    words = set(re.findall(r"\w+", " ".join(re.findall(r"^- \*\*(.+?):", GLOSSARY, re.MULTILINE))))
    assert statuses | clocks | confidences | moments | set(KINDS) | {one.value for one in Ending} <= words


def test_every_ticket_status_stands_in_the_glossary() -> None:
    assert {status for status in STATUSES if f"`{status}`" not in GLOSSARY} == set()
