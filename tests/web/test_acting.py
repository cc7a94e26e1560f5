"""Acknowledgements and silences by the API: what is kept, and what is said of a request that cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import HOUR, MINUTE
from slamon.core.standing import Ack
from slamon.ports import SilenceRow
from slamon.silences import silences_of
from tests.web.build import ACT, NOW, READ, Desk, desk


async def post(server: Desk, path: str, body: Any) -> tuple[int, Any]:
    status, text, _ = await server.ask("POST", path, ACT, json.dumps(body).encode())
    return status, json.loads(text)


async def told(server: Desk, path: str, body: Any) -> list[str]:
    """What is wrong with a request, and what to write."""
    status, answer = await post(server, path, body)
    assert status == 400
    return [f"{one.get('key', '')}: {one['message']}; {one.get('help', '')}" for one in answer["errors"]]


@pytest.mark.asyncio
async def test_an_acknowledgement_is_kept_and_wakes_the_judge(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, answer = await post(server, "/api/acks", {"ticket": "1", "by": "anna", "for": "2h"})
        kept = {
            "source": "desk",
            "ticket": "1",
            "target": None,
            "by": "anna",
            "at": "2026-06-08T09:00:00Z",
            "until": "2026-06-08T11:00:00Z",
        }
        assert (status, answer, server.woken) == (201, {**kept, "zone": "UTC"}, 1)
        found = await server.store.acks([("desk", "1")])
        assert found == {("desk", "1"): (Ack("desk", "1", None, "anna", NOW, NOW + 2 * HOUR),)}
        assert json.loads((await server.ask("GET", "/api/acks?ticket=1", READ))[1]) == {
            "acks": [kept],
            "zone": "UTC",
        }
        assert json.loads((await server.ask("GET", "/api/acks?source=desk", READ))[1])["acks"] == [kept]
        assert json.loads((await server.ask("GET", "/api/acks?source=mail", READ))[1])["acks"] == []
        assert (await server.ask("GET", "/api/acks?source=rt", READ))[0] == 404


@pytest.mark.asyncio
async def test_an_acknowledgement_may_be_of_one_target_and_for_good(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        body = {"ticket": "2", "source": "mail", "by": "anna", "until": None}
        assert (await post(server, "/api/acks", body))[1]["until"] is None
        body = {"ticket": "1", "target": "resolution", "by": "anna", "until": "2026-06-08T11:30:00+02:00"}
        assert (await post(server, "/api/acks", body))[1]["until"] == "2026-06-08T09:30:00Z"
        found = await server.store.acks([("desk", "1"), ("mail", "2")])
        assert [one.target for acks in found.values() for one in acks] == ["resolution", None]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"ticket": "9"}, 404, {"message": "there is no ticket '9' in desk or mail", "key": "ticket",
                                "help": "write the id that its source gives it"}),
        ({"ticket": "1", "source": "mail"}, 404, {"message": "there is no ticket '1' in mail", "key": "ticket",
                                                  "help": "write the id that its source gives it"}),
        ({"ticket": "1", "source": "dsk"}, 404, {"message": "there is no source 'dsk'", "key": "source",
                                                 "help": "did you mean desk?"}),
        ({"ticket": "2"}, 409, {"message": "there is a ticket '2' in desk and mail", "key": "source",
                                "help": "say which: desk or mail"}),
        ({"ticket": "1", "target": "resolutoin"}, 400, {"message": "ticket '1' has no target 'resolutoin'",
                                                        "key": "target", "help": "did you mean resolution?"}),
        ({"ticket": "2", "source": "mail", "target": "x"}, 400, {"message": "ticket '2' has no target 'x'",
                                                                 "key": "target", "help": "leave it out"}),
    ],
)  # fmt: skip
async def test_what_is_not_there_cannot_be_acknowledged(
    body: dict[str, str], status: int, error: dict[str, str], tmp_path: Path
) -> None:
    async with desk(tmp_path) as server:
        assert await post(server, "/api/acks", {"by": "anna", **body}) == (status, {"errors": [error]})
        assert server.woken == 0


UNTIL = "write until: an instant such as 2026-06-08T09:00:00Z, or for: a duration such as 2h"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ({}, ["ticket: is missing; write ticket: a text in quotes", "by: is missing; write by: a text in quotes"]),
        ({"ticket": 12, "by": "a"}, ["ticket: is not a text; write ticket: a text in quotes"]),
        ({"ticket": "1", "by": " "}, ["by: is empty; write by: a text in quotes"]),
        ({"ticket": "1", "by": "a\nb"}, ["by: 'a\\nb' is not one line of up to 100 letters; write it shorter"]),
        ({"ticket": "1", "by": "a", "untl": "x"}, ["untl: unknown key 'untl'; did you mean until?"]),
        ({"ticket": "1", "by": "a", "for": "2:30"}, ["for: '2:30' is not a duration that can be used; write 2h30m"]),
        ({"ticket": "1", "by": "a", "for": "0s"}, ["for: '0s' is not a duration that can be used; "
                                                   "write one such as 30m, 2h or 3d, up to 3650d"]),
        ({"ticket": "1", "by": "a", "for": "99999w"}, ["for: '99999w' is not a duration that can be used; "
                                                       "write one such as 30m, 2h or 3d, up to 3650d"]),
        ({"ticket": "1", "by": "a", "until": "2026-06-08T09:00:00"}, [
            f"until: '2026-06-08T09:00:00' is not an instant that can be used; {UNTIL}"]),
        ({"ticket": "1", "by": "a", "until": "2026-06-08T09:00:00Z"}, [
            "until: '2026-06-08T09:00:00Z' is past; write an instant that is yet to come"]),
        ({"ticket": "1", "by": "a", "until": "2036-06-08T09:00:00Z"}, [
            "until: '2036-06-08T09:00:00Z' is too far off; write an instant of the next 3650 days"]),
        ({"ticket": "1", "by": "a", "until": 7}, [f"until: '7' is not an instant that can be used; {UNTIL}"]),
        ({"ticket": "1", "by": "a", "until": "x", "for": "2h"}, ["until: until and for cannot both be given; "
                                                                 "leave one of them out"]),
        ([1], [": the body is not a JSON object; write {…} around it"]),
    ],
)  # fmt: skip
async def test_all_mistakes_of_an_acknowledgement_are_told_at_once(body: Any, lines: list[str], tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        assert await told(server, "/api/acks", body) == lines


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 60_000])
async def test_a_body_that_is_no_json_is_told(body: bytes, tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, _ = await server.ask("POST", "/api/acks", ACT, body)
        assert (status, json.loads(text)["errors"][0]["message"]) == (400, "the body is not JSON")


@pytest.mark.asyncio
async def test_a_body_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        assert (await server.ask("POST", "/api/acks", ACT, b"x" * 100_000))[0] == 413


@pytest.mark.asyncio
async def test_a_silence_is_kept_listed_and_ended(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        body = {
            "match": {"policy": "gold", "priority": ["high", "urgent"]},
            "by": "anna",
            "comment": "move",
            "for": "1h",
        }
        status, first = await post(server, "/api/silences", body)
        _, second = await post(server, "/api/silences", {"match": "all", "by": "ben", "for": "30m"})
        assert (status, server.woken, len(first["id"])) == (201, 2, 8)
        kept = await server.store.silences(NOW)
        assert kept == [
            SilenceRow(second["id"], '"all"', NOW, NOW + 30 * MINUTE, "ben"),
            SilenceRow(first["id"], json.dumps(body["match"], separators=(",", ":")), NOW, NOW + HOUR, "anna", "move"),
        ]
        listed = json.loads((await server.ask("GET", "/api/silences", READ))[1])["silences"]
        assert [(one["match"], one["until"]) for one in listed] == [
            ("all", "2026-06-08T09:30:00Z"),
            (body["match"], "2026-06-08T10:00:00Z"),
        ]
        assert (await server.ask("DELETE", f"/api/silences/{second['id']}", ACT))[:2] == (204, "")
        assert [one.id for one in await server.store.silences(NOW)] == [first["id"]]
        assert server.woken == 3


@pytest.mark.asyncio
async def test_a_silence_that_is_not_there_cannot_be_ended(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, _ = await server.ask("DELETE", "/api/silences/abc", ACT)
        assert (status, json.loads(text)["errors"][0]["message"]) == (404, "there is no silence 'abc' that is not over")


@pytest.mark.asyncio
async def test_a_silence_means_what_the_match_of_a_route_means(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        match = {
            "any": [{"priority": {"not": "low"}}, {"customer.tier": "gold"}],
            "subject": {"regex": "disk \u00e9\u2028"},
        }
        await post(server, "/api/silences", {"match": match, "by": "anna", "for": "1h"})
        [silence] = silences_of(await server.store.silences(NOW))
        assert silence.match.holds({"priority": "high", "subject": "a disk \u00e9\u2028 full"})
        assert not silence.match.holds({"priority": "low", "subject": "a disk \u00e9\u2028 full"})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ({}, ['match: is missing; write {"policy": "gold"}, or "all"', "by: is missing; write by: a text in quotes",
              f"until: is missing; {UNTIL}"]),
        ({"match": {}, "by": "a", "for": "1h"}, [
            "match: the map of this item is empty; write {\"FIELD\": \"VALUE\"}, or \"all\""]),
        ({"match": "gold", "by": "a", "for": "1h"}, ["match: 'gold' is neither all nor a map; write all, or {FIELD: 'gold'}"]),
        ({"match": {"a": {"gte": "x"}, "b": {"rx": 1}}, "by": "a", "for": "1h"}, [
            "match: 'x' is not a number; write gte: 100",
            "match: unknown operator 'rx'; the operators are not, regex, exists, gt, gte, lt, lte and all"]),
        ({"match": {"a": {"regex": "("}}, "by": "a", "for": "1h"}, [
            "match: '(' is not a regular expression: missing ): (; look-around and back-references are not available "
            "(syntax: RE2)"]),
    ],
)  # fmt: skip
async def test_all_mistakes_of_a_silence_are_told_at_once(body: Any, lines: list[str], tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        assert await told(server, "/api/silences", body) == lines


@pytest.mark.asyncio
async def test_a_silence_of_what_there_is_not_is_refused_for_it_would_silence_nothing(tmp_path: Path) -> None:
    match = {
        "policy": "nosuch",
        "any": [{"target": {"not": "resolutoin"}}, {"source": ["desk", "dsk"]}],
        "status": ["open", "QA review"],  # one of the helpdesk's own that is not mapped
        "source_status": "anything",
        "not": {"alert": "monitr", "monitor": "source_stal"},
    }
    async with desk(tmp_path) as server:
        assert await told(server, "/api/silences", {"match": match, "by": "a", "for": "1h"}) == [
            "match: there is no policy 'nosuch'; write gold",
            "match: there is no target 'resolutoin'; did you mean resolution?",
            "match: there is no source 'dsk'; did you mean desk?",
            "match: there is no alert 'monitr'; did you mean monitor?",
            "match: there is no monitor 'source_stal'; did you mean source_stale?",
        ]
        assert await server.store.silences(NOW) == []
        for good in (
            {"status": ["breached", "on_hold"], "source": None},
            {"alert": "red", "monitor": "eizo 27"},  # fields of tickets
            {"alert": "monitor", "monitor": "source_stale", "source": "desk"},
        ):
            assert (await post(server, "/api/silences", {"match": good, "by": "a", "for": "1h"}))[0] == 201
