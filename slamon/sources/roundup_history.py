"""What a Roundup shows of an issue, and the history that it makes with what was known before."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant, format_instant, parse_instant
from slamon.core.ticket import Ticket
from slamon.sources.http import continued


class Link(Struct):
    """A reference to another item, with what people call it."""

    id: str
    name: str | None = None
    username: str | None = None


class Row(Struct):
    """An issue in a list."""

    id: str
    activity: str


class Issue(Struct):
    """An issue as it stands. `activity`: when anything of it changed last."""

    id: str
    creation: str
    activity: str
    title: str | None = None
    creator: Link | None = None
    status: Link | None = None
    priority: Link | None = None
    assignedto: Link | None = None
    messages: list[Link] = []

    @property
    def created_at(self) -> Instant:
        """The instant of creation."""
        return instant(self.creation)


class Message(Struct):
    """A message, which may hang on several issues. `date` is what its author claims, `creation` what the server saw."""

    id: str
    creation: str
    author: Link | None = None
    creator: Link | None = None

    @property
    def at(self) -> Instant:
        """When the server got it."""
        return instant(self.creation)

    @property
    def by(self) -> Link | None:
        """Who wrote it."""
        return self.author or self.creator


def instant(text: str) -> Instant:
    """The instant of a date such as 2026-03-02.13:34:00, which is UTC and says so nowhere. ValueError for any other."""
    return parse_instant(text.replace(".", "T", 1) + "Z")


def bound(at: Instant) -> str:
    """An instant as filters take it. With its offset: bare dates are read in the time zone of the account."""
    return format_instant(at)[:19].replace("T", ".") + "+0000"


def window(since: Instant | None, until: Instant | None) -> str | None:
    """A range of dates as filters take it."""
    if since is None and until is None:
        return None
    return f"{'' if since is None else bound(since)};{'' if until is None else bound(until)}"


def label(value: Any) -> Any:
    """What people call the value of a property: a link by its label, links by theirs in order, all else as it is."""
    if isinstance(value, list):
        return sorted(str(label(one)) for one in value)
    if isinstance(value, dict):
        return next((text for key, text in value.items() if key not in ("id", "link")), value.get("id"))
    return value


def opens(message: Message, issue: Issue) -> bool:
    """Whether it is the text that the issue was made with: the server creates it first, or in the same second."""
    who, creator = message.by, issue.creator
    return message.at <= issue.created_at and (who and who.id) == (creator and creator.id)


def first_seen(shown: Ticket, activity: Instant) -> Ticket:
    """An issue that was never looked at before, of which anything may have changed between creation and `activity`."""
    if activity <= shown.created_at:
        return shown
    partial = msgspec.structs.replace(shown, history="partial")
    if shown.fields["status"] == "new":
        return partial
    fields = shown.fields | {"status": "new", "source_status": None}
    before = msgspec.structs.replace(partial, fields=fields, events=[])
    return continued(before, partial, earliest=shown.created_at, at=activity)


def carried_on(known: Ticket | None, shown: Ticket, activity: Instant, looked_at: Instant, now: Instant) -> Ticket:
    """The history of an issue that is `shown` as it stands; `known` was so at `looked_at`, or later.

    What changed did so by `activity`, to the second; where that is older than the last look, the issue itself has not
    changed but what its values are called, and nobody says when.
    """
    if known is None:
        return first_seen(shown, activity)
    newest = max([known.created_at, *(event.at for event in known.events)])
    at = max(activity if activity >= looked_at else now, newest + 1)
    return continued(known, shown, earliest=max(looked_at, newest), at=at)
