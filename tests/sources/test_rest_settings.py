"""The settings of kind rest: mistakes in them, and the mapping on their page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from slamon.secrets import Secret
from slamon.sources.http import People, PriorityMap, StatusMap
from slamon.sources.rest_mapping import Mapping, Names
from slamon.sources.rest_settings import (
    AuthorMapping,
    ChangesMapping,
    ListMapping,
    MessagesMapping,
    Paging,
    TicketMapping,
)
from tests.settings_file.build import lines, settings
from tests.sources.rest_server import CHANGES, LIST, MESSAGES, usual


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"ticket": TicketMapping(path="tickets", created_at="a")}, "ticket: path: 'tickets' is the same for every"),
        ({"ticket": TicketMapping(path="t/{id}", created_at="a(")}, "ticket.created_at: 'a(' is no JMESPath"),
        ({"listing": ListMapping(path="t", items="[")}, "list.items: '[' is no JMESPath expression"),
        ({"listing": ListMapping(path="t", paging=Paging(by="page"))}, "list: paging: no parameter takes the page"),
        (
            {"listing": ListMapping(path="t", paging=Paging(by="cursor", parameter="c"))},
            "list: paging: nothing says what the next cursor is: write next",
        ),
        ({"listing": ListMapping(path="t", paging=Paging(size=0))}, "list: paging: a page of 0 rows is none"),
        (
            {"listing": ListMapping(path="t", open_parameters={"a": "b"})},
            "list: open_parameters: all is read each time",
        ),
        ({"fields": {"group": "team["}}, "fields.group: 'team[' is no JMESPath expression"),
        ({"fields": {"status": "state"}}, "fields: status is found by ticket.status: write it there"),
        ({"messages": MessagesMapping(at="a", author=AuthorMapping())}, "messages: author: nothing says who it is"),
        (
            {"changes": ChangesMapping(at="a", what="b", value="c", before="d", names={"x": "group"})},
            "changes: names: x: there is no field 'group': write one of priority, status",
        ),
        ({"user": "carl", "token": None}, "user: user and password belong together: write both"),
        ({"user": "carl", "password": Secret("x")}, "token: there is user and password too: write one"),
        ({"headers": {"Host": "x"}}, "headers: 'Host' cannot be sent: write one such as X-Api-Key"),
        ({"headers": {"a\nb": "x"}}, "headers: 'a\\nb' cannot be sent"),
        ({"headers": {"authorization": "x"}}, "headers: Authorization is made of token"),
        ({"time_zone": "Mars/One"}, "time_zone: 'Mars/One' is no time zone: write one such as Europe/Berlin"),
    ],
)
def test_settings_that_can_never_work_say_so_at_their_key(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is compared
        usual(**keys)
    assert str(error.value).startswith(said)


def test_the_usual_mapping_has_no_mistakes() -> None:
    assert usual(messages=MESSAGES, changes=CHANGES, fields={"group": "team"}).listing == LIST


PAGE = (Path(__file__).parents[2] / "docs" / "sources" / "rest.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def documented(text: str) -> Any:
    """The settings of the source in a slamon.yml."""
    return settings(f"version: 1\n{text}", DESK_TOKEN="x" * 8).sources[0].options


def test_the_mapping_on_the_page_makes_of_the_answers_on_the_page_what_it_says() -> None:
    whole, notes, listed = (json.loads(text) for kind, text in BLOCKS if kind == "json")
    found = documented(next(text for kind, text in BLOCKS if kind == "yaml"))
    names = Names(
        People(found.agents, found.bots), StatusMap("desk", found.status, {}), PriorityMap(found.priority, {})
    )
    mapping = Mapping("desk", found, names)
    item = mapping.all["ticket.item"].find(whole)
    changes, messages = mapping.all["changes.items"].items(item), mapping.all["messages.items"].items(notes)
    shown = mapping.ticket(item, messages, changes)
    assert [mapping.id(row) for row in mapping.all["list.items"].items(listed)] == [shown.id] == ["4711"]
    assert shown.fields == {
        "status": "new",
        "source_status": "New",
        "priority": "high",
        "customer": "Nordwind",
        "group": "network",
        "assignee": None,
        "tags": ["vip"],
    }
    assert (shown.url, shown.subject, shown.history) == ("https://desk.example/t/4711", "VPN down", "full")
    assert [(one.kind, one.by, one.set) for one in shown.events] == [
        ("message", "agent", None),
        ("message", "customer", None),
        ("change", "anna", {"status": "waiting_customer", "source_status": "Waiting"}),
        ("change", "anna", {"status": "solved", "source_status": "Done"}),
        ("change", "anna", {"assignee": "anna"}),
    ]


def test_a_mistake_in_an_expression_is_shown_where_its_map_stands_in_the_file() -> None:
    text = "version: 1\nsources:\n  desk:\n    kind: rest\n    url: https://desk.example\n    list: {path: t}\n"
    text += '    ticket:\n      path: t/{id}\n      created_at: "created["\n'
    assert lines(text) == [
        "8:7: ticket.created_at: 'created[' is no JMESPath expression from character 9 on; write one such as a.b "
        "[bad-value]"
    ]


def test_a_header_out_of_the_environment_is_in_no_message() -> None:
    text = "version: 1\nsources:\n  desk:\n    kind: rest\n    url: https://desk.example\n    list: {path: t}\n"
    text += '    headers: {X Key: "${env:KEY}"}\n    ticket: {path: "t/{id}", created_at: created}\n'
    said = lines(text, KEY="s3cr3t-header")
    assert len(said) == 1
    assert "s3cr3t-header" not in said[0]
