"""What `slamon doctor` looks at elsewhere: sources, directories, notifiers, the heartbeat. Nothing is sent."""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiosmtplib import SMTPException

from slamon import directories, sources
from slamon.commands.doctor_findings import Found, ok
from slamon.commands.source import findings_of
from slamon.core.instants import SECOND
from slamon.notifiers.console import ConsoleSettings
from slamon.notifiers.email import EmailSettings
from slamon.notifiers.http import tls_context
from slamon.notifiers.smtp import Stage, Transaction
from slamon.ports import Finding, Measured, Source, SourceError
from slamon.secrets import Secret
from slamon.settings import DirectorySettings, NotifierSettings, Settings, SourceSettings
from slamon.time import WallTime, wall_now

Look = Callable[[], Awaitable[Sequence[Found]]]


def source(settings: Settings, one: SourceSettings) -> Look:
    """Reach, rights, clock, limits: what the source finds out about itself."""

    async def look() -> Sequence[Found]:
        around = sources.Surroundings(settings.folder, WallTime(), wall_now())
        try:
            made = await asyncio.to_thread(sources.load(one.kind).source, one.name, one.options, around)
        except SourceError as error:
            return [Found("error", str(error), f"type slamon source test {one.name}")]
        try:
            return _told(one.name, await findings_of(made), made)
        finally:
            await made.close()

    return look


def directory(settings: Settings, one: DirectorySettings) -> Look:
    """Whether it can be read."""

    async def look() -> Sequence[Found]:
        around = directories.Surroundings(settings.folder, WallTime(), one.key)
        try:
            made = await asyncio.to_thread(directories.load(one.kind).directory, one.name, one.options, around)
        except SourceError as error:
            return [Found("error", str(error), "see its keys in the settings")]
        try:
            entries = await made.read()
        except SourceError as error:
            return [Found("error", str(error), "see its keys in the settings")]
        finally:
            await made.close()
        return ok(f"{len(entries)} entries")

    return look


def notifier(one: NotifierSettings) -> Look:
    """Whether there is somebody to bring messages to: up to the login of a mail server, or the TLS of a web server."""

    async def look() -> Sequence[Found]:
        if isinstance(one.options, ConsoleSettings):
            return ok("standard output")
        if isinstance(one.options, EmailSettings):
            return await _mail_server(one.options)
        places = list(_places(one.options))
        if not places:
            return ok(f"it cannot be tried without sending: slamon notify test {one.name}")
        return await reached(places, getattr(one.options, "ca_file", None))

    return look


def heartbeat(url: Secret) -> Look:
    """Whether there is somebody to be told that slamon is at work."""

    async def look() -> Sequence[Found]:
        return await reached([url.reveal()], None)

    return look


async def reached(addresses: Sequence[str], ca_file: str | None) -> Sequence[Found]:
    """Name, connection and certificate of web servers; of an address only the host is shown."""
    try:
        tls = tls_context(ca_file)
    except ValueError as error:
        return [Found("error", str(error))]
    found = [one for address in addresses if (one := await _unreachable(address, tls))]
    hosts = ", ".join(dict.fromkeys(_host(address) for address in addresses))
    return found or ok(f"{hosts} can be reached; slamon notify test sends a message")


async def _unreachable(address: str, tls: ssl.SSLContext) -> Found | None:
    parts = urlsplit(address)
    secure, name = parts.scheme == "https", _host(address)
    try:
        _, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if secure else 80), ssl=tls if secure else None
        )
    except ssl.SSLCertVerificationError as error:
        return Found("error", f"the certificate of {name} is not to be trusted: {error.verify_message}", "see ca_file")
    except ssl.SSLError as error:
        return Found("error", f"TLS with {name} fails ({error.reason})", "see whether its address begins rightly")
    except OSError as error:
        why = error.strerror or "the name of the host is not known"
        return Found("error", f"{name} cannot be reached: {why}", "see its address, and whether this machine may")
    writer.transport.abort()
    return None


async def _mail_server(options: EmailSettings) -> Sequence[Found]:
    """As far as a message would go, without one: greeting, TLS, login, the sender."""
    where = f"{options.host}:{options.port}"
    try:
        transaction = Transaction(options, tls_context(options.ca_file), "[127.0.0.1]")
    except ValueError as error:
        return [Found("error", str(error))]
    try:
        await transaction.run(options.sender, (), b"")
    except (SMTPException, OSError) as error:
        if transaction.stage is not Stage.DONE:
            return [Found("error", str(transaction.explain(error)), "see host, port, tls, user and password")]
    login = f", login of {options.user}" if options.user else ""
    if not options.to:
        return [Found("warning", f"{where} takes mail{login}, and there is nobody to send to", "write to:, or people:")]
    return ok(f"{where} takes mail from {options.sender}{login}")


def _places(options: Any) -> Iterator[str]:
    """Every web address in the settings of a kind."""
    if not dataclasses.is_dataclass(options):
        return
    for one in dataclasses.fields(options):
        value = getattr(options, one.name)
        for text in value if isinstance(value, tuple | list) else (value,):
            plain = text.reveal() if isinstance(text, Secret) else text
            if isinstance(plain, str) and plain.startswith(("http://", "https://")) and urlsplit(plain).hostname:
                yield plain


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _told(name: str, findings: Sequence[Finding], made: Source) -> list[Found]:
    """What is wrong, or one line if nothing is; the rest is for slamon source test."""
    wrong = [
        Found("error" if one.level == "error" else "warning", one.text, one.remedy or f"type slamon source test {name}")
        for one in findings
        if one.level in ("error", "warning")
    ]
    if wrong:
        return wrong
    skew = made.readings.clock_skew if isinstance(made, Measured) else None
    first = next((one.text for one in findings if one.level == "ok"), "it can be read")
    return ok(first if skew is None or "clock" in first else f"{first}; its clock is {skew / SECOND:+.0f} s off ours")
