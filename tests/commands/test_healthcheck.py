"""slamon healthcheck: a real server on loopback is asked, by its address or its local socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

import pytest
from click.testing import CliRunner

from slamon.cli import cli
from slamon.commands.exits import Exit
from slamon.commands.healthcheck import healthcheck

READY = {"/readyz": (200, b"ok\n"), "/livez": (200, b"ok\n")}
AWAY = {"/readyz": (503, b"source desk: not read yet\njudging: no sign of life for 130 s\n"), "/livez": (200, b"ok\n")}
SETTINGS = """\
version: 1
storage: {{path: state/slamon.db}}
web: {{listen: 127.0.0.1:{port}}}
sources: {{desk: {{kind: file, path: tickets.jsonl}}}}
"""


class _Local(ThreadingMixIn, UnixStreamServer):
    """HTTP at a path: its requests have an address of no parts, so they log nothing."""

    daemon_threads = True


def _handler(answers: dict[str, tuple[int, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, body = answers.get(self.path, (404, b""))
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    return Answering


@contextmanager
def _served(server: ThreadingHTTPServer | _Local) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def at_an_address(answers: dict[str, tuple[int, bytes]]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers))
    with _served(server):
        yield server.server_port


@contextmanager
def at_the_socket(folder: Path, answers: dict[str, tuple[int, bytes]]) -> Iterator[None]:
    (folder / "state").mkdir(exist_ok=True)
    with _served(_Local(str(folder / "state" / "slamon.sock"), _handler(answers))):
        yield


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings that listen where nobody does."""
    return listening(tmp_path, 1)


def listening(folder: Path, port: int) -> Path:
    path = folder / "slamon.yml"
    path.write_text(SETTINGS.format(port=port), encoding="utf-8")
    return path


def test_a_ready_service_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with at_an_address(READY) as port:
        assert healthcheck(listening(tmp_path, port), None, "ready", 5) is Exit.FINE
    assert capsys.readouterr().out == "ready: ok\n"


def test_what_keeps_it_from_being_ready_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with at_an_address(AWAY) as port:
        assert healthcheck(listening(tmp_path, port), None, "ready", 5) is Exit.FOUND
    wanted = "slamon healthcheck: not ready: source desk: not read yet; judging: no sign of life for 130 s\n"
    assert capsys.readouterr().err == wanted


def test_a_service_that_is_not_ready_is_alive(tmp_path: Path) -> None:
    with at_an_address(AWAY) as port:
        assert healthcheck(listening(tmp_path, port), None, "live", 5) is Exit.FINE


def test_the_local_socket_is_asked_before_the_address(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with at_the_socket(config.parent, READY):
        assert healthcheck(config, None, "ready", 5) is Exit.FINE
    assert capsys.readouterr().out == "ready: ok\n"


def test_the_local_socket_answers_whoever_cannot_read_the_secrets(config: Path) -> None:
    secret = "web: {listen: 0.0.0.0:1, tokens: {me: {scope: read, secret: '${file:/nowhere/at/all}'}}}"
    text = config.read_text(encoding="utf-8").replace("web: {listen: 127.0.0.1:1}", secret)
    config.write_text(text, encoding="utf-8")
    with at_the_socket(config.parent, READY):
        assert healthcheck(config, None, "ready", 5) is Exit.FINE


def test_a_socket_that_a_killed_service_left_behind_is_passed_over(tmp_path: Path) -> None:
    with at_the_socket(tmp_path, READY):
        pass
    assert (tmp_path / "state" / "slamon.sock").is_socket()
    with at_an_address(READY) as port:
        assert healthcheck(listening(tmp_path, port), None, "ready", 5) is Exit.FINE


def test_a_service_that_is_not_there_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck(config, None, "ready", 5) is Exit.FOUND
    said = capsys.readouterr().err
    assert said.startswith("slamon healthcheck: nothing answers at http://127.0.0.1:1 (Connection refused); ")


def test_no_one_waits_for_an_answer_that_does_not_come(capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert healthcheck(Path("none.yml"), url, "ready", 0.1) is Exit.FOUND
    assert "timed out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "slamon.yml is not there; add --config FILE or --url ADDRESS"),
        ("version: 7\n", "slamon.yml says nothing that can be used: see slamon check; add"),
        (SETTINGS.format(port=0), "slamon.yml lets it listen on any free port; add --url ADDRESS"),
    ],
)
def test_settings_that_do_not_say_where_it_listens_are_unhealthy_too(
    tmp_path: Path, text: str | None, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("slamon.yml").write_text(text, encoding="utf-8")
    assert healthcheck(Path("slamon.yml"), None, "ready", 5) is Exit.FOUND
    assert said in capsys.readouterr().err


def test_escapes_in_the_answer_of_a_stranger_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with at_an_address({"/readyz": (503, b"\x1b[31mred")}) as port:
        assert healthcheck(Path("none.yml"), f"http://127.0.0.1:{port}", "ready", 5) is Exit.FOUND
    assert "\x1b" not in capsys.readouterr().err


def test_it_is_a_command_with_the_exit_codes_of_a_container_engine() -> None:
    with at_an_address(AWAY) as port:
        url = f"http://127.0.0.1:{port}"
        assert CliRunner().invoke(cli, ["healthcheck", "--url", url]).exit_code == 1
        assert CliRunner().invoke(cli, ["healthcheck", "--url", url, "--live"]).exit_code == 0
