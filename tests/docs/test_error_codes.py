"""The pages about mistakes in files: every code has a heading, every heading a code, and every example is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import slamon.rulefile
import slamon.ruletests
import slamon.settings_file
from slamon.commands import freshness
from slamon.commands.load import load
from slamon.rulefile import read_texts
from slamon.rulefile.compose import MAX_BYTES
from slamon.rulefile.render import render
from slamon.ruletests.read import read_tests
from slamon.settings_file import read_settings
from tests.docs.pages import blocks, page, sections

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REPORTING = {"error", "refuse", "warn", "error_at", "error_of_file", "warn_of_file", "refuse_value", "_refuse", "Diagnostic"}  # fmt: skip
UNREAD = {"too-deep", "too-many-values", "bad-text"}  # given to a report through a variable
ABOUT_NAMES = {  # made from the sort of the thing that is named
    "duplicate-calendar",
    "duplicate-policy",
    "duplicate-quiet",
    "duplicate-route",
    "unknown-calendar",
    "unknown-notifier",
    "unknown-policy",
    "unknown-source",
    "unknown-target",
}
IN_BOTH = {"unknown-source"}  # in rules and in settings, where it means something else
OF_THE_DISK = {"no-rules", "unreadable"}  # shown as text only; see tests/rulefile/test_files.py
OF_A_PACKAGE = {
    "bad-kind"
}  # of one that is not installed, so shown as text only; see tests/settings_file/test_kinds.py

ERRORS = sections(page("reference/errors.md"))
RULES, TESTS = sections(ERRORS["Rules files"], 4), sections(ERRORS["Rule tests"], 4)
SETTINGS = sections(page("reference/settings-errors.md"), 3)


def codes(*modules: ModuleType) -> Iterator[str]:
    """Every literal code that is given to a report in some modules, or in those of some packages."""
    for path in (path for module in modules for path in _files(Path(module.__file__ or ""))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and REPORTING & {
                getattr(node.func, "attr", ""),
                getattr(node.func, "id", ""),
            }:
                texts = (getattr(argument, "value", None) for argument in node.args)
                yield from [text for text in texts if isinstance(text, str) and CODE.fullmatch(text)][:1]


def _files(path: Path) -> list[Path]:
    found = path.parent.glob("*.py") if path.name == "__init__.py" else [path]
    return [one for one in found if one.name != "diagnostics.py"]  # where reports themselves are defined


def test_every_code_has_one_heading_and_every_heading_a_code() -> None:
    of_rules = {*codes(slamon.rulefile), *ABOUT_NAMES, *UNREAD}
    of_tests, of_settings = {*codes(slamon.ruletests)}, {*codes(slamon.settings_file, freshness)}
    assert set(RULES) == of_rules
    assert set(TESTS) == of_tests - of_rules
    assert set(SETTINGS) == of_settings - of_rules | IN_BOTH
    assert not set(TESTS) & set(SETTINGS)


@pytest.mark.parametrize("code", sorted(set(RULES) - OF_THE_DISK))
def test_an_example_of_rules_gives_exactly_what_is_printed_below_it(code: str) -> None:
    inputs = blocks(RULES[code], "yaml") or ["#" * (MAX_BYTES + 1)]
    encoding = "latin-1" if code == "not-utf-8" else "utf-8"
    names = [re.match(r"# (\w+\.yml)\n", text) for text in inputs]
    files = {name[1] if name else "rules.yml": text.encode(encoding) for name, text in zip(names, inputs, strict=True)}
    about_routes = "routes:" in inputs[0] or code == "no-routes"
    loaded = read_texts(files, routes=about_routes, notifiers=frozenset({"pager"}), sources=frozenset({"desk"}))
    assert {found.code for found in loaded.diagnostics} == {code}
    assert blocks(RULES[code], "text") == [loaded.render()]


@pytest.mark.parametrize("code", sorted(TESTS))
def test_an_example_of_rule_tests_gives_exactly_what_is_printed_below_it(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [text] = blocks(TESTS[code], "yaml")
    rules = read_texts(
        {"r.yml": b"version: 1\npolicies: [{name: a, match: all, calendar: 24x7, targets: {first_response: 1h}}]"}
    )
    assert rules.rules is not None
    Path("tests.yml").write_text(text, "utf-8")
    read = read_tests([Path("tests.yml")], rules.rules)
    assert {found.code for found in read.diagnostics} == {code}
    assert blocks(TESTS[code], "text") == [read.render()]


@pytest.mark.parametrize("code", sorted(set(SETTINGS) - OF_A_PACKAGE))
def test_an_example_of_settings_gives_exactly_what_is_printed_below_it(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings, rules = [*blocks(SETTINGS[code], "yaml"), "", ""][:2]
    for name in ("customers.csv", "people.csv"):
        Path(name).touch()
    if settings:
        Path("slamon.yml").write_text(settings, "utf-8")
    if rules:
        Path("rules.yml").write_text(rules, "utf-8")
        said = load(Path("slamon.yml")).render()
    else:
        read = read_settings(Path("slamon.yml"), {})
        said = render(read.diagnostics, read.left_out, "text", "; nothing was loaded")
    assert blocks(SETTINGS[code], "text") == [said]
    assert set(re.findall(r"\[([a-z-]+)\]$", said, re.MULTILINE)) == {code}
