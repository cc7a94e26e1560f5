"""The keys of a source of kind django_helpdesk, and what a django-helpdesk usually means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from slamon.mistakes import check_all, unless
from slamon.secrets import Secret
from slamon.sources.django_helpdesk_api import HELD
from slamon.sources.http import HttpSettings, Limits, Usual, basic_auth, check_fields

STATUSES = {
    "open": "open",
    "reopened": "open",
    "resolved": "solved",
    "closed": "closed",
    "duplicate": "cancelled",
    HELD: "on_hold",
}
PRIORITIES = {"1": "critical", "2": "high", "3": "normal", "4": "low", "5": "very low"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoHelpdeskSettings(HttpSettings):
    """Keys of a source of kind django_helpdesk. `url` is where the helpdesk is, without /api."""

    user: str = field(metadata={"about": "The login of an account that is staff and sees the queues."})
    password: Secret = field(metadata={"about": "Its password."})
    users: Mapping[str, str] = field(default_factory=dict, metadata={"about": "What the ids of users stand for."})
    queues: Mapping[str, str] = field(default_factory=dict, metadata={"about": "What the ids of queues stand for."})

    def __post_init__(self) -> None:
        others = self.agents.roles or self.agents.groups or self.agents.domains
        only = "agents: django-helpdesk shows only the ids of users: write users, by id or as under users"
        check_all(
            partial(HttpSettings.__post_init__, self),
            partial(check_fields, self.fields, ("queue", "assigned_to", "submitter_email", "due_date"), ("custom_",)),
            unless(":" not in self.user, f"user: {self.user!r} has a colon in it, which no login can"),
            unless(not others, only),
        )


def usual(settings: DjangoHelpdeskSettings) -> Usual:
    """How the API is asked, and what cannot be told of it."""
    remedy = "are user and password right, and is the account staff? (the API must be activated)"
    cannot_tell = (
        "changes without a follow-up, on hold and priority are seen between two polls only",
        "what a ticket was before it was first looked at is not known",
        "staff who answer by mail cannot be told from customers",
        "a ticket in a queue that the account may not see any more counts as deleted",
    )
    limits = Limits(seconds=120, bytes=128 * 1024 * 1024, at_once=2)
    headers = basic_auth(settings.user, settings.password)
    return Usual(headers, remedy, STATUSES, PRIORITIES, cannot_tell, limits, (settings.password,))
