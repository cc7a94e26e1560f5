"""What an issue was at creation, from what it is now and what its journals undo."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core.instants import SECOND, Instant, format_instant, parse_instant
from slamon.sources.http.undoing import Past, Untraced
from slamon.sources.redmine_api import CustomField, Detail, Issue, Journal, Reference
from slamon.sources.redmine_history import unfold

T0 = parse_instant("2026-03-02T08:00:00Z")
IDS = st.sampled_from(["1", "2", "3"])
MAYBE = st.none() | IDS
STATE = st.fixed_dictionaries(
    {
        "status_id": IDS,
        "priority_id": IDS,
        "assigned_to_id": MAYBE,
        "project_id": IDS,
        "tracker_id": IDS,
        "category_id": MAYBE,
        "fixed_version_id": MAYBE,
        "due_date": st.none() | st.sampled_from(["2026-03-04", "2026-03-05"]),
        "cf.7": st.none() | st.sampled_from(["acme", "globex"]),
        "cf.8": st.lists(st.sampled_from("abc"), unique=True).map(sorted),
    }
)


def details(before: dict[str, Any], after: dict[str, Any]) -> list[Detail]:
    """What Redmine writes into a journal: of a field of several values, one line for each that came or went."""
    found: list[Detail] = []
    for key, value in after.items():
        kind, name = ("cf", key[3:]) if key.startswith("cf.") else ("attr", key)
        if isinstance(value, list):
            found += [Detail(kind, name, None, one) for one in value if one not in before[key]]
            found += [Detail(kind, name, one, None) for one in before[key] if one not in value]
        elif value != before[key]:
            found.append(Detail(kind, name, before[key] or "", value or ""))
    return found


def issue(state: dict[str, Any], journals: list[Journal], updated_at: Instant | None = None) -> Issue:
    def reference(key: str) -> Reference | None:
        return Reference(int(state[key])) if state[key] else None

    mandatory: dict[str, Any] = {
        one: Reference(int(state[f"{one}_id"])) for one in ("project", "tracker", "status", "priority")
    }
    customs = [CustomField(7, "Customer", state["cf.7"] or ""), CustomField(8, "Parts", state["cf.8"], multiple=True)]
    updated = updated_at or max([T0, *(journal.at for journal in journals)])
    return Issue(
        4,
        **mandatory,
        created_on=format_instant(T0),
        updated_on=format_instant(updated),
        assigned_to=reference("assigned_to_id"),
        category=reference("category_id"),
        fixed_version=reference("fixed_version_id"),
        due_date=state["due_date"],
        custom_fields=customs,
        journals=journals,
    )


def sorted_lists(state: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in state.items()}


@given(st.lists(STATE, min_size=1, max_size=6), st.lists(st.integers(0, 2), min_size=6, max_size=6), st.randoms())
def test_the_past_of_any_issue_is_what_was_done_to_it(
    states: list[dict[str, Any]], pauses: list[int], rnd: Any
) -> None:
    at, journals, wanted = T0, [], []
    for number, (before, after) in enumerate(pairwise(states)):
        at += pauses[number] * SECOND
        journals.append(Journal(number + 1, format_instant(at), details=details(before, after)))
        wanted.append({key: value for key, value in after.items() if value != before[key]})
    rnd.shuffle(journals)
    past = unfold(issue(states[-1], journals))
    assert sorted_lists(past.initial) == states[0]
    assert [sorted_lists(step.set) for step in past.steps] == wanted
    assert [step.journal.id for step in past.steps] == [*range(1, len(states))]
    assert past.untraced == []


def state(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = dict.fromkeys(("status_id", "priority_id", "project_id", "tracker_id"), "1")
    empty = dict.fromkeys(("assigned_to_id", "category_id", "fixed_version_id", "due_date", "cf.7"))
    return {**plain, **empty, "cf.8": [], **changes}


def raised(number: int, at: Instant, old: str, new: str) -> Journal:
    return Journal(number, format_instant(at), details=[Detail("attr", "priority_id", old, new)])


def test_a_value_that_no_journal_explains_came_after_the_last_one_that_set_it() -> None:
    past = unfold(issue(state(priority_id="3"), [raised(1, T0 + SECOND, "1", "2")], T0 + 9 * SECOND))
    assert past.initial["priority_id"] == "1"
    assert past.steps[0].set == {"priority_id": "2"}
    assert past.untraced == [Untraced("priority_id", "3", T0 + SECOND, T0 + 9 * SECOND)]


def test_a_value_that_no_journal_explains_came_before_the_next_one_that_set_it() -> None:
    journals = [raised(1, T0 + SECOND, "1", "2"), raised(2, T0 + 5 * SECOND, "3", "4")]
    past = unfold(issue(state(priority_id="4"), journals))
    assert past.untraced == [Untraced("priority_id", "3", T0 + SECOND, T0 + 5 * SECOND - 1)]
    assert [step.set["priority_id"] for step in past.steps] == ["2", "4"]


def test_a_value_that_no_journal_explains_comes_last_even_if_the_issue_says_it_was_not_updated_since() -> None:
    past = unfold(issue(state(priority_id="3"), [raised(1, T0 + SECOND, "1", "2")]))
    assert past.untraced == [Untraced("priority_id", "3", T0 + SECOND, T0 + SECOND + 1)]


def test_the_project_of_a_step_is_that_before_a_move() -> None:
    move = Journal(1, format_instant(T0), details=[Detail("attr", "project_id", "1", "2")])
    later = Journal(2, format_instant(T0 + SECOND), notes="x")
    past = unfold(issue(state(project_id="2"), [move, later]))
    assert [step.project for step in past.steps] == ["1", "2"]


@pytest.mark.parametrize(
    "detail",
    [
        Detail("attr", "description", "a", "b"),
        Detail("attachment", "5", None, "log.txt"),
        Detail("relation", "copied_from", None, "3"),
        Detail("attr", "done_ratio", "0", "50"),
        Detail("cf", "99", None, "hidden"),
        Detail("attachment", "status_id", "1", "2"),
    ],
)
def test_what_is_no_field_of_ours_changes_nothing(detail: Detail) -> None:
    past = unfold(issue(state(), [Journal(1, format_instant(T0), details=[detail])]))
    assert past == Past(state(), past.steps, [])
    assert past.steps[0].set == {}
