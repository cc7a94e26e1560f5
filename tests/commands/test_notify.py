"""slamon notify test: a message that is clearly a test, through a real receiver on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from slamon.commands.exits import Exit
from slamon.commands.notify import send_test


class Receiver(HTTPServer):
    """What a chat takes; `status` and `answer` are what it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.status, self.answer = 200, b"ok"
        self.taken: list[str] = []


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def config(folder: Path, receiver: Receiver) -> Path:
    path = folder / "slamon.yml"
    path.write_text(
        "version: 1\nsources: {d: {kind: file, path: t}}\n"
        f"notifiers: {{chat: {{kind: slack, webhook: 'http://127.0.0.1:{receiver.server_port}/HUSH-HUSH'}}}}\n",
        "utf-8",
    )
    return path


def test_a_test_message_says_that_it_is_one(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send_test(config(tmp_path, receiver), "chat", None) is Exit.FINE
    assert capsys.readouterr() == ("chat took the test message; see whether it has arrived\n", "")
    [text] = receiver.taken
    assert "TEST from slamon: nothing has happened" in json.loads(text)["text"]


def test_the_console_shows_the_test_and_needs_no_settings_of_its_own(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send_test(config(tmp_path, receiver), "console", None) is Exit.FINE
    assert "TEST from slamon: nothing has happened" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "answer", "remedy"),
    [
        (404, b"no_service", "see whether its key, token or password in slamon.yml still holds"),
        (404, b"channel_not_found", "see whether the channel or address is right; --to names another one"),
        (500, b"", "the other side fails: try again later"),
        (429, b"", "wait, and send less with rate:"),
    ],
)
def test_a_failure_comes_with_what_to_do(
    status: int, answer: bytes, remedy: str, tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.status, receiver.answer = status, answer
    assert send_test(config(tmp_path, receiver), "chat", None) is Exit.FOUND
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("slamon notify test: chat: ")
    assert error.endswith(f"; {remedy}\n")
    assert "HUSH" not in error


def test_a_notifier_that_is_not_there_is_told(
    tmp_path: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config(tmp_path, receiver)
    assert send_test(path, "chta", None) is Exit.UNUSABLE
    assert send_test(path, "pigeon", None) is Exit.UNUSABLE
    assert capsys.readouterr().err.splitlines() == [
        "slamon notify test: there is no notifier 'chta' in the settings; did you mean chat?",
        "slamon notify test: there is no notifier 'pigeon' in the settings; there are chat and console",
    ]


def test_settings_that_are_broken_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert send_test(tmp_path / "slamon.yml", "chat", None) is Exit.UNUSABLE
    assert "there is no such file" in capsys.readouterr().err
