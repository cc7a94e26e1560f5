"""A message as an e-mail: plain text and HTML, the same bytes every time it is rendered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from slamon.core.instants import to_datetime
from slamon.core.message import Message
from slamon.notifiers.covers_csv import Attachment, attachment, attachment_name
from slamon.notifiers.email_html import page
from slamon.notifiers.text import facts, headline, is_digest, one_line, rows, web_url

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
_MAILBOX = re.compile(rf'"?(?P<name>[^"<>@]*?)"?\s*<(?P<named>{_ADDRESS})>|(?P<bare>{_ADDRESS})')
_LONGEST_HEADER = 200


def header_text(text: str, limit: int = _LONGEST_HEADER) -> str:
    """A value for any header: one line, and no encoded word in it that a mail program would decode into more."""
    return one_line(text, limit).replace("=?", "= ?")


def mailbox(text: str) -> Address:
    """An address from the configuration, as `name@host` or `Name <name@host>`; ValueError says what is wrong."""
    found = _MAILBOX.fullmatch(text)
    if not found or len(text) > 320 or not text.isprintable():
        raise ValueError(f"{one_line(text, 100)!r} is not an e-mail address: write lead@example.com")
    return Address(display_name=header_text(found["name"] or ""), addr_spec=found["named"] or found["bare"])


def payload(message: Message, sender: Address, recipients: Sequence[Address], html: str | None = None) -> bytes:
    """The whole e-mail: a function of its arguments alone, so that a repeated attempt sends the same bytes.

    A digest has all of its commitments as a table with it. `html` is used instead of the page that it has otherwise.
    """
    mail = EmailMessage(policy=SMTP)
    _address(mail, message, sender, recipients)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Slamon-Delivery"] = header_text(message.id, 100)
    notes = _notes(message)
    mail.set_content(_text(message, notes), cte="quoted-printable")
    mail.add_alternative(html or page(message, notes), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{_digest('boundary', message.id)}")  # "=_" cannot occur in quoted-printable
    if is_digest(message):
        _attach(mail, attachment(message))
        mail.set_boundary(f"=_{_digest('outer boundary', message.id)}")
    return mail.as_bytes()


def _attach(mail: EmailMessage, file: Attachment) -> None:
    if file.kind == "csv":
        mail.add_attachment(file.content, "text", "csv", filename=file.name, params={"charset": "utf-8"})
    else:
        mail.add_attachment(file.content, "application", file.kind, filename=file.name)


def _address(mail: EmailMessage, message: Message, sender: Address, recipients: Sequence[Address]) -> None:
    mail["From"] = sender
    mail["To"] = tuple(recipients)
    mail["Subject"] = header_text(headline(message, _LONGEST_HEADER))
    if message.at is not None:
        mail["Date"] = format_datetime(to_datetime(message.at).replace(microsecond=0))
    root = f"<{_digest('thread', message.thread)}@{sender.domain}>"
    mail["Message-ID"] = f"<{_digest('message', message.id)}@{sender.domain}>"
    mail["In-Reply-To"] = root  # nobody ever sent the root: it only holds the messages of one commitment together
    mail["References"] = root


def _digest(what: str, value: str) -> str:
    return sha256(f"{what}\0{value}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _notes(message: Message) -> list[str]:
    all_of_them = f"All {len(message.covers):,} are in the attached {attachment_name(message)}."
    attached = all_of_them if is_digest(message) else ""
    return [note for note in (attached, one_line(message.footer or "", 500)) if note]


def _text(message: Message, notes: Sequence[str]) -> str:
    lines = [headline(message, 500), ""]
    lines += [f"{label}: {value}" for label, value in facts(message, 60, 1_000)]
    lines += [row.line for row in rows(message, 200, 1_000)]
    lines += filter(None, (web_url(message.url), *notes))
    return "\n".join(lines) + "\n"
