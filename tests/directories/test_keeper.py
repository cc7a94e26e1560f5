"""A directory while the service runs: faults told once, old entries kept, tickets judged again after a change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog.testing

from slamon.core.history import decode
from slamon.core.instants import HOUR, SECOND
from slamon.core.ticket import Ticket
from slamon.directories.joining import Directories
from slamon.directories.keeper import Keeper, Usage
from slamon.ports import SourceError, Store
from slamon.store import SqliteStore
from tests.clock import ManualTime

ACME = {"Acme": {"tier": "gold", "seats": "500"}}


@dataclass
class Listed:
    """A directory that says what it is told to; an error is raised."""

    answer: Mapping[str, Mapping[str, Any]] | Exception = field(default_factory=lambda: dict(ACME))
    name: str = "customers"
    reads: int = 0

    async def read(self) -> Mapping[str, Mapping[str, Any]]:
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None: ...


@dataclass
class World:
    store: Store
    listed: Listed = field(default_factory=Listed)
    time: ManualTime = field(default_factory=ManualTime)
    missed: int = 0
    up: list[bool] = field(default_factory=list)
    woken: int = 0

    def keeper(self, on: str = "customer", address: str | None = None, key: str = "name") -> Keeper:
        return Keeper(self.listed, Usage(key, on, HOUR, address), self.store, self.time, self._wake, self)

    def _wake(self) -> None:
        self.woken += 1

    def directory_missed(self, directory: str) -> None:
        self.missed += 1

    def directory_read(self, directory: str, entries: int | None) -> None:
        self.up.append(entries is not None)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "slamon.db")
    await store.open()
    yield World(store)
    await store.close()


def ticket(who: Any, *changes: Any, **keys: Any) -> Ticket:
    sets = [(f"2026-06-0{day}T10:00:00Z", {"customer": value}) for day, value in changes]
    events = [{"at": at, "kind": "change", "set": values} for at, values in sets]
    base = {"id": "1", "created_at": "2026-06-01T10:00:00Z", "fields": {"customer": who}, "events": events}
    return decode(json.dumps({**base, **keys}).encode(), "desk")


@pytest.mark.asyncio
async def test_what_cannot_be_read_at_the_first_start_stands_in_its_way(world: World) -> None:
    world.listed.answer = SourceError("c.csv:3: name is empty")
    with pytest.raises(SourceError, match=r"directory customers: c\.csv:3: name is empty"):
        await world.keeper().open()


@pytest.mark.asyncio
async def test_at_a_later_start_what_was_known_does_until_it_can_be_read(world: World) -> None:
    await world.keeper().open()
    world.listed.answer = SourceError("away")
    keeper = world.keeper()
    await keeper.open()
    assert keeper.entry("Acme") == ACME["Acme"]
    assert keeper.standing_fault == "away"
    with pytest.raises(SourceError, match="away"):  # by another column nothing is known
        await world.keeper(key="number").open()


@pytest.mark.asyncio
async def test_a_change_marks_tickets_for_judging_and_no_change_does_not(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    await world.store.save_batch("desk", [("1", b"{}")], None)
    [stored] = await world.store.to_judge(0, 10)
    versions = [stored.version]
    for answer in (ACME, {"Acme": {"tier": "silver", "seats": "500"}}):
        world.listed.answer = dict(answer)
        world.time.advance(HOUR)
        await keeper.refresh()
        versions.append((await world.store.to_judge(0, 10))[0].version)
    assert versions == [1, 1, 2]
    assert world.woken == 2
    assert keeper.entry("Acme") == {"tier": "silver", "seats": "500"}


@pytest.mark.asyncio
async def test_the_same_entries_after_a_restart_are_no_change(world: World) -> None:
    await world.keeper().open()
    await world.keeper().open()
    assert world.woken == 1


@pytest.mark.asyncio
async def test_it_is_read_when_it_is_due_and_sooner_after_a_failure(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    await keeper.refresh()
    assert world.listed.reads == 1
    world.time.advance(HOUR)
    world.listed.answer = SourceError("away")
    await keeper.refresh()
    await keeper.refresh()
    assert world.listed.reads == 2
    world.time.advance(2 * SECOND)
    await keeper.refresh()
    assert world.listed.reads == 3


@pytest.mark.asyncio
async def test_a_fault_and_its_recovery_are_told_once_and_the_old_entries_stay(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    with structlog.testing.capture_logs() as told:
        for answer in (SourceError("away"), SourceError("away"), dict(ACME)):
            world.listed.answer = answer
            world.time.advance(HOUR)
            await keeper.refresh()
            assert keeper.entry("Acme") == ACME["Acme"]
    assert [one["event"] for one in told] == ["directory failed", "directory works again"]
    assert world.up == [True, False, False, True]


@pytest.mark.asyncio
async def test_a_defect_in_a_directory_is_a_fault_like_any_other(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    world.listed.answer = KeyError("mail")
    with structlog.testing.capture_logs() as told:
        for _ in range(300):
            world.time.advance(HOUR if world.listed.reads == 1 else SECOND)
            await keeper.refresh()
    assert keeper.standing_fault == "defect: KeyError"
    assert keeper.entry("Acme") == ACME["Acme"]
    assert world.up == [True] + [False] * 8  # less and less often
    assert [one["event"] for one in told].count("directory failed") == 1


@pytest.mark.asyncio
async def test_an_entry_that_no_database_can_keep_is_a_fault(world: World) -> None:
    world.listed.answer = {"Acme": {"name": "half \ud83d"}}
    with pytest.raises(SourceError, match="an entry cannot be kept"):
        await world.keeper().open()


@pytest.mark.asyncio
async def test_one_who_is_missing_is_counted_and_named_once_until_he_is_there(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    with structlog.testing.capture_logs() as told:
        for name in ("Bolt", "Bolt", "Core", None, ["x"]):
            assert keeper.entry(name) is None
        world.listed.answer = {**ACME, "Bolt": {"tier": "silver"}}
        world.time.advance(HOUR)
        await keeper.refresh()
        assert keeper.entry("Bolt") == {"tier": "silver"}
        assert keeper.entry("Core") is None
    assert [one["customer"] for one in told if one["event"] == "not in the directory"] == ["Bolt", "Core"]
    assert world.missed == 2


@pytest.mark.asyncio
async def test_of_very_many_missing_ones_the_log_names_a_hundred(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    with structlog.testing.capture_logs() as told:
        for number in range(300):
            keeper.entry(f"customer {number}")
    assert len(told) == 101
    assert world.missed == 300


@pytest.mark.asyncio
async def test_a_ticket_is_joined_with_its_last_customer_and_the_stored_one_stays(world: World) -> None:
    keeper = world.keeper()
    await keeper.open()
    directories = Directories([keeper])
    moved = ticket("Bolt", (3, "Acme"), (2, "Core"))
    assert directories.joined(moved).customer == ACME["Acme"]
    assert moved.customer is None
    assert directories.joined(ticket("Acme", (2, None))).customer is None
    assert directories.joined(ticket("Bolt")).customer is None
    known = ticket("Acme", customer={"tier": "none", "city": "Kiel"})
    assert directories.joined(known).customer == {"tier": "gold", "seats": "500", "city": "Kiel"}


@pytest.mark.asyncio
async def test_of_two_directories_of_customers_the_first_that_knows_counts(world: World) -> None:
    first = world.keeper()
    await first.open()
    other = World(world.store, Listed({"Acme": {"tier": "silver", "city": "Kiel"}, "Bolt": {"tier": "none"}}, "more"))
    second = other.keeper()
    await second.open()
    directories = Directories([first, second])
    assert directories.joined(ticket("Acme")).customer == {"tier": "gold", "seats": "500", "city": "Kiel"}
    assert directories.joined(ticket("Bolt")).customer == {"tier": "none"}


@pytest.mark.asyncio
async def test_an_assignee_has_an_address_and_is_no_customer(world: World) -> None:
    world.listed.answer = {"ann": {"mail": "ann@example.com"}}
    keeper = world.keeper("assignee", "mail")
    await keeper.open()
    directories = Directories([keeper])
    assert directories.address("assignee", "ann") == "ann@example.com"
    assert directories.address("assignee", "bob") is None
    assert directories.address("group", "ann") is None
    assert directories.joined(ticket("ann")).customer is None
