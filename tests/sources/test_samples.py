"""The histories that slamon brings along for its demo."""

from __future__ import annotations

from importlib.resources import as_file, files
from itertools import pairwise

import pytest

from slamon.core.instants import DAY, HOUR, parse_instant
from slamon.sources.replay import load_log, plan

SAMPLES = files("slamon") / "samples"
NOW = parse_instant("2026-06-05T14:20:30Z")


@pytest.mark.parametrize(("name", "size"), [("helpdesk", 189), ("incidents", 4_868)])
def test_every_line_of_a_sample_is_a_ticket_and_its_source_is_named(name: str, size: int) -> None:
    with as_file(SAMPLES / f"{name}.jsonl.gz") as path:
        tickets, problems = load_log(path)
        assert path.stat().st_size <= 300_000
    assert problems == []
    assert len({ticket.key for ticket in tickets}) == size
    assert f"## {name}.jsonl.gz" in (SAMPLES / "SOURCES.md").read_text()


def test_incidents_are_an_unbroken_stretch_of_a_month_and_begin_to_be_busy_in_its_second_week() -> None:
    with as_file(SAMPLES / "incidents.jsonl.gz") as path:
        tickets, _ = load_log(path)
    created = sorted(ticket.created_at for ticket in tickets)
    assert max(later - earlier for earlier, later in pairwise(created)) < DAY
    start = plan(tickets, NOW).log_instant
    assert start == parse_instant("2016-03-07T10:32:00Z")  # a Monday
    assert sum(start <= at < start + HOUR for at in created) > 50
    assert created[-1] > start + 21 * DAY
