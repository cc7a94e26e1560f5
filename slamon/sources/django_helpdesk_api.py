"""What a django-helpdesk answers with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from slamon.core.instants import Instant, parse_instant
from slamon.ports import SourceError

STATUS_NAMES = {1: "open", 2: "reopened", 3: "resolved", 4: "closed", 5: "duplicate"}
HELD = "on hold"
_ENDS = (3, 4, 5)


class FollowUp(Struct):
    """Something that was written, done, or both. `user` is nobody but staff, unless it opened the ticket."""

    id: int
    date: str
    title: str | None = None
    comment: str | None = None
    public: bool = False
    user: int | None = None
    new_status: int | None = None
    message_id: str | UnsetType | None = UNSET  # of the mail that it came by

    @property
    def at(self) -> Instant:
        """When the server took it."""
        return parse_instant(self.date)

    @property
    def is_by_server(self) -> bool:
        """Whether it is by the server's own escalation: no user, no mail, and no status, which a customer may set."""
        by_mail = self.message_id is not None or "@" in (self.title or "")
        return self.user is None and not by_mail and self.new_status is None


class Item(Struct):
    """A ticket as it stands, and its follow-ups."""

    id: int
    status: int
    queue: int | None = None
    title: str | None = None
    submitter_email: str | None = None
    assigned_to: int | None = None
    on_hold: bool | None = None
    priority: int | None = None
    due_date: str | None = None
    merged_to: int | None = None
    followup_set: list[FollowUp] = []

    @property
    def native_status(self) -> str:
        """The name of the status; what is on hold and not ended has that for one."""
        return HELD if self.on_hold and self.status not in _ENDS else status_name(self.status)

    @property
    def follow_ups(self) -> list[FollowUp]:
        """Oldest first."""
        return sorted(self.followup_set, key=lambda one: (one.at, one.id))


class Items(Struct):
    """A page of tickets, by their ids ascending."""

    count: int
    results: list[dict[str, Any]]
    next: str | None = None


def status_name(status: int) -> str:
    """What a status is called; one that the site added goes by its number."""
    return STATUS_NAMES.get(status, str(status))


def read_item(given: Mapping[str, Any]) -> Item:
    """A ticket; ValueError says what is wrong."""
    item = msgspec.convert(given, Item)
    for follow_up in item.followup_set:
        parse_instant(follow_up.date)
    return item


def read_items(given: Iterable[Mapping[str, Any]]) -> tuple[list[tuple[Item, Mapping[str, Any]]], list[str]]:
    """(tickets with all that was told of them, what is wrong with others); SourceError if all are wrong."""
    found: list[tuple[Item, Mapping[str, Any]]] = []
    problems: list[str] = []
    for one in given:
        try:
            found.append((read_item(one), one))
        except ValueError as mistake:
            problems.append(f"ticket {one.get('id')}: {mistake}")
    if problems and not found:
        raise SourceError(f"no ticket can be read: {problems[0]}")
    return found, problems
