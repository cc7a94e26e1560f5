"""Every promise of the page is held by tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
NAMED = re.findall(r"^- `(tests/[^`]+)`$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("named", sorted(set(NAMED)))
def test_a_test_that_the_page_names_is_there(named: str) -> None:
    path, _, name = named.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert not name or re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)


def test_every_sentence_has_a_test() -> None:
    parts = re.split(r"\n\n", PAGE.partition("\n## ")[2])
    sentences = [index for index, part in enumerate(parts) if not part.startswith(("#", "- ")) and part[:1].isupper()]
    without = [parts[index] for index in sentences if index + 1 >= len(parts) or not parts[index + 1].startswith("- `")]
    assert [part for part in without if part not in _headings()] == []


def _headings() -> set[str]:
    return {line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")}
