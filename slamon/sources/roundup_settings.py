"""The keys of a source of kind roundup, and what a Roundup usually means."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from slamon.secrets import Secret
from slamon.sources.http import HttpSettings, Limits, Usual, check_fields

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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupSettings(HttpSettings):
    """Keys of a source of kind roundup. `url` is the tracker's, without /rest."""

    user: str = field(metadata={"about": "The login of an account that sees the issues."})
    password: Secret = field(metadata={"about": "Its password."})

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        check_fields(self.fields, ("creator", "assignedto"), ("creator.", "assignedto.", "property."))
        if ":" in self.user:
            raise ValueError(f"user: {self.user!r} has a colon in it, which no login can")
        if self.agents.groups:
            raise ValueError("agents: Roundup knows no groups: write users, domains or roles")
        if not self.agents:
            raise ValueError("agents: Roundup does not tell agents from customers: write users, domains or roles")


def usual(settings: RoundupSettings) -> Usual:
    """How a tracker is asked, and what cannot be told of it."""
    login = b64encode(f"{settings.user}:{settings.password.reveal()}".encode()).decode()
    remedy = "are user and password right, and has the account the permissions Rest Access and View?"
    cannot_tell = (
        "changes of status and priority are seen between two polls only: back and forth in between is not seen",
        "what an issue was before it was first looked at is not known",
        "all messages count as public",
    )
    headers = {"Authorization": Secret(f"Basic {login}")}
    limits = Limits(seconds=60, at_once=2)
    return Usual(headers, remedy, STATUSES, cannot_tell=cannot_tell, limits=limits, secrets=(settings.password,))
