"""What `make test` does not run must at least import: a name that slamon lost is found here, not half an hour into CI."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SUITES = ["bench", "e2e", "faults", "options"]  # each a program: python -m tests.…


@pytest.mark.parametrize("suite", SUITES)
def test_every_module_imports(suite: str) -> None:
    """For the fault matrix this looks every guard up too, for a row that cannot take one away is refused."""
    for module in pkgutil.walk_packages([str(TESTS / suite)], f"tests.{suite}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def test_the_tests_against_real_servers_are_collected() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", str(TESTS / "peers")]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
