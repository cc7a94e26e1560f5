"""slamon demo: what it plays, and what it says if it cannot; how it runs is tested with the service."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from slamon.commands.demo import demo, load_demo
from slamon.commands.exits import Exit
from slamon.core.assess import Assessor
from slamon.core.instants import HOUR, MINUTE, Instant
from slamon.core.judge import Judge
from slamon.core.routes import Routing
from slamon.core.ticket import Ticket
from slamon.settings import WebSettings
from slamon.sources.replay import ReplaySettings, align, load_log, plan
from slamon.store.lock import ProcessLock

SPEED = 60


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    out, error = capsys.readouterr()
    assert out == ""
    return error.rstrip("\n")


def test_everything_that_it_needs_comes_with_the_package(tmp_path: Path) -> None:
    loaded = load_demo(tmp_path, WebSettings(), SPEED)
    assert loaded.diagnostics == ()
    assert loaded.settings is not None
    assert loaded.settings.storage == tmp_path / "demo.db"
    assert [one.options.speed for one in loaded.settings.sources] == [SPEED, SPEED]
    for one in loaded.settings.sources:
        assert isinstance(one.options, ReplaySettings)
        tickets, problems = load_log(loaded.settings.folder / one.options.path)
        assert len(tickets) > 100
        assert problems == []


def test_within_a_minute_it_warns_in_time_and_tells_of_breaches_in_both_logs(tmp_path: Path) -> None:
    loaded = load_demo(tmp_path, WebSettings(), SPEED)
    assert loaded.settings is not None
    assert loaded.rules is not None
    logs = {one.name: load_log(loaded.settings.folder / one.options.path)[0] for one in loaded.settings.sources}
    start = plan(next(iter(logs.values())), 1_790_000_000_000_000).service_instant
    assessor = Assessor(Judge(loaded.rules), Routing(loaded.rules.routes), loaded.settings.alerts.horizon)
    found = set()
    for name, tickets in logs.items():
        shift = align(tickets, start).shift
        for ticket in tickets:
            found |= {(name, moment) for moment in _told(assessor, ticket, start - shift, start - shift + HOUR)}
    assert found >= {
        ("helpdesk", "warning 50%"),
        ("helpdesk", "breached"),
        ("incidents", "warning 30m"),
        ("incidents", "breached"),
    }


def _told(assessor: Assessor, ticket: Ticket, first: Instant, last: Instant) -> set[str]:
    """What is told of a ticket between two instants, looked at every five minutes."""
    if ticket.created_at > last or not any(event.at > first - 24 * HOUR for event in ticket.events):
        return set()
    moments = range(first, last, 5 * MINUTE)
    return {
        alert.moment.name
        for at in moments
        if ticket.created_at <= at
        for one in assessor.assess(ticket, at)
        for alert in one.due
        if alert.moment.at > first
    }


def test_a_port_that_is_taken_is_told_with_another_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert demo(tmp_path, f"127.0.0.1:{port}", SPEED, fresh=False) == Exit.CANNOT_RUN
    assert complaint(capsys) == (
        f"slamon demo: 127.0.0.1:{port} cannot be had (Address already in use): "
        f"type slamon demo --listen 127.0.0.1:{port % 65535 + 1}"
    )


def test_a_demo_that_runs_already_is_named_and_keeps_its_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "demo.db"
    database.write_bytes(b"theirs")
    lock = ProcessLock(database)
    lock.take()
    assert demo(tmp_path, "127.0.0.1:0", SPEED, fresh=True) == Exit.CANNOT_RUN
    lock.release()
    assert database.read_bytes() == b"theirs"
    assert complaint(capsys) == (
        f"slamon demo: {database} is in use by process {os.getpid()}; stop it, or name another directory with --state"
    )


def test_fresh_forgets_an_earlier_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"demo.db{ending}").write_bytes(b"old")
    (tmp_path / "other").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that it goes no further
        assert demo(tmp_path, f"127.0.0.1:{taken.getsockname()[1]}", SPEED, fresh=True) == Exit.CANNOT_RUN
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.db.lock", "other"]
    assert "cannot be had" in complaint(capsys)


def test_a_place_to_listen_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo(tmp_path, "8080", SPEED, fresh=False) == Exit.UNUSABLE
    assert complaint(capsys) == (
        "slamon demo: --listen: '8080' is not a host and a port, such as 127.0.0.1:8080; write 127.0.0.1:8080"
    )
    assert list(tmp_path.iterdir()) == []
