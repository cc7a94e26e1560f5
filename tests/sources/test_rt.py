"""The source of kind rt: on what a Request Tracker answered once, and on a scripted one with its quirks."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.http import Agents, Bots, NotFound, Window
from slamon.sources.rt import CANNOT_TELL, RtSettings, RtSource
from slamon.sources.rt_lists import last_transaction
from tests.clock import ManualTime
from tests.sources.follower import changes, final, messages
from tests.sources.http_server import Request, data
from tests.sources.rt_server import NOW, PEOPLE, TOKEN, Desk, following, read

RECORDED = {"3": "stalled", "4": "reopened", "5": "reopened_closed", "8": "moved", "10": "untouched"}
HISTORY_FIELDS = ("Type", "Field", "OldValue", "NewValue", "Creator", "Created", "ObjectId")


# --- recorded answers ------------------------------------------------------------------------------------------------


class Recorded:
    """A server that answers what a real one did, and has as many tickets as were recorded whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tickets = {id: self.read(f"ticket_{name}") for id, name in RECORDED.items()}

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def __call__(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"token {TOKEN}":
            return data(self.read("err_401"), status=401)
        what, *rest = request.path.removeprefix("/REST/2.0/").split("/")
        if what == "ticket" and rest[0] in self.tickets:
            return data(self.ticket(request, *rest))
        if what == "user" and (rest[0] in PEOPLE or rest[0] in PEOPLE.values()):
            name = PEOPLE.get(rest[0], rest[0])
            return data(self.read("user_alice") | {"Name": name, "Privileged": int(name in ("root", "alice", "bob"))})
        if what == "tickets":
            return data(self.list())
        return data(self.read("queues")) if what == "queues" else data(self.read("err_404"), status=404)

    def ticket(self, request: Request, id: str, history: str = "") -> Any:
        if not history:
            return self.tickets[id]
        assert set(request.query["fields"].split(",")) == set(HISTORY_FIELDS)
        return self.read(f"history_{RECORDED[id]}")

    def list(self) -> Any:
        rows = [{"id": str(one["id"]), "LastUpdated": one["LastUpdated"]} for one in self.tickets.values()]
        rows.sort(key=lambda row: str(row["LastUpdated"]))
        return self.read("tickets_bare") | {"items": rows, "pages": 1, "total": len(rows), "count": len(rows)}


@pytest.fixture
def recorded(shared: Path) -> Recorded:
    return Recorded(shared / "samples" / "rt")


def at(text: str) -> int:
    return parse_instant(f"2026-{text}:00Z")


def message(when: str, id: int, by: str = "agent", *, public: bool = True) -> Event:
    return Event(at(when), "message", str(id), by, public)


def change(when: str, id: int, by: str = "agent", **fields: Any) -> Event:
    return Event(at(when), "change", str(id), by, set=fields)


def status(native: str, ours: str) -> dict[str, str]:
    return {"status": ours, "source_status": native}


OPEN, SOLVED = status("open", "open"), status("resolved", "solved")
NEW = {**status("new", "new"), "assignee": None, "group": "Support", "due_at": None}


@pytest.mark.shared
@pytest.mark.asyncio
async def test_a_reply_after_the_solution_opens_it_again_though_resolved_stays(recorded: Recorded) -> None:
    tickets = await read(recorded)
    assert recorded.tickets["4"]["Resolved"] == "2026-03-02T20:15:00Z"
    assert tickets["4"] == Ticket(
        "4",
        "desk",
        at("03-02T12:56"),
        NEW | {"priority": "60"},
        [
            change("03-02T12:56", 75, "system", due_at="2026-03-04T12:56:00Z"),
            change("03-02T15:01", 87, assignee="alice"),
            message("03-02T16:09", 93, public=False),
            message("03-02T17:51", 120),
            change("03-02T17:51", 122, "system", **OPEN),
            change("03-02T20:15", 152, **SOLVED),
            message("03-02T20:46", 158, "customer"),
            change("03-02T20:46", 160, "system", **OPEN),
            change("03-02T20:46", 161, "system", due_at="2026-03-03T13:00:00Z"),
        ],
        "Ticket 3: something is broken",
        tickets["4"].url,
        "agent",
    )
    assert tickets["4"].url.partition("/Ticket/")[2] == "Display.html?id=4"  # type: ignore[union-attr]


@pytest.mark.shared
@pytest.mark.asyncio
async def test_the_other_recorded_tickets_are_what_was_done_to_them(recorded: Recorded) -> None:
    tickets = await read(recorded)
    assert set(tickets) == set(RECORDED)
    without_due = {
        id: [one for one in ticket.events if "due_at" not in (one.set or {})] for id, ticket in tickets.items()
    }
    assert without_due["3"] == [
        change("03-02T13:23", 76, assignee="alice"),
        message("03-02T14:31", 78, public=False),
        message("03-02T17:22", 108),
        change("03-02T17:22", 110, "system", **OPEN),
        change("03-02T17:40", 111, **status("stalled", "waiting_customer")),
        message("03-02T18:25", 127, "customer"),
        change("03-02T18:58", 134, **OPEN),
        change("03-02T20:38", 156, **SOLVED),
    ]
    assert [one.set for one in without_due["5"] if one.set][-3:] == [SOLVED, OPEN, SOLVED]
    assert without_due["8"][-2:] == [
        change("03-02T21:11", 171, priority="80"),
        change("03-02T22:11", 176, group="General"),
    ]
    assert tickets["8"].fields == NEW | {"priority": "40"}
    assert (without_due["10"], final(tickets["10"])["due_at"]) == ([], "2026-03-05T09:00:00Z")
    assert {ticket.history for ticket in tickets.values()} == {"full"}


@pytest.mark.shared
@pytest.mark.asyncio
async def test_a_refused_token_says_what_to_do_and_is_not_quoted(recorded: Recorded) -> None:
    async with following(recorded, token="1-14-ffffffff") as (follower, _):
        with pytest.raises(SourceError, match=r"refused the account: 401 .*is the token right") as caught:
            await follower.poll()
        assert (caught.value.permanent, "ffffffff" in str(caught.value)) == (True, False)
        assert [one.level for one in await follower.source.probe()] == ["error"]


# --- pages and rights ------------------------------------------------------------------------------------------------


def busy(desk: Desk, count: int = 250) -> int:
    """A ticket with much that happened, half of it unseen; some pages of a hundred have nothing that is seen."""
    id = desk.create()
    for number in range(count):
        made = desk.done(id, "Comment" if number % 2 else "Correspond")
        if number % 2 or 90 < number < 210:
            desk.hidden.add(made)
    return id


@pytest.mark.parametrize("sees_all", [False, True])
@pytest.mark.asyncio
async def test_pages_that_are_short_or_empty_hide_nothing_that_comes_after(sees_all: bool) -> None:
    desk = Desk(sees_all=sees_all)
    id = busy(desk)
    desk.tickets[id]["Created"] = "2026-03-01T00:00:00Z"
    seen = [one for one in desk.transactions if one["Type"] != "Create" and (sees_all or one["id"] not in desk.hidden)]
    async with following(desk) as (follower, server):
        await follower.poll()
    assert [int(event.id or 0) for event in follower.kept["1"].events] == [one["id"] for one in seen]
    assert len(server.asked("/REST/2.0/ticket/1/history")) == 3


@pytest.mark.asyncio
async def test_without_an_etag_it_pages_on_until_an_empty_page() -> None:
    desk = Desk(tags=False)
    id = desk.create(Created="2026-03-01T00:00:00Z")
    for number in range(230):
        made = desk.done(id, "Correspond")
        if number % 3 == 0:
            desk.hidden.add(made)
    async with following(desk) as (follower, server):
        await follower.poll()
    assert len(follower.kept["1"].events) == 230 - len(desk.hidden)
    assert [one.query["page"] for one in server.asked("/REST/2.0/ticket/1/history")] == ["1", "2", "3", "4"]


@pytest.mark.asyncio
async def test_a_list_that_never_ends_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.rt_lists.MOST_PAGES", 5)
    desk = Desk(tags=False)
    busy(desk, 600)
    desk.hidden.clear()
    async with following(desk) as (follower, _):
        with pytest.raises(SourceError, match="history has no end: 5 pages were read"):
            await follower.poll()


@pytest.mark.asyncio
async def test_addresses_of_next_pages_are_not_followed_nor_needed() -> None:
    desk = Desk(sees_all=True)
    for _ in range(130):
        desk.create()
        desk.time.advance(SECOND)
    async with following(desk) as (follower, server):
        await follower.poll()
    assert len(follower.kept) == 130
    assert all("&=" not in one.target for one in server.requests)


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.asyncio
async def test_ids_may_be_texts_or_numbers(numbers: bool) -> None:
    desk = Desk(numbers=numbers)
    id = desk.create()
    desk.time.advance(MINUTE)
    desk.set(id, "Queue", "1")
    made = desk.set(id, "Owner", "27")
    ticket = (await read(desk))["1"]
    assert ticket.fields["group"] == "Support"
    assert final(ticket) | {"group": "General", "assignee": "alice"} == final(ticket)
    assert ticket.events[-1].id == str(made)


# --- following -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bend", [-3600, 0, 3600])
@pytest.mark.asyncio
async def test_no_time_zone_and_no_summer_time_changes_what_is_found(bend: int) -> None:
    desk = Desk(bend=bend)
    for _ in range(30):
        desk.create()
        desk.time.advance(10 * MINUTE)
    updated = {str(id): parse_instant(one["LastUpdated"]) for id, one in desk.tickets.items()}
    async with following(desk) as (follower, _):
        assert isinstance(follower.source, RtSource)
        for since in (updated["1"], updated["7"], updated["15"] + SECOND, updated["30"], updated["30"] + SECOND):
            page = await follower.source._updates.page(Window(since), 0)
            assert [row.id for row in page.rows] == [id for id, one in updated.items() if one >= since]


@pytest.mark.asyncio
async def test_a_clock_that_differs_is_allowed_for() -> None:
    desk = Desk(time=ManualTime(NOW))
    ours = ManualTime(NOW + 5 * HOUR)
    desk.create()
    async with following(desk, time=ours) as (follower, _):
        await follower.poll()
        for _ in range(3):
            desk.time.advance(HOUR)
            ours.advance(HOUR)
            desk.set(1, "Priority", str(desk.time.now() % 97))
            await follower.poll()
            assert len(changes(follower.kept["1"])) == len(desk.transactions) - 1
        assert follower.source.readings.clock_skew is not None
        assert abs(follower.source.readings.clock_skew + 5 * HOUR) <= SECOND


@pytest.mark.asyncio
async def test_more_tickets_of_one_second_than_a_page_holds_are_all_read() -> None:
    desk = Desk()
    for _ in range(330):
        desk.create()
    desk.time.advance(MINUTE)
    desk.create()
    assert len(await read(desk)) == 331


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.asyncio
async def test_rows_that_move_while_pages_are_read_hide_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.sources.rt_feed.PER_PAGE", 5)
    monkeypatch.setattr("slamon.sources.rt_feed._ENOUGH", 3)
    random, desk = Random(seed), Desk()
    for _ in range(40):
        desk.create()
        desk.time.advance(random.choice([0, SECOND, MINUTE, HOUR]))

    def happens(path: str) -> None:
        if path.endswith("/tickets") and len(desk.transactions) < 120 and random.random() < 0.5:
            desk.set(random.randint(1, 40), "Priority", str(random.random()))
            desk.time.advance(random.choice([0, SECOND]))

    async with following(desk, since=DAY / SECOND) as (follower, _):
        for _ in range(3):
            desk.before = happens
            await follower.poll()
            desk.before = None
            desk.time.advance(MINUTE)
        await follower.poll()
    for id, ticket in follower.kept.items():
        assert final(ticket)["priority"] == desk.tickets[int(id)]["Priority"], id
    assert len(follower.kept) == 40


@pytest.mark.asyncio
async def test_old_tickets_are_read_at_first_if_they_are_open_or_mean_something_open() -> None:
    desk = Desk()
    for native in ("open", "stalled", "resolved", "rejected", "customer's turn", "parked"):
        desk.create(Status=native)
    desk.time.advance(90 * DAY)
    recent = desk.create(Status="resolved")
    with structlog.testing.capture_logs():
        found = await read(desk, status={"customer's turn": "waiting_customer", "parked": "solved"})
    assert set(found) == {"1", "2", "5", str(recent)}
    assert found["5"].fields["status"] == "waiting_customer"


@pytest.mark.asyncio
async def test_a_ticket_with_nothing_new_is_not_read_again() -> None:
    desk = Desk()
    desk.create()
    async with following(desk) as (follower, server):
        await follower.poll()
        history = "/REST/2.0/ticket/1/history"
        await follower.reread("1")
        assert len(server.asked(history)) == 1
        assert server.asked("/REST/2.0/ticket/1")[-1].headers["if-none-match"] == '"100"'
        desk.set(1, "Priority", "50")
        (found,) = await follower.reread("1")
        assert (final(found)["priority"], len(server.asked(history))) == ("50", 2)


@pytest.mark.parametrize(("tag", "number"), [('"161"', 161), ('W/"161"', 161), ('"161-gzip"', 161), ("161", 161)])
def test_the_last_transaction_is_told_by_the_etag_whatever_a_proxy_did_to_it(tag: str, number: int) -> None:
    assert last_transaction(tag) == number


@pytest.mark.parametrize("tag", [None, "", '"2026-03-04T13:00:00Z"', '"abc"'])
def test_an_etag_that_is_no_number_tells_nothing(tag: str | None) -> None:
    assert last_transaction(tag) is None


@pytest.mark.asyncio
async def test_what_happens_between_two_answers_is_left_for_the_next_time() -> None:
    desk = Desk()
    desk.create()
    desk.time.advance(MINUTE)

    def happens(path: str) -> None:
        if path.endswith("/history"):
            desk.set(1, "Priority", "50")
            desk.before = None

    async with following(desk) as (follower, _):
        desk.before = happens
        await follower.poll()
        assert (follower.kept["1"].events, follower.kept["1"].history) == ([], "full")
        desk.time.advance(MINUTE)
        await follower.poll()
        assert [one.set for one in follower.kept["1"].events] == [{"priority": "50"}]


@pytest.mark.asyncio
async def test_one_ticket_that_cannot_be_read_hides_no_other() -> None:
    desk = Desk()
    desk.create(Created="yesterday")
    desk.create()
    async with following(desk) as (follower, _):
        await follower.poll()
    assert set(follower.kept) == {"2"}
    assert follower.problems == ["ticket 1: Invalid isoformat string: 'yesterday'"]


@pytest.mark.asyncio
async def test_a_list_with_a_date_that_is_none_is_a_fault() -> None:
    desk = Desk()
    desk.create()

    def script(request: Request) -> bytes:
        if request.path.endswith("/tickets"):
            return data({"items": [{"id": "1", "LastUpdated": ""}], "pages": 1, "total": 1})
        return desk(request)

    async with following(script) as (follower, _):
        with pytest.raises(SourceError, match="the list of tickets cannot be read: Invalid isoformat string"):
            await follower.poll()


@pytest.mark.asyncio
async def test_a_change_that_left_no_transaction_is_dated_between_two_instants() -> None:
    desk = Desk()
    id = desk.create()
    desk.time.advance(HOUR)
    desk.set(id, "Priority", "20")
    began = desk.time.now()
    desk.time.advance(HOUR)
    desk.tickets[id]["Priority"] = "90"
    desk.done(id, "Comment")
    ticket = (await read(desk))["1"]
    last = ticket.events[-1]
    assert (last.set, last.earliest, last.at) == ({"priority": "90"}, began, desk.time.now())
    assert ticket.history == "partial"


# --- gone ------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_merged_ticket_is_known_by_the_one_it_is_part_of() -> None:
    desk = Desk()
    into, merged, unknown = (desk.create() for _ in range(3))
    desk.time.advance(HOUR)
    async with following(desk) as (follower, _):
        await follower.poll()
        before = follower.kept["2"]
        del follower.bodies["3"]
        desk.time.advance(HOUR)
        desk.done(merged, "Correspond")
        desk.time.advance(HOUR)
        desk.merge(merged, into)
        desk.merge(unknown, into)
        await follower.poll()
        assert sorted(follower.given) == ["1", "2"]
        found = follower.kept["2"]
        assert [(one.kind, one.at, one.into) for one in found.events] == [
            ("message", desk.time.now() - HOUR, None),
            ("merged", desk.time.now(), "1"),
        ]
        assert (found.fields, found.subject) == (before.fields, before.subject)
        assert follower.kept["1"].events == []
        desk.time.advance(HOUR)
        desk.set(into, "Priority", "50")
        await follower.poll()
        assert follower.given == ["1"]
        assert sorted(one.id for one in await follower.reread("1", "2", "3")) == ["1", "2"]
        with pytest.raises(NotFound, match="ticket 3 is part of ticket 1"):
            await follower.source.ticket("3")


@pytest.mark.asyncio
async def test_a_deleted_ticket_is_found_out_when_it_is_read_again_and_may_come_back() -> None:
    desk = Desk()
    id = desk.create()
    desk.time.advance(HOUR)
    async with following(desk) as (follower, _):
        await follower.poll()
        desk.set(id, "Status", "deleted")
        (found,) = await follower.reread("1")
        assert final(found)["status"] == "cancelled"
        desk.time.advance(HOUR)
        desk.set(id, "Status", "open")
        await follower.poll()
        assert [one.set for one in changes(follower.kept["1"])][-1] == OPEN


@pytest.mark.asyncio
async def test_a_ticket_out_of_sight_is_gone_only_if_its_queue_still_shows_others() -> None:
    desk = Desk()
    desk.create()
    desk.create()
    async with following(desk) as (follower, _):
        await follower.poll()
        desk.forbidden = {1}
        desk.time.advance(HOUR)
        found = {one.id: one for one in await follower.reread("1", "2")}
        assert [one.kind for one in found["1"].events] == ["deleted"]
        desk.forbidden = {1, 2}
        with pytest.raises(SourceError, match="refused the account: 403"):
            await follower.reread("2")
        assert [one.id for one in await follower.source.fetch(["99"])] == []


# --- people ----------------------------------------------------------------------------------------------------------


def conversation(**keys: Any) -> Desk:
    desk = Desk(**keys)
    desk.create(Requestor=["carol", "bob"])
    desk.time.advance(MINUTE)
    for by in ("alice", "bob", "carol", "RT_System"):
        desk.done(1, "Correspond", by)
    return desk


async def authors(desk: Desk, **keys: Any) -> list[str | None]:
    return [by for _, by, _ in messages((await read(desk, **keys))["1"])]


@pytest.mark.asyncio
async def test_an_agent_is_who_is_privileged_and_did_not_ask() -> None:
    assert await authors(conversation()) == ["agent", "customer", "customer", "system"]


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        (Agents(users=("carol",)), ["customer", "customer", "agent", "system"]),
        (Agents(users=("bob@example.org",)), ["customer", "agent", "customer", "system"]),
        (Agents(domains=("example.org",)), ["agent", "agent", "agent", "system"]),
        (Agents(groups=("Desk",)), ["agent", "agent", "customer", "system"]),
    ],
)
@pytest.mark.asyncio
async def test_or_who_is_named(agents: Agents, expected: list[str]) -> None:
    assert sorted(map(str, await authors(conversation(groups={"Desk": [27, 29]}), agents=agents))) == sorted(expected)


@pytest.mark.asyncio
async def test_a_large_group_is_read_to_its_end() -> None:
    desk = conversation(groups={"Desk": [*range(1000, 1250), 27]})
    assert "agent" in await authors(desk, agents=Agents(groups=("Desk",)))


@pytest.mark.asyncio
async def test_bots_answer_nothing() -> None:
    assert (await authors(conversation(), bots=Bots(users=("alice",)))).count("bot") == 1


@pytest.mark.asyncio
async def test_a_group_that_is_not_seen_is_a_fault_not_a_desk_without_agents() -> None:
    async with following(conversation(), agents=Agents(groups=("Desk",))) as (follower, _):
        with pytest.raises(SourceError, match="no group 'Desk' is seen: correct its name, or grant") as caught:
            await follower.poll()
    assert caught.value.permanent


@pytest.mark.asyncio
async def test_an_account_that_is_shown_nobody_is_refused_unless_agents_are_named() -> None:
    desk = conversation(sees_people=False)
    async with following(desk) as (follower, _):
        with pytest.raises(SourceError, match="the account is not privileged, so it is not shown who else is"):
            await follower.poll()
    desk.set(1, "Owner", "27")
    desk.set(1, "Owner", "29")
    async with following(desk, agents=Agents(users=("alice",))) as (follower, server):
        await follower.poll()
        assert len(server.asked("/REST/2.0/user/27")) == 0
    assert [one.set for one in changes(follower.kept["1"])] == [{"assignee": "alice"}, {"assignee": "bob"}]


@pytest.mark.asyncio
async def test_names_with_anything_in_them_are_asked_for_as_they_are() -> None:
    desk = Desk()
    desk.people["31"] = "dan o'dell+x@acme.example"
    desk.create(Requestor=["dan o'dell+x@acme.example"])
    found = await read(desk, fields={"customer": "requestor.domain", "who": "requestor"})
    assert found["1"].fields | {"customer": "acme.example", "who": "dan o'dell+x@acme.example"} == found["1"].fields


# --- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_fields_come_from_where_they_are_said_to() -> None:
    desk = Desk()
    customs = [{"id": "2", "name": "Customer", "values": ["globex"]}, {"id": "3", "name": "Tags", "values": []}]
    id = desk.create(CustomFields=customs, SLA="std")
    desk.time.advance(MINUTE)
    desk.done(id, "CustomField", Field="2", OldValue="acme", NewValue="globex")
    desk.set(id, "SLA", "rt24")
    desk.set(id, "Due", "2026-03-09 10:00:00")
    fields = {
        "customer": "custom_field.Customer",
        "tags": "custom_field.Tags",
        "level": "sla",
        "from": "requestor.email",
    }
    ticket = (await read(desk, fields=fields | {"by": "creator.email"}, priority={"0": "low"}))["1"]
    assert ticket.fields == NEW | {
        "priority": "low",
        "customer": "acme",
        "tags": None,
        "level": "std",
        "from": "carol@acme.example",
        "by": "root@example.org",
    }
    assert [one.set for one in ticket.events] == [
        {"customer": "globex"},
        {"level": "rt24"},
        {"due_at": "2026-03-09T10:00:00Z"},
    ]


def settings(**keys: Any) -> RtSettings:
    return RtSettings(url="https://rt.example", token=Secret(TOKEN), **keys)


def test_settings_that_can_never_work_say_what_to_write() -> None:
    with pytest.raises(ValueError, match="agents: roles belong to single tickets here: write groups, users or domains"):
        settings(agents=Agents(roles=("AdminCc",)))
    with pytest.raises(
        ValueError, match=r"fields: x: 'cf.Customer' is nothing that can be had: write one of queue, .*NAME"
    ):
        settings(fields={"x": "cf.Customer"})
    assert load("rt").settings is RtSettings


# --- probe -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_probe_says_what_the_account_sees() -> None:
    desk = conversation()
    async with following(desk) as (follower, _):
        found = [(one.level, one.text) for one in await follower.source.probe()]
    assert found == [
        ("ok", "this is Request Tracker 5.0.3+dfsg-3~deb12u6"),
        ("ok", "queues seen: General, Support"),
        ("info", "authors seen: alice: agent, bob: customer, carol: customer, root: agent"),
        ("ok", "the server's clock is +0 s off ours"),
        *(("info", text) for text in CANNOT_TELL),
    ]


@pytest.mark.asyncio
async def test_a_probe_warns_of_another_version_no_queue_and_too_few_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = conversation(sees_people=False)
    monkeypatch.setattr(desk, "_rt", lambda request: {"Version": "6.0.0"}, raising=False)
    monkeypatch.setattr("tests.sources.rt_server.QUEUES", {})
    async with following(desk, agents=Agents(users=("alice",))) as (follower, _):
        found = [(one.level, one.text) for one in await follower.source.check()]
    assert found[1:] == [
        ("warning", "only version 5 was tried, not 6.0.0"),
        ("warning", "the account is not privileged: names of owners are missing"),
        ("error", "the account sees no queue"),
    ]


def test_what_it_cannot_tell_is_this_and_documented() -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "sources" / "rt.md").read_text().split())
    assert len(CANNOT_TELL) == 6
    for text in CANNOT_TELL:
        assert text in page.replace("**", "").replace("`", ""), text
