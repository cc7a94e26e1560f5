"""Policies and matches as the engine gets them."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.core.match import DIRECTORY, EVERYTHING
from slamon.rulefile import read_texts
from tests.rulefile.texts import around, good, load, policy


def holds(match: str, **fields: Any) -> bool:
    return good(around("matches", match)).policies[0].match.holds(fields)


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ("all", {}, True),
        ("{a: x}", {"a": "x"}, True),
        ("{a: x}", {"a": "X"}, False),
        ("{a: x}", {}, False),
        ("{a: [x, y]}", {"a": "y"}, True),
        ("{a: x, b: y}", {"a": "x"}, False),
        ("{a: 1}", {"a": 1}, True),
        ("{a: 1}", {"a": 1.0}, True),
        ("{a: 1}", {"a": "1"}, True),
        ("{a: '1'}", {"a": 1}, True),
        ("{a: 1.50}", {"a": 1.5}, True),
        ("{a: 1.50}", {"a": "1.50"}, True),
        ("{a: 1.50}", {"a": "1.5"}, False),
        ("{a: true}", {"a": True}, True),
        ("{a: True}", {"a": True}, True),
        ("{a: True}", {"a": "True"}, True),
        ("{a: 'true'}", {"a": True}, True),
        ("{a: yes}", {"a": "yes"}, True),
        ("{a: yes}", {"a": True}, False),
        ("{a: null}", {}, True),
        ("{a: null}", {"a": "null"}, False),
        ("{a: [null, x]}", {"a": None}, True),
        ("{a: 10:00}", {"a": "10:00"}, True),
        ("{a: {not: x}}", {}, True),
        ("{a: {not: [x, y]}}", {"a": "y"}, False),
        ("{a: {not: null}}", {}, False),
        ("{a: {not: {regex: ^x}}}", {"a": "xy"}, False),
        ("{a: {not: {regex: ^x}}}", {}, True),
        ("{a: {regex: b}}", {"a": "abc"}, True),
        ("{a: {regex: ^b}}", {"a": "abc"}, False),
        ("{a: {regex: 2}}", {"a": 123}, True),
        ("{a: {exists: true}}", {"a": ""}, True),
        ("{a: {exists: false}}", {"a": None}, True),
        ("{a: {gt: 10}}", {"a": "10.5"}, True),
        ("{a: {gt: '10'}}", {"a": 10}, False),
        ("{a: {gt: 10}}", {"a": "1_000"}, False),  # what a program takes for a number, but nobody writes
        ("{a: {gt: 10}}", {"a": "inf"}, False),
        ("{a: {gt: 10}}", {"a": "\u0661\u0662"}, False),
        ("{a: {lt: 10}}", {"a": " -.5e1 "}, True),
        ("{a: {gte: 10, lt: 20}}", {"a": 20}, False),
        ("{a: {lte: -1.5e1}}", {"a": -15}, True),
        ("{a: {all: [x, y]}}", {"a": ["y", "z", "x"]}, True),
        ("{a: {all: [x, y]}}", {"a": ["y"]}, False),
        ("{a: x}", {"a": ["y", "x"]}, True),
        ("{any: [{a: x}, {b: y}]}", {"b": "y"}, True),
        ("{all: [{a: x}, {b: y}]}", {"b": "y"}, False),
        ("{not: {a: x, b: y}}", {"a": "x"}, True),
        ("{c.d: x}", {"c": {"d": "x"}}, True),
        ("{customer.tier: gold}", {DIRECTORY: {"tier": "gold"}}, True),
        ("{customer.tier: gold}", {"customer.tier": None, DIRECTORY: {"tier": "gold"}}, True),  # null is absent
        ("{c.d: x}", {"c.d": None, "c": {"d": "x"}}, True),
        ("{2024: x}", {"2024": "x"}, True),
    ],
)
def test_a_match_holds_for_what_it_says(match: str, fields: dict[str, Any], expected: bool) -> None:
    assert holds(match, **fields) is expected


def test_policies_stand_in_file_order_with_their_places() -> None:
    text = "- {name: b, match: {x: 1}, targets: none}\n- {name: 24, match: all, targets: none}"
    rules = good(around("policies", text))
    assert [(one.name, str(one.place), one.targets) for one in rules.policies] == [
        ("b", "r.yml:7:12", ()),
        ("24", "r.yml:8:12", ()),
    ]
    assert rules.policies[1].match == EVERYTHING


def test_an_also_policy_is_marked_and_neither_shadows_nor_is_shadowed() -> None:
    text = "- {name: a, match: all, also: true, targets: none}\n- {name: b, match: all, also: false, targets: none}"
    rules = good(around("policies", text + "\n- {name: c, match: all, also: true, targets: none}"))
    assert [one.also for one in rules.policies] == [True, False, True]
    assert not policy("- {name: a, match: all, targets: none}").also


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("all", "{a: x}"),
        ("{a: x}", "{a: x}"),
        ("{a: [x, y]}", "{a: x}"),
        ("{a: [x, y]}", "{a: [y, x]}"),
        ("{a: x}", "{b: y, a: x}"),
        ("{a: '1'}", "{a: 1}"),
        ("{a: [x, null]}", "{a: null}"),
        ("{a: {not: x}}", "{a: {not: [x, y]}}"),
        ("{all: [{a: x}]}", "{a: x}"),
        ("{a: {regex: r}}", "{b: y, a: {regex: r}}"),
        ("{any: [{a: x}, {b: y}]}", "{any: [{b: y}, {a: x}]}"),
        ("{not: {a: x}}", "{not: {a: x}, c: z}"),
        ("{a: {gt: 1, lt: 9}}", "{a: {lt: 9, gt: 1}}"),
        ("{a: {all: [x, y]}}", "{a: {all: [y, x]}}"),
    ],
)
def test_a_policy_is_shadowed_if_all_that_an_earlier_one_wants_follows(earlier: str, later: str) -> None:
    loaded = load(
        f"version: 1\npolicies:\n  - {{name: e, match: {earlier}, targets: none}}\n"
        f"  - {{name: x, match: {{zzz: 1}}, targets: none}}\n  - {{name: l, match: {later}, targets: none}}\n"
    )
    assert ("r.yml:5:12", "never-reached") in [(str(found.place), found.code) for found in loaded.diagnostics]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("{a: x}", "all"),
        ("{a: x}", "{a: [x, y]}"),
        ("{a: x, b: y}", "{a: x}"),
        ("{a: x}", "{b: x}"),
        ("{a: x}", "{a: X}"),
        ("{a: x}", "{a: [x, null]}"),
        ("{a: 1}", "{a: 1.0}"),
        ("{a: {not: [x, y]}}", "{a: {not: x}}"),
        ("{a: {not: x}}", "{a: y}"),
        ("{a: {regex: r}}", "{a: {regex: q}}"),
        ("{a: {exists: true}}", "{a: x}"),
        ("{a: {gt: 1}}", "{a: {gt: 2}}"),
        ("{any: [{a: x}, {b: y}]}", "{all: [{a: x}, {b: y}]}"),
    ],
)
def test_a_policy_that_some_ticket_may_reach_is_not_called_shadowed(earlier: str, later: str) -> None:
    good(
        f"version: 1\npolicies:\n  - {{name: e, match: {earlier}, targets: none}}\n"
        f"  - {{name: l, match: {later}, targets: none}}\n"
    )


def test_a_policy_is_shadowed_over_files_in_the_order_of_their_paths() -> None:
    text = b"version: 1\npolicies:\n  - {name: %b, match: %b, targets: none}\n"
    loaded = read_texts({"b.yml": text % (b"wide", b"all"), "b/a.yml": text % (b"narrow", b"{x: 1}")}, routes=False)
    assert [(str(found.place), found.message) for found in loaded.diagnostics] == [
        ("b/a.yml:3:12", "policy 'narrow' can never be reached: 'wide' at b.yml:3:12 takes all its tickets")
    ]
