"""A message as JSON for programs: version 1 of a form that only grows."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant, format_instant
from slamon.core.message import Covered, Message, Tone
from slamon.notifiers.text import facts, is_digest, one_line, web_url

_MOST = 2_000  # commitments where a link leads to all of them: about 700 kB, and many servers take a megabyte at most

# Plain values in a tree: among ten thousand of them the garbage collector, which stops everything, has nothing to seek.


class Fact(Struct, frozen=True, gc=False):
    label: str
    value: str


class Commitment(Struct, frozen=True, gc=False):
    source: str
    ticket: str
    policy: str
    target: str
    cycle: int
    moment: str
    status: str
    due_at: str | None
    breached_at: str | None
    url: str | None
    line: str


class Data(Struct, frozen=True):
    id: str
    thread: str
    tone: Tone
    update: bool
    to: str | None
    title: str
    facts: list[Fact]
    lines: list[str]
    url: str | None
    footer: str | None
    moments: list[str]
    count: int
    covers: list[Commitment]


class Body(Struct, frozen=True):
    """The whole. Its form is documented as docs/notifiers/webhook.schema.json."""

    type: str
    version: int
    timestamp: str | None
    data: Data


def payload(message: Message) -> Body:
    """What is sent: every text on one line, of visible characters."""
    url = web_url(message.url)
    data = Data(
        id=one_line(message.id, 500),
        thread=one_line(message.thread, 500),
        tone=message.tone,
        update=message.update,
        to=None if message.to is None else one_line(message.to, 500),
        title=one_line(message.title, 1_000),
        facts=[Fact(*pair) for pair in facts(message, 100, 2_000)],
        lines=[one_line(line, 1_000) for line in message.lines[:1_000]],
        url=url,
        footer=None if message.footer is None else one_line(message.footer, 500),
        moments=[one_line(name, 100) for name in sorted({one.moment for one in message.covers})],
        count=len(message.covers),
        covers=[_commitment(one) for one in (message.covers[:_MOST] if url else message.covers)],
    )
    return Body("slamon.digest" if is_digest(message) else "slamon.alert", 1, _instant(message.at), data)


def encode(body: Body) -> bytes:
    """UTF-8 JSON, the same bytes for the same body."""
    return msgspec.json.encode(body)


def _commitment(one: Covered) -> Commitment:
    return Commitment(
        source=one_line(one.source, 500),
        ticket=one_line(one.ticket, 500),
        policy=one_line(one.policy, 500),
        target=one_line(one.target, 500),
        cycle=one.cycle,
        moment=one_line(one.moment, 100),
        status=one_line(one.status, 100),
        due_at=_instant(one.due_at),
        breached_at=_instant(one.breached_at),
        url=web_url(one.url),
        line=one_line(one.line, 1_000),
    )


def _instant(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
