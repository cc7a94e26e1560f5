"""Reading ticket histories."""

from __future__ import annotations

import json

import pytest

from slamon.core.history import decode, encode
from slamon.core.instants import parse_instant
from slamon.core.ticket import Event, Ticket
from tests.core.history_lines import CREATED, MESSAGE, line, mistake, with_event


def test_the_example_of_the_specification_is_read_whole() -> None:
    text = line(
        id="4711",
        subject="VPN down",
        url="https://desk.example/4711",
        created_by="agent",
        direction="outbound",
        fields={"status": "new", "assignee": None, "tags": ["vip"]},
        events=[
            {
                "id": "e1",
                "at": "2026-06-05T14:20:00Z",
                "kind": "message",
                "by": "bot",
                "public": True,
                "automated": True,
            },
            {
                "at": "2026-06-08T08:00:00Z",
                "kind": "change",
                "set": {"status": "open", "priority": "urgent"},
                "by": "Ann",
            },
            {"at": "2026-06-08T09:00:00Z", "kind": "merged", "into": 12},
        ],
        history="partial",
        customer={"tier": "gold"},
    )
    assert decode(text, "stem") == Ticket(
        "4711",
        "desk",
        parse_instant(CREATED),
        {"status": "new", "assignee": None, "tags": ["vip"]},
        [
            Event(parse_instant("2026-06-05T14:20:00Z"), "message", "e1", "bot", True, True),
            Event(
                parse_instant("2026-06-08T08:00:00Z"),
                "change",
                None,
                "Ann",
                set={"status": "open", "priority": "urgent"},
            ),
            Event(parse_instant("2026-06-08T09:00:00Z"), "merged", into="12"),
        ],
        "VPN down",
        "https://desk.example/4711",
        "agent",
        "outbound",
        "partial",
        {"tier": "gold"},
    )


def test_what_is_absent_or_null_gets_its_default() -> None:
    expected = Ticket("1", "stem", parse_instant(CREATED), {}, [])
    assert decode(line(source=None), "stem") == expected
    nulls = dict.fromkeys(
        ("source", "subject", "url", "created_by", "direction", "fields", "events", "history", "customer")
    )
    assert decode(json.dumps({"id": "1", "created_at": CREATED, **nulls}).encode(), "stem") == expected


def test_unknown_keys_are_ignored_in_tickets_and_events() -> None:
    known = decode(line(events=[MESSAGE]), "stem")
    assert decode(line(events=[{**MESSAGE, "author": "agent:7", "seen": [1, {}]}], colour="red"), "stem") == known


@pytest.mark.parametrize(
    ("written", "read"),
    [("4711", "4711"), ("-3", "-3"), ("9" * 30, "9" * 30), ("1.10", "1.10"), ("1E5", "1E5"), ('"007"', "007")],
)
def test_a_number_is_read_as_its_text(written: str, read: str) -> None:
    text = f'{{"id": {written}, "created_at": "{CREATED}", "events": [{{"id": {written}, "at": "{CREATED}"'
    ticket = decode(text.encode() + b', "kind": "merged", "into": ' + written.encode() + b"}]}", "stem")
    assert (ticket.id, ticket.events[0].id, ticket.events[0].into) == (read, read, read)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-06-05T14:00:00+02:00", "2026-06-05T12:00:00Z"),
        ("2026-06-05T14:00:00-00:30", "2026-06-05T14:30:00Z"),
        ("2026-06-05t14:00:00z", "2026-06-05T14:00:00Z"),
        ("2026-06-05 14:00Z", "2026-06-05T14:00:00Z"),
        ("2026-06-05T14:00:00.1Z", "2026-06-05T14:00:00.1Z"),
        ("2026-06-05T14:00:00.1234569Z", "2026-06-05T14:00:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_times_keep_microseconds_and_digits_past_them_are_cut(text: str, utc: str) -> None:
    assert decode(line(created_at=text), "stem").created_at == parse_instant(utc)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-06-05T14:00:00", "'2026-06-05T14:00:00' has no time zone: end it with Z or an offset such as +02:00"),
        ("yesterday", "'yesterday' is not a time such as 2026-06-05T14:00:00Z"),
        ("2026-06-05", "'2026-06-05' is not a time such as 2026-06-05T14:00:00Z"),
        ("2026-W23-5T14:00:00Z", "'2026-W23-5T14:00:00Z' is not a time such as 2026-06-05T14:00:00Z"),
        ("2026-06-05T14:00:00Z ", "'2026-06-05T14:00:00Z ' is not a time such as 2026-06-05T14:00:00Z"),
        ("2026-02-30T14:00:00Z", "'2026-02-30T14:00:00Z' is not a time: day is out of range for month"),
        ("0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00' lies outside the years 1 to 9999"),
        ("9999-12-31T23:59:59-01:00", "'9999-12-31T23:59:59-01:00' lies outside the years 1 to 9999"),
        ("9999-12-31T23:59:60Z", "'9999-12-31T23:59:60Z' lies outside the years 1 to 9999"),
    ],
)
def test_a_time_that_is_none_is_named_with_its_text(text: str, why: str) -> None:
    assert mistake(line(created_at=text)) == f"created_at: {why}"
    assert mistake(with_event(at=text)) == f"event 2: at: {why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (line(id=None), "id is missing"),
        (line(id=""), "id is empty"),
        (line(id=True), "id is true, not a text or a number"),
        (line(created_at=None), "created_at is missing"),
        (line(created_at=5), "created_at is 5, not a time such as 2026-06-05T14:00:00Z"),
        (line(created_by="boss"), "created_by is 'boss', not one of customer, agent, bot, system"),
        (line(direction="up"), "direction is 'up', not one of inbound, outbound"),
        (line(history="some"), "history is 'some', not one of full, partial, none"),
        (line(fields=["a"]), "fields is a list, not an object"),
        (line(events={}), "events is an object, not a list"),
        (line(events=["a"]), "event 1 is 'a', not an object"),
        (line(subject=5), "subject is 5, not a text"),
        (line(created_by="x" * 100), f"created_by is '{'x' * 58}…, not one of customer, agent, bot, system"),
        (line(customer="acme"), "customer is 'acme', not an object"),
        (with_event(kind=None), "event 2: kind is missing"),
        (with_event(kind="call"), "event 2: kind is 'call', not one of message, change, deleted, restored, merged"),
        (with_event(at=None), "event 2: at is missing"),
        (with_event(by=None), "event 2: by is missing"),
        (with_event(by="boss"), "event 2: by is 'boss', not one of customer, agent, bot, system, third_party"),
        (with_event(by=True), "event 2: by is true, not a text"),
        (with_event(public=None), "event 2: public is missing"),
        (with_event(public="yes"), "event 2: public is 'yes', not true or false"),
        (with_event(automated=1), "event 2: automated is 1, not true or false"),
        (with_event(kind="change"), "event 2: set is missing"),
        (with_event(kind="change", set="status"), "event 2: set is 'status', not an object"),
        (
            with_event(observed_between=[CREATED]),
            "event 2: observed_between is a list, not a pair of times, the earliest and the latest",
        ),
        (
            with_event(observed_between=[CREATED, "2026-06-05T13:00:00Z"]),
            f"event 2: observed_between: '{CREATED}' is after '2026-06-05T13:00:00Z'",
        ),
        (b'["c"]', "this is a list, not an object"),
        (b"[" * 900 + b"]" * 900, "this is a list, not an object"),
        (b"null", "this is null, not an object"),
        (b"not json", "'not json' is not JSON: JSON is malformed: invalid character (byte 4)"),
        (b"", "'' is not JSON: Input data was truncated"),
        (b'{"id": "\xff"}', "not UTF-8: byte 9 is 0xff"),
        (line(x="?").replace(b"?", b"\xe4"), "not UTF-8: byte 75 is 0xe4"),
        (b'{"id": NaN}', "'{\"id\": NaN}' is not JSON: JSON is malformed: invalid character (byte 7)"),
    ],
)
def test_every_mistake_is_a_sentence_with_key_and_text(text: bytes, why: str) -> None:
    assert mistake(text) == why


def test_by_of_a_change_is_free_text() -> None:
    events = decode(with_event(kind="change", set={}, by="Resolver 125", public=None), "stem").events
    assert (events[1].by, events[1].set) == ("Resolver 125", {})


def test_a_transition_seen_between_two_polls_keeps_both_instants() -> None:
    later = "2026-06-05T14:05:00Z"
    event = decode(with_event(observed_between=[CREATED, later]), "stem").events[1]
    assert (event.earliest, event.at) == (parse_instant(CREATED), parse_instant(later))
    only = decode(with_event(at=None, observed_between=[later, later]), "stem").events[1]
    assert (only.earliest, only.at) == (None, parse_instant(later))


def test_half_an_emoji_in_a_subject_hides_no_ticket() -> None:
    text = rb'{"id": "1", "created_at": "2026-06-05T14:00:00Z", "subject": "a\\\ud83d b \ud83d\ude00 \\ud800 \udc00"}'
    ticket = decode(text, "stem")
    assert ticket.subject == "a\\\ufffd b \U0001f600 \\ud800 \ufffd"
    assert decode(encode(ticket), "other") == ticket


def test_a_surrogate_from_elsewhere_is_written_as_replacement() -> None:
    ticket = Ticket("1", "desk", 0, {"a\ud800": ["\udc00", 1.5, None]}, [], subject="\ud83d")
    assert decode(encode(ticket), "x") == Ticket(
        "1", "desk", 0, {"a\ufffd": ["\ufffd", 1.5, None]}, [], subject="\ufffd"
    )


@pytest.mark.parametrize("key", ["fields", "customer", "unknown"])
@pytest.mark.parametrize("depth", [60, 900, 200_000])
def test_a_nesting_bomb_is_a_mistake_or_ignored_and_never_more(key: str, depth: int) -> None:
    text = line(**{key: {"a": 0}}).replace(b": 0", b": " + b"[" * depth + b"]" * depth)
    if key == "unknown" and depth < 1000:
        assert decode(text, "stem").id == "1"
    else:
        assert "nested deeper than 40 levels" in mistake(text)


def test_forty_levels_are_allowed_and_written_back() -> None:
    text = line(fields={"a": 0}).replace(b": 0", b": " + b"[" * 40 + b"]" * 40)
    ticket = decode(text, "stem")
    assert decode(encode(ticket), "stem") == ticket


@pytest.mark.parametrize("number", ["1e400", "1" + "0" * 5000])
def test_a_number_that_no_machine_holds_is_a_mistake(number: str) -> None:
    assert "out of range" in mistake(line(fields={"a": 0}).replace(b": 0", b": " + number.encode()))


def test_a_subject_of_ten_megabytes_is_read() -> None:
    assert len(decode(line(subject="x" * 10_000_000), "stem").subject or "") == 10_000_000
    assert len(mistake(line(subject="x" * 10_000_000, created_by="y" * 10_000_000))) < 200
