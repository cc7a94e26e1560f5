"""The notifier of kind email against a real Exim: what it takes, what it refuses, and what then lies in the mailbox."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from slamon.core.message import Message
from slamon.notifiers.email import EmailNotifier, EmailSettings
from slamon.ports import Reason, SendError
from slamon.secrets import Secret
from tests.notifiers.failures import failing_without
from tests.notifiers.hostile import HOSTILE, digest, message
from tests.notifiers.test_digests import table
from tests.notifiers.test_email_format import HEADERS, part

pytestmark = [pytest.mark.shared, pytest.mark.peer("exim4-daemon-light")]

PEERS = Path(tempfile.gettempdir()) / "slamon-peers-exim"
STARTTLS, PLAIN, IMPLICIT = 3625, 3626, 3627
PASSWORD = "slamon-mail"
A, B, C = "a@example.com", "b@example.com", "c@example.com"
OF_EXIM = {"Return-path", "Envelope-to", "Delivery-date", "Received"}


@dataclass
class Exim:
    """A running one, and the one mailbox that everything comes to."""

    certificate: str
    box: Path

    def notifier(self, port: int = STARTTLS, **changes: Any) -> EmailNotifier:
        values: dict[str, Any] = {"host": "localhost", "sender": "slamon <slamon@example.com>", "to": (A,)}
        usual = {"user": "slamon", "password": Secret(PASSWORD), "ca_file": self.certificate, "timeout": 20.0}
        return EmailNotifier("mail", EmailSettings(port=port, **values | usual | changes))

    async def arrived(self, count: int = 1) -> list[EmailMessage]:
        """What came since last asked, once there is so much of it: Exim says yes before it has delivered."""
        async with asyncio.timeout(20):
            # What it waits for happens in another process.
            while len(files := sorted(self.box.glob("new/*"))) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        for file in files:
            file.unlink()
        assert all(isinstance(one, EmailMessage) for one in found)
        return found

    @property
    def is_empty(self) -> bool:
        return not [*self.box.glob("new/*")]


def _run(script: Path, word: str) -> None:
    subprocess.run(["bash", str(script), word], env={**os.environ, "PEERS": str(PEERS)}, check=True, timeout=300)


@pytest.fixture(scope="module")
def running(shared: Path) -> Iterator[Exim]:
    script = shared / "servers" / "smtp_exim.sh"
    _run(script, "wipe")
    _run(script, "start")
    yield Exim(str(PEERS / "exim" / "cert.pem"), PEERS / "mail" / "all")
    _run(script, "wipe")


@pytest.fixture
def exim(running: Exim) -> Exim:
    for file in running.box.glob("new/*"):
        file.unlink()
    return running


def recipients(mail: EmailMessage) -> list[str]:
    return sorted(part.strip() for part in str(mail["Envelope-to"]).split(","))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("port", "changes"),
    [(STARTTLS, {}), (IMPLICIT, {"tls": "implicit"}), (PLAIN, {"tls": "none", "user": None, "password": None})],
)
async def test_a_mail_arrives_as_it_was_made(exim: Exim, port: int, changes: dict[str, Any]) -> None:
    await exim.notifier(port, to=(A, B), **changes).send(digest())
    mail, other = await exim.arrived(2)  # a copy for each
    assert sorted([*recipients(mail), *recipients(other)]) == [A, B]
    assert mail["Message-ID"] == other["Message-ID"]
    assert mail["Subject"] == "BREACHED: #4711 Printer on fire"
    assert [name for name in mail.keys() if name not in OF_EXIM] == HEADERS  # noqa: SIM118 - a header may stand twice
    assert [one["ticket"] for one in table(mail)] == [one.ticket for one in digest().covers]
    secured = {STARTTLS: "with esmtpsa", IMPLICIT: "with esmtpsa", PLAIN: "with esmtp "}
    assert secured[port] in " ".join(str(mail["Received"]).split())


@pytest.mark.asyncio
async def test_a_repeated_attempt_is_the_same_mail(exim: Exim) -> None:
    for _ in range(2):
        await exim.notifier().send(message())
    first, second = await exim.arrived(2)
    for name in ("Message-ID", "References", "Date", "X-Slamon-Delivery", "Content-Type"):
        assert first[name] == second[name]
    assert part(first, "html") == part(second, "html")


async def refusal(notifier: EmailNotifier, of: Message | None = None) -> SendError:
    with failing_without(PASSWORD, "canary") as caught:
        await notifier.send(of or message())
    return caught[0]


def kind_of(error: SendError) -> tuple[Reason, bool, bool]:
    return error.reason, error.permanent, error.unknown


@pytest.mark.asyncio
async def test_a_wrong_password_is_final_and_shows_nowhere(exim: Exim) -> None:
    error = await refusal(exim.notifier(password=Secret("canary-wrong")))
    assert kind_of(error) == (Reason.UNAUTHORIZED, True, False)
    assert "535" in str(error)


@pytest.mark.asyncio
async def test_without_a_login_the_server_refuses_the_sender(exim: Exim) -> None:
    error = await refusal(exim.notifier(user=None, password=None))
    assert kind_of(error) == (Reason.REJECTED, True, False)
    assert "authenticate first" in str(error)


@pytest.mark.asyncio
@pytest.mark.parametrize("port", [STARTTLS, IMPLICIT])
async def test_a_certificate_of_nobody_known_is_not_trusted(exim: Exim, port: int) -> None:
    tls = "starttls" if port == STARTTLS else "implicit"
    error = await refusal(exim.notifier(port, tls=tls, ca_file=None))
    assert kind_of(error) == (Reason.UNREACHABLE, False, False)
    assert "its certificate is not to be trusted: self-signed certificate" in str(error)
    assert exim.is_empty


@pytest.mark.asyncio
async def test_a_server_without_starttls_gets_nothing(exim: Exim) -> None:
    error = await refusal(exim.notifier(PLAIN))
    assert kind_of(error) == (Reason.UNREACHABLE, False, False)
    assert "does not offer STARTTLS" in str(error)
    assert exim.is_empty


@pytest.mark.asyncio
async def test_plain_words_to_a_port_that_wants_tls_are_a_passing_failure(exim: Exim) -> None:
    error = await refusal(exim.notifier(IMPLICIT, tls="starttls", timeout=5.0))
    assert (error.permanent, error.unknown) == (False, False)


@pytest.mark.asyncio
async def test_one_bad_recipient_and_one_put_off_do_not_keep_it_from_the_third(exim: Exim) -> None:
    bad, later = "reject-1@example.com", "defer-1@example.com"
    notifier = exim.notifier(to=(bad, later, A))
    with capture_logs() as logged:
        error = await refusal(notifier)
    assert kind_of(error) == (Reason.SERVER_ERROR, False, False)
    assert "defer-1@example.com (451 4.3.0 try again later); 1 of 3 have it" in str(error)
    assert "reject-1@example.com (550 5.1.1 no such mailbox)" in logged[0]["event"]
    assert recipients((await exim.arrived())[0]) == [A]
    error = await refusal(notifier)
    assert exim.is_empty  # only the one who was put off was asked again


@pytest.mark.asyncio
async def test_a_mail_for_one_person_comes_to_nobody_else(exim: Exim) -> None:
    await exim.notifier(to=(A, B)).send(message(to=C))
    (mail,) = await exim.arrived()
    assert (recipients(mail), mail["To"]) == ([C], C)


@pytest.mark.asyncio
async def test_ten_thousand_commitments_pass_a_limit_of_a_megabyte(exim: Exim) -> None:
    await exim.notifier().send(digest(count=10_000))
    (mail,) = await exim.arrived()
    assert [one.get_filename() for one in mail.iter_attachments()] == ["commitments.zip"]


@pytest.mark.asyncio
async def test_every_hostile_text_arrives_with_our_headers_and_no_others(exim: Exim) -> None:
    notifier = exim.notifier(PLAIN, tls="none", user=None, password=None)
    for name, text in HOSTILE.items():
        await notifier.send(message(text, id=name))
    mails = await exim.arrived(len(HOSTILE))
    assert len(mails) == len(HOSTILE)
    assert {mail["X-Slamon-Delivery"] for mail in mails} == set(HOSTILE)
    for mail in mails:
        assert [name for name in mail.keys() if name not in OF_EXIM] == HEADERS  # noqa: SIM118
        assert recipients(mail) == [A]
        assert not mail.defects
        assert len(part(mail, "plain").splitlines()) == 7
