"""slamon backup and slamon restore, with the real service as a process under traffic."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from slamon.cli import cli
from slamon.commands.backup import backup, restore
from slamon.commands.exits import Exit
from tests.e2e.process import ROOT, ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 1m}}]
routes: [{name: all, match: all, group: {wait: 1s, digest_above: 100}, steps: [{when: breached, notify: hook}]}]
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{port}"}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 0.2s}}}}
notifiers: {{hook: {{kind: webhook, url: "{hook}", secret: "whsec_c29hayBzb2FrIHNvYWsgc29hayBzb2Fr", rate: 1000/s}}}}
alerts: {{per_ticket: 1000/h}}
"""


class World:
    """The service and its receiver; tickets are overdue from their first moment, so each is told of once."""

    def __init__(self, folder: Path, hook: WebhookReceiver) -> None:
        self.folder, self.hook, self.written = folder, hook, 0
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.config = folder / "slamon.yml"
        self.service = ServiceProcess(folder)
        (folder / "rules.yml").write_text(RULES, "utf-8")
        (folder / "tickets.jsonl").touch()
        self.config.write_text(SETTINGS.format(port=port, hook=hook.url), "utf-8")

    async def start(self) -> None:
        await self.service.start()
        await until(lambda: is_ready(self.url), what=f"the service is ready:\n{self.service.log}")

    def write(self, count: int) -> None:
        created = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        with (self.folder / "tickets.jsonl").open("a", encoding="utf-8") as stream:
            for _ in range(count):
                self.written += 1
                stream.write(json.dumps({"id": f"t{self.written}", "created_at": created}) + "\n")

    async def traffic(self) -> None:
        while True:
            self.write(5)
            await asyncio.sleep(0.05)

    def told(self, since: int = 0) -> set[str]:
        """The tickets that were told of, from some message on."""
        return {one["ticket"] for body in self.hook.bodies[since:] for one in json.loads(body)["data"]["covers"]}

    def all(self) -> set[str]:
        return {f"t{number}" for number in range(1, self.written + 1)}

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Exit status and output of a command of its own process, as a person types it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "slamon", *arguments, "--config", str(self.config)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PYTHONPATH": str(ROOT)},
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    hook = await WebhookReceiver().start()
    world = World(tmp_path, hook)
    yield world
    if world.service.started:
        await world.service.kill()
    await hook.stop()


def settled(path: Path) -> set[str]:
    """The tickets of which a backup knows that they were told."""
    with closing(sqlite3.connect(path)) as database:
        return {id for (id,) in database.execute("SELECT ticket FROM deliveries WHERE state = 'sent'")}


def under_way(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {id for (id,) in database.execute("SELECT ticket FROM deliveries WHERE state = 'bound'")}


@pytest.mark.asyncio
async def test_backups_under_traffic_are_sound_and_after_a_restore_nothing_known_is_told_twice(world: World) -> None:
    await world.start()
    writing = asyncio.create_task(world.traffic())
    backups = []
    for number in range(3):
        await until(lambda: len(world.told()) > 40 * (number + 1), what=world.service.log)  # noqa: B023
        backups.append(world.folder / f"backup-{number}.db")
        assert (await world.command("backup", str(backups[-1])))[0] == Exit.FINE
    writing.cancel()
    await until(lambda: world.told() == world.all(), what="all are told of")
    assert await world.service.stop() == 0

    middle, before = backups[1], len(world.hook.bodies)
    known, unsure = settled(middle), under_way(middle)
    assert 40 < len(known) < world.written
    assert (await world.command("restore", str(middle)))[0] == Exit.FINE
    world.write(1)
    await world.start()
    await until(lambda: world.told() == world.all(), what="the new one is told of")
    await until(lambda: world.told(before) >= world.all() - known - unsure, what="what is newer is read again")
    assert world.told(before).isdisjoint(known)
    assert "Traceback" not in world.service.log


@pytest.mark.asyncio
async def test_a_restore_beside_the_running_service_is_refused_and_names_it(world: World) -> None:
    await world.start()
    saved = world.folder / "saved.db"
    assert (await world.command("backup", str(saved)))[0] == Exit.FINE
    status, said = await world.command("restore", str(saved))
    assert status == Exit.CANNOT_RUN
    assert f"is in use by process {world.service.pid}; stop it" in said


@pytest.mark.asyncio
async def test_a_database_of_a_killed_service_can_be_backed_up(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.start()
    world.write(3)
    await until(lambda: len(world.told()) == 3, what="all are told of")
    await world.service.kill()
    (world.folder / "backups").mkdir()
    assert backup(world.config, str(world.folder / "backups")) is Exit.FINE
    [saved] = (world.folder / "backups").iterdir()
    assert saved.name.startswith("slamon-20")
    out, error = capsys.readouterr()
    assert error == ""
    assert out.startswith(f"{saved}: 3 tickets, ")
    assert restore(world.config, saved) is Exit.FINE
    out, _ = capsys.readouterr()
    assert "what was there before is kept as" in out
    assert out.endswith("next: slamon run\n")


def test_where_the_state_is_must_be_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup(tmp_path / "slamon.yml", str(tmp_path / "b.db")) is Exit.UNUSABLE
    assert "there is no such file" in capsys.readouterr().err


def test_a_secret_that_is_not_there_keeps_nobody_from_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "slamon.yml"
    config.write_text("version: 1\nsources: {d: {kind: redmine, url: 'http://x', key: '${env:NOT_SET_HERE}'}}\n")
    assert backup(config, str(tmp_path / "b.db")) is Exit.CANNOT_RUN
    assert capsys.readouterr().err == f"slamon backup: {tmp_path}/var/slamon.db: there is no such database\n"


def test_a_directory_that_is_not_mounted_is_not_taken_for_the_name_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "slamon.yml"
    config.write_text("version: 1\n")
    typed = ["backup", f"{tmp_path}/backup/", "--config", str(config)]
    with pytest.raises(SystemExit) as ended:
        cli(typed, standalone_mode=False)
    assert ended.value.code == Exit.CANNOT_RUN
    assert capsys.readouterr().err == f"slamon backup: there is no directory {tmp_path}/backup: make or mount it\n"
    assert not (tmp_path / "backup").exists()
