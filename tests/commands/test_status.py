"""slamon status: a real server on loopback is asked, and its answer shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from slamon.commands.exits import Exit
from slamon.commands.status import status

ANSWER: dict[str, Any] = {
    "status": "ok",
    "problems": [],
    "version": "1.2.3",
    "time": "2026-06-08T09:00:00Z",
    "commitments": [
        ["desk", "gold", "first_response", "on_track", 1200],
        ["desk", "gold", "first_response", "breached", 2],
        ["desk", "gold", "resolution", "met", 7],
        ["desk", "", "", "unmatched", 3],
    ],
    "deliveries": [["console", "sent", 5], ["slack", "bound", 2], ["slack", "pending", 1]],
    "nearest": [
        {
            "source": "desk",
            "ticket": "T-1",
            "policy": "gold",
            "target": "resolution",
            "status": "breached",
            "due_at": "2026-06-08T08:30:00Z",
        },
        {
            "source": "desk",
            "ticket": "T-2\u001b[31m",
            "policy": "gold",
            "target": "first_response",
            "status": "at_risk",
            "due_at": "2026-06-08T10:30:00Z",
        },
    ],
    "dead": [
        {"at": "2026-06-08T07:00:00Z", "notifier": "slack", "what": "T-3: late", "why": "no channel", "copied": True},
        {"at": "2026-06-08T06:00:00Z", "notifier": "mail", "what": "T-4", "why": None, "copied": False},
    ],
}
SHOWN = """\
ok  slamon 1.2.3 at URL, Mon 2026-06-08 09:00 UTC

Commitments
source  policy  target          on track  breached  met  unmatched
desk    gold    first_response     1,200         2
desk    gold    resolution                            7
desk    -       -                                                3

Deliveries
notifier  pending  bound  sent
console                      5
slack           1      2

Due next
ticket       source  target          status   due                       left
T-2\\x1b[31m  desk    first_response  at risk  Mon 2026-06-08 10:30 UTC  1 h 30 min left

Longest overdue
ticket  source  target      status    due                       left
T-1     desk    resolution  breached  Mon 2026-06-08 08:30 UTC  overdue by 30 min

Reached nobody, in the last day
at                        notifier  what       why         fallback
Mon 2026-06-08 07:00 UTC  slack     T-3: late  no channel  has it
Mon 2026-06-08 06:00 UTC  mail      T-4        -           none
"""


@contextmanager
def service(body: object, code: int = 200) -> Iterator[str]:
    """A server that gives one answer at /api/status; its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/api/status"
            self.send_response(code if found else 404)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode() if found else b"")

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    out, error = capsys.readouterr()
    assert error == ""
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    out, error = capsys.readouterr()
    assert out == ""
    return error.rstrip("\n")


REMEDY = "; start the service with slamon run or slamon demo, or say where it is with --url"


def test_a_service_that_is_well_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    with service(ANSWER) as url:
        assert status(Path("nowhere.yml"), url) == Exit.FINE
    assert shown(capsys) == SHOWN.replace("URL", url)


def test_times_are_shown_in_the_zone_of_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    with service({**ANSWER, "zone": "Europe/Berlin"}) as url:
        assert status(Path("nowhere.yml"), url) == Exit.FINE
    text = shown(capsys)
    assert text.splitlines()[0].endswith(", Mon 2026-06-08 11:00 CEST")
    for of_it in (
        "Mon 2026-06-08 12:30 CEST  1 h 30 min left",
        "10:30 CEST  overdue by",
        "Mon 2026-06-08 09:00 CEST  slack",
    ):
        assert of_it in text
    assert "UTC" not in text
    with service({**ANSWER, "zone": "Mars/Olympus"}) as url:  # which this machine does not know
        assert status(Path("nowhere.yml"), url) == Exit.FINE
    assert shown(capsys) == SHOWN.replace("URL", url)


@pytest.mark.parametrize("state", ["degraded", "not ready"])
def test_a_service_with_problems_names_them_and_the_exit_code_tells(
    state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = ["source desk: no answer", "notifier slack: \x1b]0;evil"]
    with service({**ANSWER, "status": state, "problems": problems}) as url:
        assert status(Path("nowhere.yml"), f"{url.removeprefix('http://')}/") == Exit.FOUND
    first, second, third, _ = shown(capsys).split("\n", 3)
    assert first.startswith(f"{state}  slamon 1.2.3 at {url}")
    assert (second, third) == ("  source desk: no answer", "  notifier slack: \\x1b]0;evil")


def test_a_service_that_has_just_begun_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with service({**ANSWER, "commitments": [], "deliveries": [], "nearest": [], "dead": []}) as url:
        assert status(Path("nowhere.yml"), url) == Exit.FINE
    assert shown(capsys).splitlines()[1:] == [
        "", "Commitments: none yet", "", "Deliveries: none yet", "", "Due next: nothing that the service tells of"
    ]  # fmt: skip


def test_where_to_ask_stands_in_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "slamon.yml"
    with service(ANSWER) as url:
        listen = url.removeprefix("http://")
        config.write_text(
            f"version: 1\nsources: {{d: {{kind: file, path: t}}}}\nweb: {{listen: '{listen}'}}\n", "utf-8"
        )
        assert status(config, None) == Exit.FINE
    assert f"at {url}," in shown(capsys)


def test_broken_settings_are_told_with_a_way_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "slamon.yml"
    config.write_text("version: 1\n", "utf-8")
    assert status(config, None) == Exit.UNUSABLE
    text = complaint(capsys)
    assert text.startswith(f"{config}:1:1: the key 'sources' is missing")
    assert text.endswith("\nslamon status: to ask without them, type slamon status --url http://127.0.0.1:8080")


def test_nobody_there_is_told_with_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    with service(ANSWER) as url:
        pass
    assert status(Path("nowhere.yml"), url) == Exit.CANNOT_RUN
    assert complaint(capsys) == f"slamon status: nothing answers at {url} (Connection refused){REMEDY}"


def test_a_service_without_tls_is_told_with_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    with service(ANSWER) as url:
        assert status(Path("nowhere.yml"), url.replace("http:", "https:")) == Exit.CANNOT_RUN
    secure = url.replace("http:", "https:")
    assert complaint(capsys) == f"slamon status: what listens at {secure} does not speak TLS: write {url}"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"<html>", 200, "what listens at URL is not slamon"),
        ({"status": "ok"}, 200, "what listens at URL is not slamon"),
        ({**ANSWER, "time": "now"}, 200, "what listens at URL is not slamon"),
        (b"x", 404, "URL answers with HTTP status 404"),
        (b"x", 500, "URL answers with HTTP status 500"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told(body: object, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with service(body, code) as url:
        assert status(Path("nowhere.yml"), url) == Exit.CANNOT_RUN
    assert complaint(capsys) == f"slamon status: {said.replace('URL', url)}{REMEDY}"


def test_a_service_without_its_store_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with service(b"the store does not answer: disk full\n", 503) as url:
        assert status(Path("nowhere.yml"), url) == Exit.FOUND
    assert complaint(capsys) == f"slamon status: {url}: the store does not answer: disk full"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://h/", "http://[", "http://h h/", "127.0.0.1:x", "http://h/?a", "h#a"]
)
def test_an_address_that_is_none_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(Path("nowhere.yml"), url) in (Exit.UNUSABLE, Exit.CANNOT_RUN)
    assert "http://127.0.0.1:8080" in (text := complaint(capsys)) or REMEDY in text


@pytest.mark.parametrize("url", ["http://user:CANARY@127.0.0.1:1", "user:CANARY@127.0.0.1:1", "http://CANARY@h?x"])
def test_a_password_in_an_address_is_neither_sent_nor_shown(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(Path("nowhere.yml"), url) == Exit.UNUSABLE
    assert complaint(capsys) == (
        "slamon status: --url: what stands before @ is not sent: write http://127.0.0.1:8080, and a token with --token"
    )


@pytest.mark.parametrize("token", ["CANARY\r\nX-Evil: 1", "CANARY\n", "CANARY \u2603", "CANARY \u00e4"])
def test_a_token_that_no_header_can_hold_is_not_shown(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(Path("nowhere.yml"), "http://127.0.0.1:1", token) == Exit.UNUSABLE
    assert complaint(capsys) == (
        "slamon status: a token is letters, digits and signs only: see what --token, or the variable SLAMON_TOKEN, holds"
    )


def test_a_service_on_any_free_port_that_does_not_run_is_not_sought_at_port_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "slamon.yml"
    config.write_text("version: 1\nweb: {listen: 127.0.0.1:0}\nsources: {desk: {kind: file, path: t.jsonl}}\n")
    assert status(config, None) == Exit.CANNOT_RUN
    assert complaint(capsys) == (
        f"slamon status: no local socket answers, and {config} lets it listen on any free port; add --url ADDRESS"
    )
