"""slamon doctor: real files, real servers on loopback; nothing is sent, nothing hangs, no secret is shown."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
import trustme

from slamon.cli import Exit
from slamon.commands.doctor import doctor
from slamon.store import SqliteStore
from slamon.store.database import APPLICATION_ID, migrations
from tests.e2e.process import ROOT, ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver
from tests.notifiers.servers import Mailbox, Reader, Writer, mail_server, serving
from tests.store.build import opened

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, targets: {first_response: 4h}}]
routes: [{name: all, match: all, steps: [{when: breached, notify: console}]}]
"""


@dataclass
class Desk:
    """A folder with settings that can be used, and what is changed of them."""

    folder: Path
    port: int = field(default_factory=free_port)
    source: str = "{kind: file, path: tickets.jsonl}"
    notifiers: dict[str, str] = field(default_factory=dict)
    more: str = ""

    @property
    def config(self) -> Path:
        return self.folder / "slamon.yml"

    @property
    def database(self) -> Path:
        return self.folder / "var" / "slamon.db"

    def write(self) -> None:
        (self.folder / "rules.yml").write_text(RULES, "utf-8")
        (self.folder / "tickets.jsonl").touch()
        notifiers = "".join(f"  {name}: {text}\n" for name, text in self.notifiers.items())
        self.config.write_text(
            f"version: 1\nrules: rules.yml\nweb: {{listen: '127.0.0.1:{self.port}'}}\n"
            f"sources:\n  desk: {self.source}\nnotifiers:\n  console: {{kind: console}}\n{notifiers}{self.more}",
            "utf-8",
        )

    async def examined(self) -> Exit:
        """What doctor, in a thread with a loop of its own, answers; what it says is printed."""
        self.write()
        return await asyncio.to_thread(doctor, self.config, 10.0)

    async def by_itself(self, seconds: float) -> tuple[int, str]:
        """Exit status and output of doctor as a process, which must end by itself."""
        self.write()
        command = ["-m", "slamon", "doctor", "--seconds", str(seconds), "--config", str(self.config)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
        )
        output, _ = await asyncio.wait_for(process.communicate(), 30)
        return process.returncode or 0, output.decode()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[WebhookReceiver]:
    hook = await WebhookReceiver().start()
    yield hook
    await hook.stop()


def line(text: str, about: str) -> str:
    [found] = [one for one in text.splitlines() if one[8:].startswith(f"{about}: ")]
    return found


@pytest.mark.asyncio
async def test_where_all_is_well_every_line_says_so_and_nothing_is_sent(
    desk: Desk, hook: WebhookReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    box = Mailbox()
    async with mail_server(box, password="HUSH-HUSH") as port:
        desk.notifiers["chat"] = f"{{kind: slack, webhook: '{hook.url}/HUSH-HUSH'}}"
        desk.notifiers["mail"] = (
            f"{{kind: email, host: 127.0.0.1, port: {port}, tls: none, user: slamon, password: HUSH-HUSH, "
            "from: slamon@example.com, to: lead@example.com}"
        )
        desk.more = f"heartbeat: {{url: '{hook.url}/HUSH-HUSH'}}\n"
        assert await desk.examined() is Exit.FINE
    out, error = capsys.readouterr()
    assert error == ""
    assert {one.split()[0] for one in out.splitlines()} == {"ok"}
    abouts = [one[8:].partition(": ")[0] for one in out.splitlines()]
    assert abouts == [
        *("settings and rules", "programs", "time zones", "clock", "files", "disk", "database", "port", "service"),
        *("source desk", "notifier console", "notifier chat", "notifier mail", "heartbeat"),
    ]
    assert line(out, "settings and rules").endswith("slamon.yml and 1 policy can be used")
    assert line(out, "notifier mail").endswith("takes mail from slamon@example.com, login of slamon")
    assert (hook.bodies, box.kept) == ([], [])
    assert "HUSH" not in out
    assert sorted(one.name for one in desk.folder.iterdir()) == ["rules.yml", "slamon.yml", "tickets.jsonl"]


@pytest.mark.asyncio
async def test_who_refuses_or_is_not_there_is_named_with_a_remedy(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    async with mail_server(Mailbox(), password="another") as port:
        nobody = free_port()
        desk.source = f"{{kind: redmine, url: 'http://127.0.0.1:{nobody}', key: HUSH-HUSH}}"
        desk.notifiers["chat"] = f"{{kind: slack, webhook: 'http://127.0.0.1:{nobody}/HUSH-HUSH'}}"
        desk.notifiers["mail"] = (
            f"{{kind: email, host: 127.0.0.1, port: {port}, tls: none, user: slamon, password: HUSH-HUSH, "
            "from: slamon@example.com, to: lead@example.com}"
        )
        desk.more = "directories: {customers: {kind: csv, path: none.csv, key: name, on: customer}}\n"
        assert await desk.examined() is Exit.FOUND
    out, _ = capsys.readouterr()
    assert line(out, "source desk").startswith("ERROR   source desk: 127.0.0.1")
    assert line(out, "source desk").endswith("; type slamon source test desk")
    assert f"127.0.0.1:{nobody} cannot be reached" in line(out, "notifier chat")
    assert "logging in: 535" in line(out, "notifier mail")
    assert line(out, "notifier mail").endswith("; see host, port, tls, user and password")
    assert line(out, "directory customers").startswith("ERROR")
    assert "HUSH" not in out


@pytest.mark.asyncio
async def test_a_certificate_that_nobody_trusts_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(tls)

    async def talk(reader: Reader, writer: Writer) -> None:
        await reader.read()

    async with serving(talk, tls) as port:
        desk.notifiers["chat"] = f"{{kind: slack, webhook: 'https://localhost:{port}/HUSH-HUSH'}}"
        assert await desk.examined() is Exit.FOUND
    found = line(capsys.readouterr().out, "notifier chat")
    assert f"the certificate of localhost:{port} is not to be trusted" in found
    assert found.endswith("; see ca_file")


@pytest.mark.asyncio
async def test_a_server_that_says_nothing_and_a_file_that_hangs_keep_nobody_waiting(desk: Desk) -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await reader.read()

    os.mkfifo(desk.folder / "pipe.csv")  # to open it waits until somebody writes
    desk.more = "directories: {customers: {kind: csv, path: pipe.csv, key: name, on: customer}}\n"
    async with serving(talk) as port:
        desk.source = f"{{kind: redmine, url: 'http://127.0.0.1:{port}', key: HUSH-HUSH}}"
        desk.notifiers["mail"] = f"{{kind: email, host: 127.0.0.1, port: {port}, from: a@b.example, to: c@b.example}}"
        status, out = await desk.by_itself(1)
    assert status == Exit.FOUND
    for about in ("source desk", "notifier mail", "directory customers"):
        assert line(out, about).startswith(f"ERROR   {about}: ")
    assert "no answer within 1 s; see whether it is up" in line(out, "source desk")


@pytest.mark.asyncio
async def test_settings_that_cannot_be_used_are_told_first_and_what_needs_none_is_looked_at(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.source = "{kind: redmine, url: 'https://desk.example', key: '${env:NOT_SET_HERE}'}"
    assert await desk.examined() is Exit.UNUSABLE
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("ERROR   settings and rules: 1 error in 1 file: ")
    assert "NOT_SET_HERE is not set" in first
    assert first.endswith(f"; type slamon check --config {desk.config}")
    assert [one[8:].partition(": ")[0] for one in rest] == ["programs", "time zones"]


@pytest.mark.asyncio
async def test_warnings_of_the_rules_are_counted(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.source = "{kind: file, path: tickets.jsonl, max_data_age: 3h}"
    assert await desk.examined() is Exit.FOUND
    assert line(capsys.readouterr().out, "settings and rules").startswith(
        "WARNING settings and rules: 1 warning in 1 file; type slamon check"
    )


@pytest.mark.asyncio
async def test_files_that_others_may_read_or_write_are_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    async with opened(SqliteStore(desk.database)):
        pass
    desk.database.chmod(0o644)
    assert await desk.examined() is Exit.FOUND
    assert line(capsys.readouterr().out, "files") == (
        f"WARNING files: others may read {desk.database}, where customers' names stand; type chmod 600 {desk.database}"
    )
    desk.database.chmod(0o600)
    desk.config.chmod(0o666)
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "files").startswith(f"ERROR   files: everybody may write {desk.config}; ")


@pytest.mark.asyncio
async def test_a_database_that_cannot_be_used_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.database.parent.mkdir()
    with closing(sqlite3.connect(desk.database)) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    assert await desk.examined() is Exit.CANNOT_RUN
    assert "is no database of slamon's" in line(capsys.readouterr().out, "database")
    with closing(sqlite3.connect(desk.database)) as newer:
        newer.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(migrations()) + 1}")
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "database").endswith("; run the release that wrote it")
    desk.database.write_bytes(b"rubbish" * 1000)
    assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "database").startswith("ERROR   database: ")


@pytest.mark.asyncio
async def test_an_older_database_asks_for_a_backup_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.database.parent.mkdir()
    with closing(sqlite3.connect(desk.database)) as old:
        old.executescript(migrations()[0])
        old.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1")
    desk.database.chmod(0o600)
    assert await desk.examined() is Exit.FOUND
    found = line(capsys.readouterr().out, "database")
    assert "version 1, " in found
    assert found.endswith("take a backup first, with slamon backup FILE")


@pytest.mark.asyncio
async def test_a_port_that_somebody_else_has_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk.port))
        other.listen()
        assert await desk.examined() is Exit.CANNOT_RUN
    assert line(capsys.readouterr().out, "port") == (
        f"ERROR   port: 127.0.0.1:{desk.port} cannot be had: Address already in use; "
        "stop what listens there, or set web.listen to another address"
    )


@pytest.mark.asyncio
async def test_of_the_running_service_it_tells_the_process_and_how_it_is(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.write()
    service = ServiceProcess(desk.folder)
    await service.start()
    try:
        await until(lambda: is_ready(f"http://127.0.0.1:{desk.port}"), what=service.log)
        assert await desk.examined() is Exit.FINE
        out = capsys.readouterr().out
        assert f"held by process {service.pid}, sound" in line(out, "database")
        assert line(out, "port").endswith("is listened on by the running service")
        assert line(out, "service") == "ok      service: it runs: ok"
    finally:
        await service.kill()
