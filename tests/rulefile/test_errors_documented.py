"""The page about mistakes: every code that the reader can give has a heading, and every example on it is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import slamon.rulefile
from slamon.rulefile import read_texts
from slamon.rulefile.compose import MAX_BYTES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
NO_EXAMPLE = {"no-rules", "unreadable"}  # of the disk, so shown as text only; see test_files
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
METHODS = {"error", "refuse", "warn", "error_at", "error_of_file", "warn_of_file"}
ABOUT_NAMES = {  # made from the sort of the thing that is named
    "duplicate-calendar",
    "duplicate-policy",
    "duplicate-quiet",
    "duplicate-route",
    "unknown-calendar",
    "unknown-policy",
    "unknown-target",
}


def sections() -> dict[str, str]:
    """The part about rules files, by code."""
    (part,) = re.findall(r"^## Rules files\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    found = re.split(r"^#### (\S+)\n", re.sub(r"^### .*\n", "", part, flags=re.MULTILINE), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def codes_in_source() -> Iterator[str]:
    """Every literal code that is given to a report."""
    for path in Path(slamon.rulefile.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in METHODS:
                texts = (getattr(argument, "value", None) for argument in node.args)
                yield from [text for text in texts if isinstance(text, str) and CODE.fullmatch(text)][:1]


def test_every_code_has_a_heading_and_every_heading_a_code() -> None:
    unread = {"too-deep", "too-many-values", "bad-text"}  # given to a report through a variable
    elsewhere = {"not-built-yet"}  # of slamon.yml and rule tests, which have the same reader
    assert set(sections()) == {*codes_in_source(), *ABOUT_NAMES, *unread} - elsewhere


@pytest.mark.parametrize("code", sorted(set(sections()) - NO_EXAMPLE))
def test_an_example_on_the_page_gives_exactly_what_is_printed_below_it(code: str) -> None:
    inputs = blocks(sections()[code], "yaml") or ["#" * (MAX_BYTES + 1)]
    encoding = "latin-1" if code == "not-utf-8" else "utf-8"
    names = [re.match(r"# (\w+\.yml)\n", text) for text in inputs]
    files = {name[1] if name else "rules.yml": text.encode(encoding) for name, text in zip(names, inputs, strict=True)}
    about_routes = "routes:" in inputs[0] or code == "no-routes"
    loaded = read_texts(files, routes=about_routes, notifiers=frozenset({"pager"}))
    assert {found.code for found in loaded.diagnostics} == {code}
    assert blocks(sections()[code], "text") == [loaded.render()]
