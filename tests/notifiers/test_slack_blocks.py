from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.message import Message
from slamon.notifiers.slack_blocks import encode, payload
from tests.notifiers.hostile import HOSTILE, message
from tests.notifiers.test_text import is_safe


def texts(node: Any) -> Iterator[dict[str, Any]]:
    """Every text object of a body."""
    if isinstance(node, list):
        for one in node:
            yield from texts(one)
    if isinstance(node, dict):
        if node.get("type") in {"plain_text", "mrkdwn"}:
            yield node
        for one in node.values():
            yield from texts(one)


def check(of: Message) -> dict[str, Any]:
    """The body that goes out, after asserting all that Slack and safety ask of it."""
    raw = encode(payload(of))
    body: dict[str, Any] = msgspec.json.decode(raw)
    assert len(raw.decode("utf-8")) <= 12_000
    check_blocks(body["blocks"])
    for one in texts(body["blocks"]):
        assert all(map(is_safe, one["text"].split("\n")))
    # What Slack would take for a mention or a link begins with this; entities are all that may follow an ampersand.
    assert "<" not in body["text"]
    assert ">" not in body["text"]
    assert all(rest.startswith(("amp;", "lt;", "gt;")) for rest in body["text"].split("&")[1:])
    assert len(body["text"]) <= 3_000
    assert set(body) == {"text", "mrkdwn", "unfurl_links", "unfurl_media", "blocks"}
    return body


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    assert 1 <= len(blocks) <= 50
    assert len(blocks[0]["block_id"]) <= 255
    for block in blocks:
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(1 <= len(one["text"]) <= 2_000 for one in fields)
        assert all(1 <= len(one["text"]) <= 3_000 for one in texts(block))
    assert len(blocks[0]["text"]["text"]) <= 150


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stands_only_where_slack_interprets_nothing(name: str) -> None:
    body = check(message(HOSTILE[name]))
    assert [one["text"] for one in texts(body["blocks"]) if one["type"] == "mrkdwn"] == [
        "<https://desk.example/issues/4711?a=1&amp;b=2|Open the ticket>"
    ]
    assert not any(one.get("emoji") for one in texts(body["blocks"]))


@given(st.lists(st.tuples(st.text(max_size=100), st.text(max_size=3_000)), max_size=80), st.text(max_size=400))
def test_any_message_keeps_to_every_limit(facts: list[tuple[str, str]], text: str) -> None:
    check(message(text, facts=tuple(facts), url=text, id=text))


@pytest.mark.parametrize("char", ['"', "\\", "&", "<", "\u6253", "\U0001f525", "\x00"])
def test_the_most_of_the_worst_keeps_to_every_limit(char: str) -> None:
    worst = tuple((char * 100, char * 5_000) for _ in range(500))
    check(message(char * 5_000, facts=worst, url="https://x/?" + "&" * 1_900, id=char * 500))


def test_the_address_of_a_ticket_cannot_become_more_than_a_link() -> None:
    body = check(message(url="https://desk.example/?q=|x>*y*<!channel>"))
    assert [one["text"] for one in texts(body["blocks"]) if one["type"] == "mrkdwn"] == [
        "<https://desk.example/?q=%7Cx%3E*y*%3C!channel%3E|Open the ticket>"
    ]
    body = check(message(url="javascript:alert(1)"))
    assert not [one for one in texts(body["blocks"]) if one["type"] == "mrkdwn"]
    assert "javascript" not in body["text"]


def test_short_facts_stand_side_by_side_and_long_ones_across() -> None:
    body = check(message(facts=(("Customer", "Nordwind"), ("Due", "14:00"), ("Subject", "x" * 80), ("By", ""))))
    assert [sorted(set(block) - {"type"})[-1] for block in body["blocks"]] == [
        "text", "fields", "text", "fields", "text", "elements",
    ]  # fmt: skip
    assert body["blocks"][3]["fields"][0]["text"] == "By\n-"


def test_a_message_without_address_and_footer_is_a_title_and_facts() -> None:
    assert len(check(message(url=None, footer=None))["blocks"]) == 2
