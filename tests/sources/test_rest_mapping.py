"""Expressions of a mapping: checked when they are read, and what they find, odd values too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from slamon.core.instants import parse_instant
from slamon.core.order import without_copies
from slamon.core.ticket import Ticket
from slamon.sources.http import Agents, Bots, People, PriorityMap, StatusMap
from slamon.sources.rest_expressions import Unmapped, compiled
from slamon.sources.rest_mapping import Mapping, Names
from slamon.sources.rest_settings import (
    AuthorMapping,
    MessagesMapping,
    TicketMapping,
)
from tests.sources.rest_server import AUTHOR, CHANGES, MESSAGES, TICKET, note, ticket, usual


def translated(item: dict[str, Any], messages: Any = None, /, changes: Any = None, **keys: Any) -> Ticket:
    configured = usual(**({"messages": MESSAGES, "changes": CHANGES, "fields": {"group": "team"}} | keys))
    names = Names(
        People(configured.agents, configured.bots),
        StatusMap("desk", configured.status, {}),
        PriorityMap(configured.priority, {}),
    )
    return Mapping("desk", configured, names).ticket(item, messages, changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a..b", "ticket.id: 'a..b' is no JMESPath expression from character 3 on: write one such as a.b"),
        ("a[", "ticket.id: 'a[' is no JMESPath expression from character 3 on: write one such as a.b"),
        ("", "ticket.id: '' is no JMESPath expression: write one such as a.b"),
        ("'open", 'ticket.id: "\'open" is no JMESPath expression from character 1 on: write one such as a.b'),
        ("a.lenght(b)", "ticket.id: there is no function lenght(): write length(…)"),
        ("join(a)", "ticket.id: join() takes 2 arguments: write so many, not 1"),
        ("x" * 2001, "ticket.id: an expression of 2001 characters: write one of 2000 at the most"),
    ],
)
def test_what_is_no_expression_says_so_at_its_key(text: str, said: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its whole text is compared
        compiled("ticket.id", text)
    assert str(error.value) == said


def test_an_expression_too_deep_to_be_read_is_none() -> None:
    with pytest.raises(ValueError, match="is no JMESPath expression"):
        compiled("ticket.id", "(" * 1900)


@pytest.mark.parametrize(
    ("value", "zone", "instant"),
    [
        ("2026-03-10T10:00:00Z", None, "2026-03-10T10:00:00Z"),
        ("2026-03-10T11:00:00.5+01:00", None, "2026-03-10T10:00:00.5Z"),
        ("2026-03-10 11:00:00", "Europe/Berlin", "2026-03-10T10:00:00Z"),
        ("2026-03-10T10:00:00Z", "Europe/Berlin", "2026-03-10T10:00:00Z"),
        (1773136800, None, "2026-03-10T10:00:00Z"),
        (1773136800.25, None, "2026-03-10T10:00:00.25Z"),
        (1773136800000, None, "2026-03-10T10:00:00Z"),
    ],
)
def test_instants_are_read_in_the_forms_that_apis_have(value: Any, zone: str | None, instant: str) -> None:
    found = compiled("ticket.created_at", "at").instant({"at": value}, ZoneInfo(zone) if zone else None)
    assert found == parse_instant(instant)


@pytest.mark.parametrize("value", ["soon", "2026-03-10 11:00:00", True, ["2026-03-10T10:00:00Z"], 1e300, 10**30, ""])
def test_what_is_no_instant_says_so(value: Any) -> None:
    with pytest.raises(Unmapped, match=r"^ticket\.created_at: .* is no instant$"):
        compiled("ticket.created_at", "at").instant({"at": value}, None)


@pytest.mark.parametrize(
    ("value", "truth"),
    [(True, True), (False, False), (1, True), (0, False), ("Yes", True), ("false", False), (None, None)],
)
def test_truths_are_read_in_the_forms_that_apis_have(value: Any, truth: bool | None) -> None:
    assert compiled("messages.public", "x").truth({"x": value}) is truth


def test_what_is_neither_true_nor_false_says_so() -> None:
    with pytest.raises(Unmapped, match=r"messages\.public: 'x' finds 'maybe', not true or false"):
        compiled("messages.public", "x").truth({"x": "maybe"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("length(x)", "a.b: length() is given null, which it cannot take"),
        ("z[::0]", "a.b: it cannot be worked out: ValueError"),
        ("{a: y}", "a.b: '{a: y}' finds a map: pick something in it"),
    ],
)
def test_what_cannot_be_worked_out_says_so_and_shows_no_data(text: str, said: str) -> None:
    with pytest.raises(Unmapped) as error:
        compiled("a.b", text).value({"y": "confidential", "z": ["confidential"]})
    assert str(error.value) == said


def test_authors_are_whom_the_expressions_name_and_nobody_is_a_customer() -> None:
    mapping = TicketMapping(path="t/{id}", created_at="created", author=AuthorMapping(mail="by", roles="role"))
    agents: dict[str, Any] = {
        "agents": Agents(roles=("support",), domains=("desk.example",)),
        "bots": Bots(users=("cron@x.example",)),
    }
    authors: list[dict[str, Any]] = [
        {"by": "anna@desk.example"},
        {"by": "carl@x.example", "role": "Support"},
        {"by": "carl@x.example", "role": ["none", "Support"]},
        {"by": "carl@x.example"},
        {"by": "cron@x.example"},
        {},
    ]
    shown = [translated({"id": 1, "created": 5, **item}, ticket=mapping, **agents).created_by for item in authors]
    assert shown == ["agent", "agent", "agent", "customer", "bot", "customer"]


def test_a_message_that_does_not_say_whether_it_is_public_is_a_mistake() -> None:
    inside = MessagesMapping(items="posts", at="written", public="shown", author=AUTHOR)
    with pytest.raises(Unmapped, match=r"messages\.public: it finds nothing: where that means false, write X"):
        Mapping(
            "desk",
            usual(messages=inside),
            Names(People(Agents(), Bots()), StatusMap("desk", {}, {}), PriorityMap({}, {})),
        ).ticket(ticket(1), [note(1, "2026-03-10T11:00:00Z")], None)


BORN = "2026-03-10T10:00:00Z"
ANNA = {"login": "Anna", "name": "Anna Berg", "staff": True}
NAMED = replace(MESSAGES, author=replace(AUTHOR, name="author.name"))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"messages": NAMED},  # of the author of a message one thing more is told
        {"ticket": replace(TICKET, author=replace(AUTHOR, name="author.name"))},
        {"ticket": replace(TICKET, author=AuthorMapping(login="author.login")), "agents": Agents(users=("anna",))},
        {"ticket": replace(TICKET, author=AuthorMapping()), "agents": Agents(users=("anna",))},
    ],
)
def test_the_text_that_a_ticket_was_opened_with_is_no_answer(keys: dict[str, Any]) -> None:
    item, opening = ticket(1, author={"login": "anna", "staff": True}), note(1, BORN, author=ANNA)
    assert translated(item, [opening], (), **keys).events == []
    later = note(2, "2026-03-10T10:00:01Z", author=ANNA)
    assert [one.id for one in translated(item, [later, opening], (), **keys).events] == ["message.2"]


def test_what_somebody_else_wrote_at_the_instant_of_creation_is_a_message() -> None:
    notes = [note(1, BORN, "carl", False), note(2, BORN), note(3, "2026-03-10T11:00:00Z")]
    assert [one.id for one in translated(ticket(1), notes).events] == ["message.2", "message.3"]
    nobody = replace(TICKET, author=AuthorMapping())
    for told in (notes, notes[::-1]):  # the first is the opening, where nobody says whose that is
        found = translated(ticket(1), told, (), ticket=nobody)
        assert [one.id for one in found.events] == ["message.2", "message.3"]


def test_messages_without_an_id_do_not_swallow_each_other() -> None:
    told: list[dict[str, Any]] = [note(1, "2026-03-10T11:00:00Z", "carl", False), note(2, "2026-03-10T11:00:00Z")]
    for one in told:
        del one["id"]
    found = translated(ticket(1), told)
    assert [(one.id, one.by) for one in found.events] == [(None, "customer"), (None, "agent")]
    assert without_copies(found.events) == (found.events, [])
    assert translated(ticket(1), told) == found
