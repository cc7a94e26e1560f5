"""Matches in words: the entry that decides, with the value that the ticket has."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.core import match as matches
from slamon.core.match import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Both,
    Compare,
    Contains,
    Entry,
    Except,
    Exists,
    Match,
    Not,
    OneOf,
    Regex,
)
from slamon.core.reasons import value_text, wanted, why, why_not


def one_of(*values: Any) -> OneOf:
    return OneOf.of([(value, str(value)) for value in values])


@pytest.mark.parametrize(
    ("test", "value", "reason"),
    [
        (one_of("gold"), "silver", "tier is 'silver', not 'gold'"),
        (one_of("gold", "basic"), "silver", "tier is 'silver', not one of 'basic', 'gold'"),
        (one_of("gold"), None, "tier has no value, not 'gold'"),
        (one_of(None), "x", "tier is 'x', not no value"),
        (Except(one_of("gold")), "gold", "tier is 'gold', which is excluded"),
        (Contains((one_of("a"), one_of("b"))), ["a", "c"], "tier is ['a', 'c'], without 'b'"),
        (Exists(True), None, "tier has no value"),
        (Exists(False), "x", "tier is 'x', and must have none"),
        (Regex("^a", re.compile("^a")), "b", "tier is 'b', which does not match /^a/"),
        (Compare("gte", 5.0), 4, "tier is '4', not at least 5"),
        (Both((Compare("gt", 1.0), Compare("lt", 3.0))), 7, "tier is '7', not less than 3"),
    ],
)
def test_the_entry_that_fails_is_told_with_the_value_that_the_ticket_has(
    test: matches.Test, value: Any, reason: str
) -> None:
    match = Entry("tier", test)
    assert not match.holds({"tier": value})
    assert why_not(match, {"tier": value}) == reason


A, B = Entry("a", one_of("1")), Entry("b", one_of("2"))


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (AllOf((A, B)), "b is '3', not '2'"),
        (AnyOf((Not(A), B)), "a is '1', which is excluded; and b is '3', not '2'"),
        (Not(AnyOf((A, B))), "a is '1', which is excluded"),
    ],
)
def test_nested_matches_are_told_by_what_fails_in_them(match: Match, reason: str) -> None:
    assert why_not(match, {"a": "1", "b": "3"}) == reason


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (EVERYTHING, "it matches every ticket"),
        (AllOf((A, Not(B))), "a is '1', b is '3', not '2'"),
        (AnyOf((B, A)), "a is '1'"),
    ],
)
def test_a_match_that_holds_is_told_by_the_values_that_make_it_hold(match: Match, reason: str) -> None:
    assert why(match, {"a": "1", "b": "3"}) == reason


def test_what_a_match_asks_for_can_be_told_without_a_ticket() -> None:
    match = AllOf(
        (A, AnyOf((Entry("c", Exists(True)), Not(B))), Entry("d", Both((Compare("gt", 1.0), Compare("lte", 2.5)))))
    )
    told = "a is '1' and c has a value or not (b is '2') and d is greater than 1 and is at most 2.5"
    assert wanted(match) == told


def test_a_value_is_shown_on_one_line_with_nothing_invisible_and_not_too_long() -> None:
    assert value_text("a\n\x1b[31mb") == "'a\\n\\x1b[31mb'"
    assert len(value_text("x" * 1000)) < 70
    assert value_text({"a": 1}) == "a map"
    assert value_text(True) == "'true'"


_entries = st.builds(Entry, st.sampled_from(["a", "b"]), st.builds(one_of, st.sampled_from(["1", "2", None])))
_matches: st.SearchStrategy[Match] = st.recursive(
    _entries,
    lambda inner: st.one_of(
        st.builds(lambda some: AllOf(tuple(some)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda some: AnyOf(tuple(some)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(Not, inner),
    ),
)


@given(_matches, st.fixed_dictionaries({}, optional={"a": st.sampled_from(["1", "3"]), "b": st.just("2")}))
def test_every_match_has_a_reason_either_way(match: Match, fields: dict[str, str]) -> None:
    assert (why if match.holds(fields) else why_not)(match, fields)
