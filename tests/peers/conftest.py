"""What all tests against real helpdesks share: whether they can run here, and how much they compared."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

_FIGURES = pytest.StashKey[list[str]]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    of_debian = any(mark.args[0] != "npm" for mark in item.iter_markers("peer"))
    if of_debian and not (os.geteuid() == 0 and Path("/etc/debian_version").exists()):
        pytest.skip("real helpdesks are installed and started as root, on Debian")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note how much a test compared; it is shown at the end."""
    return request.config.stash.setdefault(_FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(_FIGURES, [])
    if figures:
        terminalreporter.section("what was compared")
        for line in figures:
            terminalreporter.line(line)
