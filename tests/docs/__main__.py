"""`python -m tests.docs`: the help of every command, as it is printed, written into docs/reference/commands.md.

What stands above the first command there is written by hand, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from slamon.cli import cli
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "commands.md"
FIRST = "\n## slamon\n"
_COLUMNS = 100


def commands(command: click.Command = cli, path: tuple[str, ...] = ("slamon",)) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, those of a group behind it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, one in sorted(command.commands.items()):
            yield from commands(one, (*path, name))


def printed(words: str) -> str:
    """What a command prints when it is asked for help."""
    arguments = [*words.split()[1:], "--help"]
    return CliRunner().invoke(cli, arguments, prog_name="slamon", terminal_width=_COLUMNS).output


def main() -> None:
    """Write the page anew."""
    kept = PAGE.read_text("utf-8").partition(FIRST)[0]
    parts = [f"## {words}\n\n```text\n{printed(words)}```\n" for words, _ in commands()]
    PAGE.write_text(kept + "\n" + "\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
