from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from slamon.ports import Reason
from slamon.secrets import Secret
from tests.notifiers.hostile import message
from tests.notifiers.mailing import CANARY, failing, kind_of, notifier, refused
from tests.notifiers.servers import Mailbox, Reader, ScriptedMail, mail_server, serving


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def speaking_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def secure(tls: str, ca_file: str | None, password: str = CANARY) -> dict[str, Any]:
    return {"host": "localhost", "tls": tls, "ca_file": ca_file, "user": "slamon", "password": Secret(password)}


@pytest.mark.asyncio
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_message_goes_out_encrypted_and_logged_in(tls: str, speaking_tls: ssl.SSLContext, ca_file: str) -> None:
    box = Mailbox()
    contexts = {tls: speaking_tls}
    async with mail_server(box, **contexts, password=CANARY) as port:
        await notifier(port, **secure(tls, ca_file)).send(message())
    assert (box.kept[0].encrypted, box.kept[0].user) == (True, "slamon")


@pytest.mark.asyncio
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_is_always_verified(tls: str, speaking_tls: ssl.SSLContext, ca_file: str) -> None:
    box = Mailbox()
    contexts = {tls: speaking_tls}
    async with mail_server(box, **contexts, password=CANARY) as port:
        for changes in (secure(tls, None), secure(tls, ca_file) | {"host": "127.0.0.1"}):
            with failing() as caught:
                await notifier(port, **changes).send(message())
            assert kind_of(caught[0]) == (Reason.UNREACHABLE, False, False)
            assert "its certificate is not to be trusted: " in str(caught[0])
    assert box.kept == []


@pytest.mark.asyncio
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_wrong_password_is_final(tls: str, speaking_tls: ssl.SSLContext, ca_file: str) -> None:
    contexts = {tls: speaking_tls}
    async with mail_server(Mailbox(), **contexts, password="another") as port:
        with failing() as caught:
            await notifier(port, **secure(tls, ca_file)).send(message())
    assert kind_of(caught[0]) == (Reason.UNAUTHORIZED, True, False)
    assert f"localhost:{port}, logging in: 535 " in str(caught[0])


@pytest.mark.asyncio
async def test_a_server_without_starttls_gets_neither_password_nor_text() -> None:
    for offered in ("250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME", "250 mail.test"):
        server = ScriptedMail({"EHLO": offered})
        async with serving(server.talk) as port:
            with failing() as caught:
                await notifier(port, **secure("starttls", None)).send(message())
        assert kind_of(caught[0]) == (Reason.UNREACHABLE, False, False)
        assert str(caught[0]) == (
            f"localhost:{port}, STARTTLS: the server does not offer STARTTLS, or somebody on the way removed it: "
            "nothing is sent unencrypted"
        )
        assert [command.split()[0] for command in server.commands] == ["EHLO"]


@pytest.mark.asyncio
async def test_a_server_that_cannot_do_starttls_now_is_tried_again() -> None:
    script: dict[str, str | None] = {"EHLO": "250-mail.test\r\n250 STARTTLS", "STARTTLS": "454 not now"}
    error = await refused(script, tls="starttls")
    assert kind_of(error) == (Reason.SERVER_ERROR, False, False)


@pytest.mark.asyncio
async def test_what_is_slipped_in_before_the_encryption_is_not_believed(
    speaking_tls: ssl.SSLContext, ca_file: str
) -> None:
    script: dict[str, str | None] = {
        "EHLO": "250-mail.test\r\n250 STARTTLS",
        "STARTTLS": "220 go on\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 OK",
    }
    server = ScriptedMail(script)
    async with serving(server.talk) as port:
        with failing() as caught:
            await notifier(port, **secure("starttls", ca_file)).send(message())
    assert not caught[0].permanent
    assert not any("AUTH" in command for command in server.commands)


@pytest.mark.asyncio
async def test_tls_with_a_server_that_never_answers_costs_no_more_than_the_time_allowed() -> None:
    async with serving(lambda reader, _: _read_all(reader)) as port:
        with failing() as caught:
            await asyncio.wait_for(notifier(port, tls="implicit", timeout=0.2).send(message()), 5)
    assert kind_of(caught[0]) == (Reason.TIMEOUT, False, False)


async def _read_all(reader: Reader) -> None:
    await reader.read(-1)


@pytest.mark.asyncio
async def test_tls_with_a_server_that_speaks_plainly_says_what_to_look_at() -> None:
    error = await refused({}, tls="implicit")
    assert kind_of(error) == (Reason.UNREACHABLE, False, False)
    assert "does tls: suit the port?" in str(error)
