"""The rule that nothing is skipped where everything is required."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

@pytest.mark.peer("no-such-program")
def test_a_peer():
    pass

@pytest.mark.shared
def test_the_data(shared):
    assert (shared / "data").is_dir()

def test_inside():
    pytest.skip("no reason")

@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert False
"""


def run(folder: Path, **environment: str) -> str:
    """The output of a small suite under the conftest of this one."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "test_import.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    shared\n    peer\n")
    known = {key: value for key, value in os.environ.items() if not key.startswith(("SLAMON_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-rs", "--continue-on-collection-errors", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, env=known | environment, capture_output=True, text=True).stdout


def test_what_is_missing_is_skipped_with_what_to_do(tmp_path: Path) -> None:
    told = run(tmp_path, SLAMON_SHARED="/nowhere")
    assert "4 skipped, 1 xfailed" in told
    assert "no no-such-program here: apt-get install no-such-program" in told
    assert "no reference data at /nowhere: put it there, or say where it is with SLAMON_SHARED" in told


@pytest.mark.parametrize(
    ("data", "outcome"),
    [("/nowhere", "1 failed, 1 xfailed, 3 errors"), (".", "1 failed, 1 passed, 1 xfailed, 2 errors")],
)
def test_where_everything_is_required_a_skip_is_a_failure(tmp_path: Path, data: str, outcome: str) -> None:
    (tmp_path / "data").mkdir()
    told = run(tmp_path, SLAMON_SHARED=data, SLAMON_REQUIRE_ALL="1")
    assert outcome in told
    assert "SLAMON_REQUIRE_ALL=1, yet this was skipped: Skipped: no reason" in told
