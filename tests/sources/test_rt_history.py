"""From transactions of Request Tracker to a past, without any server."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from slamon.core.instants import parse_instant
from slamon.sources.rt_history import Past, merges, unfold, unfold_merged
from slamon.sources.rt_shapes import Shown, Transaction

DAY = "2026-03-02T"


def shown(**keys: Any) -> Shown:
    usual: dict[str, Any] = {
        "Status": "open",
        "Created": f"{DAY}08:00:00Z",
        "LastUpdated": f"{DAY}20:00:00Z",
        "Priority": "0",
    }
    usual |= {"Queue": {"id": "3"}, "Owner": {"id": 6, "Name": "Nobody"}, "Creator": {"id": 14, "Name": "root"}}
    return msgspec.convert({"id": 4, "CustomFields": [], **usual, **keys}, Shown)


def done(id: int, time: str, type: str, field: Any = "", old: Any = "", new: Any = "", **keys: Any) -> Transaction:
    made = {"id": str(id), "Type": type, "Field": field, "OldValue": old, "NewValue": new, "ObjectId": "4"}
    by = {"id": 27, "Name": "alice"}
    return msgspec.convert({**made, "Created": f"{DAY}{time}:00Z", "Creator": by, **keys}, Transaction)


def steps(past: Past) -> list[tuple[str, dict[str, Any]]]:
    return [(step.done.id, step.set) for step in past.steps]


def test_one_change_of_owner_told_twice_is_one_change() -> None:
    past = unfold(
        shown(Owner={"id": 29, "Name": "bob"}),
        [
            done(1, "09:00", "Set", "Owner", "6", "27"),
            done(2, "09:00", "SetWatcher", "Owner", "6", "27"),
            done(3, "10:00", "SetWatcher", "Owner", "27", "29"),
        ],
    )
    assert past.initial["Owner"] == "6"
    assert steps(past) == [("1", {"Owner": "27"}), ("3", {"Owner": "29"})]
    assert past.untraced == []


@pytest.mark.parametrize("type", ["Set", "Give", "Take", "Steal", "Force"])
def test_however_an_owner_came_to_it_it_is_a_change(type: str) -> None:
    past = unfold(shown(Owner={"id": 27}), [done(1, "09:00", type, "Owner", "6", "27")])
    assert (past.initial["Owner"], steps(past)) == ("6", [("1", {"Owner": "27"})])


def test_an_owner_told_by_name_only_is_the_one_of_the_last_change() -> None:
    past = unfold(shown(Owner={"id": "alice"}), [done(1, "09:00", "Set", "Owner", "6", "27")])
    assert (past.initial["Owner"], past.untraced) == ("6", [])
    assert unfold(shown(Owner={"id": "alice"}), []).initial["Owner"] == "alice"


def test_dates_that_are_not_set_are_nothing_and_all_are_in_utc() -> None:
    past = unfold(
        shown(Due=f"{DAY}18:00:00Z", Starts="1970-01-01T00:00:00Z"),
        [done(1, "08:00", "Set", "Due", "1970-01-01 00:00:00", "2026-03-02 18:00:00")],
    )
    assert (past.initial["Due"], past.initial["Starts"]) == (None, None)
    assert steps(past) == [("1", {"Due": f"{DAY}18:00:00Z"})]
    assert past.untraced == []


def test_what_is_told_for_machines_only_is_no_event() -> None:
    noise = ["EmailRecord", "CommentEmailRecord", "AddWatcher", "AddLink", "SystemError", "ForwardTransaction", "Told"]
    made = [done(number, "09:00", type, "Status", "new", "open") for number, type in enumerate(noise, 1)]
    past = unfold(shown(), [*made, done(50, "09:00", "Set", "Subject", "x", "y")])
    assert (past.steps, past.untraced, past.initial["Status"]) == ([], [], "open")


def test_only_what_the_creator_wrote_at_the_instant_of_creation_is_the_opening() -> None:
    root = {"id": 14, "Name": "root"}
    past = unfold(
        shown(),
        [
            done(1, "08:00", "Create", Creator=root),
            done(2, "08:00", "Correspond", Creator=root),
            done(3, "08:00", "Correspond"),
            done(4, "09:00", "Comment", Creator=root),
        ],
    )
    assert steps(past) == [("3", {}), ("4", {})]


def test_values_of_custom_fields_come_and_go_one_by_one() -> None:
    fields = [{"id": "3", "name": "Tags", "values": ["b", "c"]}, {"id": 4, "name": "When", "values": []}]
    past = unfold(
        shown(CustomFields=fields),
        [
            done(1, "09:00", "CustomField", "3", "", "c"),
            done(2, "09:00", "CustomField", 3, "a", ""),
            done(3, "10:00", "CustomField", "4", "2026-03-09 10:00:00", ""),
            done(4, "10:00", "CustomField", "77", "", "of a field that is not seen"),
        ],
    )
    assert past.initial["cf.3"] == ["b", "a"]
    assert past.initial["cf.4"] == ["2026-03-09T10:00:00Z"]
    assert steps(past) == [("1", {"cf.3": ["b", "c", "a"]}), ("2", {"cf.3": ["b", "c"]}), ("3", {"cf.4": []})]


def test_a_change_without_a_transaction_lies_between_those_around_it() -> None:
    past = unfold(
        shown(Priority="90"),
        [done(1, "09:00", "Set", "Priority", "0", "20"), done(2, "10:00", "Set", "Priority", "50", "60")],
    )
    nine, ten, last = (parse_instant(f"{DAY}{time}:00:00Z") for time in ("09", "10", "20"))
    assert [(one.value, one.earliest, one.latest) for one in past.untraced] == [
        ("50", nine, ten - 1),
        ("90", ten, last),
    ]
    assert past.initial["Priority"] == "0"


def test_the_order_is_by_number_within_a_second_whatever_the_list_says() -> None:
    made = [
        done(10, "09:00", "Status", "Status", "open", "resolved"),
        done(9, "09:00", "Status", "Status", "new", "open"),
        done(11, "09:00", "Status", "Status", "resolved", "open"),
    ]
    past = unfold(shown(), made)
    assert [id for id, _ in steps(past)] == ["9", "10", "11"]
    assert (past.initial["Status"], past.untraced) == ("new", [])


def test_of_a_merged_ticket_the_other_ones_transactions_are_not_its_own() -> None:
    link = "fsck.com-rt://peers.example.org/ticket/4"
    made = [
        done(1, "09:00", "Status", "Status", "new", "open"),
        done(2, "10:00", "Correspond", ObjectId=5),
        done(3, "11:00", "Set", "Owner", "6", "27", ObjectId="5"),
        done(4, "12:00", "AddLink", "MergedInto", "", link, ObjectId="5"),
        done(5, "12:00", "AddLink", "MergedInto", "", link),
        done(6, "12:00", "AddLink", "RefersTo", "", "fsck.com-rt://peers.example.org/ticket/8"),
    ]
    assert [id for id, _ in steps(unfold(shown(), made))] == ["1"]
    assert [id for id, _ in steps(unfold_merged("5", made))] == ["2", "3"]
    assert {id: (one.id, into) for id, (one, into) in merges(made).items()} == {"5": ("4", "4")}


def test_a_ticket_with_hardly_anything_is_read_all_the_same() -> None:
    bare = {"id": "4", "Status": "new", "Created": f"{DAY}08:00:00Z", "LastUpdated": f"{DAY}08:00:00Z"}
    past = unfold(msgspec.convert(bare, Shown), [])
    assert past.initial == {
        "Status": "new",
        "Priority": None,
        "Queue": None,
        "Owner": None,
        "SLA": None,
        "Due": None,
        "Starts": None,
    }
    lonely = msgspec.convert(bare | {"Requestor": {"id": "carol"}, "CustomFields": ""}, Shown)
    assert [one.id for one in lonely.requestors] == ["carol"]
