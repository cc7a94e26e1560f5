"""The service as a whole, while it starts and while it ends: what is asked of it then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from slamon.app import Service
from slamon.commands.load import load
from slamon.commands.run import _configured
from slamon.operation import Configured
from slamon.reloading import NotLoaded
from slamon.store import SqliteStore
from slamon.systemd import Supervisor
from slamon.web.problems import Unwilling

SETTINGS = """\
version: 1
rules: rules.yml
storage: {path: slamon.db}
web: {listen: 127.0.0.1:0}
sources: {desk: {kind: file, path: tickets.jsonl}}
notifiers: {console: {kind: console}}
"""
RULES = "version: 1\npolicies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 4h}}]\n"
_PATIENCE = 10.0  # seconds until something that must happen has failed to


class Heard(Supervisor):
    """A supervisor, and what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.is_ready = asyncio.Event()

    def ready(self) -> None:
        self.words.append("ready")
        self.is_ready.set()

    def reloading(self) -> None:
        self.words.append("reloading")
        self.is_ready.clear()

    def stopping(self) -> None:
        self.words.append("stopping")


class SlowStore(SqliteStore):
    """One that is not open before somebody lets it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def open(self) -> None:
        self.asked.set()
        await self.let.wait()
        await super().open()


class World:
    """A service in this process. A reload of it takes until `read` is set."""

    def __init__(self, folder: Path) -> None:
        (folder / "slamon.yml").write_text(SETTINGS, "utf-8")
        (folder / "rules.yml").write_text(RULES, "utf-8")
        (folder / "tickets.jsonl").touch()
        self.folder, self.store, self.heard = folder, SlowStore(folder / "slamon.db"), Heard()
        self.reads, self.read = asyncio.Event(), asyncio.Event()
        self.service = Service(self.configured(), self.store, self._read, self.heard)
        self.running = asyncio.create_task(self.service.run())

    def configured(self) -> Configured:
        return _configured(load(self.folder / "slamon.yml"))

    async def _read(self) -> Configured:
        self.reads.set()
        await self.read.wait()
        return self.configured()

    def write(self, old: str, new: str) -> None:
        """Change the settings."""
        (self.folder / "slamon.yml").write_text(SETTINGS.replace(old, new), "utf-8")

    async def refused(self) -> tuple[list[str], list[str]]:
        """What an answer to a reload tells that cannot be, a line each, and what is then to be seen in the status."""
        self.store.let.set()
        self.read.set()
        await asyncio.wait_for(self.heard.is_ready.wait(), _PATIENCE)
        before = self.service._operation
        with pytest.raises(Unwilling) as refused:
            await asyncio.wait_for(self.service._asked_to_reload(), _PATIENCE)
        text, _ = await self.service._exposition()
        assert (refused.value.status, self.service._operation is before) == (409, True)
        assert b"\nslamon_config_last_load_successful 0.0\n" in text
        told = [one for one in self.service._health(in_public=False).problems if one.startswith("reload: ")]
        return [one.line.replace(f"{self.folder}/", "") for one in refused.value.problems], [
            one.replace(f"{self.folder}/", "") for one in told
        ]


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.store.asked.wait()
    yield world
    world.store.let.set()
    world.read.set()
    world.service.stop()
    await asyncio.wait_for(world.running, _PATIENCE)


@pytest.mark.asyncio
async def test_a_reload_that_is_asked_for_while_it_starts_waits_until_it_has_started(world: World) -> None:
    world.read.set()
    reload = asyncio.create_task(world.service.reload())
    await asyncio.wait([reload], timeout=0)
    assert world.heard.words == []
    world.store.let.set()
    await asyncio.wait_for(reload, _PATIENCE)
    assert world.heard.words == ["ready", "reloading", "ready"]


@pytest.mark.asyncio
async def test_a_reload_that_is_under_way_when_it_ends_changes_nothing_and_nor_does_a_later_one(world: World) -> None:
    world.store.let.set()
    await asyncio.wait_for(world.heard.is_ready.wait(), _PATIENCE)
    before = world.service._operation
    reload = asyncio.create_task(world.service.reload())
    await world.reads.wait()
    world.service.stop()
    world.read.set()
    with pytest.raises(NotLoaded, match="slamon ends"):
        await asyncio.wait_for(reload, _PATIENCE)
    assert world.service._operation is before
    await world.running
    with pytest.raises(NotLoaded, match="slamon ends"):
        await world.service.reload()
    assert world.heard.words.count("reloading") == 1


_FAILED = "reload: settings or rules cannot be used, and those from before are"


@pytest.mark.asyncio
async def test_every_mistake_is_one_problem_of_a_reload_and_the_first_stands_in_the_status(world: World) -> None:
    (world.folder / "rules").mkdir()
    (world.folder / "rules" / "all.yml").write_text(RULES.replace("4h", "4:30").replace("match", "mach"), "utf-8")
    (world.folder / "rules" / "loop").symlink_to("loop")
    world.write("rules.yml", "rules")
    told = [
        "rules/all.yml:2:24: unknown key 'mach' [unknown-key]; did you mean match?",
        "rules/all.yml:2:73: '4:30' is not a duration [bad-duration]; write 4h30m",
        "rules/loop: the file cannot be read: Too many levels of symbolic links [unreadable]",
    ]
    with capture_logs() as logs:
        assert await world.refused() == (told, [_FAILED, f"reload: {told[0]} (the first of 3: see slamon check)"])
    errors = [one["error"].replace(f"{world.folder}/", "") for one in logs if one["event"].startswith("reload failed")]
    assert errors == told


@pytest.mark.asyncio
async def test_what_no_check_can_find_stands_in_the_status_after_a_reload(world: World) -> None:
    world.write("console: {kind: console}}", "console: {kind: console}}\nlog: {level: debug}")
    told = "log cannot change while slamon runs; put it back, or restart slamon"
    assert await world.refused() == ([told], [_FAILED, f"reload: {told}"])


@pytest.mark.asyncio
async def test_a_defect_in_a_reload_is_a_refusal_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: World) -> Configured:
        raise RecursionError("of somebody's making")

    monkeypatch.setattr(World, "configured", broken)
    told = "defect: RecursionError; report it, with the log"
    assert await world.refused() == ([told], [_FAILED, f"reload: {told}"])


@pytest.mark.asyncio
async def test_a_source_that_cannot_be_is_named(world: World) -> None:
    late = "late: {kind: replay, path: nowhere.jsonl}"
    world.write("sources: {", f"sources: {{{late}, ")
    told = "source late: nowhere.jsonl cannot be read: No such file or directory"
    assert await world.refused() == ([told], [_FAILED, f"reload: {told}"])
