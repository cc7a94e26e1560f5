"""The source of kind file, on real files."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

import slamon.sources.tail
from slamon.ports import Batch, SourceError
from slamon.sources import Surroundings, load
from slamon.sources.file import FileSource
from tests.clock import ManualTime


def ticket(id: str, status: str = "new") -> bytes:
    return json.dumps({"id": id, "created_at": "2026-06-05T14:00:00Z", "fields": {"status": status}}).encode() + b"\n"


class Reader:
    """Reads a source again and again, as the service does, through a new object each time."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self.cursor: bytes | None = None
        self.problems: list[str] = []

    async def batches(self) -> list[Batch]:
        return [batch async for batch in FileSource("desk", self.paths).collect(self.cursor)]

    async def read(self) -> list[str]:
        """What is new, as id or id=status."""
        found: list[str] = []
        async for batch in FileSource("desk", self.paths).collect(self.cursor):
            self.cursor = batch.cursor
            self.problems += [problem.removeprefix(f"{self.paths[0].parent}{os.sep}") for problem in batch.problems]
            for one in batch.tickets:
                assert one.source == "desk"
                status = one.fields["status"]
                found.append(one.id if status == "new" else f"{one.id}={status}")
        return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def append(path: Path, *texts: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"".join(texts))


@pytest.mark.asyncio
async def test_a_growing_file_is_read_on_from_where_it_was(log: Path) -> None:
    reader = Reader(log)
    append(log, ticket("1"), ticket("2"))
    assert await reader.read() == ["1", "2"]
    assert await reader.read() == []
    append(log, ticket("3"), b"oops\n", ticket("1", "solved"))
    assert await reader.read() == ["3", "1=solved"]
    assert [problem[:12] for problem in reader.problems] == ["log.jsonl:4:"]
    assert await reader.read() == []


@pytest.mark.asyncio
async def test_of_many_lines_of_a_ticket_the_last_is_its_state(log: Path) -> None:
    append(log, ticket("1", "open"), ticket("2"), ticket("1", "on_hold"), ticket("1", "solved"))
    assert await Reader(log).read() == ["2", "1=solved"]


@pytest.mark.asyncio
async def test_a_half_written_line_waits_for_its_rest(log: Path) -> None:
    reader = Reader(log)
    text = ticket("2")
    append(log, ticket("1"), text[:20])
    assert await reader.read() == ["1"]
    assert await reader.read() == []
    append(log, text[20:-1])
    assert await reader.read() == ["2"]
    append(log, b"\n", b"oops\n", ticket("3"))
    assert await reader.read() == ["3"]
    assert [problem[:12] for problem in reader.problems] == ["log.jsonl:3:"]


@pytest.mark.asyncio
async def test_a_renamed_file_is_read_to_its_end_before_the_new_one(log: Path) -> None:
    reader = Reader(log)
    append(log, ticket("1"))
    assert await reader.read() == ["1"]
    append(log, ticket("2"), ticket("3", "open"))
    log.rename(log.with_suffix(".1"))
    append(log, ticket("3", "solved"))
    assert await reader.read() == ["2", "3=open", "3=solved"]
    append(log, ticket("4"))
    assert await reader.read() == ["4"]


@pytest.mark.asyncio
async def test_late_lines_of_a_renamed_file_are_read_while_the_new_one_is_empty(log: Path) -> None:
    reader = Reader(log)
    append(log, ticket("1"))
    await reader.read()
    old = log.rename(log.with_suffix(".1"))
    log.touch()
    assert await reader.read() == []
    append(old, ticket("2"))
    assert await reader.read() == ["2"]
    append(log, ticket("3"))
    assert await reader.read() == ["3"]


@pytest.mark.asyncio
@pytest.mark.parametrize("other", [[ticket("8")], [ticket("8"), ticket("9")], [ticket("7"), ticket("8"), ticket("9")]])
async def test_a_file_cut_short_and_written_anew_is_read_from_its_beginning(log: Path, other: list[bytes]) -> None:
    reader = Reader(log)
    append(log, ticket("1"), ticket("2"))
    await reader.read()
    log.write_bytes(b"".join(other))
    assert len(await reader.read()) == len(other)
    append(log, ticket("3"))
    assert await reader.read() == ["3"]


@pytest.mark.asyncio
async def test_a_file_replaced_by_another_is_read_from_its_beginning(log: Path) -> None:
    reader = Reader(log)
    append(log, ticket("1"), ticket("2"))
    await reader.read()
    new = log.with_suffix(".new")
    append(new, ticket("1", "open"), ticket("2"), ticket("3"))
    new.replace(log)
    assert await reader.read() == ["1=open", "2", "3"]


@pytest.mark.asyncio
async def test_each_cursor_covers_its_batch_and_all_before(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.sources.tail, "CHUNK", 2)
    append(log, *(ticket(str(number)) for number in range(5)), ticket("0", "solved"))
    batches = await Reader(log).batches()
    assert [[one.id for one in batch.tickets] for batch in batches] == [["1", "2"], ["3", "4"], ["0"]]
    later = Reader(log)
    later.cursor = batches[0].cursor
    assert await later.read() == ["3", "4", "0=solved"]


@pytest.mark.asyncio
async def test_a_packed_file_is_read_again_when_it_is_another(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.sources.tail, "CHUNK", 1)
    packed = log.with_suffix(".jsonl.gz")
    reader = Reader(packed)
    packed.write_bytes(gzip.compress(ticket("1") + ticket("2")))
    first = (await reader.batches())[0]
    assert await reader.read() == ["1", "2"]
    assert await reader.read() == []
    reader.cursor = first.cursor
    assert await reader.read() == ["1", "2"]  # interrupted after the first batch: again from the beginning
    packed.write_bytes(gzip.compress(ticket("1") + ticket("2") + ticket("3")))
    assert await reader.read() == ["1", "2", "3"]


@pytest.mark.asyncio
async def test_a_missing_file_is_a_fault_that_may_pass_and_the_others_are_read(log: Path) -> None:
    other = log.with_name("other.jsonl")
    reader = Reader(log, other)
    append(other, ticket("1"))
    with pytest.raises(SourceError) as raised:
        await reader.read()
    assert str(raised.value) == f"{log} cannot be read: No such file or directory"
    assert not raised.value.permanent
    append(log, ticket("2"))
    assert await reader.read() == ["2"]


@pytest.mark.asyncio
async def test_a_folder_in_place_of_a_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        await Reader(tmp_path).read()


@pytest.mark.asyncio
@pytest.mark.parametrize("cursor", [b"", b"12", b'{"x": 1}', b"\xff"])
async def test_a_cursor_of_something_else_means_that_all_is_new(log: Path, cursor: bytes) -> None:
    append(log, ticket("1"))
    reader = Reader(log)
    reader.cursor = cursor
    assert await reader.read() == ["1"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["log.jsonl", ["log.jsonl"]])
async def test_paths_of_settings_are_relative_to_their_folder(log: Path, path: str | list[str]) -> None:
    append(log, ticket("1"))
    kind = load("file")
    source = kind.source("desk", kind.settings(path), Surroundings(log.parent, ManualTime(), 0))
    assert [one.id async for batch in source.collect(None) for one in batch.tickets] == ["1"]
    await source.close()


@pytest.mark.parametrize("path", ["", [], [""]])
def test_settings_without_a_path_say_what_to_write(path: str | list[str]) -> None:
    with pytest.raises(ValueError, match=r"path: nothing to read: write the name of a \.jsonl or \.jsonl\.gz file"):
        load("file").settings(path)
