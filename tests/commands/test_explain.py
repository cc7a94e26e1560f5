"""slamon explain: from files and from the running service, with an exit code that tells which it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import BaseServer, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from slamon.commands.exits import Exit
from slamon.commands.explain import explain
from slamon.commands.explain_tickets import NotToBeHad, from_service

RULES = """
version: 1
calendars:
  office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {resolution: 1h}}
  - {name: office, match: all, calendar: office, targets: {resolution: 4h}}
"""
TICKETS: list[dict[str, Any]] = [
    {"id": "4711", "source": "desk", "subject": "VPN", "created_at": "2026-06-05T14:00:00Z"},
    {"id": "4712", "source": "desk", "created_at": "2026-06-05T14:00:00Z", "customer": {"tier": "gold"}},
    {"id": "4712", "source": "mail", "created_at": "2026-06-01T14:00:00Z"},
]
AT = "2026-06-08T09:00:00Z"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rules, tickets = tmp_path / "rules.yml", tmp_path / "tickets.jsonl"
    rules.write_text(RULES, encoding="utf-8")
    tickets.write_text("".join(json.dumps(one) + "\n" for one in TICKETS), encoding="utf-8")
    return rules, tickets


def told(
    files: tuple[Path, Path], ticket: str, at: str | None = AT, format: str = "text", zone: str | None = None
) -> Exit:
    return explain(ticket, *files, at, Path("slamon.yml"), format, zone)


def test_a_ticket_of_a_file_is_explained_in_the_time_of_its_calendar(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(files, "4711") is Exit.FINE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4711 “VPN” (desk), as of Mon 2026-06-08 11:00:00 CEST"
    assert "  Policy   office: it matches every ticket" in lines
    assert "           not gold: customer.tier has no value, not 'gold'" in lines
    stretch = "  Fri 2026-06-05 17:00:00 CEST  2026-06-05T15:00:00Z      0 s    1 h    running, outside working hours"
    assert stretch in lines
    assert lines[-1] == "  due Mon 2026-06-08 12:00 CEST: 1 h of working time left"


def test_times_are_shown_in_the_zone_asked_for(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert told(files, "4711", zone="Asia/Tokyo") is Exit.FINE
    assert "  due Mon 2026-06-08 19:00 JST: 1 h of working time left" in capsys.readouterr().out.splitlines()


def test_an_id_of_several_sources_is_explained_for_each(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(files, "4712", format="json") is Exit.FINE
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["source"], one["ticket"]) for one in found] == [("desk", "4712"), ("mail", "4712")]
    commitment = found[0]["commitments"][0]
    assert commitment["policy"] == {"policy": "gold", "why": "customer.tier is 'gold'", "passed_over": []}
    assert commitment["verdict"]["elapsed_seconds"] == sum(one["counted_seconds"] for one in commitment["stretches"])
    assert {one["what"]: one["at"] for one in commitment["points"]}["breached"] == "2026-06-05T15:00:00Z"


def test_a_long_wait_is_shortened_but_its_sum_is_told(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(files, "4711", at="2026-08-03T09:00:00Z") is Exit.FINE
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 40
    assert any("more stretches in which nothing happens" in line for line in lines)


def test_the_end_of_time_is_no_traceback(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    late = {"id": "late", "created_at": "9999-12-31T12:00:00Z"}
    files[1].write_text(json.dumps(late), encoding="utf-8")
    assert told(files, "late", at="9999-12-31T23:59:59.999999Z", zone="Asia/Tokyo") is Exit.FINE
    assert "as of Fri 9999-12-31 23:59:59.999999 UTC" in capsys.readouterr().out


def test_no_terminal_obeys_what_stands_in_a_ticket(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = '{"id": "x\\u001b[31m", "source": "d\\u0007", "created_at": "2026-06-01T00:00:00Z"}\n'
    files[1].write_text(ticket, "utf-8")
    assert told(files, "x\x1b[31m") is Exit.FINE
    assert capsys.readouterr().out.startswith("x\\x1b[31m (d\\x07), as of ")
    assert told(files, "x[31m") is Exit.UNUSABLE
    assert "did you mean x\\x1b[31m?" in capsys.readouterr().err


def test_an_unknown_id_is_told_with_those_that_look_like_it(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(files, "471") is Exit.UNUSABLE
    error = capsys.readouterr().err
    assert "there is no ticket with the id '471'; did you mean 4712 or 4711?" in error


@pytest.mark.parametrize(
    ("at", "zone", "message"),
    [
        ("yesterday", None, "--at: 'yesterday' is not an instant: write one such as 2026-06-08T09:00:00Z"),
        ("2026-06-08T09:00:00", None, "--at: '2026-06-08T09:00:00' is not an instant"),
        (AT, "Europe/Berln", "--zone: 'Europe/Berln' is not a time zone; did you mean Europe/Berlin?"),
    ],
)
def test_a_bad_option_is_told_with_what_to_type(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], at: str, zone: str | None, message: str
) -> None:
    assert told(files, "4711", at=at, zone=zone) is Exit.UNUSABLE
    assert message in capsys.readouterr().err


def test_one_file_without_the_other_is_refused(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("4711", files[0], None, AT, Path("slamon.yml"), "text", None) is Exit.UNUSABLE
    assert "give both --rules and --tickets" in capsys.readouterr().err


def test_broken_rules_are_told_and_nothing_is_explained(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files[0].write_text("version: 2\n", encoding="utf-8")
    assert told(files, "4711") is Exit.UNUSABLE
    output = capsys.readouterr()
    assert (output.out, "bad-version" in output.err) == ("", True)


def test_a_missing_file_of_tickets_is_told(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    files[1].unlink()
    assert told(files, "4711") is Exit.UNUSABLE
    assert "No such file" in capsys.readouterr().err


def test_bad_lines_are_counted_and_the_rest_goes_on(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with files[1].open("a", encoding="utf-8") as stream:
        stream.write("{}\n")
    assert told(files, "4711") is Exit.FINE
    assert "1 lines are not tickets" in capsys.readouterr().err


class _Service(BaseHTTPRequestHandler):
    """What the running service answers to GET /api/tickets?id=ID."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        wanted = parse_qs(parts.query).get("id", [""])[0]
        found = [one for one in TICKETS if one["id"] == wanted]
        if parts.path != "/api/tickets":
            self._answer(404, b"<h1>not here</h1>")
        elif wanted == "broken":
            self._answer(200, b"<html>")
        elif wanted == "secret":
            self._answer(401, b"")
        elif found:
            self._answer(200, b"".join(json.dumps(one).encode() + b"\n" for one in found))
        else:
            self._answer(404, b'{"errors": [{"message": "there is none", "help": "did you mean 4711?", "key": "id"}]}')

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output is what the command says."""


@contextmanager
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_ticket_of_the_running_service_is_read_by_its_address() -> None:
    with service() as base:
        found = from_service(base, "4712")
    assert [one.source for one in found.tickets] == ["desk", "mail"]


def test_an_unknown_id_at_the_service_comes_back_with_the_nearest() -> None:
    with service() as base, pytest.raises(NotToBeHad) as told:
        from_service(base, "47 11/&")
    assert (str(told.value), told.value.here) == ("id: there is none; did you mean 4711?", False)


@pytest.mark.parametrize(
    ("ticket", "path", "message"),
    [
        ("broken", "", "did not answer with a ticket"),
        ("secret", "", "refuses: 401"),
        ("4711", "/elsewhere", "is no slamon of this version"),
    ],
)
def test_an_answer_that_is_none_is_told_as_a_sentence(ticket: str, path: str, message: str) -> None:
    with service() as base, pytest.raises(NotToBeHad, match=message):
        from_service(base + path, ticket)


def test_the_ticket_comes_from_the_service_that_the_settings_name(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with service() as base:
        config = tmp_path / "slamon.yml"
        config.write_text(
            f"version: 1\nrules: rules.yml\ntime_zone: Asia/Tokyo\nweb: {{listen: '{base.removeprefix('http://')}'}}\n"
            "storage: {path: slamon.db}\n"
            "sources: {desk: {kind: file, path: tickets.jsonl}}\nnotifiers: {}\n",
            encoding="utf-8",
        )
        assert explain("4711", None, None, AT, config, "text", None) is Exit.FINE
    assert "  due Mon 2026-06-08 19:00 JST: 1 h of working time left" in capsys.readouterr().out.splitlines()


def test_neither_secrets_nor_sound_sources_are_needed_for_what_the_local_socket_gives(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "slamon.yml"
    config.write_text(
        "version: 1\nrules: rules.yml\ntime_zone: Asia/Tokyo\nstorage: {path: state.db}\n"
        "sources: {desk: {kind: redmine, url: 'http://x', key: '${env:NOT_SET_HERE}'}, other: {kind: fil}}\n"
        "notifiers: {}\n",
        encoding="utf-8",
    )
    with serving(UnixStreamServer(str(tmp_path / "state.sock"), _Service)):
        assert explain("4711", None, None, AT, config, "text", None) is Exit.FINE
    out, error = capsys.readouterr()
    assert "  due Mon 2026-06-08 19:00 JST: 1 h of working time left" in out.splitlines()
    assert error == ""


def test_a_service_that_does_not_answer_is_another_exit_code(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with service() as base:
        address = base.removeprefix("http://")
    config = tmp_path / "slamon.yml"
    config.write_text(
        f"version: 1\nrules: rules.yml\nweb: {{listen: '{address}'}}\nstorage: {{path: slamon.db}}\n"
        "sources: {desk: {kind: file, path: tickets.jsonl}}\nnotifiers: {}\n",
        encoding="utf-8",
    )
    assert explain("4711", None, None, AT, config, "text", None) is Exit.CANNOT_RUN
    assert "does not answer" in capsys.readouterr().err
