"""Reading all of a django-helpdesk each time: what is there, what is gone, and what is refused."""

from __future__ import annotations

import pytest

from slamon.core.instants import DAY, SECOND
from slamon.ports import SourceError
from slamon.secrets import Secret
from tests.sources.django_helpdesk_desk import CLOSED, DUPLICATE, NOW, OPEN, REOPENED, RESOLVED, desk
from tests.sources.django_helpdesk_server import Helpdesk, moved, refused
from tests.sources.follower import final, messages
from tests.sources.http_server import Request, answer, in_turn


@pytest.mark.asyncio
async def test_old_ended_tickets_are_left_out_at_first_and_open_ones_never() -> None:
    helpdesk = Helpdesk(NOW - 90 * DAY)
    ids = [helpdesk.create(status=status) for status in (OPEN, RESOLVED, CLOSED, REOPENED, DUPLICATE, 6)]
    helpdesk.now = NOW - DAY
    late = helpdesk.create(status=CLOSED)
    async with desk(helpdesk, since=30 * DAY / SECOND) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept) == [ids[0], ids[3], ids[5], late]
        helpdesk.patch(ids[1], status=REOPENED)
        await follower.poll_of(helpdesk)
        assert follower.given == [ids[1]]
        assert follower.kept[ids[1]].history == "partial"


@pytest.mark.asyncio
async def test_all_pages_are_read_and_tickets_that_vanish_meanwhile_hide_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 3)
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create() for _ in range(10)]
    deleted: dict[str, int] = {}  # by the page before which it goes

    def script(request: Request) -> bytes:
        gone = deleted.pop(request.query.get("page", ""), None)
        helpdesk.tickets = {id: one for id, one in helpdesk.tickets.items() if id != gone}
        return helpdesk(request)

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept, key=int) == ids
        assert follower.progress[0] == "tickets: 3 of 10 read"
        deleted["2"] = 1  # 4 moves onto the page that was read already
        helpdesk.patch("4", priority=1)
        await follower.poll_of(helpdesk)
        assert follower.given == ["4"]
        assert final(follower.kept["4"])["priority"] == "critical"
        deleted["3"] = 10
        await follower.poll_of(helpdesk)
        assert follower.given == ["1", "10"]
        assert [follower.kept[id].events[-1].kind for id in ("1", "10")] == ["deleted", "deleted"]
        await follower.poll_of(helpdesk)
        assert follower.given == []
        assert [one.events for id, one in follower.kept.items() if id not in ("1", "4", "10")] == [[]] * 7


@pytest.mark.asyncio
async def test_a_last_page_that_is_gone_is_the_end_and_a_first_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.django_helpdesk.PAGE", 2)
    helpdesk = Helpdesk(NOW)
    ids = [helpdesk.create() for _ in range(3)]

    def script(request: Request) -> bytes:
        said = helpdesk(request)
        if request.query.get("page") == "1":
            helpdesk.tickets.pop(3, None)
        return said

    async with desk(script) as follower:
        await follower.poll_of(helpdesk)
        assert sorted(follower.kept) == ids[:2]
        assert [one.query["page"] for one in follower.server.asked("/api/tickets/")] == ["1", "2"]


@pytest.mark.parametrize(("queues", "others"), [([1] * 20, 30), ([1] * 20, 90), ([1, 2, 3, 4, 5] * 6, 10)])
@pytest.mark.asyncio
async def test_a_right_that_was_lost_is_not_taken_for_deletion(queues: list[int], others: int) -> None:
    helpdesk = Helpdesk(NOW)
    for queue in [*queues, *[9] * others]:
        helpdesk.create(queue=queue)
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.hidden |= set(queues)
        with pytest.raises(SourceError, match="has the account lost a right"):
            await follower.poll_of(helpdesk)
        assert not any(one.events for one in follower.kept.values())
        helpdesk.hidden.clear()
        await follower.poll_of(helpdesk)
        assert follower.given == []


@pytest.mark.asyncio
async def test_merging_takes_the_follow_ups_away_but_not_the_beginning() -> None:
    helpdesk = Helpdesk(NOW)
    old, new = helpdesk.create(), helpdesk.create()
    helpdesk.tickets[2]["followup_set"][0]["date"] = "2026-03-04T09:00:20Z"
    async with desk(helpdesk) as follower:
        last = await follower.poll_of(helpdesk)
        helpdesk.patch(old, merged_to=2, status=DUPLICATE)
        for one in helpdesk.tickets[1]["followup_set"]:
            one["title"] = "[Merged from #1] Ticket Opened"
        helpdesk.tickets[2]["followup_set"] += helpdesk.tickets[1]["followup_set"]
        helpdesk.tickets[1]["followup_set"] = []
        at = await follower.poll_of(helpdesk)
        merged = follower.kept[old]
        assert (merged.created_at, merged.events[-1].kind, merged.events[-1].into) == (NOW, "merged", "2")
        assert (merged.events[-1].earliest, merged.events[-1].at) == (last - SECOND // 2, at)
        assert follower.kept[new].created_at == NOW + 20 * SECOND
        body = follower.bodies[old]
        await follower.poll_of(helpdesk)
        assert follower.bodies[old] == body
        helpdesk.patch(old, merged_to=None, status=OPEN)
        await follower.poll_of(helpdesk)
        assert follower.kept[old].events[-1].kind == "restored"
        assert final(follower.kept[old])["status"] == "open"


@pytest.mark.asyncio
async def test_a_ticket_without_any_follow_up_begins_when_it_is_first_seen() -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    helpdesk.tickets[1]["followup_set"] = []
    async with desk(helpdesk) as follower:
        at = await follower.poll_of(helpdesk)
        moved(helpdesk, 10)
        helpdesk.follow_up(id, 2, comment="x")
        await follower.poll_of(helpdesk)
        assert follower.kept[id].created_at == at
        assert len(messages(follower.kept[id])) == 1


@pytest.mark.asyncio
async def test_one_ticket_that_cannot_be_read_does_not_hide_the_others_and_is_not_taken_for_deleted() -> None:
    helpdesk = Helpdesk(NOW)
    good, bad = helpdesk.create(), helpdesk.create()
    async with desk(helpdesk) as follower:
        await follower.poll_of(helpdesk)
        helpdesk.tickets[2]["followup_set"][0]["date"] = "yesterday"
        helpdesk.patch(good, priority=1)
        await follower.poll_of(helpdesk)
        assert follower.given == [good]
        assert follower.problems == ["ticket 2: Invalid isoformat string: 'yesterday'"]
        with pytest.raises(SourceError, match="ticket 2: Invalid isoformat string"):
            await follower.reread(bad)
        helpdesk.tickets[1]["status"] = "x"
        with pytest.raises(SourceError, match="no ticket can be read: ticket 1: Expected `int`"):
            await follower.poll_of(helpdesk)


@pytest.mark.asyncio
async def test_refusals_say_what_to_do_and_never_the_password() -> None:
    helpdesk = Helpdesk(NOW)
    async with desk(helpdesk, password=Secret("hunter2hunter2")) as follower:
        with pytest.raises(SourceError, match=r"refused the account: 401 .*Invalid username/password.*staff") as caught:
            await follower.poll()
        assert caught.value.permanent
        assert "hunter2" not in str(caught.value)
    async with desk(in_turn(refused())) as follower:
        assert [(one.level, "is the account staff" in one.text) for one in await follower.source.probe()] == [
            ("error", True)
        ]
    async with desk(in_turn(answer(404))) as follower:
        with pytest.raises(SourceError, match="is not there: 404"):
            await follower.poll()


@pytest.mark.asyncio
async def test_the_probe_says_how_much_is_seen() -> None:
    helpdesk = Helpdesk(NOW)
    async with desk(helpdesk) as follower:
        assert (await follower.source.check())[0].text == "slamon sees no ticket"
        id = helpdesk.create(user=None)
        helpdesk.follow_up(id, 2, comment="x")
        found = [(one.level, one.text) for one in await follower.source.probe()]
        assert found[0] == ("ok", "slamon sees 1 tickets")
        assert ("info", "authors seen: 2: agent") in found
        assert ("info", "staff who answer by mail cannot be told from customers") in found


@pytest.mark.parametrize("cursor", [b"null", b"{}", b'{"tickets":5}', b"\xff"])
@pytest.mark.asyncio
async def test_a_cursor_of_something_else_means_the_first_time(cursor: bytes) -> None:
    helpdesk = Helpdesk(NOW)
    id = helpdesk.create()
    async with desk(helpdesk) as follower:
        follower.cursor = cursor
        await follower.poll()
        assert list(follower.kept) == [id]
        assert follower.kept[id].history == "partial"
