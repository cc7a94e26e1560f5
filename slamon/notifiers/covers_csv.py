"""All commitments that a message tells of as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from slamon.core.instants import Instant, format_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.text import one_line, web_url

_NAME = "commitments.csv"
_ZIPPED = "commitments.zip"
_LARGE = 1_000  # commitments: beyond that the table is zipped, for some mail servers take a megabyte and no more
COLUMNS = (
    "source", "ticket", "policy", "target", "cycle", "moment", "status", "due_at", "breached_at", "url", "line",
)  # fmt: skip
_FORMULA = tuple("=+-@'\uff1d\uff0b\uff0d\uff20")  # and the apostrophe, so that each can be told from the original
_LONGEST = 2_000


class Attachment(NamedTuple):
    """A file as it is attached: `kind` is its subtype of text for a table, of application for an archive."""

    name: str
    kind: str
    content: bytes


def attachment_name(message: Message) -> str:
    """What the file is called."""
    return _ZIPPED if len(message.covers) > _LARGE else _NAME


def attachment(message: Message) -> Attachment:
    """All commitments of a message as a file, the same bytes every time."""
    name, content = attachment_name(message), table(message)
    if name == _NAME:
        return Attachment(name, "csv", content)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(ZipInfo(_NAME), content, ZIP_DEFLATED)  # ZipInfo dates it 1980, whatever the day
    return Attachment(name, "zip", packed.getvalue())


def table(message: Message) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets want; instants in UTC. No cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, message.covers))
    return text.getvalue().encode("utf-8-sig")


def _cells(one: Covered) -> tuple[str, ...]:
    names = (one.source, one.ticket, one.policy, one.target, str(one.cycle), one.moment, one.status)
    rest = (_instant(one.due_at), _instant(one.breached_at), web_url(one.url) or "", one.line)
    return tuple(_cell(text) for text in (*names, *rest))


def _cell(text: str) -> str:
    clean = one_line(text, _LONGEST)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def _instant(instant: Instant | None) -> str:
    return "" if instant is None else format_instant(instant)
