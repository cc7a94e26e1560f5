"""Short ways to read a slamon.yml from a text."""

from __future__ import annotations

from pathlib import Path

from slamon.rulefile.render import first_line, render
from slamon.settings import Settings
from slamon.settings_file import SettingsRead
from slamon.settings_file.read import read_text
from slamon.settings_file.values import SettingsReport

HOOK = "https://hooks.slack.com/services/T/B/x"
START = "version: 1\nsources: {desk: {kind: file, path: t.jsonl}}\n"


def read(text: str, folder: Path = Path("."), **environment: str) -> SettingsRead:
    """What stands in a text, as slamon.yml of a folder."""
    return read_text(folder / "slamon.yml", text.encode("utf-8", "surrogatepass"), environment, SettingsReport())


def lines(text: str, folder: Path = Path("."), **environment: str) -> list[str]:
    """What is wrong with it, without the name of the file."""
    found = read(text, folder, **environment)
    assert (found.settings is None) == any(one.severity == "error" for one in found.diagnostics)
    return [first_line(one).removeprefix(f"{folder / 'slamon.yml'}:") for one in found.diagnostics]


def settings(text: str, folder: Path = Path("."), **environment: str) -> Settings:
    """The settings of a text that is sound."""
    found = read(text, folder, **environment)
    assert found.settings is not None, render(found.diagnostics)
    return found.settings


def slack(reference: str) -> str:
    """Settings with a notifier `slack` whose webhook stands in line 6."""
    return START + f"notifiers:\n  slack:\n    kind: slack\n    webhook: {reference}\n"
