"""The page about commands: each with its arguments, its options, and what its exit codes say.

Versions of click and of Python set help texts differently, so it is not the bytes that are compared.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re

import click
import pytest

from slamon.commands.exits import Exit
from tests.docs.__main__ import commands
from tests.docs.pages import blocks, in_code, page, sections, tables

PAGE = page("reference/commands.md")
SECTIONS = sections(PAGE)
ALL = dict(commands())
REMAKE = "make it anew: python -m tests.docs"
_ENTRY = re.compile(r"^  (-\S.*?)(?:  +(.*))?$")


def help_of(words: str) -> str:
    [text] = blocks(SECTIONS[words], "text")
    return text


def flat(text: str) -> str:
    """The words of a text, with one space between them."""
    return " ".join(text.split())


def entries(text: str) -> list[tuple[str, str]]:
    """The options of a help text: what is typed, and what is said of it."""
    found: list[tuple[str, str]] = []
    for line in text.partition("\nOptions:\n")[2].partition("\n\n")[0].splitlines():
        first = _ENTRY.match(line)
        if first is not None:
            found.append((first[1], first[2] or ""))
        else:
            found[-1] = (found[-1][0], flat(f"{found[-1][1]} {line}"))
    return found


def flags(typed: str) -> frozenset[str]:
    """The names in what is typed for an option."""
    return frozenset(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", typed))


def options_of(command: click.Command) -> dict[frozenset[str], click.Option]:
    with click.Context(command, help_option_names=["-h", "--help"]) as context:
        found = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    return {frozenset((*one.opts, *one.secondary_opts)): one for one in found}


def test_every_command_is_on_the_page_and_no_other() -> None:
    there = [title for title in SECTIONS if title.startswith("slamon")]
    assert there == list(ALL), REMAKE


@pytest.mark.parametrize("words", ALL)
def test_a_command_stands_there_with_its_words_its_arguments_and_its_commands(words: str) -> None:
    command, text = ALL[words], help_of(words)
    usage, _, rest = flat(text).partition("[OPTIONS]")
    assert usage.strip() == f"Usage: {words}"
    assert flat(command.help or "") in flat(text), REMAKE
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    wanted = flat(text[: text.index("\n\n")]).partition("[OPTIONS]")[2].replace("COMMAND [ARGS]...", "").split()
    assert len(wanted) == len(arguments), REMAKE
    for one, shown in zip(arguments, wanted, strict=True):
        choices = one.type.choices if isinstance(one.type, click.Choice) else [one.metavar or (one.name or "").upper()]
        assert {str(choice) for choice in choices} <= {shown, *re.findall(r"\w+", shown)}, REMAKE
    listed = re.findall(r"^  ([a-z]+)  ", text.partition("\nCommands:\n")[2], re.MULTILINE)
    assert listed == (sorted(command.commands) if isinstance(command, click.Group) else []), REMAKE
    assert rest


@pytest.mark.parametrize("words", ALL)
def test_the_options_of_a_command_stand_there_with_what_they_take_and_their_defaults(words: str) -> None:
    told = {flags(typed): (typed, said) for typed, said in entries(help_of(words))}
    options = options_of(ALL[words])
    assert told.keys() == options.keys(), REMAKE
    for names, one in options.items():
        typed, said = told[names]
        assert said.startswith(flat(one.help or "")), REMAKE
        assert ("required" in said.rpartition("[")[2]) is one.required, REMAKE
        if one.show_default:
            assert f"[default: {one.default}" in said, REMAKE
        if isinstance(one.type, click.Choice):
            assert re.findall(r"\w+", typed.partition("-")[2])[-len(one.type.choices) :] == list(one.type.choices), (
                REMAKE
            )
        elif one.metavar:
            assert typed.endswith(one.metavar), REMAKE
        assert ({typed} == {", ".join(sorted(names, key=len))}) is bool(one.is_flag), REMAKE


# exit codes


def test_every_exit_code_is_told_as_it_is_meant() -> None:
    codes, _ = tables(SECTIONS["Exit codes"])
    assert [int(row["code"]) for row in codes] == list(Exit)
    meant = re.findall(r"(\d+) ([^,.]+)", flat(ALL["slamon"].help or "").rpartition("Exit codes: ")[2])
    told = {row["code"]: row["meaning"] for row in codes}
    assert [code for code, one in meant if not told[code].startswith(one)] == []
    assert meant


def test_the_page_says_what_1_means_of_every_command_that_can_end_with_it() -> None:
    _, told = tables(SECTIONS["Exit codes"])
    assert {in_code(row["command"])[0] for row in told} == {words for words in ALL if _may_find(ALL[words])}


def _may_find(command: click.Command) -> bool:
    """Whether what a command calls in its module names Exit.FOUND."""
    if command.callback is None or isinstance(command, click.Group):
        return False
    source = inspect.getsource(command.callback)
    calls = re.findall(r"from (slamon\.commands\.\w+) import (\w+)", source)
    return any(_names_found(module, name) for module, name in calls)


def _names_found(module: str, name: str) -> bool:
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    seen: set[str] = set()
    wanted = [name]
    while wanted:
        function = functions.get(wanted.pop())
        if function is None or function.name in seen:
            continue
        seen.add(function.name)
        if any(isinstance(node, ast.Attribute) and node.attr == "FOUND" for node in ast.walk(function)):
            return True
        wanted += [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
    return False
