"""slamon doctor: real files, real servers on loopback; nothing is sent, nothing hangs, no secret is shown."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
import trustme

from slamon.commands.doctor import carry_out_all
from slamon.commands.doctor_findings import Check, Found, ok, plain
from slamon.commands.exits import Exit
from tests.commands.examined import Desk, line
from tests.e2e.process import ServiceProcess, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver
from tests.notifiers.servers import Mailbox, Reader, Writer, mail_server, serving


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[WebhookReceiver]:
    hook = await WebhookReceiver().start()
    yield hook
    await hook.stop()


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


@pytest.mark.asyncio
async def test_that_nothing_is_sent_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.more = "alerts: {send: false}\n"
    assert await desk.examined() is Exit.FOUND
    assert line(capsys.readouterr().out, "alerts") == (
        "WARNING alerts: nothing is sent: alerts.send is false; set it to true once somebody shall be told"
    )


@pytest.mark.asyncio
async def test_where_nothing_can_be_written_no_check_is_left_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def waits() -> Sequence[Found]:
        await asyncio.Event().wait()
        return ()

    checks = [plain("first", lambda: ok("it is well")), Check("second", waits)]
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OSError, match="No space left"):
        await carry_out_all(checks, 60)
    assert asyncio.all_tasks() == {asyncio.current_task()}
