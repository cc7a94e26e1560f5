"""A source that may be silent for longer than the first warning comes ahead: told when settings and rules meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.commands.load import load
from slamon.rulefile.render import first_line

RULES = """
version: 1
policies: [{name: gold, match: all, calendar: 24x7, warn_at: WARN, targets: {resolution: WITHIN}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: console}]}]
"""


def told(folder: Path, keys: str, warn: str, within: str) -> list[str]:
    text = f"version: 1\nrules: r.yml\nsources:\n  desk: {{kind: file, path: t{keys}}}\n"
    (folder / "slamon.yml").write_text(text, "utf-8")
    (folder / "r.yml").write_text(RULES.replace("WARN", warn).replace("WITHIN", within), "utf-8")
    loaded = load(folder / "slamon.yml")
    assert not loaded.failed
    return [first_line(one).removeprefix(f"{folder / 'slamon.yml'}:") for one in loaded.diagnostics]


@pytest.mark.parametrize(
    ("keys", "warn", "within"),
    [
        ("", "[75%]", "40m"),
        (", max_data_age: 1m", "[50%, 90%]", "10m"),
        ("", "[50%, 100%]", "4h"),
        ("", "[10m]", "4h"),
        ("", "[]", "1m"),
    ],
)
def test_nothing_is_said_of_a_source_that_is_known_to_be_silent_in_time(
    keys: str, warn: str, within: str, tmp_path: Path
) -> None:
    assert told(tmp_path, keys, warn, within) == []


@pytest.mark.parametrize(
    ("keys", "warn", "within", "said"),
    [
        ("", "[50%, 75%]", "{within: {urgent: 15m, other: 4h}}", "4:3: warning: 'desk' may be silent for 10m before anybody is told, "
         "and the warning 75% of resolution (gold) comes only 3m45s before its promise is broken; "
         "write max_data_age: 3m45s or less [stale-too-late]"),
        (", max_data_age: 6m", "[5m, 50%]", "4h", "4:31: warning: 'desk' may be silent for 6m before anybody is told, "
         "and the warning 5m of resolution (gold) comes only 5m before its promise is broken; "
         "write max_data_age: 5m or less [stale-too-late]"),
        (", poll: 15m", "[75%]", "4h", "4:3: warning: 'desk' is read every 15m, and what is known of it counts as stale "
         "after 10m; write max_data_age: 30m, or a shorter poll [stale-between-polls]"),
    ],
)  # fmt: skip
def test_a_source_that_may_be_silent_for_too_long_is_warned_of(
    keys: str, warn: str, within: str, said: str, tmp_path: Path
) -> None:
    assert told(tmp_path, keys, warn, within) == [said]
