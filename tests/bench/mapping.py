"""What it costs to turn a ticket of a JSON API into one of ours by expressions, against reading it from our own JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from slamon.commands.load import load
from slamon.core.history import decode, encode
from slamon.sources.http import People, PriorityMap, StatusMap
from slamon.sources.rest_mapping import Mapping, Names
from tests.bench import desk
from tests.bench.measure import Row, best, microseconds
from tests.bench.settings import write_settings

_COUNT = 2_000


def rows() -> Iterator[Row]:
    mapping, items = _mapping(), list(desk.tickets(_COUNT, datetime.now(UTC)))
    lines = [encode(mapping.ticket(item, item["notes"], item["log"])) for item in items]
    mapped = best(lambda: [mapping.ticket(item, item["notes"], item["log"]) for item in items], 1) / _COUNT
    read = best(lambda: [decode(line, "desk") for line in lines], 1) / _COUNT
    what = "mapping a ticket of five to ten events by the expressions of a rest source"
    yield Row(what, microseconds(mapped), f"{microseconds(read)} (reading it from our own JSON)", read / mapped)


def _mapping() -> Mapping:
    with TemporaryDirectory() as name:
        write_settings(Path(name), "http://127.0.0.1:1")
        settings = load(Path(name) / "slamon.yml").settings
    assert settings is not None
    options = settings.sources[0].options
    people = People(options.agents, options.bots)
    names = Names(people, StatusMap("desk", options.status, {}), PriorityMap(options.priority, {}))
    return Mapping("desk", options, names)
