"""What PagerDuty is told of a message: an incident for as long as a promise stands, within every limit."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.message import Message
from slamon.notifiers.pagerduty_events import encode, events
from slamon.notifiers.templates import Template, worded
from slamon.secrets import Secret
from tests.notifiers.hostile import HOSTILE, covered, digest, message
from tests.notifiers.paging import CANARY, about
from tests.notifiers.test_text import is_safe

# Of PagerDuty's pages about sending events: what it takes, and no more than that.
_TEXT = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "object",
    "required": ["routing_key", "event_action", "dedup_key", "payload"],
    "additionalProperties": False,
    "properties": {
        "routing_key": {"const": CANARY},
        "event_action": {"enum": ["trigger", "resolve"]},
        "dedup_key": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        "client": {"const": "slamon"},
        "client_url": {"type": "string", "pattern": "^https?://[!-~]+$"},
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["href", "text"],
                "additionalProperties": False,
                "properties": {"href": {"type": "string", "pattern": "^https?://[!-~]+$"}, "text": _TEXT},
            },
        },
        "payload": {
            "type": "object",
            "required": ["summary", "severity", "source"],
            "additionalProperties": False,
            "properties": {
                "summary": {**_TEXT, "maxLength": 1_024},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+Z$"},
                "custom_details": {"type": "object"},
                **{key: {**_TEXT, "maxLength": 255} for key in ("source", "component", "group", "class")},
            },
        },
    },
}


def check(of: Message) -> list[dict[str, Any]]:
    """The bodies that go out, after asserting all that PagerDuty and safety ask of them."""
    found = []
    for event in events(of):
        raw = encode(event, Secret(CANARY))
        assert len(raw) <= 512_000
        body = json.loads(raw.decode("utf-8"), parse_constant=pytest.fail)
        jsonschema.validate(body, SCHEMA)
        assert all(map(is_safe, _texts(body)))
        found.append(body)
    assert found
    return found


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = [*node, *node.values()] if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for one in inner for text in _texts(one)]


def only(of: Message) -> dict[str, Any]:
    [body] = check(of)
    return body


def tickets(body: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = body["payload"]["custom_details"]["tickets"]
    return found


@pytest.mark.parametrize(
    ("moment", "status", "tone", "action", "severity"),
    [
        ("warning 75%", "at_risk", "warning", "trigger", "warning"),
        ("breached", "breached", "breach", "trigger", "critical"),
        ("breached", "missed", "breach", "resolve", "info"),  # it ended before anybody could be told
        ("missed", "missed", "breach", "resolve", "info"),
        ("met", "met", "good", "resolve", "info"),
        ("cancelled", "cancelled", "info", "resolve", "info"),
        ("paused", "on_track", "info", "trigger", "info"),
        ("paused", "on_track", "warning", "trigger", "warning"),
        ("paused", "at_risk", "info", "trigger", "warning"),
        ("resumed", "on_track", "info", "resolve", "info"),
        ("resumed", "at_risk", "info", "trigger", "warning"),
        ("resumed", "breached", "info", "trigger", "critical"),  # it runs again, and is overdue all the same
        ("raised", "raised", "warning", "trigger", "warning"),
        ("raised", "raised", "breach", "trigger", "critical"),
        ("cleared", "cleared", "good", "resolve", "info"),
    ],
)
@pytest.mark.parametrize("update", [False, True])
def test_an_incident_stands_for_as_long_as_the_promise_is_in_danger(
    moment: str, status: str, tone: str, action: str, severity: str, update: bool
) -> None:
    body = only(about(covered(moment=moment, status=status), tone=tone, update=update))
    assert (body["event_action"], body["payload"]["severity"]) == (action, severity)


def test_all_messages_about_one_commitment_are_about_one_incident_and_no_others() -> None:
    one = {only(about(covered(moment=moment), id=moment))["dedup_key"] for moment in ("warning 75%", "breached", "met")}
    others = [covered(number=1), covered(source="b"), covered(target="resolution"), covered(cycle=2)]
    assert len(one) == 1
    assert len(one | {only(about(each))["dedup_key"] for each in others}) == 5


def test_a_message_about_no_commitment_goes_by_its_thread_and_tone() -> None:
    told = [only(message(thread="monitor-1", tone=tone)) for tone in ("warning", "breach", "info", "good")]
    assert {one["dedup_key"] for one in told} == {"monitor-1"}
    assert [one["event_action"] for one in told] == ["trigger", "trigger", "trigger", "resolve"]
    assert [one["payload"]["severity"] for one in told] == ["warning", "critical", "info", "info"]


def test_a_body_says_where_it_is_and_leads_there() -> None:
    body = only(about(covered(), facts=(("Due", "14:00"),), footer="sent 14:20"))
    assert body["payload"] == {
        "summary": "BREACHED: #4711 Printer on fire", "severity": "critical", "timestamp": "2026-11-22T13:20:00Z",
        "source": "desk", "component": "4711", "group": "gold", "class": "first_response",
        "custom_details": {"Due": "14:00", "footer": "sent 14:20", "tickets": {"desk": ["4711"]}},
    }  # fmt: skip
    assert body["client_url"] == "https://desk.example/issues/4711?a=1&b=2"
    assert body["links"] == [{"href": body["client_url"], "text": "Open the ticket"}]
    bare = only(message(facts=(), url=None, footer=None, at=None))
    assert set(bare) == {"routing_key", "event_action", "dedup_key", "payload", "client"}
    assert bare["payload"] == {"summary": bare["payload"]["summary"], "severity": "critical", "source": "slamon", "custom_details": {}}  # fmt: skip


def test_a_key_that_is_too_long_or_odd_is_replaced_by_its_digest() -> None:
    odd = ("x" * 256, "", "a b", "\u00fc", "\ud800", "x\n")
    keys = {only(message(thread=thread))["dedup_key"] for thread in odd}
    assert {len(key) for key in keys} == {64}
    assert len(keys) == len(odd)


def test_a_digest_is_one_incident_that_names_every_ticket_once() -> None:
    covers = (covered(number=1), covered(number=1, target="resolution"), covered(number=2), covered(source="b"))
    body = only(digest(covers=covers, id="d1"))
    assert (body["event_action"], body["dedup_key"], body["payload"]["source"]) == ("trigger", "d1", "slamon")
    assert tickets(body) == {"desk": ["1", "2"], "b": ["4711"]}
    assert body["payload"]["custom_details"]["lines"] == [one.line for one in digest().covers[:20]]
    assert body["links"] == [{"href": "https://slamon.example/digests/x", "text": "Open all 4"}]


def test_ten_thousand_tickets_of_a_digest_can_be_recovered() -> None:
    ids = [f"acme/some-repository#{number}" for number in range(10_000)]
    body = only(digest(covers=tuple(covered(ticket=id) for id in ids), url=None))
    assert tickets(body) == {"desk": ids}


def test_tickets_without_room_are_counted() -> None:
    covers = tuple(covered(ticket=f"{number:0400}") for number in range(10_000))
    body = only(digest(covers=covers))
    left = body["payload"]["custom_details"]["tickets_left_out"]
    assert 0 < left == 10_000 - len(tickets(body)["desk"])


def test_a_digest_ends_the_incidents_of_what_is_over_and_begins_one_only_if_something_stands() -> None:
    met, missed = covered(number=1, moment="met", status="met"), covered(number=2, moment="missed", status="missed")
    late = covered(number=3, moment="warning 75%", status="at_risk")
    single = [only(about(one))["dedup_key"] for one in (missed, met)]
    ended = check(digest(covers=(missed, met), tone="breach"))
    assert [(one["event_action"], one["dedup_key"]) for one in ended] == [("resolve", key) for key in single]
    assert [one["payload"]["summary"] for one in ended] == [missed.line, met.line]
    mixed = check(digest(covers=(missed, late, met), id="d2", tone="breach"))
    assert [(one["event_action"], one["dedup_key"]) for one in mixed] == [("trigger", "d2"), *(("resolve", key) for key in single)]  # fmt: skip
    assert mixed[0]["payload"]["severity"] == "warning"  # what is broken is over
    assert only(digest(covers=(late, covered()), tone="warning"))["payload"]["severity"] == "critical"


def test_what_became_one_message_about_one_commitment_is_about_its_incident() -> None:
    merged = digest(covers=(covered(),), id="d1", thread="d1")
    assert only(merged)["dedup_key"] == only(about(covered()))["dedup_key"]


def test_a_template_words_the_summary_and_what_stands_below_it() -> None:
    words = worded(about(covered()), Template("Look at {{ ticket }}\nsoon\n\nplease"))
    payload = only(words.message)["payload"]
    assert payload["summary"] == "BREACHED: Look at 4711"
    assert payload["custom_details"]["lines"] == ["soon", "please"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_inside_of_its_own_string(name: str) -> None:
    text = HOSTILE[name]
    odd = covered(text, ticket=text[:20_000], source=text[:20_000], policy=text, target=text[:20_000], url=text)
    for one in (
        message(text, id=text, thread=text),
        about(odd),
        digest(text, 3),
        digest(text, covers=(odd, covered())),
    ):
        assert check(one)[0]["event_action"] == "trigger"
    over = msgspec.structs.replace(odd, status="met")
    assert [one["event_action"] for one in check(digest(text, covers=(over, over), url=text))] == ["resolve"] * 2


@given(st.lists(st.tuples(st.text(max_size=100), st.text(max_size=3_000)), max_size=40), st.text(max_size=1_500))
def test_any_message_keeps_to_every_limit(facts: list[tuple[str, str]], text: str) -> None:
    check(message(text, facts=tuple(facts), url=text, id=text, title=text))


@pytest.mark.parametrize("char", ['"', "\\", "&", "\u6253", "\U0001f525", "\x00"])
def test_the_most_of_the_worst_keeps_to_every_limit(char: str) -> None:
    covers = tuple(
        covered(char * 500, ticket=f"{number}{char * 300}", source=f"{number % 99}{char * 999}")
        for number in range(2_000)
    )
    worst = tuple((f"{number}{char * 100}", char * 5_000) for number in range(99))
    lines = tuple(char * 5_000 for _ in range(99))
    check(digest(char * 5_000, covers=covers, facts=worst, lines=lines, url="https://x/?" + "&" * 1_900))
