"""The source of kind roundup against a real Roundup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest

from slamon.core.instants import DAY, MINUTE, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http import Agents
from tests.conftest import SHARED
from tests.peers.desk import START
from tests.peers.pypi import Peer, fresh
from tests.peers.roundup import Doing, fields, of_script, roundup
from tests.peers.roundup_desk import assert_same, desk
from tests.sources.follower import changes, final, messages

pytestmark = [pytest.mark.shared, pytest.mark.peer("faketime")]


@pytest.fixture(scope="module")
def installed() -> Iterator[Peer]:
    with roundup(SHARED / "servers", START) as found:
        yield found


@pytest.fixture
def peer(installed: Peer) -> Peer:
    return fresh(installed, START)


@pytest.mark.parametrize("seed", [3, 11, 19])
@pytest.mark.asyncio
async def test_with_a_poll_after_every_step_the_history_is_what_the_seed_script_says_it_did(
    peer: Peer, seed: int, figure: Callable[[str], None]
) -> None:
    async with desk(peer) as follower:
        steps = await follower.seed(seed, 10)
        written = of_script(steps)
        assert follower.problems == []
        verdicts = assert_same(follower.kept, written, follower.polls)
        assert "tickets left out" not in verdicts
        figure(f"roundup, seed {seed}: {len(written)} issues, {len(steps)} events, verdicts {dict(verdicts)}")
        for id, ticket in follower.kept.items():
            assert (ticket.history, ticket.created_by) == ("full", "customer")
            states = [state for _, state in written[id].states]
            assert len(changes(ticket)) == len(states) - 1  # every single one was seen
        reopened = follower.kept[list(written)[3]]
        assert [(one.set or {}).get("source_status") for one in changes(reopened)][-2:] == ["resolved", "chatting"]


@pytest.mark.asyncio
async def test_read_once_at_the_end_only_the_changes_are_not_known(peer: Peer) -> None:
    """What cannot be told then: which status and priority there were in between, and when; who is assigned since when.

    All else can: every message, how the issue stands now, and that it does so since its creation or some time after.
    """
    written = of_script(await peer.seed(7, 20))
    end = max(at for one in written.values() for at, _ in one.states) + DAY
    async with desk(peer, end) as follower:
        await follower.poll_at(end)
        assert set(follower.kept) == set(written)
        for id, one in written.items():
            ticket = follower.kept[id]
            assert (ticket.created_at, messages(ticket)) == (one.created_at, sorted(one.messages))
            assert final(ticket) == one.now
            touched = max([at for at, _ in one.states] + [at for at, *_ in one.messages])
            brackets = [(event.earliest, event.at, event.set) for event in changes(ticket)]
            status = {name: one.now[name] for name in ("status", "source_status")}
            assert brackets == ([] if one.now["status"] == "new" else [(one.created_at, touched, status)])
            assert ticket.history == ("full" if touched == one.created_at else "partial")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.asyncio
async def test_whatever_is_done_at_random_is_where_the_history_says(
    peer: Peer, seed: int, figure: Callable[[str], None]
) -> None:
    random = Random(seed)
    doing = Doing(peer, random, START)
    async with desk(peer) as follower:
        await follower.poll_at(START)
        for _ in range(25):
            doing.pass_time(random.choice((0, 1, 1, 7, 100, 4000)))
            if len(doing.written) < 2 or random.random() < 0.15:
                doing.create()
            else:
                doing.step()
            if random.random() < 0.5:
                doing.pass_time(random.choice((0, 1, 30)))
                await follower.poll_at(doing.now)
            if random.random() < 0.1:
                await follower.restarted()
        await follower.poll_at(doing.now + MINUTE)
        first_seen_late = {id for id, one in follower.kept.items() if one.history == "partial"}
        whole = {id: one for id, one in follower.kept.items() if id not in first_seen_late}
        assert len(whole) >= 2
        verdicts = assert_same(whole, {id: doing.written[id] for id in whole}, follower.polls[1:])
        figure(f"roundup, at random {seed}: {len(whole)} issues seen from the first, verdicts {dict(verdicts)}")
        for id in first_seen_late:
            assert messages(follower.kept[id]) == sorted(doing.written[id].messages)
            assert final(follower.kept[id]) == doing.written[id].now


@pytest.mark.asyncio
async def test_the_time_zone_of_the_account_and_of_dates_in_filters_do_not_matter(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    etag = doing.call("GET", "/user/6", "admin")["data"]["@etag"]
    doing.call("PATCH", "/user/6", "admin", {"timezone": "-5"}, **{"If-Match": etag})
    async with desk(peer, since=DAY / SECOND) as follower:
        await follower.poll_at(START)
        for _ in range(3):
            doing.pass_time(600)
            id = doing.create()
            await follower.poll_at(doing.now + SECOND)
            assert follower.kept[id].created_at == doing.now
        bare = f"/issue?activity={'2026-03-02.08:15:00;'}&@fields=activity"
        assert len(doing.call("GET", bare, "slamon")["data"]["collection"]) < 2
        assert len(doing.call("GET", bare.replace(";", "%2B0000;"), "slamon")["data"]["collection"]) == 2


@pytest.mark.asyncio
async def test_a_retired_issue_counts_as_deleted(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    first, second = doing.create(), doing.create()
    async with desk(peer) as follower:
        await follower.poll_at(START)
        doing.call("DELETE", f"/issue/{first}", "admin", None, **{"If-Match": doing.etag(first)})
        follower.time.advance(MINUTE)
        found = {one.id: one for one in await follower.reread(first, second, "999")}
        assert sorted(found) == [first, second]
        assert found[first].events[-1].kind == "deleted"
        assert found[second].events == []
        assert doing.call("GET", f"/issue/{first}", "slamon")["data"]["id"] == first


@pytest.mark.asyncio
async def test_its_rate_limit_is_met_and_kept_and_nothing_is_lost(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    ids = [doing.create() for _ in range(2)]
    peer.run("stop")
    peer.run("start", RATE="4/60")
    async with desk(peer) as follower:
        refusals: list[SourceError] = []
        while not follower.kept and len(refusals) < 20:
            try:
                await follower.poll()
            except SourceError as error:
                refusals.append(error)
                follower.time.advance(
                    (error.retry_after or 0) * len(refusals)
                )  # as the service does: longer and longer
                peer.set_clock(follower.time.now())
        assert refusals
        assert all("429" in str(one) and 0 < (one.retry_after or 0) <= MINUTE for one in refusals)
        assert sorted(follower.kept) == ids
        assert follower.source.readings.requests_left is not None


@pytest.mark.asyncio
async def test_a_wrong_password_is_refused_and_after_four_times_there_is_a_wait_for_the_right_one_too(
    peer: Peer,
) -> None:
    async with desk(peer, password=Secret("wrong-password")) as follower:
        said = []
        for _ in range(6):
            with pytest.raises(SourceError) as caught:
                await follower.poll()
            said.append(caught.value)
        assert [one.permanent for one in said][:4] == [True] * 4
        assert "refused the account: 401 (Invalid Login - Invalid login)" in str(said[0])
        assert said[-1].retry_after
        assert "wrong-password" not in " ".join(map(str, said))
    async with desk(peer) as follower:
        with pytest.raises(SourceError, match="429") as caught:
            await follower.poll()
        wait = caught.value.retry_after
        assert wait is not None
        follower.time.advance(wait)
        peer.set_clock(follower.time.now() + SECOND)
        await follower.poll()


@pytest.mark.asyncio
async def test_a_probe_of_a_real_one_tells_account_clock_and_agents(peer: Peer) -> None:
    doing = Doing(peer, Random(1), START)
    id = doing.create()
    doing.pass_time(60)
    etag = doing.etag(id)
    doing.call("PATCH", f"/issue/{id}", "alice", {"status": "unread"}, **{"If-Match": etag})
    async with desk(peer, doing.now, status={"no such": "open"}, agents=Agents(roles=("Admin",))) as follower:
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found[:3] == [
        ("ok", "reading as slamon"),
        ("warning", "status: there is no status 'no such'"),
        ("warning", "the account does not see the roles and addresses of others"),
    ]
    assert ("info", "authors seen: carol: customer") in found
    assert ("ok", "the server's clock is +0 s off ours") in found
    assert fields("unread", "bug")["status"] == "new"
