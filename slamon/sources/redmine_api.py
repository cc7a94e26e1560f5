"""What a Redmine answers, as far as it is read, and how it is asked for what was updated."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from slamon.core.instants import SECOND, Instant, format_instant, parse_instant
from slamon.sources.http import Window


class Reference(Struct, frozen=True):
    """Something that has an id, and its name."""

    id: int
    name: str = ""


class Detail(Struct, frozen=True):
    """One thing that a journal says was changed."""

    property: str
    name: str
    old_value: str | None = None
    new_value: str | None = None


class Journal(Struct, frozen=True):
    """What somebody did at once."""

    id: int
    created_on: str
    user: Reference | None = None
    notes: str | None = None
    private_notes: bool = False
    details: list[Detail] = []

    @property
    def at(self) -> Instant:
        return parse_instant(self.created_on)


class CustomField(Struct, frozen=True):
    id: int
    name: str
    value: Any = None
    multiple: bool = False


class Issue(Struct, frozen=True):
    """What is read of an issue. `closed_on` is not: it stays when an issue is opened again."""

    id: int
    project: Reference
    tracker: Reference
    status: Reference
    priority: Reference
    created_on: str
    updated_on: str
    subject: str = ""
    author: Reference | None = None
    assigned_to: Reference | None = None
    category: Reference | None = None
    fixed_version: Reference | None = None
    due_date: str | None = None
    custom_fields: list[CustomField] = []
    journals: list[Journal] = []


class Row(Struct):
    id: int
    updated_on: str


class Rows(Struct):
    issues: list[Row]
    total_count: int


class OneIssue(Struct):
    issue: Issue


class Statuses(Struct):
    issue_statuses: list[Reference]


class Priorities(Struct):
    issue_priorities: list[Reference]


class Trackers(Struct):
    trackers: list[Reference]


class Roles(Struct):
    roles: list[Reference]


class Role(Struct):
    name: str
    permissions: list[str] = []


class OneRole(Struct):
    role: Role


class Membership(Struct):
    id: int
    roles: list[Reference]
    user: Reference | None = None


class Memberships(Struct):
    memberships: list[Membership]
    total_count: int = 0


class User(Struct):
    """A person; `login` and `mail` only where the account may see them."""

    id: int
    firstname: str = ""
    lastname: str = ""
    login: str = ""
    mail: str = ""
    admin: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.firstname} {self.lastname}".strip()


class OneUser(Struct):
    """An answer about one person."""

    user: User


class Named(Struct):
    """An answer about one thing of these kinds."""

    project: Reference | None = None
    version: Reference | None = None
    issue_category: Reference | None = None


def updated_filter(window: Window) -> str | None:
    """The filter, to the second, both ends included."""
    since, until = (None if one is None else _whole(one) for one in (window.since, window.until))
    if since and until:
        return f"><{since}|{until}"
    return f">={since}" if since else f"<={until}" if until else None


def _whole(instant: Instant) -> str:
    return format_instant(instant - instant % SECOND)
