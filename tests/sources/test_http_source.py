"""What all kinds of sources over HTTP share: reading tickets again, looking at themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import Batch, Finding, SourceError
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.http import HttpSettings, HttpSource, NoneRead, Person, Stale, Unreadable, Usual
from tests.clock import ManualTime
from tests.sources.http_server import Script, Server, answer, by_path, data, in_turn, serving

NOON = parse_instant("2026-06-05T12:00:00Z")


class Item(Struct):
    status: str
    author: str


class ToySource(HttpSource):
    """A kind as small as can be."""

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        yield Batch((await self.tickets(["1", "2"])).tickets, b"")

    async def ticket(self, id: str) -> Ticket:
        item = await self.client.get(f"items/{id}", Item)
        by = self.people.classify(Person(item.author, agent=item.author == "alice"))
        return Ticket(id, self.name, NOON, self.statuses.fields(item.status), [], created_by=by)

    async def check(self) -> Sequence[Finding]:
        await self.client.get("me", Item)
        return [Finding("ok", "it is us")]


@asynccontextmanager
async def toy(script: Script, known: Mapping[str, Ticket] | None = None) -> AsyncIterator[tuple[ToySource, Server]]:
    async def stored(ids: Sequence[str]) -> Mapping[str, Ticket]:
        return {id: one for id, one in (known or {}).items() if id in ids}

    async with serving(script) as server:
        around = Surroundings(Path(), ManualTime(NOON), NOON, stored)
        usual = Usual({"X-Key": Secret("k")}, "do this", {"Open": "open"}, cannot_tell=("who read it",))
        source = ToySource("desk", HttpSettings(url=server.url), around, usual)
        try:
            yield source, server
        finally:
            await source.close()


def item(status: str = "Open", author: str = "alice") -> bytes:
    return data({"status": status, "author": author})


@pytest.mark.asyncio
async def test_a_ticket_that_is_gone_comes_back_as_deleted_if_it_was_known() -> None:
    known = Ticket("2", "desk", NOON - MINUTE, {"status": "open"}, [])
    async with toy(by_path({"/items/1": item()}), {"2": known}) as (source, _):
        found = {one.id: one for one in await source.fetch(["1", "2", "3"])}
    assert sorted(found) == ["1", "2"]
    assert found["1"].events == []
    assert found["2"].events == [Event(NOON, "deleted", "deleted", earliest=NOON - MINUTE)]


@pytest.mark.asyncio
async def test_a_ticket_that_cannot_be_told_of_is_never_taken_for_deleted() -> None:
    for status in (401, 403, 500, 429):
        async with toy(by_path({"/items/1": answer(status)})) as (source, _):
            with pytest.raises(SourceError):
                await source.fetch(["1"])


@pytest.mark.asyncio
async def test_one_bad_ticket_among_many_is_a_problem_and_one_that_went_away_is_none() -> None:
    async with toy(by_path({"/items/1": item(), "/items/2": data({"status": 5})})) as (source, _):
        found = await source.tickets(["1", "2", "3"])
    assert [one.id for one in found.tickets] == ["1"]
    problem = "127.0.0.1/items/2 answered with something else than expected: Expected `str`, got `int` - at `$.status`"
    assert found.problems == [problem]


@pytest.mark.asyncio
async def test_if_all_tickets_are_bad_the_source_is() -> None:
    async with toy(in_turn(data([]))) as (source, _):
        with pytest.raises(SourceError, match=r"no ticket can be read: 127\.0\.0\.1/items/"):
            await source.tickets(["1", "2"])


@pytest.mark.asyncio
async def test_a_server_that_stumbles_over_many_at_once_is_asked_again_one_by_one() -> None:
    script = in_turn(item(), answer(500), answer(500), item())
    async with toy(script) as (source, server):
        assert len((await source.tickets(["1", "2", "3"])).tickets) == 3
    assert len(server.requests) == 5


@pytest.mark.asyncio
async def test_a_server_that_goes_on_failing_fails_the_reading() -> None:
    async with toy(in_turn(item(), answer(500))) as (source, server):
        with pytest.raises(SourceError, match="answered 500"):
            await source.tickets(["1", "2", "3", "4"])
    assert len(server.requests) == 6  # one of those that failed alone, and the one that was read, again
    async with toy(in_turn(answer(500))) as (source, server):
        with pytest.raises(NoneRead, match=r"no ticket can be read: .* answered 500") as caught:
            await source.tickets(["1", "2", "3", "4"])
    assert len(server.requests) == 5
    assert caught.value.found.unread == ["1", "2", "3", "4"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "said", [answer(500), answer(502), answer(403), data({"status": 5}), answer(200, '{"status": NaN}')], ids=repr
)
async def test_one_ticket_that_the_server_always_fails_at_is_a_problem_and_hides_no_other(said: bytes) -> None:
    async with toy(by_path({"/items/1": item(), "/items/2": said, "/items/3": item()})) as (source, _):
        found = await source.tickets(["1", "2", "3"])
        fetched = await source.fetch(["1", "2", "3"])
        with pytest.raises(Unreadable):
            await source.fetch(["2"])
    assert [one.id for one in found.tickets] == [one.id for one in fetched] == ["1", "3"]
    assert (len(found.problems), found.unread) == (1, ["2"])


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_never_passed_over_where_all_others_are_gone() -> None:
    known = Ticket("1", "desk", NOON, {}, [])
    async with toy(by_path({"/items/2": answer(500)}), {"1": known}) as (source, _):
        with pytest.raises(Unreadable, match="answered 500"):
            await source.fetch(["1", "2"])


@pytest.mark.asyncio
async def test_a_state_from_before_something_known_is_not_up_to_date_until_it_lasts_a_day() -> None:
    answered = Event(NOON + MINUTE, "message", "7", "agent", public=True)
    shown = Ticket("1", "desk", NOON, {"status": "open"}, [])
    known = Ticket("1", "desk", NOON, {"status": "open"}, [answered])
    async with toy(by_path({}), {"1": known}) as (source, _):
        time = source.around.time
        assert isinstance(time, ManualTime)
        for span in (0, HOUR, DAY - HOUR - 1):
            time.advance(span)
            with pytest.raises(Stale, match="ticket 1 comes older than it is known to be"):
                await source.up_to_date(shown, NOON)
        assert await source.up_to_date(known, NOON + MINUTE) == known
        with pytest.raises(Stale):  # as it came up to date meanwhile
            await source.up_to_date(shown, NOON)
        time.advance(DAY)
        assert await source.up_to_date(shown, NOON) == shown


@pytest.mark.asyncio
async def test_after_a_wait_is_asked_for_the_rest_of_many_is_not_asked_for() -> None:
    async with toy(in_turn(answer(429, "", "Retry-After: 9"))) as (source, server):
        with pytest.raises(SourceError) as caught:
            await source.tickets([str(number) for number in range(50)])
    assert caught.value.retry_after is not None
    assert caught.value.retry_after <= 9 * SECOND
    assert len(server.requests) <= 4


@pytest.mark.asyncio
async def test_a_probe_says_who_we_are_how_authors_are_classed_and_what_is_not_known() -> None:
    date = "Date: Fri, 05 Jun 2026 12:02:00 GMT"
    answers = {"/me": data({"status": "", "author": ""}, date, "X-RateLimit-Remaining: 7")}
    async with toy(by_path({**answers, "/items/1": item(), "/items/2": item("Limbo", "carol")})) as (source, _):
        findings = await source.probe()
        assert findings == [
            Finding("ok", "it is us"),
            Finding("info", "authors seen: alice: agent, carol: customer"),
            Finding("warning", "the server's clock is +120 s off ours"),
            Finding("info", "requests left: 7"),
            Finding("info", "who read it"),
        ]
        readings = source.readings
    assert (readings.clock_skew, readings.requests_left, readings.unmapped) == (2 * MINUTE + SECOND // 2, 7, 1)


@pytest.mark.asyncio
async def test_a_probe_of_a_source_that_cannot_be_read_finds_why() -> None:
    async with toy(by_path({"/me": answer(401)})) as (source, _):
        assert await source.probe() == [Finding("error", "127.0.0.1/me refused the account: 401; do this")]


@pytest.mark.asyncio
async def test_a_source_can_be_closed_twice_and_without_having_been_used() -> None:
    async with toy(in_turn(item())) as (source, _):
        await source.close()
        await source.ticket("1")
        await source.close()
