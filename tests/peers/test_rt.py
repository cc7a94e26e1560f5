"""The source of kind rt against a real Request Tracker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, format_instant, parse_instant
from slamon.ports import SourceError
from slamon.sources.http import Agents, Window
from slamon.sources.rt import RtSource
from tests.clock import ManualTime
from tests.conftest import SHARED
from tests.peers.rt import RequestTracker, running
from tests.peers.rt_following import assert_same, following
from tests.peers.rt_record import Doing, of_script, without
from tests.sources.follower import final

pytestmark = [pytest.mark.shared, pytest.mark.peer("request-tracker5")]

CUSTOMER = {"customer": "custom_field.Customer"}
TICKETS = 10  # one of each sort that the seed script knows
_MAKE_FIELD = """
my $field = RT::CustomField->new($S);
$field->Create(Name => 'Customer', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket');
$field->AddToObject(RT::Queue->new($S));
my $privileged = RT::Group->new($S);
$privileged->LoadSystemInternalGroup('Privileged');
$privileged->PrincipalObj->GrantRight(Right => $_, Object => RT->System) for qw(SeeCustomField ModifyCustomField);
"""
_MAKE_GROUPS = """
my ($outer, $inner) = map { my $one = RT::Group->new($S); $one->CreateUserDefinedGroup(Name => $_); $one } qw(Desk Inner);
my $user = RT::User->new($S);
$user->Load('bob'); $inner->AddMember($user->id); $outer->AddMember($inner->id);
"""
_MAKE_HIDDEN_QUEUE = """
my $queue = RT::Queue->new($S);
$queue->Create(Name => 'Hidden');
my $user = RT::User->new($S);
$user->Create(Name => 'narrow', Privileged => 1);
$user->PrincipalObj->GrantRight(Right => $_, Object => do { my $seen = RT::Queue->new($S); $seen->Load('Support'); $seen })
  for qw(SeeQueue ShowTicket);
my ($done, $message, $token) = RT::AuthToken->new($S)->Create(Owner => $user->id, Description => 'peers');
print $token;
"""


@pytest.fixture(scope="module")
def tracker() -> Iterator[RequestTracker]:
    with running(SHARED / "servers") as found:
        yield found


@pytest.fixture(scope="module")
def seeded(tracker: RequestTracker) -> dict[str, Any]:
    return tracker.seed(5, TICKETS)


@pytest.fixture(scope="module")
def customer(tracker: RequestTracker, seeded: dict[str, Any]) -> None:
    """A custom field, made after the script's tickets."""
    tracker.perl(_MAKE_FIELD)


@pytest.mark.asyncio
async def test_every_history_is_what_the_seed_script_says_it_did(
    tracker: RequestTracker, seeded: dict[str, Any], figure: Callable[[str], None]
) -> None:
    async with following(tracker) as follower:
        await follower.poll()
    assert follower.problems == []
    assert len(follower.kept) == TICKETS
    verdicts = assert_same(follower.kept, of_script(seeded))
    figure(f"rt, seed 5: {TICKETS} tickets, {len(seeded['ev'])} events, {verdicts} verdicts")
    for id, ticket in follower.kept.items():
        shown = tracker.call("GET", f"/ticket/{id}")
        assert final(ticket)["due_at"] == shown["Due"]
        assert final(ticket)["source_status"] == shown["Status"]
    reopened = tracker.call("GET", f"/ticket/{seeded['ids'][3]}")
    assert (reopened["Status"], reopened["Resolved"][:4]) == ("open", "2026")


@pytest.mark.asyncio
async def test_a_probe_finds_version_queues_authors_and_what_cannot_be_told(
    tracker: RequestTracker, seeded: dict[str, Any]
) -> None:
    async with following(tracker) as follower:
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found[0][1].startswith("this is Request Tracker 5.")
    assert found[1][0] == "ok"
    assert {"General", "Support"} <= set(found[1][1].removeprefix("queues seen: ").split(", "))
    authors = next(text for _, text in found if text.startswith("authors seen: "))
    assert {"alice: agent", "bob: agent", "carol: customer"} <= set(authors.removeprefix("authors seen: ").split(", "))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
@pytest.mark.asyncio
async def test_the_time_zone_of_the_account_changes_nothing(
    tracker: RequestTracker, seeded: dict[str, Any], zone: str
) -> None:
    now = parse_instant("2026-03-04T00:00:00Z")
    tracker.set_clock(now)
    tracker.call("PUT", "/user/slamon", {"Timezone": zone})
    try:
        every = tracker.call("GET", "/tickets?query=id%3E0&fields=LastUpdated&per_page=100&orderby=LastUpdated")[
            "items"
        ]
        updated = {one["id"]: parse_instant(one["LastUpdated"]) for one in every}
        middle = sorted(updated.values())[TICKETS // 2]
        async with following(tracker, ManualTime(now)) as follower:
            assert isinstance(follower.source, RtSource)
            for since in _instants(middle, now):
                page = await follower.source._updates.page(Window(since), 0)
                assert {row.id for row in page.rows} == {id for id, at in updated.items() if at >= since}
        absolute = tracker.found(f"LastUpdated >= '{format_instant(middle)[:-1].replace('T', ' ')}'")
        right = sorted(id for id, at in updated.items() if at >= middle)
        assert (sorted(absolute) == right) == (zone == "UTC")
    finally:
        tracker.call("PUT", "/user/slamon", {"Timezone": ""})


def _instants(middle: Instant, now: Instant) -> list[Instant]:
    """Around an update to the second; and at distances that Request Tracker takes for years or times of day."""
    distances = [(ago - 2 * 3600) * SECOND for ago in (7200, 8100, 9000, 9999, 10_000, 23_59_59, 90_000)]
    return [middle - SECOND, middle, middle + SECOND, *(now - one for one in distances), now - 3000 * DAY]


@pytest.mark.asyncio
async def test_somebody_unprivileged_sees_short_pages_of_which_none_is_lost(
    tracker: RequestTracker, seeded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slamon.sources.rt_lists.PER_PAGE", 3)
    id = seeded["ids"][3]
    sizes = [
        tracker.call("GET", f"/ticket/{id}/history?per_page=3&page={page}", by="carol")["count"] for page in range(1, 7)
    ]
    assert sizes == [2, 3, 2, 2, 2, 0]
    agents = Agents(users=("alice", "bob@example.org", "root"))
    seen = {id: one for id, one in of_script(seeded).items() if one.now["group"] == "Support"}
    assert len(seen) == TICKETS - 1
    async with following(tracker, account="carol", agents=agents) as follower:
        await follower.reread(*seen)
    assert_same(follower.kept, {id: without(one, [("message", "agent", False)]) for id, one in seen.items()})


@pytest.mark.asyncio
async def test_an_account_that_is_not_shown_who_is_privileged_is_refused(
    tracker: RequestTracker, seeded: dict[str, Any]
) -> None:
    async with following(tracker, account="carol") as follower:
        with pytest.raises(SourceError, match="the account is not privileged") as caught:
            await follower.poll()
    assert caught.value.permanent


@pytest.mark.asyncio
async def test_a_wrong_token_is_refused(tracker: RequestTracker) -> None:
    async with following(tracker, token="1-14-0123456789abcdef") as follower:
        with pytest.raises(SourceError, match="refused the account: 401") as caught:
            await follower.poll()
    assert caught.value.permanent


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.asyncio
async def test_so_it_is_with_other_seeds_though_the_clock_went_back(
    tracker: RequestTracker, seeded: dict[str, Any], seed: int, figure: Callable[[str], None]
) -> None:
    record = tracker.seed(seed, TICKETS)
    async with following(tracker) as follower:
        await follower.poll()
    assert len(follower.kept) >= 2 * TICKETS
    verdicts = assert_same(follower.kept, of_script(record))
    assert_same(follower.kept, of_script(seeded))
    figure(f"rt, seed {seed}: {TICKETS} tickets, {len(record['ev'])} events, {verdicts} verdicts")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.asyncio
async def test_every_history_is_what_was_done_at_random_while_it_was_read(
    tracker: RequestTracker, customer: None, seed: int, figure: Callable[[str], None]
) -> None:
    random = Random(seed)
    doing = Doing(tracker, random, parse_instant(f"2026-0{seed + 2}-27T20:00:00Z"))
    time = ManualTime(doing.now)
    async with following(tracker, time, fields=CUSTOMER) as follower:
        for _ in range(30):
            doing.pass_time()
            if len(doing.written) < 3:
                doing.create()
            else:
                doing.update()
            if random.random() < 0.25:
                time.advance_to(max(time.now() + SECOND, doing.now))
                await follower.poll()
        time.advance_to(max(time.now(), doing.now) + MINUTE)
        await follower.poll()
        verdicts = assert_same(follower.kept, doing.written)
        events = sum(len(one.events) for one in doing.written.values())
        figure(f"rt, at random {seed}: {len(doing.written)} tickets, {events} events, {verdicts} verdicts")
        time.advance(MINUTE)
        await follower.poll()
        cursor = follower.cursor
        await follower.poll()
        assert (follower.cursor, follower.given) == (cursor, [])


@pytest.mark.asyncio
async def test_merged_and_deleted_tickets_are_found_out(tracker: RequestTracker, customer: None) -> None:
    doing = Doing(tracker, Random(3), parse_instant("2026-06-01T08:00:00Z"))
    time = ManualTime(doing.now)
    into, merged, deleted, unseen = (doing.create() for _ in range(4))
    async with following(tracker, time, since=DAY / SECOND) as follower:
        await follower.poll()
        doing.now += HOUR
        time.advance(HOUR)
        tracker.set_clock(doing.now)
        tracker.call("POST", f"/ticket/{merged}/correspond", {"Content": "x", "ContentType": "text/plain"}, "alice")
        doing.now += HOUR
        time.advance(HOUR)
        tracker.set_clock(doing.now)
        tracker.call("PUT", f"/ticket/{merged}", {"MergeInto": into}, "alice")
        tracker.call("DELETE", f"/ticket/{deleted}")
        await follower.poll()
        last = follower.kept[merged].events[-1]
        assert (last.kind, last.at, last.into, last.by) == ("merged", doing.now, into, "agent")
        assert ("message", doing.now - HOUR) in [(one.kind, one.at) for one in follower.kept[merged].events]
        assert "message" not in [one.kind for one in follower.kept[into].events]
        assert deleted not in follower.given
        again = {one.id: one for one in await follower.reread(into, merged, deleted, unseen, "99999")}
        assert sorted(again) == sorted([into, merged, deleted, unseen])
        assert again[merged].events == follower.kept[merged].events
        assert final(again[deleted])["status"] == "cancelled"
        assert [one.at for one in again[deleted].events if "status" in (one.set or {})] == [doing.now]


@pytest.mark.asyncio
async def test_a_ticket_that_went_out_of_sight_is_gone_and_others_stay(tracker: RequestTracker, customer: None) -> None:
    token = tracker.perl(_MAKE_HIDDEN_QUEUE)
    doing = Doing(tracker, Random(4), parse_instant("2026-07-01T08:00:00Z"))
    time = ManualTime(doing.now)
    moved, stays = doing.create(), doing.create()
    async with following(tracker, time, token=token, since=DAY / SECOND) as follower:
        await follower.poll()
        assert {moved, stays} <= set(follower.kept)
        tracker.call("PUT", f"/ticket/{moved}", {"Queue": "Hidden"})
        time.advance(MINUTE)
        found = {one.id: [event.kind for event in one.events][-1] for one in await follower.reread(moved, stays)}
        assert (found[moved], found[stays]) == ("deleted", "change")


@pytest.mark.asyncio
async def test_agents_are_the_privileged_or_whoever_is_named_by_group_too(
    tracker: RequestTracker, seeded: dict[str, Any]
) -> None:
    tracker.perl(_MAKE_GROUPS)
    id = str(seeded["ids"][1])
    async with following(tracker, agents=Agents(groups=("Desk",))) as follower:
        with pytest.raises(SourceError, match="no group 'Desk' is seen"):
            await follower.poll()
    async with following(tracker, account="root", agents=Agents(groups=("Desk",))) as follower:
        (found,) = await follower.source.fetch([id])
    changed = {str(event.set): event.by for event in found.events if event.kind == "change"}
    assert changed["{'priority': '80'}"] == "agent"
    assert changed["{'assignee': 'alice'}"] == "customer"
