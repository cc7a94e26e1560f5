"""The source of kind django_helpdesk against a real django-helpdesk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any

import pytest

from slamon.core.instants import DAY, MINUTE, Instant
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.django_helpdesk import DjangoHelpdeskSource
from slamon.sources.django_helpdesk_settings import DjangoHelpdeskSettings
from tests.conftest import SHARED
from tests.peers.desk import START, Desk, following
from tests.peers.django_helpdesk import USERS, Doing, Record, helpdesk, of_script
from tests.peers.pypi import Peer, fresh
from tests.peers.record import assert_true
from tests.peers.verdicts import assert_sound_verdicts
from tests.sources.follower import changes, final, messages

pytestmark = [pytest.mark.shared, pytest.mark.peer("faketime")]


@pytest.fixture(scope="module")
def installed() -> Iterator[Peer]:
    with helpdesk(SHARED / "servers", START) as found:
        yield found


@pytest.fixture
def peer(installed: Peer) -> Peer:
    return fresh(installed, START)


def desk(peer: Peer, start: Instant = START, **keys: Any) -> AbstractAsyncContextManager[Desk]:
    """Follows it as slamon, whose account is staff, or by other settings."""
    usual: dict[str, Any] = {"user": "slamon", "password": Secret("slamon-slamon"), "users": USERS}
    settings = DjangoHelpdeskSettings(url=peer.url, **(usual | keys))
    return following(peer, start, lambda around: DjangoHelpdeskSource("desk", settings, around))


def assert_same(follower: Desk, records: Mapping[str, Record]) -> Counter[str]:
    """What was read is what was done; how often each confidence of a verdict on it was right."""
    assert set(follower.kept) == set(records)
    found: Counter[str] = Counter()
    for id, one in records.items():
        kept, written = follower.kept[id], one.written
        assert_true(kept, written, follower.polls, exact=False)
        # One microsecond later: what is seen in the very second of something with a date is put behind it.
        looks = [at + 1 for at in follower.polls if at >= written.created_at]
        found += assert_sound_verdicts(kept, written, [*looks, looks[-1] + DAY])
    return found


@pytest.mark.parametrize("seed", [4, 12, 20])
@pytest.mark.asyncio
async def test_with_a_poll_after_every_step_the_history_is_what_the_seed_script_says_it_did(
    peer: Peer, seed: int, figure: Callable[[str], None]
) -> None:
    async with desk(peer) as follower:
        steps = await follower.seed(seed, 10)
        records = of_script(steps)
        assert follower.problems == []
        verdicts = assert_same(follower, records)
        assert "tickets left out" not in verdicts
        figure(f"django-helpdesk, seed {seed}: {len(records)} tickets, {len(steps)} events, verdicts {dict(verdicts)}")
        for id, one in records.items():
            ticket = follower.kept[id]
            assert (ticket.history, ticket.created_by, ticket.subject) == ("full", "customer", one.title)
            assert len(changes(ticket)) == len(one.written.states) - 1  # every single one was seen


CANNOT_BE_TOLD = ("priority", "on_hold")  # what it was, and since when; nor since when a status is that of a PATCH


@pytest.mark.asyncio
async def test_read_once_at_the_end_only_what_leaves_no_trace_is_not_known(peer: Peer) -> None:
    steps = await peer.seed(7, 30)
    records = of_script(steps)
    untraced = {step.ticket for step in steps if step.what == "patch"}
    by_patch = {step.ticket for step in steps if step.what == "patch" and "status" in step.values}
    told = {name for step in steps if step.what == "patch" for name in step.values}
    assert told == {*CANNOT_BE_TOLD, "status"}
    end = max(step.at for step in steps) + DAY
    async with desk(peer, end) as follower:
        await follower.poll_at(end)
        assert set(follower.kept) == set(records)
        for id, one in records.items():
            ticket, written = follower.kept[id], one.written
            assert ticket.history == "partial"
            assert (ticket.created_at, messages(ticket)) == (written.created_at, sorted(written.messages))
            assert [(event.at, event.set) for event in changes(ticket) if event.earliest is None] == written.dated
            seen = [(event.earliest, event.at) for event in changes(ticket) if event.earliest is not None]
            assert seen == ([(written.created_at, end)] if id in by_patch else [])
            assert {name: final(ticket)[name] for name in written.now} == written.now
            if id not in untraced:
                assert {name: ticket.fields[name] for name in written.now} == written.states[0][1]
        await follower.poll_at(end + MINUTE)
        assert follower.given == []


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.asyncio
async def test_whatever_is_done_at_random_is_where_the_history_says(
    peer: Peer, seed: int, figure: Callable[[str], None]
) -> None:
    random = Random(seed)
    doing = Doing(peer, random, START)
    async with desk(peer) as follower:
        await follower.poll_at(START)
        for _ in range(40):
            was_read = follower.polls[-1] == doing.now
            doing.pass_time(random.choice((int(was_read), 1, 1, 7, 100, 4000)))
            if len(doing.records) < 2 or random.random() < 0.1:
                doing.create()
                await follower.poll_at(doing.now)
            else:
                doing.step()
            if random.random() < 0.5:
                doing.pass_time(random.choice((0, 1, 30)))
                await follower.poll_at(doing.now)
            if random.random() < 0.1:
                await follower.restarted()
        await follower.poll_at(doing.now + MINUTE)
        verdicts = assert_same(follower, doing.records)
        figure(f"django-helpdesk, at random {seed}: {len(doing.records)} tickets, verdicts {dict(verdicts)}")


@pytest.mark.asyncio
async def test_its_own_escalation_raises_the_priority_and_says_nothing_for_the_customer(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    id = doing.create()
    before = doing.peer.call("GET", f"/tickets/{id}/", "admin")["priority"]
    async with desk(peer) as follower:
        await follower.poll_at(START)
        await follower.poll_at(START + 3 * DAY)
        peer.run("manage", "escalate_tickets", "-x")
        await follower.poll_at(START + 3 * DAY + MINUTE)
        ticket = follower.kept[id]
        assert doing.peer.call("GET", f"/tickets/{id}/", "admin")["priority"] == before - 1
        assert messages(ticket) == [(START + 3 * DAY, "system", True)]
        (event,) = changes(ticket)
        assert list(event.set or {}) == ["priority"]


@pytest.mark.asyncio
async def test_a_deleted_ticket_and_one_that_was_passed_over_are_told_apart(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    first, second = doing.create(), doing.create()
    async with desk(peer) as follower:
        await follower.poll_at(START)
        peer.call("DELETE", f"/tickets/{first}/", "admin")
        await follower.poll_at(START + MINUTE)
        assert follower.given == [first]
        assert follower.kept[first].events[-1].kind == "deleted"
        assert follower.kept[second].events == []


@pytest.mark.asyncio
async def test_a_page_past_the_end_is_not_there_and_pages_are_read_to_the_end(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 2)
    doing = Doing(peer, Random(1), START)
    ids = [doing.create() for _ in range(5)]
    async with desk(peer) as follower:
        await follower.poll_at(START)
        assert sorted(follower.kept) == ids
        assert isinstance(follower.source, DjangoHelpdeskSource)
        past, more = await follower.source._page(9)
        assert (past.results, more) == ([], False)


@pytest.mark.asyncio
async def test_who_is_no_staff_and_a_wrong_password_are_refused(peer: Peer) -> None:
    for keys, status in (({"user": "carol", "password": Secret("slamon-carol")}, "403"), ({"user": "nobody"}, "401")):
        async with desk(peer, **keys) as follower:
            with pytest.raises(SourceError, match=f"refused the account: {status}.*is the account staff") as caught:
                await follower.poll()
            assert caught.value.permanent


@pytest.mark.asyncio
async def test_a_probe_of_a_real_one_tells_account_and_clock(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    doing.follow_up(doing.create(), "alice", {"title": "x", "comment": "text", "public": True})
    async with desk(peer, START) as follower:
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found[0] == ("ok", "slamon sees 1 tickets")
    assert ("info", "authors seen: alice: agent, admin: customer") in found
    assert ("ok", "the server's clock is +0 s off ours") in found
