"""A message as an e-mail: plain text and HTML, the same bytes every time it is rendered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from slamon.core.instants import to_datetime
from slamon.core.message import Message, Tone
from slamon.notifiers.text import MARKS, facts, headline, one_line, web_url

_COLOURS: dict[Tone, str] = {"warning": "#9a5b00", "breach": "#b3261e", "good": "#1b7f3b", "info": "#31547f"}
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
_MAILBOX = re.compile(rf'"?(?P<name>[^"<>@]*?)"?\s*<(?P<named>{_ADDRESS})>|(?P<bare>{_ADDRESS})')
_LONGEST_HEADER = 200

_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (prefers-color-scheme: dark) {{
  .page {{ background: #16181c !important; }}
  .card {{ background: #22252b !important; }}
  .text {{ color: #f1f3f5 !important; }}
  .note {{ color: #aab1bb !important; }}
}}
</style></head>
<body class="page" style="margin:0;padding:0;background:#eef0f3">
<div class="page" style="padding:16px 8px;background:#eef0f3">
<div class="card" style="max-width:600px;margin:0 auto;padding:20px;background:#ffffff;\
border-top:6px solid {colour};border-radius:6px;font:16px/1.5 Helvetica,Arial,sans-serif">
<p style="margin:0 0 12px"><span style="display:inline-block;padding:2px 10px;border-radius:4px;\
background:{colour};color:#ffffff;font-size:13px;font-weight:bold;letter-spacing:1px">{mark}</span></p>
<h1 class="text" dir="auto" style="margin:0 0 16px;font-size:20px;line-height:1.3;color:#1c1f23;\
word-break:break-word">{title}</h1>
{facts}{link}{footer}</div></div></body></html>
"""
_FACT = """\
<p style="margin:0 0 12px"><span class="note" style="display:block;font-size:13px;color:#5c6470">{label}</span>\
<span class="text" dir="auto" style="display:block;color:#1c1f23;word-break:break-word">{value}</span></p>
"""
_LINK = """\
<p style="margin:20px 0 4px"><a href="{url}" style="display:inline-block;padding:12px 20px;border-radius:4px;\
background:{colour};color:#ffffff;font-weight:bold;text-decoration:none">Open the ticket</a></p>
"""
_FOOTER = '<p class="note" style="margin:16px 0 0;font-size:13px;color:#5c6470">{footer}</p>\n'


def header_text(text: str, limit: int = _LONGEST_HEADER) -> str:
    """A value for any header: one line, and no encoded word in it that a mail program would decode into more."""
    return one_line(text, limit).replace("=?", "= ?")


def mailbox(text: str) -> Address:
    """An address from the configuration, as `name@host` or `Name <name@host>`; ValueError says what is wrong."""
    found = _MAILBOX.fullmatch(text)
    if not found or len(text) > 320 or not text.isprintable():
        raise ValueError(f"{one_line(text, 100)!r} is not an e-mail address: write lead@example.com")
    return Address(display_name=header_text(found["name"] or ""), addr_spec=found["named"] or found["bare"])


def payload(message: Message, sender: Address, recipients: Sequence[Address]) -> bytes:
    """The whole e-mail: a function of its arguments alone, so that a repeated attempt sends the same bytes."""
    mail = EmailMessage(policy=SMTP)
    _address(mail, message, sender, recipients)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Slamon-Delivery"] = header_text(message.id, 100)
    mail.set_content(_text(message), cte="quoted-printable")
    mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{_digest('boundary', message.id)}")  # "=_" cannot occur in quoted-printable
    return mail.as_bytes()


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


def _text(message: Message) -> str:
    lines = [headline(message, 500), ""]
    lines += [f"{label}: {value}" for label, value in facts(message, 60, 1_000)]
    lines += [part for part in (web_url(message.url), one_line(message.footer or "", 500)) if part]
    return "\n".join(lines) + "\n"


def _html(message: Message) -> str:
    colour, url = _COLOURS[message.tone], web_url(message.url)
    footer = one_line(message.footer or "", 500)
    return _PAGE.format(
        title=escape(one_line(message.title, 500)),
        mark=MARKS[message.tone],
        colour=colour,
        facts="".join(_FACT.format(label=escape(k), value=escape(v)) for k, v in facts(message, 60, 1_000)),
        link=_LINK.format(url=escape(url), colour=colour) if url else "",
        footer=_FOOTER.format(footer=escape(footer)) if footer else "",
    )
