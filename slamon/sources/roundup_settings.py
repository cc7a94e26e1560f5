"""The keys of a source of kind roundup, and what a Roundup usually means."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from slamon.mistakes import check_all, unless
from slamon.secrets import Secret
from slamon.sources.http import NUMBERED, HttpSettings, Limits, Usual, basic_auth, check_fields

STATUSES = {  # of the classic template, and of devel
    "unread": "new",
    "deferred": "on_hold",
    "chatting": "open",
    "need-eg": "waiting_customer",
    "in-progress": "open",
    "testing": "open",
    "done-cbb": "solved",
    "resolved": "solved",
    "pending": "waiting_customer",
    "closed": "closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupSettings(HttpSettings):
    """Keys of a source of kind roundup. `url` is the tracker's, without /rest."""

    user: str = field(metadata={"about": "The login of an account that sees the issues."})
    password: Secret = field(metadata={"about": "Its password."})

    def __post_init__(self) -> None:
        given, untold = bool(self.agents), "agents: Roundup does not tell agents from customers"
        check_all(
            partial(HttpSettings.__post_init__, self),
            partial(check_fields, self.fields, ("creator", "assignedto"), ("creator.", "assignedto.", "property.")),
            unless(":" not in self.user, f"user: {self.user!r} has a colon in it, which no login can"),
            unless(not self.agents.groups, "agents: Roundup knows no groups: write users, domains or roles"),
            unless(given, f"{untold}: write users, domains or roles"),
        )


def usual(settings: RoundupSettings) -> Usual:
    """How a tracker is asked, and what cannot be told of it."""
    remedy = "are user and password right, and has the account the permissions Rest Access and View?"
    cannot_tell = (
        "changes of status and priority are seen between two polls only: back and forth in between is not seen",
        "what an issue was before it was first looked at is not known",
        "all messages count as public",
    )
    limits = Limits(seconds=60, at_once=2)
    headers = basic_auth(settings.user, settings.password)
    secrets = (settings.password,)
    return Usual(headers, remedy, STATUSES, {}, cannot_tell, limits, secrets, NUMBERED)
