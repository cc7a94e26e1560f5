"""E-mail through a mail server that takes messages for others (submission), one connection for each."""

from __future__ import annotations

import asyncio
import socket

import structlog
from aiosmtplib import SMTPException

from slamon.core.message import Message
from slamon.notifiers import email_format
from slamon.notifiers.email_recipients import Recipients
from slamon.notifiers.email_settings import EmailSettings, mailboxes
from slamon.notifiers.http import tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.smtp import Stage, Transaction
from slamon.notifiers.templates import Template, worded
from slamon.ports import Reason, SendError

__all__ = ["KIND", "EmailNotifier", "EmailSettings", "payload"]

log = structlog.get_logger()


def payload(message: Message, settings: EmailSettings, template: Template | None = None) -> bytes:
    """The e-mail as it goes out: to the one person that it is for, else to all of the settings."""
    to = (message.to,) if message.to else settings.to
    shown = worded(message, template)
    return email_format.payload(shown.message, email_format.mailbox(settings.sender), mailboxes("to", to), shown.html)


class EmailNotifier:
    """Sends to fixed recipients, or to the one that a message is for; the server may take or refuse each on its own.

    A recipient refused for good does not keep the message from the others: it is logged, and SendError is raised only
    if nobody took it. One that is put off makes the send fail so that it is tried again, for that recipient alone.
    """

    def __init__(self, name: str, settings: EmailSettings, template: Template | None = None) -> None:
        self.name = name
        self._settings = settings
        self._template = template
        self._tls = tls_context(settings.ca_file)
        self._recipients = Recipients(address.addr_spec for address in mailboxes("to", settings.to))

    async def send(self, message: Message) -> None:
        """Return once every recipient has it or is refused for good, and at least one has it."""
        to = _address(message.to) if message.to else None
        waiting = self._recipients.waiting(message.id, to)
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
                # In a thread, for the table of a large digest takes its time.
                mail = await asyncio.to_thread(payload, message, self._settings, self._template)
                await transaction.run(sender, waiting, mail)
        except (SMTPException, OSError) as error:
            failure = transaction.explain(error)
        if transaction.stage is not Stage.DONE:
            raise failure  # outside of the handler: no context that could be logged with it
        return transaction

    async def close(self) -> None:
        """Nothing is kept open."""


def _address(text: str) -> str:
    try:
        return email_format.mailbox(text).addr_spec
    except ValueError as error:
        problem = str(error)
    raise SendError(Reason.NO_RECIPIENT, problem, permanent=True)


def _own_name() -> str:
    """What to call ourselves: the whole host name without asking DNS, else the form that RFC 5321 has for nameless."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() and name.isprintable() and " " not in name else "[127.0.0.1]"


KIND = Kind(EmailSettings, EmailNotifier, templates=("text", "html"))
