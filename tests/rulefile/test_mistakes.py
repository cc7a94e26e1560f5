"""Every sort of mistake, and exactly what is said about it. The tables stand in bad/, one for each area of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.rulefile import read_texts
from tests.rulefile.texts import around, load, reports, table

AREAS = ("files", "calendars", "matches", "targets", "policies", "routes", "quiet")
TABLES = Path(__file__).with_name("bad")
CASES = [
    pytest.param(area, snippet, expected, id=f"{area}: {snippet}"[:80])
    for area in AREAS
    for snippet, expected in table(TABLES / f"{area}.txt")
]


@pytest.mark.parametrize(("area", "snippet", "expected"), CASES)
def test_a_mistake_is_reported_where_it_is_with_what_to_write(area: str, snippet: str, expected: list[str]) -> None:
    loaded = load(around(area, snippet), routes=area in ("routes", "quiet"))
    assert reports(loaded) == expected


@pytest.mark.parametrize(("area", "snippet", "expected"), CASES)
def test_nothing_is_loaded_if_there_is_an_error_and_everything_otherwise(
    area: str, snippet: str, expected: list[str]
) -> None:
    loaded = load(around(area, snippet), routes=area in ("routes", "quiet"))
    has_error = any(" warning: " not in line for line in expected)
    assert loaded.failed == has_error == (loaded.rules is None)


def test_all_mistakes_of_all_files_come_in_one_run_ordered_by_file_and_place() -> None:
    files = {
        "b.yml": b"version: 2\ncolour: red\n",
        "a/z.yml": b"version: 1\npolicies:\n  - {name: p, match: {}, targets: none}\n",
        "a.yml": b"version: 1\ncalendars: []\n",
    }
    assert [str(found.place) for found in read_texts(files).diagnostics] == [
        "a.yml:2:12",
        "a/z.yml:3:22",
        "b.yml:1:10",
        "b.yml:2:1",
    ]


def test_a_name_that_may_stand_in_a_file_that_cannot_be_read_is_not_called_unknown() -> None:
    files = {
        "a.yml": b"version: 1\ncalendars:\n  office: {time_zone: [\n",
        "b.yml": b"version: 1\npolicies:\n"
        b"  - {name: p, match: {a: 1}, calendar: office, targets: {resolution: 4h}}\n"
        b"  - {name: q, match: {a: 2}, calendar: nights, targets: {resolution: 4h}}\n",
    }
    assert [found.code for found in read_texts(files).diagnostics] == ["yaml-syntax", "unknown-calendar"]
