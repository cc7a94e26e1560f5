"""Servers on loopback that behave as badly as a test wants, and keep what they were sent."""

from __future__ import annotations

import asyncio
import ssl
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeAlias, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Talk: TypeAlias = Callable[[Reader, Writer], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[int]:
    """The port of a server that holds each conversation; all of them are over when the block is."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side went away, or the test is over
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Http:
    """Answers requests with given bytes in turn, the last one for ever, and keeps the requests' heads and bodies."""

    answers: list[bytes]
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def talk(self, reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(line for line in head.lower().splitlines() if line.startswith("content-length:"))
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(int(length.split(":")[1])))
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()


def answer(status: int, body: str = "", *headers: str) -> bytes:
    """The bytes of an HTTP answer."""
    raw = body.encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@dataclass
class Kept:
    """A message that the mail server took."""

    sender: str
    recipients: list[str]
    content: bytes
    encrypted: bool
    user: str | None
    at: float = field(default_factory=time.time)  # by the clock of the wall

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Mailbox:
    """What happens in the mail server: `rcpt` and `data` are answers by address and for the text; else all is taken."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = "250 2.0.0 kept"
    kept: list[Kept] = field(default_factory=list)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: object) -> str:
        said = self.rcpt.get(address, "250 OK")
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        user = cast(Any, session.auth_data).login.decode() if session.authenticated else None
        encrypted = server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
        kept = Kept(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, encrypted, user)
        if self.data.startswith("2"):
            self.kept.append(kept)
        return self.data


@asynccontextmanager
async def mail_server(
    box: Mailbox, starttls: ssl.SSLContext | None = None, implicit: ssl.SSLContext | None = None, password: str = ""
) -> AsyncIterator[int]:
    """The port of a real mail server; with a password it asks for the user slamon."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(b"slamon", password.encode())
        return AuthResult(success=good, handled=False, auth_data=data)

    sessions: list[SMTP] = []

    def session() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # aiosmtpd does not see that all of a connection is encrypted
            made = SMTP(
                box,
                hostname="mail.test",
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=check if password else None,
                auth_required=bool(password),
                auth_require_tls=starttls is not None,
                loop=asyncio.get_running_loop(),
            )
        sessions.append(made)
        return made

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=implicit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                cast(asyncio.Transport, one.transport).abort()


@dataclass
class ScriptedMail:
    """A mail server that follows a script: an answer by the start of a command; None hangs up, "" says nothing more."""

    script: dict[str, str | None]
    commands: list[str] = field(default_factory=list)
    usual: dict[str, str] = field(
        default_factory=lambda: {
            "greeting": "220 mail.test ESMTP",
            "EHLO": "250-mail.test\r\n250 8BITMIME",
            "DATA": "354 go on",
            "text": "250 kept",
            "QUIT": "221 bye",
        }
    )

    async def talk(self, reader: Reader, writer: Writer) -> None:
        if not await self._say(reader, writer, "greeting"):
            return
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            if not await self._say(reader, writer, line):
                return
            if line == "DATA" and not await self._take_text(reader, writer):
                return

    async def _take_text(self, reader: Reader, writer: Writer) -> bool:
        self.commands.append((await reader.readuntil(b"\r\n.\r\n")).decode())
        return await self._say(reader, writer, "text")

    async def _say(self, reader: Reader, writer: Writer, line: str) -> bool:
        both = self.usual | self.script
        said = next((both[key] for key in both if line.startswith(key)), "250 OK")
        if said == "":
            await reader.read()  # until the other side gives up
        if not said:
            return False
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return True
