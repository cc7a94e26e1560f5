"""The list of options is whole: no word of the reader's own source is accepted where the list does not have it.

Keys are read from tables, and a list made from those cannot miss one. The words that a value may be, the operators of a
match and the events are read by hand: here each of them is tried out with every word that the source holds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import slamon.core.kinds
import slamon.rulefile
from slamon.rulefile.compose import compose
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.document import DOCUMENT
from slamon.rulefile.fields import Field
from slamon.rulefile.matches import MatchField
from slamon.rulefile.nodes import Spot
from slamon.rulefile.source import SourceFile
from slamon.rulefile.targets import START_ON
from tests.options.inventory import fields_of, inventory

SOURCES = [*Path(slamon.rulefile.__file__).parent.glob("*.py"), Path(slamon.core.kinds.__file__)]
ITEMS = inventory()
FREE = {"Text", "TimeZone", "FieldName", "RecipientField"}  # fields whose words are not the reader's own


def _words() -> Iterator[str]:
    """Every word in a text of the reader's source."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"[a-z][a-z_]+", node.value)


def _is_free(field: Field[Any]) -> bool:
    return type(field).__name__ in FREE or any(_is_free(inner) for added, inner in field.parts() if not added)


CLOSED = [(path, field) for path, field in fields_of(DOCUMENT) if not _is_free(field)]
WORDS = sorted({*_words(), "true", "false", "null"})


def _accepts(field: Field[Any], text: str) -> bool:
    file = SourceFile("probe.yml", text)
    node = compose(file, Report())
    report = Report()
    assert node is not None
    try:
        field.read(node, Spot(file, 0, 0), report)
    except Refused:
        return False
    return not report.failed


def _listed(path: str) -> set[str]:
    return {name.removeprefix(f"{path}=") for name in ITEMS if name.startswith(f"{path}=")}


@pytest.mark.parametrize(("path", "field"), CLOSED, ids=[f"{path} ({type(field).__name__})" for path, field in CLOSED])
def test_a_field_takes_no_word_that_is_not_listed(path: str, field: Field[Any]) -> None:
    known = _listed(path) | _listed("match")
    assert [word for word in WORDS if _accepts(field, word) and word not in known] == []


def test_a_match_takes_no_operator_that_is_not_listed() -> None:
    values = ("1", "[1]", "true", "{x: 1}")
    taken = {word for word in WORDS for one in values if _accepts(MatchField(), f"{{x: {{{word}: {one}}}}}")}
    listed = {name.removeprefix("match.FIELD.").partition("=")[0] for name in ITEMS if name.startswith("match.FIELD.")}
    assert taken == listed


def test_a_match_takes_no_other_word_for_a_list_of_maps() -> None:
    taken = {word for word in WORDS if _accepts(MatchField(), f"{{{word}: [{{x: 1}}, {{y: 1}}]}}")}
    assert taken == {"any", "all"}


def test_an_event_takes_no_key_but_to() -> None:
    assert {word for word in WORDS if _accepts(START_ON.field, f"{{{word}: {{x: 1}}}}")} == {"to"}
