"""The pages about settings: every key with its default, no other, and examples that are sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from slamon.directories import registry as of_directories
from slamon.notifiers import registry as of_notifiers
from slamon.rulefile.records import Option, options
from slamon.settings_file.arguments import Inner
from slamon.settings_file.tables import DIRECTORIES, DOCUMENT, NOTIFIERS, SOURCES
from slamon.sources import registry as of_sources
from slamon.sources.http import HttpSettings
from tests.docs.pages import ROOT, blocks, every_page, in_code, page, sections, tables
from tests.settings_file.build import HOOK, START, settings

PAGE = page("reference/settings.md")
COMMON = {
    one.name: ["kind", *(key.name for key in one.field._registry.common)]  # type: ignore[attr-defined]
    for one in (SOURCES, DIRECTORIES, NOTIFIERS)
}
SHARED = {one.path: one for one in options(Inner(HttpSettings), "sources.NAME")}  # of every kind that asks a server
SECRET = "a secret"  # how a reader of secrets says what it takes
FOLLOWS = {"port"}  # its default is what tls makes of it
SOURCE_KINDS, NOTIFIER_KINDS = of_sources.BUILT_IN, of_notifiers.BUILT_IN
KINDS = [*(("sources", kind) for kind in SOURCE_KINDS), *(("notifiers", kind) for kind in NOTIFIER_KINDS)]
EVERYTHING = list(options(DOCUMENT))


def keys_of(section: str, kind: str) -> dict[str, Option]:
    """The keys that a kind has beside those of all kinds, by what stands behind the name."""
    start = f"{section}.NAME ({kind})."
    found = {one.path.removeprefix(start): one for one in EVERYTHING if one.path.startswith(start)}
    return {path: one for path, one in found.items() if path not in COMMON[section]}


@cache
def keys() -> dict[str, Option]:
    """Every key of the page: those of the file, of all kinds of a section, of servers, and of directories."""
    found = {one.path: one for one in EVERYTHING}
    plain = {path: one for path, one in found.items() if " (" not in path}
    for name, common in COMMON.items():
        plain |= {f"{name}.NAME.{key}": _of_any_kind(found, name, key) for key in common}
    for kind in of_directories.BUILT_IN:
        plain |= {f"directories.NAME.{path}": one for path, one in keys_of("directories", kind).items()}
    plain |= SHARED
    plain["notifiers.NAME.use"] = Option("notifiers.NAME.use", "", "", False, None)
    maps = {path.rpartition(".")[0] for path in plain} | {
        path.partition(".NAME")[0] for path in plain if ".NAME" in path
    }
    return {path: one for path, one in plain.items() if path not in maps}


def _of_any_kind(found: dict[str, Option], section: str, key: str) -> Option:
    return next(one for path, one in found.items() if re.fullmatch(rf"{section}\.NAME \(\w+\)\.{key}", path))


def rows() -> dict[str, str]:
    """The keys of the page, each with what stands in the column of defaults."""
    return {row["key"].strip("`"): row["default"] for table in tables(PAGE) if "key" in table[0] for row in table}


def test_every_key_is_on_the_page_and_the_page_names_no_other() -> None:
    assert set(rows()) == set(keys())


@pytest.mark.parametrize("path", sorted(keys()))
def test_the_page_tells_the_default_of_a_key_and_whether_it_is_secret(path: str) -> None:
    one, told = keys()[path], rows()[path].replace("`", "")
    assert told.startswith("required") is one.required
    assert ("secret" in told) is one.takes.startswith(SECRET)
    assert one.default in (None, told)


def test_a_key_that_any_page_names_with_its_section_is_one() -> None:
    known = set(keys()) | {path.rpartition(".")[0] for path in keys()}
    of_sections = re.compile(r"(?:storage|web|alerts|heartbeat|log)\.[a-z_.]+")
    for path in every_page():
        named = {one for one in in_code(path.read_text("utf-8")) if of_sections.fullmatch(one)}
        assert {one for one in named if one not in known and not one.endswith((".tokens", ".yml"))} == set(), path


# the keys of each kind


def part(section: str, kind: str) -> str:
    """Where the keys of a kind are told."""
    if section == "notifiers":
        return sections(page("reference/notifiers.md"))[kind]
    return sections(page(f"sources/{kind}.md"))["Keys"]


def told_keys(text: str) -> Iterator[str]:
    """What stands in the columns of keys."""
    for table in tables(text):
        yield from (name for row in table for name in in_code(row.get("key", "")))


@pytest.mark.parametrize(("section", "kind"), KINDS)
def test_every_key_of_a_kind_is_told_and_no_other(section: str, kind: str) -> None:
    of_kind, text = keys_of(section, kind), part(section, kind)
    names = {path.rpartition(".")[2] for path in of_kind}
    assert set(told_keys(text)) <= names
    own = {path for path in of_kind if f"sources.NAME.{path}" not in SHARED}
    written = "".join(blocks(page(f"{section}/{kind}.md"), "yaml"))
    shown = {*in_code(text), *re.findall(r"(\w+):", written)}
    assert {path for path in own if path.rpartition(".")[2] not in shown} == set()
    assert {path for path in of_kind if "." not in path and f"`{path}`" not in text} == set()


@pytest.mark.parametrize(("section", "kind"), KINDS)
def test_the_defaults_of_a_kind_are_true(section: str, kind: str) -> None:
    of_kind = keys_of(section, kind)
    for row in tables(part(section, kind))[0]:
        for name in in_code(row["key"]):
            one, told = of_kind[name], row["default"].replace("`", "")
            assert f"sources.NAME.{name}" in SHARED or told.startswith("required") is one.required, name
            if one.default is not None and told and name not in FOLLOWS:
                assert told == one.default, name


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_the_page_of_a_source_tells_all_one_must_know(kind: str) -> None:
    text = page(f"sources/{kind}.md")
    assert sections(text).keys() >= {"Keys", "What it cannot tell", "Cost"}
    assert sections(text).keys() & {"What the account needs", "What it needs"}


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_the_examples_on_the_page_of_a_source_are_sound(kind: str, tmp_path: Path) -> None:
    examples = [text for text in blocks(page(f"sources/{kind}.md"), "yaml") if text.startswith("sources:")]
    assert any(f"kind: {kind}\n" in text for text in examples)
    for text in examples:
        secrets = dict.fromkeys(re.findall(r"env:([A-Z_]+)", text), "whsec_" + "MDEyMzQ1Njc4OWFi" * 2)
        settings("version: 1\n" + text, tmp_path, **secrets)


@pytest.mark.parametrize("kind", NOTIFIER_KINDS)
def test_every_notifier_has_a_page(kind: str) -> None:
    assert page(f"notifiers/{kind}.md").startswith(f"# {kind}\n")


def test_the_readme_lists_every_kind_and_no_other() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for section, there in (("sources", SOURCE_KINDS), ("notifiers", NOTIFIER_KINDS)):
        named = re.findall(rf"\[`(\w+)`\]\(docs/{section}/(\w+)\.md\)", text)
        assert sorted(named) == sorted((kind, kind) for kind in there)


# examples


def test_the_example_on_the_page_is_sound_and_uses_every_key(tmp_path: Path) -> None:
    [text] = blocks(PAGE, "yaml")
    secrets = {name: "0123456789abcdef-" + name for name in re.findall(r"env:([A-Z_]+)", text)}
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "lead.txt").write_text("{{ title }}\n")
    found = settings(text, tmp_path, **secrets | {"SLACK_SUPPORT": HOOK, "HEARTBEAT_URL": "https://hc.example/1"})
    assert [one.name for one in found.notifiers] == ["slack-support", "mail", "team-lead", "console"]
    of_some_kinds = {
        *SHARED,
        *(f"directories.NAME.{path}" for kind in of_directories.BUILT_IN for path in keys_of("directories", kind)),
    }
    wanted = {path.rpartition(".")[2] for path in keys().keys() - of_some_kinds}
    assert wanted - set(re.findall(r"(\w+):", text)) == {"auth"}


def test_the_settings_on_the_page_let_others_in(tmp_path: Path) -> None:
    first, _, last = blocks(page("how-to/let-others-in.md"), "yaml")
    for name in ("prometheus", "leads"):
        (tmp_path / name).write_text(f"{name}-0123456789abcdef\n")
    found = settings(START + re.sub(r"file:\S+/", "file:", first), tmp_path).web
    assert [(one.name, one.scope) for one in found.tokens] == [("prometheus", "read"), ("leads", "act")]
    assert settings(START + last).web.auth_none
