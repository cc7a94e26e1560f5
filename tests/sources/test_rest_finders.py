"""What is found without the library is what the library finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jmespath
import pytest

from slamon.sources.rest_finders import finder

EXPRESSIONS = (
    *("a", "a.b", "a.b.c", "a.b.c.d", "@", "@.a", "`5`", "'t'", "!a", "!a.b", "a || b", "a.b || `[]`", "!a || b"),
    *("a == 'x'", "a.b != 'x'", "'x' == a", "a == `1`", "a == `true`", "a < `1`", "a && b", "a | b"),
    *("a[]", "a[].b", "a[].b.c", "a[][].b", "a.b[].c || 'q'", "a[*].b", "a[0]", "a[?b == 'x'].c", "a.*"),
    *("length(a)", "to_string(a)", "[a, b]", "{x: a}"),
)
VALUES: tuple[Any, ...] = (
    *(None, 0, 1, 0.0, 1.5, True, False, "", "x", [], {}, [1], [[1], 2], [None]),
    *({"b": None}, {"b": 0}, {"b": ""}, {"b": []}, {"b": {"c": 1}}, {"b": "x"}, {"b": {"c": {"d": 4}}}),
    *([{"b": 1}, {"b": None}, {}, 3, [{"b": 2}]], {"b": [{"c": 1}, {}]}, [[{"b": {"c": 1}}]]),
)


def outcome(find: Callable[[Any], Any], data: Any) -> str:
    try:
        return repr(find(data))
    except Exception as mistake:
        return type(mistake).__name__


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_finds_what_the_library_finds(text: str) -> None:
    library = jmespath.compile(text)
    find = finder(library.parsed)
    for data in (*VALUES, *({"a": one, "b": other} for one in VALUES for other in (None, "w", 0, [1]))):
        assert outcome(find, data) == outcome(library.search, data), data
