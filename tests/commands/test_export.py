"""slamon export: what is stored comes out as histories that every other command reads."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from slamon.commands.exits import Exit
from slamon.commands.export import export
from slamon.core.history import decode, encode
from slamon.core.ticket import Event, Ticket
from slamon.store import SqliteStore

SETTINGS = """
version: 1
rules: rules.yml
storage: {path: state.db}
sources:
  desk: {kind: file, path: desk.jsonl}
  shop: {kind: file, path: shop.jsonl}
"""
RULES = """
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, targets: {first_response: {within: 1h}}}
routes:
  - {name: all, match: all, steps: [{when: breached, notify: console}]}
"""


def ticket(source: str, id: str) -> Ticket:
    return Ticket(
        id,
        source,
        1_780_000_000_000_000,
        {"priority": "high"},
        [Event(1_780_000_060_000_000, "message", by="agent", public=True)],
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "slamon.yml").write_text(SETTINGS)
    return tmp_path / "slamon.yml"


async def keep(path: Path, *tickets: Ticket) -> SqliteStore:
    store = SqliteStore(path / "state.db")
    await store.open()
    for one in tickets:
        await store.save_batch(one.source, [(one.id, encode(one))], b"")
    return store


@pytest.mark.asyncio
async def test_it_writes_what_is_stored_while_the_service_runs(
    config: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    kept = [ticket("desk", "1"), ticket("desk", "2"), ticket("shop", "1")]
    store = await keep(config.parent, *kept)
    try:
        assert export(config, (), None) is Exit.FINE
    finally:
        await store.close()
    lines = capfdbinary.readouterr().out.splitlines()
    assert [decode(line, "?") for line in lines] == kept


@pytest.mark.asyncio
async def test_one_source_goes_into_a_packed_file(config: Path) -> None:
    await (await keep(config.parent, ticket("desk", "1"), ticket("shop", "7"))).close()
    output = config.parent / "out.jsonl.gz"
    assert export(config, ("shop",), output) is Exit.FINE
    assert [decode(line, "?").id for line in gzip.decompress(output.read_bytes()).splitlines()] == ["7"]
    assert sorted(one.name for one in config.parent.iterdir() if "out" in one.name) == ["out.jsonl.gz"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "help"),
    [("dask", "did you mean desk?"), ("rt", "there are desk and shop"), ("x\x1b", "there are desk and shop")],
)
async def test_an_unknown_source_is_named_with_those_that_there_are(
    name: str, help: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await (await keep(config.parent, ticket("desk", "1"), ticket("shop", "1"))).close()
    assert export(config, (name,), None) is Exit.UNUSABLE
    shown = name.replace("\x1b", "\\x1b")
    assert capsys.readouterr().err == f"there is no source '{shown}'; {help}\n"


@pytest.mark.asyncio
async def test_tickets_of_a_source_that_was_taken_out_come_out_too_and_no_secret_is_needed(
    config: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    await (await keep(config.parent, ticket("desk", "1"), ticket("shop", "7"))).close()
    config.write_text(
        "version: 1\nstorage: {path: state.db}\nsources: {rt: {kind: rt, token: '${env:NOT_SET_HERE}'}}\n"
    )
    assert export(config, (), None) is Exit.FINE
    out, error = capfdbinary.readouterr()
    assert [decode(line, "?").id for line in out.splitlines()] == ["1", "7"]
    assert error == b"2 tickets of desk and shop\n"


@pytest.mark.asyncio
async def test_where_nothing_was_read_yet_there_is_nothing_to_export(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await (await keep(config.parent)).close()
    assert export(config, (), None) is Exit.FINE
    assert export(config, ("desk",), None) is Exit.UNUSABLE
    assert capsys.readouterr().err == "nothing is stored yet\nthere is no source 'desk'; nothing is stored yet\n"


def test_without_a_database_it_says_what_makes_one(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(config, (), None) is Exit.CANNOT_RUN
    assert capsys.readouterr().err == f"{config.parent / 'state.db'}: there is no such database: slamon run makes it\n"


def test_a_database_of_another_program_is_left_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "state.db").write_bytes(b"no database at all, but long enough to look at" * 100)
    assert export(config, (), None) is Exit.CANNOT_RUN
    assert "this is no SQLite database" in capsys.readouterr().err


@pytest.mark.asyncio
async def test_a_device_or_a_pipe_is_written_to_and_not_replaced(config: Path) -> None:
    await (await keep(config.parent, ticket("desk", "1"))).close()
    pipe = config.parent / "pipe.jsonl"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert export(config, (), pipe) is Exit.FINE
        assert decode(os.read(reader, 1 << 16).rstrip(), "?").id == "1"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.asyncio
async def test_a_link_stays_and_the_file_that_it_leads_to_is_written(config: Path) -> None:
    await (await keep(config.parent, ticket("desk", "1"))).close()
    (config.parent / "link.jsonl").symlink_to("real.jsonl")
    assert export(config, (), config.parent / "link.jsonl") is Exit.FINE
    assert (config.parent / "link.jsonl").is_symlink()
    assert (config.parent / "real.jsonl").is_file()


@pytest.mark.parametrize("output", [".", "/", ""])
@pytest.mark.asyncio
async def test_a_directory_is_no_file_to_write(output: str, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await (await keep(config.parent, ticket("desk", "1"))).close()
    assert export(config, (), Path(output)) is Exit.CANNOT_RUN
    assert capsys.readouterr().err == f"{Path(output)} cannot be written: it is a directory\n"
