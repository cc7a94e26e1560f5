"""slamon completion: the scripts that shells take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.process import ROOT


def slamon(*arguments: str) -> str:
    command = [sys.executable, "-m", "slamon", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", "complete -o nosort -F _slamon_completion slamon"),
        ("zsh", "#compdef slamon"),
        ("fish", "complete --no-files --command slamon"),
    ],
)
def test_each_shell_has_its_script(shell: str, words: str) -> None:
    script = slamon("completion", shell)
    assert words in script
    assert f"_SLAMON_COMPLETE={shell}_complete" in script


def test_bash_completes_a_command_with_it(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    program = tmp_path / "slamon"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m slamon "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    script = """
eval "$(slamon completion bash)"
COMP_WORDS=(slamon do) COMP_CWORD=1
_slamon_completion slamon
echo "${COMPREPLY[@]}"
"""
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert (done.stdout, done.stderr) == ("doctor\n", "")
