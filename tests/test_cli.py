"""The console script where standard input and output are not what they mostly are, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SLAMON = [sys.executable, "-m", "slamon"]
EVALUATE = ["evaluate", "--rules", "rules.yml", "--at", "2026-06-08T09:00:00Z", "--tickets"]
RULES = """
version: 1
policies:
  - {name: all, match: all, calendar: 24x7, targets: {first_response: {within: 1h}}}
"""
TICKET = '{"id": "1", "created_at": "2026-06-08T08:30:00Z", "subject": "Grüße \\u2603"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "tickets.jsonl").write_text(TICKET + TICKET.replace('"1"', '"2"'))
    return tmp_path


def slamon(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """What a command says and how it ends; its environment has `more`."""
    return subprocess.run(
        [*SLAMON, *words], cwd=folder, env={**os.environ, **more}, capture_output=True, timeout=60, check=False
    )


def test_histories_are_read_from_standard_input_where_the_file_is_a_dash(folder: Path) -> None:
    run = subprocess.run(
        [*SLAMON, *EVALUATE, "-"],
        cwd=folder,
        input=(TICKET + "x\n").encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert [(one["source"], one["ticket"]) for one in map(json.loads, run.stdout.splitlines())] == [("stdin", "1")]
    assert (run.stderr.split(b" ")[0], run.returncode) == (b"-:2:", 1)


@pytest.mark.parametrize(
    "words",
    [["--help"], ["schema", "settings"], ["diff", "rules.yml", "rules.yml", "--tickets", "tickets.jsonl"]],
    ids=lambda words: words[0],
)
def test_a_reader_that_has_gone_is_no_failure(folder: Path, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run([*SLAMON, *words], cwd=folder, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (run.stderr, run.returncode) == (b"", 0)


@pytest.mark.parametrize(
    "words",
    [["--help"], ["schema"], [*EVALUATE, "tickets.jsonl"], ["check", "--rules", "rules.yml", "--format", "json"]],
    ids=lambda words: words[0],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_full_disk_below_standard_output_is_said_in_one_line(folder: Path, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [*SLAMON, *words], cwd=folder, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert run.stderr == b"slamon: standard output cannot be used: No space left on device\n"
    assert run.returncode == 3


@pytest.mark.parametrize(
    "words", [["--help"], ["check", "--rules", "rules.yml"], ["schema"]], ids=lambda words: words[0]
)
def test_a_closed_standard_output_is_nobodys_concern(folder: Path, words: list[str]) -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *SLAMON, *words],
        cwd=folder,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert (run.stderr, run.returncode) == (b"", 0)


def test_what_is_written_to_a_pipe_is_utf_8_whatever_the_locale_says(folder: Path) -> None:
    words = ["explain", "1", "--rules", "rules.yml", "--tickets", "tickets.jsonl"]
    for locale in ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "latin-1"}):
        run = slamon(folder, *words, **locale)
        assert (run.returncode, run.stderr) == (0, b"")
        assert "“Grüße ☃”" in run.stdout.decode("utf-8")


def test_ctrl_c_ends_a_command_as_shells_expect_and_not_as_if_all_were_well(folder: Path) -> None:
    os.mkfifo(folder / "slow.jsonl")
    run = subprocess.Popen(
        [*SLAMON, *EVALUATE, "slow.jsonl"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with open(folder / "slow.jsonl", "wb"):  # it has been opened to be read, too: the command is at work
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert (out, err.strip(), run.returncode) == (b"", b"", 130)


def test_a_service_whose_standard_error_is_closed_ends_as_it_should(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        listen = f"127.0.0.1:{busy.getsockname()[1]}"
        (folder / "slamon.yml").write_text(
            f"version: 1\nrules: rules.yml\nweb: {{listen: '{listen}'}}\nsources: {{d: {{kind: file, path: t.jsonl}}}}\n"
        )
        command = ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", *SLAMON, "run"]
        run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, timeout=60, check=False)
    assert (run.stdout, run.returncode) == (b"", 3)


@pytest.mark.parametrize(
    "words",
    [
        ["ack", b"J\xf6rg", "--by", "x"],
        ["ack", "1", "--by", b"J\xf6rg"],
        ["explain", b"\xf6"],
        ["plan", "--ticket", b"\xf6"],
        ["silence", "add", "--for", "1h", "--by", "x", "--match", b"a=\xf6"],
        ["init", "--time-zone", b"\xf6"],
        ["status", "--url", "http://127.0.0.1:1", "--token", b"CANARY\xf6CANARY"],
    ],
    ids=lambda words: " ".join(str(one) for one in words[:2]),
)
def test_a_word_that_is_not_utf_8_is_refused_with_what_is_wrong_of_it_alone(
    folder: Path, words: list[str | bytes]
) -> None:
    run = subprocess.run([*SLAMON, *words], cwd=folder, capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.splitlines()[-1].endswith(rb"'\xf6' is not UTF-8")
    assert b"CANARY" not in run.stderr


def test_in_a_locale_without_utf_8_what_is_utf_8_is_understood_all_the_same(folder: Path) -> None:
    words = ["explain", "Jörg", "--rules", "rules.yml", "--tickets", "tickets.jsonl"]
    (folder / "tickets.jsonl").write_text(TICKET.replace('"1"', '"Jörg"'), "utf-8")
    run = slamon(folder, *words, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (run.returncode, run.stderr, run.stdout.decode().startswith("Jörg ")) == (0, b"", True)


def test_the_name_of_a_file_may_be_of_any_bytes(folder: Path) -> None:
    name = os.fsdecode(b"r\xf6.yml")
    (folder / name).write_text(RULES)
    run = slamon(folder, "check", "--rules", name)
    assert (run.returncode, b"Traceback" in run.stderr) == (0, False)
