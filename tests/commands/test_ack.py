"""slamon ack and slamon silence: by the local socket of a real server, or by its address with a token."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from slamon.cli import cli
from slamon.commands.explain_tickets import NotToBeHad, from_local_service
from slamon.core.instants import HOUR, MINUTE
from slamon.core.standing import Ack
from tests.web.build import ACT, NOW, READ, Desk, desk


@dataclass
class Terminal:
    """A command line beside a running service."""

    server: Desk
    folder: Path

    async def type(self, *words: str, **environment: str) -> Result:
        """What a command comes to; without --config and --url that of the service beside it."""
        where = [] if "--url" in words or "--config" in words else ["--config", str(self.folder / "slamon.yml")]
        return await asyncio.to_thread(
            CliRunner().invoke, cli, [*words, *where], env={"SLAMON_TOKEN": None, **environment}
        )

    async def by_address(self, *words: str, token: str | None = None) -> Result:
        return await self.type(*words, "--url", self.server.server.url, *(["--token", token] if token else []))


@pytest_asyncio.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    text = "version: 1\nstorage: {path: state.db}\nsources: {desk: {kind: file, path: '${env:UNSET}'}}\n"
    (tmp_path / "slamon.yml").write_text(text, "utf-8")
    async with desk(tmp_path, socket=tmp_path / "state.sock") as server:
        yield Terminal(server, tmp_path)


@pytest.mark.asyncio
async def test_a_ticket_is_acknowledged_by_the_local_socket_even_without_the_secrets_of_the_service(
    terminal: Terminal,
) -> None:
    found = await terminal.type("ack", "1", "--until", "2h", "--by", "anna")
    assert (found.exit_code, found.output) == (0, "1 (desk) is acknowledged by anna until Mon 2026-06-08 11:00 UTC\n")
    acks = await terminal.server.store.acks([("desk", "1")])
    assert acks[("desk", "1")] == (Ack("desk", "1", None, "anna", NOW, NOW + 2 * HOUR),)


@pytest.mark.asyncio
async def test_a_target_may_be_acknowledged_for_good_or_up_to_an_instant(terminal: Terminal) -> None:
    found = await terminal.type("ack", "1", "--target", "resolution", "--by", "anna")
    assert found.output == "1 (desk), resolution is acknowledged by anna for good\n"
    terminal.server.zone = "Europe/Berlin"
    found = await terminal.type("ack", "2", "--source", "mail", "--until", "2026-06-08T09:30:00Z", "--by", "anna")
    assert found.output == "2 (mail) is acknowledged by anna until Mon 2026-06-08 11:30 CEST\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["9"], "slamon ack: ticket: there is no ticket '9' in desk or mail; write the id that its source gives it\n"),
        (["2"], "slamon ack: source: there is a ticket '2' in desk and mail; say which: desk or mail\n"),
        (["1", "--until", "soon"], "slamon ack: --until: 'soon' is neither a duration nor an instant; "
         "write a duration such as 2h, or an instant such as 2026-06-08T09:00:00Z\n"),
        (["1", "--until", "2:30"], "slamon ack: --until: '2:30' is neither a duration nor an instant; write 2h30m\n"),
        (["1", "--until", "9999d"], "slamon ack: --until: '9999d' is not a duration that can be used; "
         "write one such as 30m, 2h or 3d, up to 3650d\n"),
        (["1", "--until", "2026-06-08T08:00:00Z"], "slamon ack: --until: '2026-06-08T08:00:00Z' is past; "
         "write an instant that is yet to come\n"),
        (["1", "--config", "none.yml"], "slamon ack: nothing answers at var/slamon.sock (No such file or directory); "
         "start the service with slamon run or slamon demo, or say where it is with --url\n"),
        (["1", "--url", "ftp://x"], "slamon ack: --url: ftp://x is not a web address: write http://127.0.0.1:8080\n"),
    ],
)  # fmt: skip
async def test_what_stands_in_the_way_is_said_with_what_to_type(
    words: list[str], said: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(terminal.folder)
    found = await terminal.type("ack", *words, "--by", "anna")
    assert (found.output, found.exit_code) == (said, 3 if "nothing answers" in said else 2)


@pytest.mark.asyncio
async def test_what_is_acknowledged_is_listed(terminal: Terminal) -> None:
    assert (await terminal.type("ack", "--list")).output == "no acknowledgement\n"
    await terminal.type("ack", "1", "--until", "2h", "--by", "anna")
    await terminal.type("ack", "1", "--target", "resolution", "--by", "ben")
    await terminal.type("ack", "2", "--source", "mail", "--by", "ben")  # no promise is open there
    terminal.server.zone = "Europe/Berlin"
    of_one = """\
ticket  source  target      by    at                         until
1       desk    all         anna  Mon 2026-06-08 11:00 CEST  Mon 2026-06-08 13:00 CEST
1       desk    resolution  ben   Mon 2026-06-08 11:00 CEST  for good
"""
    for words in ((), ("1",), ("--source", "desk")):
        found = await terminal.type("ack", "--list", *words)
        assert (found.exit_code, found.output) == (0, of_one)
    found = await terminal.by_address("ack", "--list", "2", "--format", "json", token=READ)
    assert [json.loads(line) for line in found.output.splitlines()] == [
        {"source": "mail", "ticket": "2", "target": None, "by": "ben", "at": "2026-06-08T09:00:00Z", "until": None}
    ]
    found = await terminal.type("ack", "--list", "9")
    assert (found.exit_code, found.output.startswith("slamon ack: ticket: there is no ticket '9'")) == (2, True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1"], "write TICKET --by NAME, or --list to see what is acknowledged"),
        (["--by", "anna"], "write TICKET --by NAME, or --list to see what is acknowledged"),
        (["--list", "1", "--by", "anna"], "--list goes with TICKET, --source and --format only"),
    ],
)
async def test_to_acknowledge_and_to_list_are_not_mixed(words: list[str], said: str, terminal: Terminal) -> None:
    found = await terminal.type("ack", *words)
    assert (found.exit_code, found.output.endswith(f"{said}\n")) == (2, True), found.output


@pytest.mark.asyncio
async def test_by_its_address_a_service_asks_for_a_token_of_scope_act(terminal: Terminal) -> None:
    ack = ("ack", "1", "--by", "anna")
    found = await terminal.by_address(*ack)
    assert (found.exit_code, found.output) == (
        2,
        "slamon ack: this needs a token of scope act; give one with --token, or in the variable SLAMON_TOKEN\n",
    )
    found = await terminal.by_address(*ack, token=READ)
    assert (found.exit_code, found.output) == (
        2,
        "slamon ack: this needs scope act, and the token prometheus has scope read; "
        "send a token of scope act, or change its scope in web.tokens of slamon.yml\n",
    )
    assert (await terminal.by_address(*ack, token=ACT)).exit_code == 0
    assert (await terminal.type(*ack, "--url", terminal.server.server.url, SLAMON_TOKEN=ACT)).exit_code == 0
    wrong = await terminal.by_address(*ack, token="CANARY-CANARY-CANARY")
    assert (wrong.exit_code, "CANARY" in wrong.output) == (2, False)


@pytest.mark.asyncio
async def test_how_the_service_is_and_what_it_keeps_is_asked_by_the_local_socket_too(terminal: Terminal) -> None:
    found = await terminal.type("status")
    assert (found.exit_code, f"at {terminal.folder / 'state.sock'}," in found.output) == (0, True)
    config = terminal.folder / "slamon.yml"
    with pytest.raises(NotToBeHad, match="there is no ticket '9' in desk or mail; write the id that its source gives"):
        await asyncio.to_thread(from_local_service, config, "9")
    found = await terminal.by_address("status")
    assert (found.exit_code, found.output.startswith("slamon status: this needs a token of scope read; give one")) == (
        2,
        True,
    )
    assert (await terminal.by_address("status", token=READ)).exit_code == 0


@pytest.mark.asyncio
async def test_a_silence_is_begun_listed_and_removed(terminal: Terminal) -> None:
    words = ("--match", "policy=gold", "--match", "priority=high", "--match", "priority=urgent", "--by", "anna")
    found = await terminal.type("silence", "add", *words, "--for", "30m", "--comment", "the move")
    assert (found.exit_code, re.fullmatch("[0-9a-f]{8}\n", found.output) is not None) == (0, True)
    id = found.output.strip()
    [kept] = await terminal.server.store.silences(NOW)
    assert (kept.match, kept.until) == ('{"policy":"gold","priority":["high","urgent"]}', NOW + 30 * MINUTE)
    assert (await terminal.type("silence", "list")).output == (
        "id        until                     by    match                                               comment\n"
        f'{id}  Mon 2026-06-08 09:30 UTC  anna  {{"policy": "gold", "priority": ["high", "urgent"]}}  the move\n'
    )
    assert (await terminal.type("silence", "remove", id)).exit_code == 0
    assert (await terminal.type("silence", "list")).output == "no silence\n"
    again = await terminal.type("silence", "remove", id)
    assert (again.exit_code, again.output) == (
        2,
        f"slamon silence remove: there is no silence '{id}' that is not over; "
        "see slamon silence list for those that there are\n",
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("match", "kept", "shown"),
    [
        ("all", '"all"', "all"),
        ("policy=gold", '{"policy":"gold"}', "policy=gold"),
        ("customer.name=A=B", '{"customer.name":"A=B"}', "customer.name=A=B"),
        ('{"any": [{"priority": {"not": "low"}}]}', '{"any":[{"priority":{"not":"low"}}]}',
         '{"any": [{"priority": {"not": "low"}}]}'),
    ],
)  # fmt: skip
async def test_a_match_may_be_written_in_several_ways(match: str, kept: str, shown: str, terminal: Terminal) -> None:
    end = ("--by", "anna", "--until", "2026-06-08T09:30:00Z")
    assert (await terminal.type("silence", "add", "--match", match, *end)).exit_code == 0
    assert [one.match for one in await terminal.server.store.silences(NOW)] == [kept]
    assert f"  {shown}" in (await terminal.type("silence", "list")).output


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--match", "gold", "--for", "1h"], "slamon silence add: --match: 'gold' is no match; "
         "write FIELD=VALUE, all, or JSON\n"),
        (["--match", "{gold}", "--for", "1h"], "slamon silence add: --match: '{gold}' is not JSON; "
         'write one such as {"priority": ["high", "urgent"]}\n'),
        (["--match", "priority!=high", "--for", "1h"], "slamon silence add: --match: 'priority!=high' compares, "
         """which FIELD=VALUE cannot; write '{"priority": {"not": "high"}}'\n"""),
        (["--match", "age >= 3", "--for", "1h"], "slamon silence add: --match: 'age >= 3' compares, "
         """which FIELD=VALUE cannot; write '{"age": {"gte": "3"}}'\n"""),
        (["--match", "subject~^VPN", "--for", "1h"], "slamon silence add: --match: 'subject~^VPN' compares, "
         """which FIELD=VALUE cannot; write '{"subject": {"regex": "^VPN"}}'\n"""),
        (["--match", "priority=", "--for", "1h"], "slamon silence add: --match: 'priority=' says no value; "
         """write one, or '{"priority": null}' where the field is not set\n"""),
        (["--match", '{"priority": "high"}', "--match", "priority=urgent", "--for", "1h"],
         "slamon silence add: --match: 'priority' is given twice; "
         'write it once, such as "priority": ["high", "urgent"]\n'),
        (["--match", '{"priority": "high", "priority": "low"}', "--for", "1h"],
         "slamon silence add: --match: 'priority' is given twice; "
         'write it once, such as "priority": ["high", "urgent"]\n'),
        (["--match", "target=resolutoin", "--for", "1h"],
         "slamon silence add: match: there is no target 'resolutoin'; did you mean resolution?\n"),
        (["--match", "policy=gold"], "say how long: give either --for 2h or --until INSTANT\n"),
        (["--match", "policy=gold", "--for", "1h", "--until", "x"], "say how long: give either --for 2h or --until INSTANT\n"),
        (["--match", '{"a": {"rx": 1}}', "--for", "9999d"],
         "slamon silence add: match: unknown operator 'rx'; "
         "the operators are not, regex, exists, gt, gte, lt, lte and all\n"
         "slamon silence add: --for: '9999d' is not a duration that can be used; "
         "write one such as 30m, 2h or 3d, up to 3650d\n"),
        (["--match", "all", "--for", "90 min"],
         "slamon silence add: --for: '90 min' is neither a duration nor an instant; write 90m\n"),
        (["--match", "all", "--until", "2026-06-08T08:00:00Z"],
         "slamon silence add: --until: '2026-06-08T08:00:00Z' is past; write an instant that is yet to come\n"),
    ],
)  # fmt: skip
async def test_a_silence_that_cannot_be_meant_is_not_kept(words: list[str], said: str, terminal: Terminal) -> None:
    found = await terminal.type("silence", "add", *words, "--by", "anna")
    assert (found.exit_code, found.output.endswith(said)) == (2, True), found.output
    assert await terminal.server.store.silences(NOW) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ack", "1", "--by", ""], "slamon ack: --by: is empty; write --by NAME\n"),
        (["ack", " ", "--by", "anna"], "slamon ack: TICKET: is empty; write the id that its source gives it\n"),
        (["silence", "add", "--match", "all", "--for", "1h", "--by", ""],
         "slamon silence add: --by: is empty; write --by NAME\n"),
        (["silence", "remove", ""],
         "slamon silence remove: ID: is empty; write one of those that slamon silence list shows\n"),
    ],
)  # fmt: skip
async def test_a_word_with_nothing_in_it_is_refused_with_what_to_type(
    words: list[str], said: str, terminal: Terminal
) -> None:
    found = await terminal.type(*words)
    assert (found.output, found.exit_code) == (said, 2)


@pytest.mark.asyncio
async def test_a_service_that_has_gone_is_another_exit_code(terminal: Terminal) -> None:
    await terminal.server.server.stop()
    found = await terminal.type("silence", "list")
    assert (found.exit_code, "nothing answers at" in found.output) == (3, True)
