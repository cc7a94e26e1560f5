"""The last line of an explanation says what decided."""

from __future__ import annotations

import pytest

from tests.core.explaining import change, told


@pytest.mark.parametrize(
    ("events", "at", "line"),
    [
        ([("2026-06-05T14:40:00Z", "solved")], "2026-06-09T00:00:00Z", "met with 3 h 20 min left"),
        (
            [("2026-06-08T10:12:03Z", "solved")],
            "2026-06-09T00:00:00Z",
            "missed by 12 min 03 s; would have been met if solved by Mon 2026-06-08 12:00 CEST",
        ),
        ([], "2026-06-08T08:40:00Z", "due Mon 2026-06-08 12:00 CEST: 1 h 20 min of working time left"),
        ([], "2026-06-08T10:00:01Z", "breached since Mon 2026-06-08 12:00 CEST: late by 1 s"),
        (
            [],
            "2026-06-08T16:00:00Z",
            "breached since Mon 2026-06-08 12:00 CEST: late by 6 h by the wall clock, 5 h of working time",
        ),
        ([("2026-06-05T14:40:00Z", "merged")], "2026-06-09T00:00:00Z", "cancelled at Fri 2026-06-05 16:40 CEST"),
    ],
)
def test_the_last_line_says_what_decided(events: list[tuple[str, str]], at: str, line: str) -> None:
    changes = [change(when, status=status) for when, status in events]
    assert told({"events": changes}, at).commitments[0].decided == line


def test_an_answer_after_closing_time_is_missed_without_a_working_second_too_many() -> None:
    line = {"created_at": "2026-06-05T11:00:00Z", "events": [change("2026-06-05T18:00:00Z", status="solved")]}
    decided = told(line, "2026-06-09T00:00:00Z").commitments[0].decided
    assert decided.startswith("missed by 3 h by the wall clock, 0 s of working time; would have been met if solved by ")
