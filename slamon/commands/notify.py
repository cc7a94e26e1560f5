"""slamon notify: try a notifier out."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path

from slamon import notifiers
from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.core.instants import Instant, format_instant
from slamon.core.message import Message
from slamon.ports import Notifier, Reason, SendError
from slamon.rulefile.render import render
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted, visible
from slamon.settings import NotifierSettings, Settings
from slamon.settings_file import read_settings
from slamon.time import wall_now

_SECONDS = 60.0
_REMEDIES = {
    Reason.UNREACHABLE: "see whether its address is right and this machine may reach it",
    Reason.TIMEOUT: "see whether it is up, or give it longer with timeout:",
    Reason.RATE_LIMITED: "wait, and send less with rate:",
    Reason.SERVER_ERROR: "the other side fails: try again later",
    Reason.UNAUTHORIZED: "see whether its key, token or password in slamon.yml still holds",
    Reason.NO_RECIPIENT: "see whether the channel or address is right; --to names another one",
    Reason.REJECTED: "the other side does not take such a message: see its settings in slamon.yml",
    Reason.INTERNAL: "this is a defect of slamon: please report it",
}


def send_test(config: Path, name: str, to: str | None) -> Exit:
    """Send a message that is clearly a test through a notifier of the settings, without the service."""
    read = read_settings(config, os.environ)
    if read.settings is None:
        complain(render(read.diagnostics, read.left_out).rstrip())
        return Exit.UNUSABLE
    try:
        found = _of_name(read.settings, name)
        made = notifiers.make(found.kind, found.name, found.options, found.template)
        asyncio.run(_send(made, _message(name, to, wall_now())))
    except (LookupError, ValueError) as error:
        complain(f"slamon notify test: {error.args[0]}")
        return Exit.UNUSABLE
    except SendError as error:
        complain(f"slamon notify test: {name}: {visible(str(error))}; {_REMEDIES[error.reason]}")
        return Exit.FOUND
    print(f"{name} took the test message; see whether it has arrived")
    return Exit.FINE


def _of_name(settings: Settings, name: str) -> NotifierSettings:
    known = {one.name: one for one in settings.notifiers}
    if name not in known:
        help = did_you_mean(nearest(name, known)) or f"there are {listed(known, 'and')}"
        raise LookupError(f"there is no notifier {quoted(name)} in the settings; {help}")
    return known[name]


def _message(name: str, to: str | None, at: Instant) -> Message:
    id = f"test-{secrets.token_hex(12)}"
    facts = (
        ("What", "a test of the notifier: no ticket is concerned"),
        ("Notifier", name),
        ("Sent", format_instant(at)),
    )
    return Message(id, id, "info", "TEST from slamon: nothing has happened", facts, at=at, to=to)


async def _send(notifier: Notifier, message: Message) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            await notifier.send(message)
    except TimeoutError:
        raise SendError(Reason.TIMEOUT, f"it took longer than {_SECONDS:.0f} s") from None
    finally:
        await notifier.close()
