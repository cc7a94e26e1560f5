"""The history of an issue, of what a Roundup shows of it and what was known before."""

from __future__ import annotations

from typing import Any

import msgspec

from slamon.core.instants import Instant
from slamon.core.ticket import Ticket
from slamon.sources.http import continued
from slamon.sources.roundup_api import Issue, Message


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


def carried_on(known: Ticket | None, shown: Ticket, activity: Instant, looked_at: Instant, now: Instant) -> Ticket:
    """The history of an issue that is `shown` as it stands; `known` is how it stood at `looked_at`, or later.

    What changed did so by `activity`, to the second. Where that is older than the last look, the issue itself has not
    changed but what its values are called, and nobody says when.
    """
    if known is None:
        return _first_seen(shown, activity)
    newest = max([known.created_at, *(event.at for event in known.events)])
    at = max(activity if activity >= looked_at else now, newest + 1)
    return continued(known, shown, earliest=max(looked_at, newest), at=at)


def _first_seen(shown: Ticket, activity: Instant) -> Ticket:
    """Of an issue that was never looked at before, anything may have changed between creation and `activity`.

    The status counts as having been new: an issue that is resolved by now was not made so.
    """
    if activity <= shown.created_at:
        return shown
    partial = msgspec.structs.replace(shown, history="partial")
    if shown.fields["status"] == "new":
        return partial
    fields = shown.fields | {"status": "new", "source_status": None}
    before = msgspec.structs.replace(partial, fields=fields, events=[])
    return continued(before, partial, earliest=shown.created_at, at=activity)
