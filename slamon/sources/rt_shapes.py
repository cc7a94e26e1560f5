"""What Request Tracker says of tickets, transactions and people, as far as it is read."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from slamon.core.instants import Instant, parse_instant


class _Record(Struct, frozen=True, rename="pascal"):
    """What has an id: a text in lists, a number by itself."""

    number: str | int = msgspec.field(name="id")

    @property
    def id(self) -> str:
        return str(self.number)


class Reference(_Record, frozen=True, rename="pascal"):
    """Something by its id; a person without `name` by the name in place of the id."""

    name: str | None = None
    email_address: str | None = None


class Transaction(_Record, frozen=True, rename="pascal"):
    """One thing that was done."""

    type: str
    created: str
    creator: Reference | str = ""
    field: str | int | None = None
    old_value: str | int | None = None
    new_value: str | int | None = None
    object_id: str | int | None = None

    @property
    def at(self) -> Instant:
        return parse_instant(self.created)

    @property
    def order(self) -> tuple[Instant, int]:
        return self.at, int(self.id)


class CustomField(_Record, frozen=True, rename="lower"):
    name: str
    values: list[Any] = []


class Shown(_Record, frozen=True, rename="pascal"):
    """A ticket as it is now. `Resolved` is not read: it stays when a ticket is opened again."""

    status: str
    created: str
    last_updated: str
    queue: Reference | str = ""
    owner: Reference | str = ""
    creator: Reference | str = ""
    requestor: list[Reference] | Reference | str = []
    priority: str | int | None = None
    due: str | None = None
    starts: str | None = None
    sla: str | None = msgspec.field(default=None, name="SLA")
    subject: str | None = None
    custom_fields: list[CustomField] | str = []

    @property
    def requestors(self) -> list[Reference]:
        if isinstance(self.requestor, str):
            return []
        return [self.requestor] if isinstance(self.requestor, Reference) else self.requestor

    @property
    def custom(self) -> list[CustomField]:
        return [] if isinstance(self.custom_fields, str) else self.custom_fields
