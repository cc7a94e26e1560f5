"""Which customer a ticket is of."""

from __future__ import annotations

from slamon.core.instants import HOUR
from slamon.core.ticket import Event, Ticket
from slamon.directories.joining import last_value


def of(*customers: tuple[int, str | None, str]) -> Ticket:
    events = [Event(at, "change", id, set={"customer": customer}) for at, id, customer in customers]
    return Ticket("1", "desk", 0, {"customer": "first"}, [Event(HOUR, "change", "9", set={"group": "a"}), *events])


def test_the_customer_is_the_last_one_in_the_order_that_counts() -> None:
    assert last_value(of(), "customer") == "first"
    assert last_value(of((2, "1", "later"), (1, "2", "sooner")), "customer") == "later"
    assert last_value(of((1, "9", "b"), (1, "11", "d"), (1, "10", "c")), "customer") == "d"


def test_of_copies_with_one_id_the_earliest_counts_here_too() -> None:
    assert last_value(of((1, "9", "a"), (3, "9", "b"), (2, "8", "c")), "customer") == "c"
