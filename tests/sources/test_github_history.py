"""From timelines to what was at creation and what changed: odd ones too."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from slamon.core.instants import parse_instant
from slamon.core.ticket import Ticket
from slamon.sources.github_api import Happening, Issue
from slamon.sources.github_history import Past, unfold
from slamon.sources.github_translation import Names, Translation
from slamon.sources.http import Agents, Bots, FieldMap, HttpSettings, People, PriorityMap, StatusMap
from tests.sources.github_server import ANNA, CARL, comment, entry, issue, labeled

STATUSES = {"open": "open", "completed": "solved", "not_planned": "cancelled", "duplicate": "cancelled"}


def past(timeline: list[dict[str, Any]], **now: Any) -> Past:
    return unfold(msgspec.convert(issue(1, **now), Issue), msgspec.convert(timeline, list[Happening]))


def ticket(timeline: list[dict[str, Any]], keys: dict[str, Any] | None = None, **now: Any) -> Ticket:
    settings = HttpSettings(url="https://api.github.example", **(keys or {}))
    names = Names(
        People(settings.agents, settings.bots),
        StatusMap("hub", settings.status, STATUSES),
        PriorityMap(settings.priority, {}),
        FieldMap(settings.fields),
    )
    one = msgspec.convert(issue(1, **now), Issue)
    labels = [native for native in settings.status if native not in STATUSES]
    return Translation("hub", settings, names, labels).ticket("acme/vpn#1", one, past(timeline, **now))


def test_a_label_of_the_form_that_was_filled_in_is_there_at_creation() -> None:
    found = past([labeled("2026-03-10T10:00:00Z", 1, "bug")], labels=[{"name": "bug"}])
    assert found.initial.labels == ("bug",)
    assert not found.steps


def test_a_label_with_no_entry_was_there_at_creation_too() -> None:
    found = past([labeled("2026-03-10T11:00:00Z", 1, "bug")], labels=["imported", {"name": "bug"}])
    assert found.initial.labels == ("imported",)
    assert found.steps[0].after.labels == ("imported", "bug")
    assert not found.untraced


def test_a_label_taken_off_was_there_before() -> None:
    found = past([labeled("2026-03-10T11:00:00Z", 1, "bug", "unlabeled")])
    assert found.initial.labels == ("bug",)
    assert found.steps[0].after.labels == ()


def test_a_label_that_vanished_from_the_repository_is_a_change_of_unknown_time() -> None:
    shown = ticket([labeled("2026-03-10T11:00:00Z", 1, "bug")], updated_at="2026-03-12T00:00:00Z")
    last = shown.events[-1]
    assert (last.set, last.at) == ({"tags": []}, parse_instant("2026-03-12T00:00:00Z"))
    assert last.earliest == parse_instant("2026-03-10T11:00:00Z")
    assert shown.history == "partial"


def test_an_issue_closed_with_no_entry_was_closed_when_it_says() -> None:
    shown = ticket([], state="closed", state_reason=None, closed_at="2026-03-11T08:00:00Z")
    assert [(event.at, event.set, event.earliest) for event in shown.events] == [
        (parse_instant("2026-03-11T08:00:00Z"), {"status": "solved", "source_status": "completed"}, None)
    ]
    assert shown.history == "full"


@pytest.mark.parametrize(
    ("reason", "status"),
    [("completed", "solved"), ("not_planned", "cancelled"), ("duplicate", "cancelled"), (None, "solved")],
)
def test_the_reason_of_closing_says_what_it_means(reason: str | None, status: str) -> None:
    closing = entry("closed", "2026-03-11T08:00:00Z", 1, state_reason=reason)
    shown = ticket([closing], state="closed", state_reason=reason, closed_at="2026-03-11T08:00:00Z")
    assert shown.events[-1].set == {"status": status, "source_status": reason or "completed"}


def test_a_label_says_nothing_of_the_status_once_the_issue_is_closed() -> None:
    timeline = [
        labeled("2026-03-10T11:00:00Z", 1, "waiting"),
        entry("closed", "2026-03-10T12:00:00Z", 2, state_reason="completed"),
        labeled("2026-03-10T13:00:00Z", 3, "waiting", "unlabeled"),
        entry("reopened", "2026-03-10T14:00:00Z", 4),
    ]
    shown = ticket(timeline, {"status": {"waiting": "waiting_customer"}}, state_reason="reopened")
    assert [(event.set or {}).get("status") for event in shown.events] == ["waiting_customer", "solved", None, "open"]


def test_milestone_type_and_the_rest_of_a_label_are_fields_that_change() -> None:
    timeline = [
        entry("milestoned", "2026-03-10T11:00:00Z", 1, milestone={"title": "1.0"}),
        entry("issue_type_added", "2026-03-10T12:00:00Z", 2, issue_type={"name": "Task"}),
        entry(
            "issue_type_changed",
            "2026-03-10T13:00:00Z",
            3,
            issue_type={"name": "Bug"},
            prev_issue_type={"name": "Task"},
        ),
        labeled("2026-03-10T14:00:00Z", 4, "customer: Nordwind"),
        entry("demilestoned", "2026-03-10T15:00:00Z", 5, milestone={"title": "1.0"}),
    ]
    keys = {"fields": {"release": "milestone", "customer": "label.Customer:", "by": "author"}}
    shown = ticket(timeline, keys, labels=["customer: Nordwind"], type={"name": "Bug"})
    assert {name: shown.fields[name] for name in ("release", "type", "customer", "by")} == {
        "release": None,
        "type": None,
        "customer": None,
        "by": "carl",
    }
    assert [event.set for event in shown.events] == [
        {"release": "1.0"},
        {"type": "Task"},
        {"type": "Bug"},
        {"customer": "Nordwind", "tags": ["customer: Nordwind"]},
        {"release": None},
    ]


def test_the_first_of_the_configured_labels_decides_the_priority() -> None:
    keys = {"priority": {"urgent!": "urgent", "minor": "low"}}
    assert ticket([], keys, labels=["minor", "urgent!"]).fields["priority"] == "urgent"


def test_authors_are_classed_by_what_ties_them_to_the_repository_or_by_the_configuration() -> None:
    timeline = [
        comment(f"2026-03-10T11:0{n}:00Z", n, ANNA, association)
        for n, association in enumerate(["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "NONE"])
    ]
    timeline += [comment("2026-03-10T12:00:00Z", 9, None)]
    by_system = ticket(timeline)
    assert [event.by for event in by_system.events] == [*["agent"] * 3, *["customer"] * 3]
    by_hand = ticket(timeline, {"agents": Agents(roles=("Contributor",)), "bots": Bots(users=("carl",))})
    assert [event.by for event in by_hand.events] == [*["customer"] * 3, "agent", *["customer"] * 2]
    assert by_hand.created_by == "bot"


def test_what_the_author_wrote_at_the_very_creation_is_the_opening() -> None:
    timeline = [comment("2026-03-10T10:00:00Z", 1, CARL), comment("2026-03-10T10:00:00Z", 2, ANNA, "OWNER")]
    assert [event.id for event in ticket(timeline).events] == ["comment.2"]


def test_an_issue_of_a_deleted_account_is_a_customers() -> None:
    shown = ticket([], user=None)
    assert (shown.created_by, shown.events) == ("customer", [])


def test_the_same_timeline_gives_the_same_ids() -> None:
    timeline = [labeled("2026-03-10T11:00:00Z", 1, "bug"), comment("2026-03-10T12:00:00Z", 1, ANNA)]
    assert ticket(timeline, labels=["bug"]) == ticket(timeline, labels=["bug"])
    assert [event.id for event in ticket(timeline, labels=["bug"]).events] == ["1", "comment.1"]
