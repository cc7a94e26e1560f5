"""The first reading of a Redmine with many issues, whose process is killed again and again."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from slamon.core.history import decode
from tests.conftest import SHARED
from tests.e2e.process import ServiceProcess, is_ready, until
from tests.peers.redmine import ADMIN, Redmine, running
from tests.peers.redmine_people import make_project
from tests.peers.redmine_proxy import Proxy, before
from tests.peers.traces import free_port

pytestmark = [pytest.mark.shared, pytest.mark.peer("redmine")]

ISSUES = 2_000
PAGE = 100  # issues that are stored at once
KILLED_AFTER = (1, 60, 137, 205, 333, 250, 99, 420)  # issues that it did not have at the start, each time
PATIENCE = 300.0
RECONCILED = 200  # tickets with open promises that are asked for at the start: were they deleted meanwhile?
# So long a promise that nobody is alerted: before an alert a ticket is read once more.
TARGETS = {"no promises": "none", "promises": "{resolution: {within: 365d, calendar: 24x7}}"}
RULES = """
version: 1
policies: [{{name: all, match: all, targets: {targets}}}]
"""
SETTINGS = """
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "127.0.0.1:{web}"}}
sources: {{desk: {{kind: redmine, url: "{redmine}", key: {key}, poll: 1h}}}}
"""

# The script writes issues only: every third gets an answer and the way to its status, every fifth an internal note.
_JOURNALS = """
alice = User.find_by_login('alice')
bulk = Issue.where("subject LIKE 'bulk %'").pluck(:id, :created_on, :status_id)
noted = bulk.select { |id, _, _| id % 3 == 0 || id % 5 == 0 }
Journal.insert_all!(noted.map do |id, at, _|
  {journalized_id: id, journalized_type: 'Issue', user_id: alice.id, notes: id % 3 == 0 ? 'We are on it' : 'internal',
   created_on: at + 20, private_notes: id % 3 != 0}
end)
of = Journal.pluck(:journalized_id, :id).to_h
moved = bulk.select { |id, _, status| id % 3 == 0 && status != 1 }
JournalDetail.insert_all!(moved.map do |id, _, status|
  {journal_id: of[id], property: 'attr', prop_key: 'status_id', old_value: '1', value: status.to_s}
end)
puts Issue.count
"""


@pytest.fixture(scope="module")
def redmine() -> Iterator[Redmine]:
    with running(SHARED / "servers", frozen=False) as found:
        make_project(found, "support")
        bulk = (SHARED / "servers" / "redmine_bulk.rb").read_text("utf-8")
        assert found.rails(f"ENV['N'] = '{ISSUES}'\n{bulk}\n{_JOURNALS}").split()[-1] == str(ISSUES)
        yield found


class Reading:
    """slamon as a process in a folder of its own, reading through a proxy; `done` once it was read to its end."""

    def __init__(self, folder: Path, proxy: Proxy, targets: str) -> None:
        folder.mkdir()
        self.proxy = proxy
        self.service = ServiceProcess(folder)
        self._database = folder / "slamon.db"
        web = free_port()
        self._url = f"http://127.0.0.1:{web}"
        (folder / "rules.yml").write_text(RULES.format(targets=targets), "utf-8")
        (folder / "slamon.yml").write_text(SETTINGS.format(web=web, redmine=proxy.url, key=ADMIN), "utf-8")

    @property
    def stored(self) -> dict[str, bytes]:
        """Histories by id, as they are in the file now."""
        rows = self._rows("SELECT id, body FROM tickets")
        assert len(rows) == len(dict(rows))
        return dict(rows)

    @property
    def promised(self) -> dict[str, tuple[object, ...]]:
        """The one promise of each ticket, as it is in the file now."""
        rows = self._rows("SELECT * FROM commitments")
        found = {row[1]: tuple(row) for row in rows}
        assert len(rows) == len(found)
        return found

    def _is_judged(self) -> bool:
        return not self._rows("SELECT id FROM tickets WHERE marked IS NOT NULL LIMIT 1")

    def _rows(self, question: str) -> list[Any]:
        if not self._database.exists():
            return []
        with closing(sqlite3.connect(self._database)) as database:
            return database.execute(question).fetchall()

    async def until_killed(self, after: int) -> list[str]:
        """Run until so many issues were asked for that are not stored yet, and no further; which were asked for."""
        begun, had = len(self.proxy.read), set(self.stored)
        await self.service.start()
        await until(lambda: len(set(self.proxy.read[begun:]) - had) >= after, what="issues are read", patience=PATIENCE)
        await self.service.kill()
        return self.proxy.read[begun:]

    async def to_the_end(self) -> list[str]:
        """Run until all is read and judged; which issues were asked for."""
        begun = len(self.proxy.read)
        await self.service.start()
        await until(lambda: is_ready(self._url), what="all is read", patience=PATIENCE)
        await until(self._is_judged, what="all is judged", patience=PATIENCE)
        assert await self.service.stop() == 0
        return self.proxy.read[begun:]


@asynccontextmanager
async def reading(folder: Path, proxy: Proxy, targets: str) -> AsyncIterator[Reading]:
    found = Reading(folder, proxy, targets)
    try:
        yield found
    finally:
        if found.service.started:
            await found.service.kill()


@pytest.mark.parametrize("what", TARGETS)
@pytest.mark.asyncio
async def test_killed_again_and_again_it_goes_on_where_it_was_with_no_gap_and_nothing_twice(
    redmine: Redmine, tmp_path: Path, what: str, figure: Callable[[str], None]
) -> None:
    async with before(redmine.url) as proxy:
        async with reading(tmp_path / "whole", proxy, TARGETS[what]) as whole:
            assert Counter(await whole.to_the_end()).most_common(1)[0][1] == 1
        assert len(whole.stored) == ISSUES
        async with reading(tmp_path / "killed", proxy, TARGETS[what]) as killed:
            asked, kept = [], []
            for after in KILLED_AFTER:
                kept.append(set(killed.stored))
                asked.append(await killed.until_killed(after))
            kept.append(set(killed.stored))
            asked.append(await killed.to_the_end())
    assert (killed.stored, killed.promised) == (whole.stored, whole.promised)
    _assert_no_event_twice(killed.stored)
    open_ones = {id for id, row in whole.promised.items() if "on_track" in row}
    for had, read, has in zip(kept, asked, [*kept[1:], set(killed.stored)], strict=True):
        assert len(set(read) - has) <= PAGE  # what was not stored yet when it was killed
        again = had & set(read)
        assert len(again - open_ones) <= 1  # the last one: Redmine's times are whole seconds
        assert len(again) <= 1 + RECONCILED
    sizes = [len(one) for one in kept]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 5
    figure(f"redmine, first reading of {ISSUES} issues, {what}: killed with {sizes[1:]} of them stored;")
    figure(
        f"  {sum(map(len, asked)) - ISSUES} were asked for again: what was not stored yet, and open ones at each start"
    )


def _assert_no_event_twice(bodies: dict[str, bytes]) -> None:
    kinds: Counter[str] = Counter()
    for body in bodies.values():
        events = decode(body, "desk").events
        assert len({event.id for event in events}) == len(events)
        kinds.update(event.kind for event in events)
    assert kinds["message"] > ISSUES / 3
    assert kinds["change"] > ISSUES / 6
