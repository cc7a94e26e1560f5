"""Reading files of ticket histories."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import slamon.sources.jsonl
from slamon.core.ticket import Ticket
from slamon.sources.jsonl import BadLine, default_source, read

TICKET = b'{"id": "%d", "created_at": "2026-06-05T14:00:00Z"}'


def lines(path: Path, seen: set[tuple[str, str]] | None = None) -> list[str]:
    """What was found: ids of tickets, and bad lines as LINE: what is wrong."""
    found = list(read(path, seen))
    return [one.id if isinstance(one, Ticket) else str(one).removeprefix(f"{path}:") for one in found]


def test_tickets_and_bad_lines_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "desk.jsonl"
    path.write_bytes(TICKET % 1 + b"\n\nnothing\r\n" + TICKET % 2 + b"\r\n  \n[]\n" + TICKET % 3)
    found = list(read(path))
    assert [type(one) for one in found] == [Ticket, BadLine, Ticket, BadLine, Ticket]
    assert str(found[3]) == f"{path}:6: this is a list, not an object"
    assert str(found[1]).startswith(f"{path}:3: 'nothing' is not JSON")


def test_a_packed_file_is_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "desk.jsonl", tmp_path / "desk.jsonl.gz"
    plain.write_bytes(TICKET % 1 + b"\n{}\n" + TICKET % 2 + b"\n")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert lines(packed) == lines(plain) == ["1", "2: id is missing", "2"]


@pytest.mark.parametrize(
    ("name", "source"),
    [("a.b.jsonl.gz", "a.b"), ("desk.jsonl", "desk"), ("desk.2026.jsonl", "desk.2026"), ("desk", "desk")],
)
def test_a_ticket_without_source_belongs_to_the_stem_of_the_file(tmp_path: Path, name: str, source: str) -> None:
    assert default_source(tmp_path / name) == source
    path = tmp_path / name
    path.write_bytes(gzip.compress(TICKET % 1) if name.endswith(".gz") else TICKET % 1)
    assert [found.source for found in read(path) if isinstance(found, Ticket)] == [source]


def test_a_second_line_of_a_ticket_is_bad_where_each_may_stand_once(tmp_path: Path) -> None:
    path = tmp_path / "desk.jsonl"
    other = b'{"id": "1", "source": "x", "created_at": "2026-06-05T14:00:00Z"}'
    path.write_bytes(b"\n".join([TICKET % 1, other, TICKET % 1, TICKET % 2]))
    assert lines(path) == ["1", "1", "1", "2"]
    seen: set[tuple[str, str]] = set()
    assert lines(path, seen) == ["1", "1", "3: ticket '1' of source 'desk' was there before", "2"]
    assert seen == {("desk", "1"), ("x", "1"), ("desk", "2")}


def test_a_byte_order_mark_is_passed_over_at_the_beginning_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + TICKET % 1 + b"\n\xef\xbb\xbf" + TICKET % 2)
    assert [line[:20] for line in lines(path)] == ["1", '2: \'\\ufeff{"id": "2"']


@pytest.mark.parametrize("end", [b"", b"\n", b"\n" + TICKET % 3])
def test_a_line_without_end_is_bad_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    monkeypatch.setattr(slamon.sources.jsonl, "LONGEST_LINE", 1024 * 1024)
    path = tmp_path / "desk.jsonl"
    path.write_bytes(TICKET % 1 + b"\n" + b"x" * 3_000_000 + end)
    assert lines(path) == ["1", "2: longer than 1 MiB", *(["3"] if len(end) > 1 else [])]


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_packed_file_that_is_cut_is_read_up_to_there(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "desk.jsonl.gz"
    packed = gzip.compress(b"".join(TICKET % number + b"\n" for number in range(20_000)), mtime=0)
    path.write_bytes(packed[: int(len(packed) * kept)])
    found = lines(path)
    assert found[:2] == ["0", "1"]
    assert found[-1] == f"{len(found)}: the packed file is damaged from here on: " + found[-1].partition("on: ")[2]
    assert 1_000 < len(found) < 20_000


def test_a_file_that_is_not_packed_though_its_name_says_so_is_one_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "desk.jsonl.gz"
    path.write_bytes(TICKET % 1)
    assert [line.partition(":")[0] for line in lines(path)] == ["1"]
    assert "the packed file is damaged from here on" in lines(path)[0]


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "none.jsonl"))
