"""What the pages name is there: files, links, headings, make targets and commands; and every page can be reached."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from slamon.cli import cli
from tests.docs.pages import DOCS, ROOT, anchors, blocks, every_page, in_code, links, page, prose

PAGES = every_page()
OURS = re.compile(r"(?:slamon|tests|docs|deploy|rules)/[\w./-]*")
IN_SLAMON = re.compile(r"(?:[a-z_]+/)*[a-z_]+(?:\.py|/)")  # as `core/wire.py`, `ports/`
THEIRS = {
    "rules/policies.yml",
    "rules/rules.yml",
    "rules/tests/promises.yml",
    "secrets/",
    "weekly.py",
}  # made by whoever follows a page
NAMED = re.compile(r"\b(?:NAME|KIND|SET)\b")  # stands for any
COMMAND = re.compile(r"(?:^|[|&;(] ?|-- |exec \S+ )(?:/\S+/)?slamon (?=[a-z-])(.+)")
BEHIND = re.compile(r"\s(?:[|>&;]|2>|#|\\).*|\)\".*")  # what a shell does with what is printed
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

of_pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def spans(path: Path) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return [" ".join(one.split()) for one in in_code(prose(path.read_text("utf-8")))]


def typed(path: Path) -> Iterator[str]:
    """The lines of a page that somebody types."""
    text = path.read_text("utf-8")
    for language in ("", "sh"):
        for block in blocks(text, language):
            yield from block.replace("\\\n", " ").splitlines()


# files


def is_there(name: str) -> bool:
    """Whether a path of the repository exists; a word in capitals stands for any name."""
    pattern = NAMED.sub("*", name.rstrip("/"))
    return any(ROOT.glob(pattern)) or any((ROOT / "slamon").glob(pattern))


@of_pages
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    named = {one.partition("::")[0] for one in spans(path) if OURS.fullmatch(one.partition("::")[0])}
    named |= {one for one in spans(path) if IN_SLAMON.fullmatch(one)}
    named |= {one.rstrip(".") for line in typed(path) for one in re.findall(rf"(?<![\w/.:-]){OURS.pattern}", line)}
    assert [one for one in sorted(named - THEIRS) if not is_there(one)] == []


# links


@cache
def anchors_of(path: Path) -> set[str]:
    return anchors(path.read_text("utf-8"))


@of_pages
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(path: Path) -> None:
    broken = []
    for target in links(path.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        if not found.exists() or (anchor and (found.is_dir() or anchor not in anchors_of(found))):
            broken.append(target)
    assert broken == []


def test_every_page_of_docs_can_be_reached_from_the_first_one() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        targets = (target.partition("#")[0] for target in links(path.read_text("utf-8")))
        waiting += [(path.parent / target).resolve() for target in targets if target]
    assert [str(path.relative_to(DOCS)) for path in sorted(set(DOCS.rglob("*.md")) - seen)] == []


# commands


@of_pages
def test_every_make_target_that_a_page_names_is_one(path: Path) -> None:
    lines = [*spans(path), *typed(path)]
    assert {found[1] for line in lines if (found := re.match(r"make ([a-z]+)", line))} <= TARGETS


def test_every_make_target_says_what_it_does() -> None:
    told = re.findall(r"^([a-z]+):.*## \S", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(told) == TARGETS


def commands(path: Path) -> Iterator[str]:
    """Every command of slamon that a page shows, without the word slamon."""
    for line in (*(span for span in spans(path) if span.startswith("slamon ")), *typed(path)):
        found = COMMAND.search(line.split(" # ")[0])
        if found and not line.startswith("#"):
            yield BEHIND.sub("", found[1])


@of_pages
def test_every_command_that_a_page_shows_is_one_with_options_that_it_has(path: Path) -> None:
    wrong = []
    for command in commands(path):
        found = CliRunner().invoke(cli, [*shlex.split(command), "--help"])
        wrong += [f"slamon {command}: {found.output.strip().splitlines()[-1]}"] if found.exit_code else []
    assert wrong == []


def test_the_pages_about_commands_show_some() -> None:
    for name in ("how-to/acknowledge-and-silence.md", "how-to/let-others-in.md", "how-to/backup-and-restore.md"):
        assert page(name)
        assert list(commands(DOCS / name))
