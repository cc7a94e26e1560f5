"""Writing ticket histories, and reading back what was written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.history import BadTicket, decode, encode
from slamon.core.instants import EARLIEST, LATEST, SECOND
from slamon.core.ticket import Event, Ticket
from tests.core.history_lines import CREATED, line, mistake


def test_equal_tickets_give_equal_bytes_whatever_the_order_of_keys() -> None:
    one = decode(line(fields={"a": 1, "b": {"c": 2, "d": 3}}), "stem")
    two = decode(line(fields={"b": {"d": 3, "c": 2}, "a": 1}), "stem")
    assert encode(one) == encode(two)
    assert b"\n" not in encode(one)


instants = st.integers(EARLIEST, LATEST) | st.integers(0, 4_000_000_000).map(lambda whole: whole * SECOND)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, json_values, max_size=4)
maybe_text = st.none() | texts
messages = st.builds(
    Event,
    instants,
    st.just("message"),
    maybe_text,
    st.sampled_from(["customer", "agent", "bot", "system", "third_party"]),
    st.booleans(),
    st.booleans(),
)
changes = st.builds(Event, instants, st.just("change"), maybe_text, maybe_text, set=objects)
others = st.builds(Event, instants, st.sampled_from(["deleted", "restored", "merged"]), maybe_text, into=maybe_text)
ranges = st.builds(
    lambda one, two, values: Event(max(one, two), "change", set=values, earliest=min(one, two) if one != two else None),
    instants,
    instants,
    objects,
)
tickets = st.builds(
    Ticket,
    texts.filter(bool),
    texts,
    instants,
    objects,
    st.lists(messages | changes | others | ranges, max_size=5),
    maybe_text,
    maybe_text,
    st.sampled_from(["customer", "agent", "bot", "system"]),
    st.sampled_from(["inbound", "outbound"]),
    st.sampled_from(["full", "partial", "none"]),
    st.none() | objects,
)


@given(tickets)
def test_what_is_written_and_read_back_is_equal(ticket: Ticket) -> None:
    assert decode(encode(ticket), "another") == ticket


@given(st.binary(max_size=60) | texts.map(str.encode) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_ticket_or_a_sentence(text: bytes) -> None:
    assert mistake(text)


@given(
    st.dictionaries(
        st.sampled_from(["id", "created_at", "events", "fields", "source", "created_by", "history"]),
        json_values
        | st.just(CREATED)
        | st.lists(st.dictionaries(st.sampled_from(["at", "kind", "by", "set"]), json_values)),
    )
)
def test_any_values_under_known_keys_are_a_ticket_or_a_sentence(data: dict[str, Any]) -> None:
    try:
        decode(json.dumps(data).encode(), "stem")
    except BadTicket as raised:
        why = str(raised)
        assert why != "this is not a ticket"


@pytest.mark.shared
@pytest.mark.parametrize("log", ["helpdesk", "incidents"])
def test_real_histories_come_back_equal(log: str, shared: Path) -> None:
    with gzip.open(shared / "data" / f"{log}.dev.jsonl.gz") as file:
        read = [decode(text, log) for text in file]
    assert len(read) > 100
    assert [decode(encode(ticket), "another") for ticket in read] == read
