"""What directories add to a ticket when it is judged. The stored history stays as its source told it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from slamon.core.order import natural, without_copies
from slamon.core.ticket import Ticket
from slamon.directories.keeper import Keeper

CUSTOMER = "customer"


class Directories:
    """All directories of the service. Of several on one field the first that knows an attribute counts."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        self._keepers = keepers
        self._of_customers = [one for one in keepers if one.usage.on == CUSTOMER]

    def joined(self, ticket: Ticket) -> Ticket:
        """The ticket with what is known of its customer, before what its history says of them."""
        if not self._of_customers:
            return ticket
        customer = last_value(ticket, CUSTOMER)
        found = [one.entry(customer) for one in self._of_customers]
        known: dict[str, Any] = dict(ticket.customer or {})
        for entry in reversed(found):
            known |= entry or {}
        return msgspec.structs.replace(ticket, customer=known) if any(found) else ticket

    def address(self, field: str, value: Any) -> str | None:
        """Where whoever stands in a field of a ticket is reached; None if no directory knows."""
        found = (one.address(value) for one in self._keepers if one.usage.on == field)
        return next((address for address in found if address), None)


def last_value(ticket: Ticket, field: str) -> Any:
    """The value of a field after all that happened, in the order that counts."""
    changes, _ = without_copies([event for event in ticket.events if event.set is not None and field in event.set])
    last = max(changes, key=lambda event: (event.at, natural(event)), default=None)
    return ticket.fields.get(field) if last is None or last.set is None else last.set[field]
