"""One e-mail through one mail server: who took it, who did not, and what a failure means."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from slamon.notifiers.text import one_line
from slamon.ports import Reason, SendError
from slamon.secrets import Secret, scrub


class Stage(Enum):
    """How far a transaction came, as the words for a failure in it."""

    CONNECT = "connecting"
    HELLO = "the greeting"
    TLS = "STARTTLS"
    LOGIN = "logging in"
    SENDER = "naming the sender"
    RECIPIENTS = "naming the recipients"
    DATA = "handing over the text"
    DONE = "done"


class Server(Protocol):
    """Where the mail server is and how it wants to be talked to."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def tls(self) -> str: ...
    @property
    def user(self) -> str | None: ...
    @property
    def password(self) -> Secret | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said of one recipient."""

    address: str
    code: int
    said: str

    @property
    def permanent(self) -> bool:
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.address} ({self.code} {self.said})"


@dataclass(slots=True)
class Transaction:
    """One attempt. `stage` is where it is, and where it was when it failed; the lists count once it is DONE."""

    server: Server
    context: ssl.SSLContext
    hello: str
    stage: Stage = Stage.CONNECT
    accepted: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    async def run(self, sender: str, recipients: Sequence[str], mail: bytes) -> None:
        """Hand it over. Whatever fails comes as it is, and matters only before DONE: `explain` gives it a meaning."""
        client = SMTP(
            hostname=self.server.host,
            port=self.server.port,
            use_tls=self.server.tls == "implicit",
            start_tls=False,  # done below, where it cannot be skipped
            tls_context=self.context,
            local_hostname=self.hello,
            timeout=None,  # the caller's budget is for the whole
        )
        try:
            await self._greet(client)
            await self._hand_over(client, sender, recipients, mail)
            self.stage = Stage.DONE
            await client.quit(timeout=1)
        finally:
            _cut(client)

    async def _greet(self, client: SMTP) -> None:
        await client.connect()
        self.stage = Stage.HELLO
        await client.ehlo()
        if self.server.tls == "starttls":
            self.stage = Stage.TLS
            await client.starttls()
            await client.ehlo()
        if self.server.user is not None and self.server.password is not None:
            self.stage = Stage.LOGIN
            await client.login(self.server.user, self.server.password.reveal())

    async def _hand_over(self, client: SMTP, sender: str, recipients: Sequence[str], mail: bytes) -> None:
        self.stage = Stage.SENDER
        await client.mail(sender)
        self.stage = Stage.RECIPIENTS
        for address in recipients:
            await self._name(client, address)
        if self.accepted:
            self.stage = Stage.DATA
            await client.data(mail)

    async def _name(self, client: SMTP, address: str) -> None:
        try:
            await client.rcpt(address)
            self.accepted.append(address)
        except SMTPRecipientRefused as error:
            self.refused.append(Refusal(address, error.code, self._said(error.message)))

    def explain(self, error: Exception) -> SendError:
        """What a failure means, without anything secret in its words."""
        if isinstance(error, SMTPResponseException) and error.code >= 400:
            return self._answered(error.code, self._said(error.message))
        unknown = self.stage is Stage.DATA
        if isinstance(error, SMTPTimeoutError | TimeoutError):
            text = f"{self._where()}: not done within the time allowed"
            return SendError(Reason.TIMEOUT, text, unknown=unknown)
        if isinstance(error, SMTPServerDisconnected | OSError | SMTPResponseException):
            return SendError(Reason.UNREACHABLE, f"{self._where()}: {_cause(error)}", unknown=unknown)
        return self._not_offered()

    def _answered(self, code: int, said: str) -> SendError:
        text, final = f"{self._where()}: {code} {said}", code >= 500
        if final and (self.stage is Stage.LOGIN or code in {530, 535}):
            return SendError(Reason.UNAUTHORIZED, text, permanent=True)
        if final and self.stage in {Stage.SENDER, Stage.RECIPIENTS, Stage.DATA}:
            return SendError(Reason.REJECTED, text, permanent=True)
        # Before the sender is named it is not about the message: a server that is being repaired says 554 too.
        return SendError(Reason.SERVER_ERROR, text)

    def _not_offered(self) -> SendError:
        """The library refused to go on: a server without what the configuration asks for."""
        if self.stage is Stage.TLS:
            text = "the server does not offer STARTTLS, or somebody on the way removed it: nothing is sent unencrypted"
            return SendError(Reason.UNREACHABLE, f"{self._where()}: {text}")
        text = "the server offers no way to log in that slamon knows; leave out user and password if it wants none"
        return SendError(Reason.UNAUTHORIZED, f"{self._where()}: {text}", permanent=True)

    def _where(self) -> str:
        return f"{self.server.host}:{self.server.port}, {self.stage.value}"

    def _said(self, text: str) -> str:
        return scrub(one_line(text, 200), self.server.password)


def _cause(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, SMTPException) and error.__cause__ else error
    if isinstance(cause, SMTPResponseException):
        return "what the server answers is not SMTP; are host, port and tls right?"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed ({cause.reason}); does tls: suit the port?"
    if isinstance(cause, OSError) and cause.strerror:
        return one_line(cause.strerror, 200)
    return "the connection was lost"


def _cut(client: SMTP) -> None:
    """Drop the connection at once: an orderly end of TLS would wait for a server that may never answer."""
    transport = client.transport
    client.close()
    if transport is not None and hasattr(transport, "abort"):
        transport.abort()
