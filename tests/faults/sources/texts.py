"""Texts that strangers write, all the way from the ticket to what a notifier sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from typing import Any

import msgspec

from slamon.notifiers import email_format, slack_blocks, text
from slamon.ports import SourceError
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.world import World, same

ROWS = Rows()
_NOTHING = re.compile("(?!)")
_LEAD = Address("Lead", addr_spec="lead@example.com")


def _slack(world: World) -> str:
    """The warning as Slack would get it."""
    return slack_blocks.encode(slack_blocks.payload(world.title("12:30:00"))).decode()


def _mail(world: World) -> Any:
    """The warning as a mail program would read it."""
    return message_from_bytes(email_format.payload(world.title("12:30:00"), _LEAD, [_LEAD]), policy=default)


def _add(
    fault: str, must: str, guard: Guard, subject: str, check: Callable[[World], None], shown: str | None = None
) -> None:
    """A row about an issue with such a subject; `shown`: what of it stands in the alert, if not all."""
    name = f"1 “{subject if shown is None else shown}”"
    due = (f"12:30:00 {name}: first response is due in 30 min", f"13:00:00 {name}: first response is overdue")

    @ROWS.add(fault, must, guard, due)
    async def _(world: World) -> None:
        world.desk.add(1, "12:00", subject=subject)
        await world.open()
        await world.until("13:30")
        same("source_up", set(world.up), {True})
        check(world)


def _raw(given: str, limit: int) -> str:
    return given[:limit]


def _only_headers(world: World) -> None:
    same("Bcc", _mail(world)["Bcc"], None)
    same("lines of the subject", len(_mail(world)["Subject"].splitlines()), 1)


_add(
    "CR and LF in a subject",
    "The alert comes; in an e-mail it stays one header line",
    Guard(
        "`text.one_line`",
        Off(("slamon.notifiers.text.one_line", "slamon.notifiers.email_format.one_line"), _raw),
        escapes=Exception,
    ),
    "printer\r\nBcc: everybody@example.com",
    _only_headers,
)
_add(
    "encoded word in a subject that hides a line break",
    "The alert comes; no mail program decodes it into another header",
    Guard(
        "`email_format.header_text`",
        Off("slamon.notifiers.email_format.header_text", lambda given, limit=200: text.one_line(given, limit)),
    ),
    "=?utf-8?q?x=0d=0aBcc:_everybody@example.com?=",
    lambda world: same("encoded word in the mail", "= ?utf-8?q?x=0d=0aBcc" in str(_mail(world)["Subject"]), True),
)
_add(
    "text that turns the direction of writing",
    "The alert comes; what notifiers send has no such character in it",
    Guard("`text._INVISIBLE`", Off("slamon.notifiers.text._INVISIBLE", _NOTHING)),
    "invoice \u202efdp.exe\u202c \u2066\u200f",
    lambda world: same("direction turned", [one for one in "\u202e\u202c\u2066\u200f" if one in _slack(world)], []),
)
_add(
    "NUL and other controls in a subject",
    "The alert comes; what notifiers send has none of them in it",
    Guard("`text._UNPRINTABLE`", Off("slamon.notifiers.text._UNPRINTABLE", _NOTHING)),
    "disk\0full \x1b[31mred\x07",
    lambda world: same("controls", [one for one in ("\\u0000", "\\u001b", "\\u0007") if one in _slack(world)], []),
)


def _refusing(body: bytes, shape: Any, place: str, mistake: Exception) -> Any:
    raise SourceError(f"{place} answered with what is no JSON: {mistake}")


_add(
    "half of a character (lone surrogate) in a subject",
    "The alert comes, with a replacement for the half",
    Guard("`reading._decode_odd`", Off("slamon.sources.http.reading._decode_odd", _refusing)),
    "half \ud83d emoji",
    lambda world: same("replaced", "half \ufffd emoji" in _slack(world), True),
    shown="half \ufffd emoji",
)


def _as_text(world: World) -> None:
    said = msgspec.json.decode(_slack(world))
    same("mention", "<!channel>" in said["text"], False)
    same("template", "{{7*7}}" in said["text"] and "{{7*7}}" in str(_mail(world)["Subject"]), True)
    same("formula", "=cmd()" in said["text"], True)


_add(
    "`<!channel>`, `{{7*7}}` and `=cmd()` in a subject",
    "The alert comes with the very text; nobody is mentioned by it, nothing is evaluated",
    Guard("`slack_blocks.escape`", Off("slamon.notifiers.slack_blocks.escape", lambda given: given)),
    "=cmd() <!channel> {{7*7}}",
    _as_text,
)


def _without_end(given: str, limit: int) -> str:
    return text.one_line(given, 1 << 40)


def _fits(world: World) -> None:
    assert len(_slack(world)) <= 12_000, f"Slack would be sent {len(_slack(world))} characters"


_add(
    "subject of 1 MB",
    "The alert comes; what notifiers send is cut to what the other side takes",
    Guard("`text.one_line`: limit", Off("slamon.notifiers.slack_blocks.headline", lambda one, limit: one.title)),
    "x" * (1 << 20),
    _fits,
)
