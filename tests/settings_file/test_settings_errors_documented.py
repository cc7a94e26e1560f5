"""The page about mistakes in slamon.yml: every code has a heading, and every example on it is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import slamon.settings_file
from slamon.commands import freshness
from slamon.commands.load import load
from slamon.rulefile.render import render
from slamon.settings_file import read_settings

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGE = FOLDER / "settings-errors.md"
SHARED = FOLDER / "errors.md"  # codes that rules have too
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMES = {"error", "refuse", "warn", "error_at", "error_of_file", "refuse_value", "_refuse", "Diagnostic"}
OF_A_PACKAGE = {"bad-kind"}  # of a package that is not installed, so shown as text only; see test_kinds


def sections() -> dict[str, str]:
    found = re.split(r"^### (\S+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def codes_in_source() -> Iterator[str]:
    """Every literal code that is given to a report."""
    for path in [*Path(slamon.settings_file.__file__).parent.glob("*.py"), Path(freshness.__file__)]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and {getattr(node.func, "attr", ""), getattr(node.func, "id", "")} & NAMES:
                texts = (getattr(argument, "value", None) for argument in node.args)
                yield from [text for text in texts if isinstance(text, str) and CODE.fullmatch(text)][:1]


def test_every_code_has_a_heading_and_every_heading_a_code() -> None:
    shared = set(re.findall(r"^#### (\S+)$", SHARED.read_text("utf-8"), re.MULTILINE))
    assert set(sections()) == set(codes_in_source()) - shared
    assert not set(sections()) & shared


@pytest.mark.parametrize("code", sorted(set(sections()) - OF_A_PACKAGE))
def test_an_example_on_the_page_gives_exactly_what_is_printed_below_it(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings, rules = [*blocks(sections()[code], "yaml"), "", ""][:2]
    if settings:
        Path("slamon.yml").write_text(settings, "utf-8")
    if rules:
        Path("rules.yml").write_text(rules, "utf-8")
        said = load(Path("slamon.yml")).render()
    else:
        read = read_settings(Path("slamon.yml"), {})
        said = render(read.diagnostics, read.left_out, "text", "; nothing was loaded")
    assert blocks(sections()[code], "text") == [said]
    assert set(re.findall(r"\[([a-z-]+)\]$", said, re.MULTILINE)) == {code}
