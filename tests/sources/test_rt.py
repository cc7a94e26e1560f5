"""The source of kind rt, on what a Request Tracker answered once, and what it says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import parse_instant
from slamon.core.ticket import Event, Ticket
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import load
from slamon.sources.http import Agents
from slamon.sources.rt import CANNOT_TELL, RtSettings
from tests.sources.follower import final
from tests.sources.http_server import Request, data
from tests.sources.rt_server import NEW, OPEN, PEOPLE, SOLVED, TOKEN, conversation, following, read, status

RECORDED = {"3": "stalled", "4": "reopened", "5": "reopened_closed", "8": "moved", "10": "untouched"}
HISTORY_FIELDS = ("Type", "Field", "OldValue", "NewValue", "Creator", "Created", "ObjectId")


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
    plain = page.replace("*", "").replace("`", "").casefold()
    assert len(CANNOT_TELL) == 6
    for text in CANNOT_TELL:
        assert text.casefold() in plain, text
