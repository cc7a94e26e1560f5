"""Statuses, priorities and further fields by our names."""

from __future__ import annotations

import pytest
import structlog

from slamon.sources.http import FieldMap, PriorityMap, StatusMap, check_fields

USUAL = {"New": "new", "Feedback": "waiting_customer"}


def test_a_status_is_what_the_configuration_says_else_what_is_usual() -> None:
    statuses = StatusMap("desk", {"feedback": "on_hold", "Parked": "waiting_third_party"}, USUAL)
    assert statuses.fields("New") == {"status": "new", "source_status": "New"}
    assert statuses.fields("Feedback") == {"status": "on_hold", "source_status": "Feedback"}
    assert statuses.fields("PARKED") == {"status": "waiting_third_party", "source_status": "PARKED"}


def test_no_status_is_a_new_ticket() -> None:
    assert StatusMap("desk", {}, USUAL).fields(None) == {"status": "new", "source_status": None}


def test_an_unmapped_status_passes_through_counted_and_is_named_once() -> None:
    statuses = StatusMap("desk", {}, USUAL)
    with structlog.testing.capture_logs() as logs:
        assert statuses.fields("Limbo") == {"status": "Limbo", "source_status": "Limbo"}
        statuses.fields("Limbo")
        statuses.fields("on_hold")
    assert [(one["source"], one["status"], one["log_level"]) for one in logs] == [("desk", "Limbo", "warning")]
    assert statuses.unmapped == {"Limbo": 2}


def test_names_in_the_configuration_that_the_system_does_not_have_are_found_and_the_other_way_round() -> None:
    statuses = StatusMap("desk", {"Feedbak": "on_hold", "new": "open"}, USUAL)
    assert statuses.strangers(["New", "Feedback", "Limbo"]) == ["Feedbak"]
    assert statuses.unknown(["New", "Feedback", "Limbo", "open"]) == ["Limbo"]


def test_a_priority_is_mapped_or_stays_as_it_is() -> None:
    priorities = PriorityMap({"P1": "urgent"}, {"Low": "low"})
    assert [priorities.value(one) for one in ("p1", "LOW", "Odd", None)] == ["urgent", "low", "Odd", None]


def test_further_fields_are_all_there_at_creation_and_alone_when_they_change() -> None:
    fields = FieldMap({"customer": "custom_field.Customer", "channel": "custom_field.Channel"})
    native = {"custom_field.Customer": "acme", "project": "x"}
    assert fields.fields(native) == {"customer": "acme", "channel": None}
    assert fields.changed(native) == {"customer": "acme"}
    assert fields.changed({"project": "x"}) == {}


def test_a_field_that_is_nothing_the_system_has_says_what_can_be_had() -> None:
    check_fields({"a": "project", "b": "custom_field.Any thing"}, ["project"], ["custom_field."])
    for wrong in ("projekt", "custom_field.", "custom_field"):
        with pytest.raises(ValueError, match=r"^fields: a: '.*' is nothing that can be had: write one of project, cus"):
            check_fields({"a": wrong}, ["project"], ["custom_field."])


def test_the_status_is_no_further_field() -> None:
    for ours in ("status", "source_status"):
        with pytest.raises(ValueError, match=f"fields: {ours} comes with the ticket: write what"):
            check_fields({ours: "project"}, ["project"])
