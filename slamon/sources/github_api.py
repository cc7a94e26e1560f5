"""What GitHub answers, as far as it is read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from slamon.core.instants import EARLIEST, Instant, from_datetime
from slamon.sources.http import Person

Moment = Annotated[datetime, Meta(tz=True)]
STAFF = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class User(Struct, frozen=True):
    """An account; the `type` of an app is Bot."""

    login: str
    id: int = 0
    type: str = "User"

    def as_author(self, association: str) -> Person:
        """The account as one that wrote something in a repository to which it is associated like that."""
        bot = self.type == "Bot" or self.login.endswith("[bot]")
        return Person(
            str(self.id), login=self.login, roles=frozenset({association}), agent=association in STAFF, bot=bot
        )


class Named(Struct, frozen=True):
    """A label or a type of issue."""

    name: str | None = None


class Milestone(Struct, frozen=True):
    title: str


class Issue(Struct, frozen=True):
    """An issue as it stands now; one with a `pull_request` is none."""

    number: int
    state: str
    created_at: Moment
    updated_at: Moment
    title: str = ""
    html_url: str | None = None
    user: User | None = None
    author_association: str = "NONE"
    labels: list[str | Named] = []
    assignees: list[User] = []
    milestone: Milestone | None = None
    type: Named | None = None
    state_reason: str | None = None
    closed_at: Moment | None = None
    pull_request: Any = None


class Happening(Struct, frozen=True):
    """An entry of an issue's timeline: which of the rest is there depends on `event`."""

    event: str | None = None
    id: int | None = None
    created_at: Moment | None = None
    actor: User | None = None
    user: User | None = None
    author_association: str = "NONE"
    label: Named | None = None
    assignee: User | None = None
    milestone: Milestone | None = None
    issue_type: Named | None = None
    prev_issue_type: Named | None = None
    state_reason: str | None = None

    @property
    def at(self) -> Instant:
        """When it happened; long ago, if that is not said."""
        return from_datetime(self.created_at) if self.created_at else EARLIEST


class Row(Struct, frozen=True):
    """As much of an issue in a list as following the list needs."""

    number: int
    updated_at: Moment
    pull_request: Any = None


class Budget(Struct):
    limit: int
    remaining: int


class Resources(Struct):
    core: Budget


class Rates(Struct):
    """What is left of the requests that an account may make in an hour."""

    resources: Resources
