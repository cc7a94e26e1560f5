"""A mail server on loopback that says whatever a fault makes it say at any step."""

from __future__ import annotations

import asyncio
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from tests.clock import ManualTime
from tests.faults.notifiers.receivers import Arrival, Lost, Receiver, news
from tests.faults.peer import Peer
from tests.faults.redmine import PASS

_SILENT = ""
_USUAL = {"greeting": "220 mail.test ESMTP", "DATA": "354 go on", "text": "250 kept", "QUIT": "221 bye"}
_USUAL |= {"AUTH": "235 welcome", "STARTTLS": "220 go on"}


class MailReceiver(Receiver):
    """A fault is asked with each command, and with `greeting` and `text`; None hangs up, "" says nothing more."""

    def __init__(self, name: str, time: ManualTime) -> None:
        super().__init__(name, time)
        self.offers = ["8BITMIME"]
        self.tls: ssl.SSLContext | None = None
        self.commands: list[str] = []
        self.clear: list[str] = []  # what came before encryption
        self.peer = _MailPeer(self)


class _MailPeer(Peer):
    def __init__(self, box: MailReceiver) -> None:
        super().__init__(lambda request: None)
        self._box = box

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Dialogue(self._box, reader, writer).hold()


class _Dialogue:
    def __init__(self, box: MailReceiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.box, self.reader, self.writer = box, reader, writer
        self.recipients: list[str] = []
        self.encrypted = False

    async def hold(self) -> None:
        if not await self._say("greeting"):
            return
        while line := (await self.reader.readline()).decode().strip():
            self._keep(line)
            if not await self._say(line):
                return
            if line == "STARTTLS" and self.box.tls is not None:
                await self.writer.start_tls(self.box.tls)
                self.encrypted = True
            if line == "DATA" and self.recipients and not await self._take():
                return

    def _keep(self, line: str) -> None:
        self.box.commands.append(line)
        if not self.encrypted:
            self.box.clear.append(line)

    async def _take(self) -> bool:
        content = (await self.reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if not self.encrypted:
            self.box.clear.append(content.decode())
        said = self.box.fault("text")
        taken, lost = said is PASS or isinstance(said, Lost), isinstance(said, Lost)
        self.box.arrivals.append(self._arrival(content, taken=taken, lost=lost))
        self.recipients = []
        return await self._reply(_USUAL["text"] if said is PASS else said.said if isinstance(said, Lost) else said)

    def _arrival(self, content: bytes, *, taken: bool, lost: bool) -> Arrival:
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        plain = mail.get_body(("plain",))
        text = "" if plain is None else str(plain.get_content())
        to = ", ".join(one.partition("@")[0] for one in self.recipients)
        subject = str(mail["Subject"])
        return Arrival(
            at=self.box.time.now(),
            id=str(mail["Message-ID"]),
            title=subject,
            told=news(f"{subject}\n{text}"),
            body=content,
            text=text,
            taken=taken,
            lost=lost,
            to=to,
        )

    async def _say(self, line: str) -> bool:
        said: Any = self.box.fault(line)
        if said is PASS:
            said = self._usual(line)
        if line.startswith("RCPT TO:<") and str(said).startswith("2"):
            self.recipients.append(line[9:].partition(">")[0])
        return await self._reply(said)

    def _usual(self, line: str) -> str:
        if line.startswith("EHLO"):
            tls = ["STARTTLS"] if self.box.tls is not None and not self.encrypted else []
            lines = ["mail.test", *self.box.offers, *tls]
            return "\r\n".join([*(f"250-{one}" for one in lines[:-1]), f"250 {lines[-1]}"])
        return _USUAL.get(line.partition(" ")[0], "250 OK")

    async def _reply(self, said: str | None) -> bool:
        if said == _SILENT:
            await self.reader.read()  # until the other side gives up
        if not said:
            return False
        self.writer.write(said.encode() + b"\r\n")
        await self.writer.drain()
        return True
