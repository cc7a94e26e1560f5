"""What a list of changes says of a ticket, in whatever order it comes."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from slamon.core.instants import DAY, parse_instant
from slamon.core.ticket import Ticket
from slamon.core.timeline import timeline
from tests.sources.rest_server import NOW, ticket
from tests.sources.test_rest_mapping import translated

MEANING = {"New": "new", "Open": "open", "Waiting": "waiting_customer", "Done": "solved"}


def entry(id: Any, at: str, *steps: tuple[str, str]) -> dict[str, Any]:
    fields = [{"name": "state", "old": before, "new": after} for before, after in steps]
    return {"at": f"2026-03-{at}:00Z", "who": "anna", "fields": fields} | ({} if id is None else {"id": id})


def told(log: list[dict[str, Any]], state: str = "Done") -> Ticket:
    shown = ticket(1, updated="2026-03-12T00:00:00Z", state={"name": state})
    return translated(shown, changes=log, status=MEANING)


def statuses(found: Ticket) -> list[str]:
    """As the engine sees them."""
    steps = timeline(found, NOW + DAY, frozenset()).steps
    return [steps[0].fields["status"], *(step.fields["status"] for step in steps if "status" in step.changed)][1:]


def test_a_value_that_the_last_change_does_not_lead_to_is_a_change_of_unknown_time() -> None:
    log = [{"id": 1, "at": "2026-03-11T09:00:00Z", "fields": [{"name": "state", "old": "New", "new": "Done"}]}]
    shown = translated(ticket(1, updated="2026-03-12T00:00:00Z", state={"name": "New"}), changes=log)
    last = shown.events[-1]
    assert (last.set, last.earliest, last.at) == (
        {"status": "New", "source_status": "New"},
        parse_instant("2026-03-11T09:00:00Z"),
        parse_instant("2026-03-12T00:00:00Z"),
    )
    assert shown.history == "partial"


def test_changes_in_any_order_and_many_of_one_field_give_the_value_at_creation() -> None:
    log = [
        {"id": n, "at": f"2026-03-1{n}T09:00:00Z", "fields": [{"name": "prio", "old": n, "new": n + 1}]}
        for n in (3, 1, 2)
    ]
    shown = translated(ticket(1, prio=4), changes=log)
    assert shown.fields["priority"] == "1"
    assert [event.set for event in shown.events] == [{"priority": "2"}, {"priority": "3"}, {"priority": "4"}]


@pytest.mark.parametrize("ids", [(1, 2, 3), (None, None, None), ("f3", "a7", "c1"), (7, 7, 7)], ids=repr)
@pytest.mark.parametrize("backwards", [False, True])
def test_changes_of_one_instant_are_told_in_their_order(ids: tuple[Any, ...], backwards: bool) -> None:
    steps = [("New", "Open"), ("Open", "Waiting"), ("Waiting", "Done")]
    log = [entry(id, "11T09:00", step) for id, step in zip(ids, steps, strict=True)]
    found = told(log[::-1] if backwards else log)
    assert (statuses(found), found.history) == (["new", "open", "waiting_customer", "solved"], "full")
    assert len({one.id for one in found.events}) == 3


def test_an_entry_may_change_a_field_twice() -> None:
    log = [entry(2, "12T00:00", ("Open", "Done")), entry(1, "11T09:00", ("New", "Waiting"), ("Waiting", "Open"))]
    found = told(log)
    assert (statuses(found), found.history) == (["new", "waiting_customer", "open", "solved"], "full")
    assert [one.set["source_status"] for one in found.events if one.set] == ["Waiting", "Open", "Done"]


@pytest.mark.parametrize("backwards", [False, True])
def test_where_values_do_not_tell_the_way_of_the_whole_list_does(backwards: bool) -> None:
    log = [
        entry(5, "11T09:00", ("?", "Open")),
        entry(3, "11T09:00", ("?", "Waiting")),
        entry(4, "11T10:00", ("?", "Done")),
    ]
    assert [one.set["source_status"] for one in told(log[::-1] if backwards else log).events if one.set] == [
        "Open",
        "Waiting",
        "Done",
    ]


def test_what_leads_back_to_where_it_began_is_told_by_the_present() -> None:
    there, back = entry(1, "11T09:00", ("New", "Open")), entry(2, "11T09:00", ("Open", "New"))
    for log in permutations((there, back)):
        assert (statuses(told(list(log), "New")), told(list(log), "New").history) == (["new", "open", "new"], "full")
        assert (statuses(told(list(log), "Open")), told(list(log), "Open").history) == (["open", "new", "open"], "full")


def test_ids_stay_as_they_are_while_others_are_added() -> None:
    first = [entry(None, "11T09:00", ("New", "Open")), entry(None, "11T09:00", ("Open", "Waiting"))]
    later = entry(None, "11T10:00", ("Waiting", "Done"))
    before, after = told(first, "Waiting"), told([later, *first[::-1]])
    assert after.events[:2] == before.events
