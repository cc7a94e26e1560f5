"""Directories in files: csv and yaml, with everything that spreadsheets and people do to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.directories import Surroundings, load
from slamon.directories import csv as table
from slamon.directories import yaml as tree
from slamon.directories.directory import Directory
from slamon.directories.files import FileSettings
from slamon.ports import SourceError
from tests.clock import ManualTime


def entries(text: str | bytes, kind: str = "csv") -> dict[str, dict[str, object]]:
    data = text if isinstance(text, bytes) else text.encode()
    parse = table.parse if kind == "csv" else tree.parse
    return {key: dict(entry) for key, entry in parse(data, "c", "name").items()}


@pytest.mark.parametrize(
    "text",
    [
        b"name,tier\nAcme,gold\n",
        b"\xef\xbb\xbfname,tier\r\nAcme,gold\r\n",
        b"name;tier\nAcme;gold",
        b'name\ttier\n"Acme"\t"gold"\n\n',
        b"\n name , tier \n Acme , gold \n,\n",
        b"name,tier\rAcme,gold\r",
        b"name,tier\nAcme,gold\nAcme,gold\n",
    ],
)
def test_a_table_is_read_however_a_spreadsheet_saved_it(text: bytes) -> None:
    assert entries(text) == {"Acme": {"name": "Acme", "tier": "gold"}}


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends_and_an_empty_one_says_nothing() -> None:
    text = 'name,note,tier\n"Smith, Jones","says ""no""\nand leaves",\nÄcme,,gold\n'
    assert entries(text) == {
        "Smith, Jones": {"name": "Smith, Jones", "note": 'says "no"\nand leaves'},
        "Äcme": {"name": "Äcme", "tier": "gold"},
    }


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "c:1: the file is empty: its first line must name the columns"),
        (b"name,tier\n", "c: there is no entry"),
        (b"nam,tier\nAcme,gold\n", "c:1: there is no column 'name': did you mean 'nam'?"),
        (b"x,y\n1,2\n", "c:1: there is no column 'name': there are 'x', 'y'"),
        (b"name,,tier\n", "c:1: column 2 has no name"),
        (b"name,tier,tier\n", "c:1: two columns are called 'tier'"),
        (b"name,tier\nAcme,gold\nBolt\n", "c:3: 1 cells where there are 2 columns"),
        (b'name,tier\n"A\nB",gold\nBolt\n', "c:4: 1 cells where there are 2 columns"),
        (b"name,tier\nAcme,gold\n,silver\n", "c:3: name is empty"),
        (b"name,tier\nAcme,gold\nBolt,x\nAcme,silver\n", "c:4: 'Acme' has another meaning at c:2"),
        (b'name,tier\n"Acme,gold\n', "c:2: unexpected end of data"),
        (b"name,tier\nAcme,g\xf6ld\n", "c:2: this is not UTF-8: save the file as UTF-8"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(text: bytes, wrong: str) -> None:
    with pytest.raises(SourceError) as refused:
        entries(text)
    assert str(refused.value) == wrong


def test_of_many_mistakes_the_first_are_told_and_the_others_counted() -> None:
    with pytest.raises(SourceError) as refused:
        entries("name,tier\n" + "x\n" * 8)
    assert str(refused.value).count("1 cells where there are 2") == 5
    assert str(refused.value).endswith("; and 3 more mistakes")


def test_a_hundred_thousand_rows_are_read_and_found() -> None:
    found = Directory(entries("name,tier\n" + "".join(f"customer {n},gold\n" for n in range(100_000))))
    assert len(found.entries) == 100_000
    assert found.entry("customer 99999") == {"name": "customer 99999", "tier": "gold"}


def test_somebody_is_found_by_text_or_number_and_by_nothing_else() -> None:
    found = Directory({"Acme": {"mail": " a@acme.example ", "lead": {"mail": "l@acme.example"}}, "7": {"tier": "gold"}})
    assert found.entry(" Acme ") is found.entries["Acme"]
    assert found.entry(7) == found.entry(7.0) == found.entry("7") == {"tier": "gold"}
    assert [found.entry(nobody) for nobody in ("acme", None, "", ["Acme"], {"Acme": 1})] == [None] * 5
    assert found.address("Acme", "mail") == "a@acme.example"
    assert found.address("Acme", "lead.mail") == "l@acme.example"
    assert found.address("7", "mail") is None
    assert found.address("nobody", "mail") is None


def test_a_tree_is_a_map_of_entries_or_a_list_of_them() -> None:
    wanted = {"Acme": {"name": "Acme", "tier": "gold", "seats": 500, "sites": ["Kiel", "Ulm"]}, "7": {"name": "7"}}
    assert entries("Acme: {tier: gold, seats: 500, sites: [Kiel, Ulm], since: }\n'7': {}\n", "yaml") == wanted
    listed = "- {name: Acme, tier: gold, seats: 500, sites: [Kiel, Ulm]}\n- {name: '7'}\n"
    assert entries(listed, "yaml") == wanted


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "c:1: write a map of entries by name, or a list of entries that hold it"),
        ("gold", "c:1: write a map of entries by name, or a list of entries that hold it"),
        ("{}", "c: there is no entry"),
        ("Acme: {tier: gold}\nBolt: gold\n", "c:2:1: an entry is a map such as {tier: gold}"),
        ("- {name: A}\n- {tier: gold}\n", "c:2:3: name is empty"),
        ("- {name: A, tier: x}\n- {name: A, tier: y}\n", "c:2:3: 'A' has another meaning at c:1:3"),
        ("Acme: {}\nAcme: {}\n", "c:2:1: duplicate key 'Acme'; keep one of them [duplicate-key]"),
    ],
)
def test_what_is_wrong_with_a_tree_is_told_with_its_place(text: str, wrong: str) -> None:
    with pytest.raises(SourceError) as refused:
        entries(text, "yaml")
    assert str(refused.value) == wrong


@pytest.mark.asyncio
async def test_a_file_is_read_anew_each_time_and_its_absence_is_told(tmp_path: Path) -> None:
    source = load("csv").directory("customers", FileSettings("c.csv"), Surroundings(tmp_path, ManualTime(), "name"))
    with pytest.raises(SourceError, match=r"c\.csv cannot be read: No such file or directory"):
        await source.read()
    (tmp_path / "c.csv").write_text("name\nAcme\n")
    assert set(await source.read()) == {"Acme"}
    (tmp_path / "c.csv").write_text("name\nBolt\n")
    assert set(await source.read()) == {"Bolt"}
    await source.close()


@pytest.mark.asyncio
async def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    source = load("yaml").directory("people", FileSettings("."), Surroundings(tmp_path, ManualTime(), "login"))
    with pytest.raises(SourceError, match="is not a plain file"):
        await source.read()
