from __future__ import annotations

import csv
import io
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from zipfile import ZipFile

import pytest

from slamon.core.message import Covered, Message
from slamon.notifiers import covers_csv, email_format
from slamon.notifiers.console import payload as console_payload
from slamon.notifiers.email import payload as email_payload
from slamon.notifiers.slack_blocks import payload as slack_payload
from slamon.notifiers.text import rows, tickets
from slamon.ports import Reason
from tests.notifiers.hostile import HOSTILE, covered, digest, message
from tests.notifiers.mailing import A, B, C, failing, kind_of, notifier, settings
from tests.notifiers.servers import Mailbox, mail_server
from tests.notifiers.test_email_format import HEADERS, SENDER, TO, Tags, part
from tests.notifiers.test_slack_blocks import check, texts
from tests.notifiers.test_text import is_safe

MANY = digest(count=312)


def mailed(of: Message) -> EmailMessage:
    """The mail as a program reads it."""
    raw = email_format.payload(of, SENDER, TO)
    assert raw == email_format.payload(of, SENDER, TO)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail.keys() == HEADERS
    assert not any(one.defects for one in mail.walk())
    return mail


def table(mail: EmailMessage) -> list[dict[str, str]]:
    """The attachment as a spreadsheet reads it."""
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/csv"
    assert attached.get_filename() == "commitments.csv"
    raw = attached.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_a_mail_carries_every_commitment_as_a_table() -> None:
    mail = mailed(MANY)
    assert [one.get_content_type() for one in mail.iter_parts()] == ["multipart/alternative", "text/csv"]
    found = table(mail)
    assert [one["ticket"] for one in found] == [one.ticket for one in MANY.covers]
    assert found[0] == {
        "source": "desk", "ticket": "4711", "policy": "gold", "target": "first_response", "cycle": "1",
        "moment": "breached", "status": "breached", "due_at": "2026-11-22T12:20:00Z",
        "breached_at": "2026-11-22T12:20:00Z", "url": "https://desk.example/issues/4711",
        "line": "#4711 Printer on fire: first response is overdue by 1 h",
    }  # fmt: skip
    assert "All 312 are in the attached commitments.csv.\n" in part(mail, "plain").replace("\r\n", "\n")


def test_a_mail_about_one_commitment_carries_nothing() -> None:
    assert [*mailed(message(covers=(covered(),))).iter_attachments()] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_is_a_formula_and_no_row_is_lost(name: str) -> None:
    text = HOSTILE[name]
    covers = tuple(
        covered(text, number, ticket=f"{text[:1_000]}{number}", source=text, url=text) for number in range(3)
    )
    found = table(mailed(digest(text, covers=covers, lines=(text,))))
    assert len(found) == 3
    assert all(set(one) == set(covers_csv.COLUMNS) for one in found)
    for cell in (cell for one in found for cell in one.values()):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
        assert is_safe(cell)
        assert len(cell) <= 2_001


@pytest.mark.parametrize("id", ["=1", "+1", "-1", "@x", "'x", "''x", "plain", "\uff1d1", "a=b"])
def test_every_id_can_be_recovered_from_its_cell(id: str) -> None:
    cell = table(mailed(digest(covers=(covered(ticket=id), covered()))))[0]["ticket"]
    assert cell.removeprefix("'") == id
    assert cell == id or cell == f"'{id}"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_in_a_digest_adds_no_markup(name: str) -> None:
    page = Tags()
    page.feed(part(mailed(digest(HOSTILE[name])), "html"))
    links = {one.url for one in digest().covers[:20]} | {"https://slamon.example/digests/x"}
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "div", "p", "span", "h1", "a", "table", "tr", "td"}  # fmt: skip
    assert set(page.links) <= links


def test_the_lines_of_a_mail_lead_to_their_tickets_and_show_how_bad_they_are() -> None:
    mild = covered(number=1, status="at_risk", moment="warning 75%")
    html = part(mailed(digest(covers=(covered(), mild), lines=(covered().line, mild.line, "and a remark"))), "html")
    edges = re.findall(r"border-left:4px solid (#\w+).*?href=\"([^\"]+)\"", html)
    assert edges == [("#b3261e", "https://desk.example/issues/4711"), ("#e09b1a", "https://desk.example/issues/1")]
    assert html.index("Open all 2") < html.index("issues/4711")


def test_ten_thousand_commitments_are_zipped_so_that_servers_take_them() -> None:
    mail = mailed(digest(count=10_000))
    assert len(mail.as_bytes()) < 500_000
    (attached,) = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/zip", "commitments.zip")
    raw = attached.get_payload(decode=True)
    assert isinstance(raw, bytes)
    with ZipFile(io.BytesIO(raw)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("commitments.csv").decode("utf-8-sig"), newline="")))
    assert {one["ticket"] for one in rows} == {str(4711 + number) for number in range(10_000)}
    assert "All 10,000 are in the attached commitments.zip." in part(mail, "plain")


def test_slack_shows_the_worst_and_a_link_and_keeps_to_every_limit() -> None:
    body = check(digest(count=10_000))
    assert sum(one["text"].count("is overdue by 1 h") for one in texts(body["blocks"])) == 20
    assert "<https://slamon.example/digests/x|Open all 10,000>" in [one["text"] for one in texts(body["blocks"])]
    assert body["text"].endswith("\nhttps://slamon.example/digests/x")
    assert len(body["blocks"]) <= 50


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_digest_keeps_to_the_limits_of_slack(name: str) -> None:
    text = HOSTILE[name][:20_000]
    covers = tuple(covered(text, number, ticket=text + str(number)) for number in range(80))
    for url in ("https://slamon.example/digests/x", None):
        check(digest(text, covers=covers, lines=tuple(one.line for one in covers), url=url))


def test_without_a_link_slack_and_console_name_the_tickets_as_far_as_there_is_room() -> None:
    few = digest(count=30, url=None)
    shown = "".join(one["text"] for one in texts(check(few)["blocks"]))
    assert all(one.ticket in shown for one in few.covers)
    assert "Tickets: 4711, 4712" in console_payload(few)
    assert check(digest(count=10_000, url=None))
    assert re.search(r", \d+ and \d+ more$", tickets(digest(count=10_000, url=None), 1_000))
    assert tickets(digest(), 1_000) == tickets(message(url=None), 1_000) == ""


def test_tickets_of_several_sources_are_told_apart() -> None:
    covers = (covered(number=1), covered(number=1, source="other"), covered(number=1, target="resolution"))
    assert tickets(digest(covers=covers, url=None), 100) == "desk/1, other/1"


def test_the_console_shows_the_lines_below_the_facts() -> None:
    made = console_payload(digest(count=3, facts=(("Route", "gold"),))).splitlines()
    assert made == [
        "BREACHED  #4711 Printer on fire",
        "          Route: gold",
        "          #4711 Printer on fire: first response is overdue by 1 h",
        "          #4712 Printer on fire: first response is overdue by 1 h",
        "          #4713 Printer on fire: first response is overdue by 1 h",
        "          https://slamon.example/digests/x",
        "          due 14:00, sent 14:20 Printer on fire",
    ]


def test_lines_without_room_are_counted_and_blank_ones_dropped() -> None:
    shown = rows(message(lines=("a", "", " ", "b", "c", "d")), 3, 10)
    assert [one.line for one in shown] == ["a", "b", "2 lines are left out here"]


UPDATE = message(tone="good", title="#4711 was met", update=True, facts=(("Due", "14:00"),), footer=None)


def test_an_update_is_one_line_where_the_earlier_message_has_the_rest() -> None:
    assert console_payload(UPDATE) == "UPDATE MET #4711 was met\n          https://desk.example/issues/4711?a=1&b=2\n"
    blocks = slack_payload(UPDATE)["blocks"]
    assert [one["type"] for one in blocks] == ["header", "section"]
    assert blocks[0]["text"]["text"] == "UPDATE MET: #4711 was met"


def test_a_mail_that_is_an_update_hangs_on_the_same_thread_as_the_earlier_one() -> None:
    first, second = mailed(message(id="1")), mailed(message(id="2", update=True, tone="good"))
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert second["Subject"].startswith("UPDATE MET: ")
    assert "Due: 14:00" in part(second, "plain")


@pytest.mark.asyncio
async def test_a_mail_for_one_person_goes_to_nobody_else() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, B))
        await mail.send(message(to=C))
        await mail.send(message(id="2"))
        await notifier(port, to=()).send(message(id="3", to=f"Zo\u00eb <{C}>"))
    assert [kept.recipients for kept in box.kept] == [[C], [A, B], [C]]
    assert [str(kept.mail["To"]) for kept in box.kept] == [C, f"{A}, {B}", f"Zo\u00eb <{C}>"]


@pytest.mark.asyncio
async def test_a_person_who_is_put_off_is_tried_again() -> None:
    box = Mailbox(rcpt={C: "451 later"})
    async with mail_server(box) as port:
        mail = notifier(port)
        with failing() as caught:
            await mail.send(message(to=C))
        assert str(caught[0]) == "put off: c@example.com (451 later)"
        box.rcpt.clear()
        await mail.send(message(to=C))
    assert [kept.recipients for kept in box.kept] == [[C]]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "to", ["nobody", "a@example.com\r\nBcc: v@example.com", "a@example.com, b@example.com", "\ud800"]
)
async def test_an_address_that_is_none_is_refused_for_good_before_anybody_is_asked(to: str) -> None:
    with failing() as caught:
        await notifier(1).send(message(to=to))
    assert kind_of(caught[0]) == (Reason.NO_RECIPIENT, True, False)
    assert str(caught[0]).endswith("is not an e-mail address: write lead@example.com")


def test_kinds_that_address_nobody_in_person_ignore_for_whom_it_is() -> None:
    for make in (console_payload, slack_payload):
        assert make(message(to=C)) == make(message())
    assert email_payload(message(to=C), settings(1)) != email_payload(message(), settings(1))


def test_what_is_not_known_of_a_commitment_is_an_empty_cell() -> None:
    bare = Covered("desk", "1", "", "", 0, "raised", "", None, None, "")
    found = table(mailed(digest(covers=(bare, bare))))[0]
    assert (found["due_at"], found["url"], found["line"]) == ("", "", "")
