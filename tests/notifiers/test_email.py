from __future__ import annotations

import asyncio
from base64 import b64encode

import pytest

from slamon.notifiers.email import payload
from slamon.ports import Reason
from slamon.secrets import Secret
from tests.notifiers.hostile import message
from tests.notifiers.mailing import CANARY, A, B, failing, kind_of, notifier, refused, settings
from tests.notifiers.servers import Mailbox, Reader, ScriptedMail, Writer, mail_server, serving


@pytest.mark.asyncio
async def test_a_mail_server_takes_a_message_for_all_recipients() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        mail = notifier(port, to=(A, f"Lead <{B}>", A))
        await mail.send(message())
        await mail.close()
        await mail.close()
    assert len(box.kept) == 1
    assert (box.kept[0].sender, box.kept[0].recipients) == ("slamon@example.com", [A, B])
    assert box.kept[0].mail["Subject"] == "BREACHED: #4711 Printer on fire"


@pytest.mark.asyncio
async def test_a_repeated_attempt_sends_the_same_bytes() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        await notifier(port).send(message())
        await notifier(port).send(message())
    assert box.kept[0].content == box.kept[1].content
    assert box.kept[0].content.rstrip() == payload(message(), settings(port)).rstrip()


AUTH = "250-mail.test\r\n250 AUTH PLAIN"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("script", "reason", "permanent"),
    [
        ({"greeting": "421 too busy"}, Reason.SERVER_ERROR, False),
        ({"greeting": "554 no mail here"}, Reason.SERVER_ERROR, False),
        ({"EHLO": "550 who are you?"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "535 5.7.8 wrong"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": AUTH, "AUTH": "534 too weak"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": AUTH, "AUTH": "454 4.7.0 try later"}, Reason.SERVER_ERROR, False),
        ({"EHLO": "250 mail.test"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": "250-mail.test\r\n250 AUTH GSSAPI"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "MAIL": "450 greylisted"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "MAIL": "550 not from you"}, Reason.REJECTED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "MAIL": "530 log in first"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "450 greylisted"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "451 greylisted"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "452 mailbox full"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "421 closing"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "550 nobody"}, Reason.NO_RECIPIENT, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "RCPT": "530 log in first"}, Reason.UNAUTHORIZED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "DATA": "451 not now"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "DATA": "554 never"}, Reason.REJECTED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "text": "451 not now"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "text": "421 closing"}, Reason.SERVER_ERROR, False),
        ({"EHLO": AUTH, "AUTH": "235 in", "text": "552 too big"}, Reason.REJECTED, True),
        ({"EHLO": AUTH, "AUTH": "235 in", "text": "554 spam"}, Reason.REJECTED, True),
    ],
)
async def test_each_refusal_says_whether_trying_again_helps(
    script: dict[str, str | None], reason: Reason, permanent: bool
) -> None:
    error = await refused(script, user="slamon", password=Secret(CANARY))
    assert kind_of(error) == (reason, permanent, False)


@pytest.mark.asyncio
async def test_a_password_that_the_server_quotes_is_scrubbed() -> None:
    quoted = f"535 no: {CANARY} / {b64encode(CANARY.encode()).decode()}"
    error = await refused({"EHLO": AUTH, "AUTH": quoted}, user="slamon", password=Secret(CANARY))
    assert str(error).endswith("logging in: 535 no: <secret> / <secret>")


@pytest.mark.asyncio
async def test_what_a_server_says_is_made_safe_before_it_is_shown() -> None:
    error = await refused({"MAIL": "550-one\r\n550 \x1b[31mtwo" + "x" * 5_000})
    assert "naming the sender: 550 one \ufffd[31mtwoxxx" in str(error)
    assert len(str(error)) < 300


@pytest.mark.asyncio
@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "text"])
@pytest.mark.parametrize(("said", "reason"), [(None, Reason.UNREACHABLE), ("", Reason.TIMEOUT)], ids=["cut", "hang"])
async def test_only_a_loss_after_data_leaves_it_unknown_whether_it_was_taken(
    at: str, said: str | None, reason: Reason
) -> None:
    error = await refused({at: said}, timeout=0.2 if said == "" else 5)
    assert kind_of(error) == (reason, False, at in {"DATA", "text"})


@pytest.mark.asyncio
@pytest.mark.parametrize("at", ["greeting", "MAIL", "text"])
async def test_nonsense_for_an_answer_may_pass(at: str) -> None:
    error = await refused({at: "HTTP/1.1 400 Bad Request"})
    assert kind_of(error) == (Reason.UNREACHABLE, False, at == "text")
    assert "is not SMTP" in str(error)


@pytest.mark.asyncio
@pytest.mark.parametrize("said", [None, "", "500 what?", "nonsense"])
async def test_once_taken_a_bad_farewell_changes_nothing(said: str | None) -> None:
    server = ScriptedMail({"QUIT": said})
    async with serving(server.talk) as port:
        await asyncio.wait_for(notifier(port, timeout=0.3).send(message()), 5)
    assert server.commands[-1] == "QUIT"


async def drip(reader: Reader, writer: Writer) -> None:
    """A greeting without an end: something always comes."""
    while True:
        writer.write(b"220-x\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_a_server_that_drips_costs_no_more_than_the_time_allowed() -> None:
    async with serving(drip) as port:
        with failing() as caught:
            await asyncio.wait_for(notifier(port, timeout=0.2).send(message()), 5)
    assert kind_of(caught[0]) == (Reason.TIMEOUT, False, False)


@pytest.mark.asyncio
async def test_nobody_listening_is_unreachable_and_surely_not_sent() -> None:
    async with serving(_nothing) as port:
        pass
    with failing() as caught:
        await notifier(port).send(message())
    assert kind_of(caught[0]) == (Reason.UNREACHABLE, False, False)
    assert str(caught[0]).startswith(f"127.0.0.1:{port}, connecting: ")


async def _nothing(_reader: Reader, _writer: Writer) -> None:
    return
