"""E-mail through a mail server that takes messages for others (submission), one connection for each."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Literal

import structlog
from aiosmtplib import SMTPException

from slamon.core.message import Message
from slamon.notifiers import email_format
from slamon.notifiers.email_recipients import Recipients
from slamon.notifiers.http import tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.smtp import Stage, Transaction
from slamon.ports import Reason, SendError
from slamon.secrets import Secret

log = structlog.get_logger()
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"none": 25, "starttls": 587, "implicit": 465}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Keys of a notifier of kind email; `sender` is the key `from`, a port of 0 the usual one for `tls`.

    `timeout` is seconds for a whole send; `ca_file` are authorities to trust instead of the system's.
    """

    host: str
    sender: str = field(metadata={"key": "from"})
    to: tuple[str, ...] = ()
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    port: int = 0
    user: str | None = None
    password: Secret | None = None
    timeout: float = 30.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.tls not in _PORTS:
            raise ValueError(f"tls: {self.tls!r} is none of none, starttls, implicit")
        if not self.host or not self.host.isascii() or not self.host.isprintable() or " " in self.host:
            raise ValueError(f"host: {self.host!r} is not the name of a host: write smtp.example.com")
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port: {self.port} is not between 1 and 65535: write {_PORTS[self.tls]}")
        if not 0 < self.timeout <= 300:
            raise ValueError(f"timeout: {self.timeout} is not between 0 and 300 seconds: write 30s")
        self._check_login()
        for key, texts in (("from", (self.sender,)), ("to", self.to)):
            _mailboxes(key, texts)
        object.__setattr__(self, "port", self.port or _PORTS[self.tls])

    def _check_login(self) -> None:
        if (self.user is None) != (self.password is None):
            raise ValueError("user: write user and password together, or leave out both")
        if self.password is not None and self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("tls: none would send the password in the clear: write starttls or implicit")


def _mailboxes(key: str, texts: tuple[str, ...]) -> tuple[Address, ...]:
    try:
        return tuple(map(email_format.mailbox, texts))
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def payload(message: Message, settings: EmailSettings) -> bytes:
    """The e-mail as it goes out."""
    return email_format.payload(message, email_format.mailbox(settings.sender), _mailboxes("to", settings.to))


class EmailNotifier:
    """Sends to fixed recipients, each of whom the server may take or refuse on its own.

    A recipient refused for good does not keep the message from the others: it is logged, and SendError is raised only
    if nobody took it. One that is put off makes the send fail so that it is tried again, for that recipient alone.
    """

    def __init__(self, name: str, settings: EmailSettings) -> None:
        self.name = name
        self._settings = settings
        self._tls = tls_context(settings.ca_file)
        self._recipients = Recipients(address.addr_spec for address in _mailboxes("to", settings.to))

    async def send(self, message: Message) -> None:
        """Return once every recipient has it or is refused for good, and at least one has it."""
        waiting = self._recipients.waiting(message.id)
        if not waiting:
            raise SendError(Reason.NO_RECIPIENT, "nobody to send to: write to: lead@example.com", permanent=True)
        transaction = await self._attempt(message, waiting)
        outcome = self._recipients.settle(message.id, transaction.accepted, transaction.refused)
        for text in outcome.news:
            log.warning(text, notifier=self.name)
        if outcome.failure:
            raise outcome.failure

    async def _attempt(self, message: Message, waiting: list[str]) -> Transaction:
        sender = email_format.mailbox(self._settings.sender).addr_spec
        transaction = Transaction(self._settings, self._tls, _own_name())
        try:
            async with asyncio.timeout(self._settings.timeout):
                await transaction.run(sender, waiting, payload(message, self._settings))
        except (SMTPException, OSError) as error:
            failure = transaction.explain(error)
        if transaction.stage is not Stage.DONE:
            raise failure  # outside of the handler: no context that could be logged with it
        return transaction

    async def close(self) -> None:
        """Nothing is kept open."""


def _own_name() -> str:
    """What to call ourselves: the whole host name without asking DNS, else the form that RFC 5321 has for nameless."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() and name.isprintable() and " " not in name else "[127.0.0.1]"


KIND = Kind(EmailSettings, EmailNotifier)
