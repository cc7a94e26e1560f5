"""The page about settings: it has every key with its default, no other, and an example that is sound."""

from __future__ import annotations

import re
from pathlib import Path

from slamon.rulefile.records import options
from slamon.settings_file.tables import DIRECTORIES, DOCUMENT, NOTIFIERS, SOURCES
from tests.settings_file.build import HOOK, settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
SECTIONS = {"storage", "storage.keep", "web", "web.tokens", "alerts", "heartbeat", "metrics", "log"}
OF_A_KIND = re.compile(r"\.NAME \((\w+)\)\.")


def keys() -> dict[str, tuple[bool, str | None]]:
    """Every key that is not of one kind alone: whether it is required, and its default."""
    found = {one.path: (one.required, one.default) for one in options(DOCUMENT)}
    plain = {path: value for path, value in found.items() if " (" not in path}
    for section in (SOURCES, DIRECTORIES, NOTIFIERS):
        plain.pop(section.name)
        common = ["kind", *(key.name for key in section.field._registry.common)]  # type: ignore[attr-defined]
        of_kinds = {
            OF_A_KIND.sub(".NAME.", path): value for path, value in found.items() if path.startswith(f"{section.name}.")
        }
        plain |= {path: of_kinds[path] for path in (f"{section.name}.NAME.{name}" for name in common)}
    plain["notifiers.NAME.use"] = (False, None)
    return {path: value for path, value in plain.items() if path not in SECTIONS}


def rows() -> dict[str, str]:
    """The keys of the page, each with what stands in the column of defaults."""
    return dict(re.findall(r"^\| `([a-z_.NAME]+)` \| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE))


def test_every_key_is_on_the_page_and_the_page_names_no_other() -> None:
    assert set(rows()) == set(keys())


def test_the_page_tells_the_defaults() -> None:
    shown = {path: text.replace("`", "") for path, text in rows().items()}
    for path, (required, default) in keys().items():
        if required:
            assert shown[path].startswith("required"), path
        elif default is not None:
            assert shown[path] == default, path


def test_the_example_on_the_page_is_sound_and_uses_every_key(tmp_path: Path) -> None:
    [text] = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    secrets = {name: "0123456789abcdef-" + name for name in re.findall(r"env:([A-Z_]+)", text)}
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "lead.txt").write_text("{{ title }}\n")
    found = settings(text, tmp_path, **secrets | {"SLACK_SUPPORT": HOOK, "HEARTBEAT_URL": "https://hc.example/1"})
    assert [one.name for one in found.notifiers] == ["slack-support", "mail", "team-lead", "console"]
    assert {path.rpartition(".")[2] for path in keys()} - set(re.findall(r"(\w+):", text)) == {"auth"}
