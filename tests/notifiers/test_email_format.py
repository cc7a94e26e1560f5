from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.core.message import Message
from slamon.notifiers.email_format import mailbox, payload
from tests.notifiers.hostile import HOSTILE, message
from tests.notifiers.test_text import is_safe

SENDER = mailbox("slamon <slamon@example.com>")
TO = (mailbox("lead@example.com"), mailbox("Zo\u00eb M\u00fcller <zoe@example.com>"))
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Slamon-Delivery", "MIME-Version", "Content-Type",
]  # fmt: skip
OURS = {"html", "head", "meta", "title", "style", "body", "div", "p", "span", "h1", "a", "table", "tr", "td"}


class Tags(HTMLParser):
    """Collects what a mail program would see in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def check(of: Message) -> EmailMessage:
    """The mail as a program reads it, after asserting that there is nothing in it but what we put there."""
    raw = payload(of, SENDER, TO)
    assert raw == payload(of, SENDER, TO)
    assert raw.isascii()
    assert all(len(line) <= 998 and b"\r" not in line for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for policy in (default, compat32):
        parsed = message_from_bytes(raw, policy=policy)
        assert parsed.keys() == HEADERS
        assert not parsed.defects
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    for name, value in mail.items():
        assert is_safe(str(value)), name
        # Some programs decode twice: what was decoded once must not be an encoded word again.
        assert "=?" not in str(value), name
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    assert all(map(is_safe, part(mail, "plain").splitlines()))
    return mail


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_adds_no_header_no_part_and_no_markup(name: str) -> None:
    mail = check(message(HOSTILE[name]))
    page = Tags()
    page.feed(part(mail, "html"))
    assert page.tags == OURS
    assert page.attributes <= {"lang", "charset", "name", "content", "class", "style", "dir", "href", "role"}
    assert page.links == ["https://desk.example/issues/4711?a=1&b=2"]
    assert len(part(mail, "plain").splitlines()) == 7


@settings(max_examples=60)
@given(st.text(max_size=400), st.lists(st.tuples(st.text(max_size=50), st.text(max_size=200)), max_size=10))
def test_any_text_adds_no_header_and_no_part(text: str, facts: list[tuple[str, str]]) -> None:
    check(message(text, title=text, facts=tuple(facts), footer=text, url=text, id=text, thread=text))


@pytest.mark.parametrize("name", ["umlauts", "chinese", "arabic", "emoji", "script", "markdown", "jinja"])
def test_honest_text_arrives_as_it_was_written(name: str) -> None:
    mail = check(message(HOSTILE[name]))
    assert mail["Subject"] == f"BREACHED: #4711 {HOSTILE[name]}"
    assert f"Subject: {HOSTILE[name]}\n" in part(mail, "plain").replace("\r\n", "\n")
    page = Tags()
    page.feed(part(mail, "html"))
    assert HOSTILE[name] in page.text


def test_the_headers_make_it_a_reply_that_no_robot_answers() -> None:
    mail = check(message())
    assert mail["From"] == "slamon <slamon@example.com>"
    assert mail["To"] == "lead@example.com, Zo\u00eb M\u00fcller <zoe@example.com>"
    assert mail["Date"] == "Sun, 22 Nov 2026 13:20:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Slamon-Delivery"] == "delivery 17 Printer on fire"
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", mail["Message-ID"])


def test_messages_of_one_commitment_hang_together_and_each_delivery_has_its_own_id() -> None:
    first, second, other = (
        check(message(id=identity, thread=thread)) for identity, thread in (("1", "x"), ("2", "x"), ("3", "y"))
    )
    assert first["References"] == first["In-Reply-To"] == second["References"] != other["References"]
    assert len({mail["Message-ID"] for mail in (first, second, other)}) == 3
    assert first["Message-ID"] != first["References"]
    assert check(message(id="x", thread="x"))["Message-ID"] != first["References"]


def test_a_message_that_does_not_know_its_time_has_no_date() -> None:
    assert message_from_bytes(payload(message(at=None), SENDER, TO))["Date"] is None


def test_a_huge_message_stays_small_enough_not_to_be_clipped() -> None:
    huge = message(facts=tuple(("x" * 1_000, "y" * 10_000) for _ in range(1_000)))
    assert len(part(check(huge), "html")) < 102_000


def test_a_message_without_address_and_footer_has_neither() -> None:
    mail = check(message(url="javascript:alert(1)", footer=None))
    assert "<a " not in part(mail, "html")
    assert "javascript" not in part(mail, "html") + part(mail, "plain")


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("lead@example.com", "", "lead@example.com"),
        ("Lead <lead@example.com>", "Lead", "lead@example.com"),
        ('"Lead, Team" <lead+sla@mail.example.com>', "Lead, Team", "lead+sla@mail.example.com"),
        ("<lead@localhost>", "", "lead@localhost"),
        ("=?utf-8?q?x=0d=0aBcc:v@e.x?= <lead@example.com>", None, None),
        ("=?utf-8?q?x=0d=0aBcc:?= <lead@example.com>", "= ?utf-8?q?x=0d=0aBcc:?=", "lead@example.com"),
        ("a@example.com, b@example.com", None, None),
        ("a@example.com b", None, None),
        ("a@example..com", None, None),
        (".a@example.com", None, None),
        ("a.@example.com", None, None),
        ("a@-example.com", None, None),
        ("a@", None, None),
        ("", None, None),
        ("a <a@example.com", None, None),
        ("x\u202e <a@example.com>", None, None),
    ],
)
def test_an_address_is_one_address_or_refused(text: str, name: str | None, address: str | None) -> None:
    if address is None:
        with pytest.raises(ValueError, match=r"is not an e-mail address: write lead@example\.com$"):
            mailbox(text)
    else:
        assert (mailbox(text).display_name, mailbox(text).addr_spec) == (name, address)
