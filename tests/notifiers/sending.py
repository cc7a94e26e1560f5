"""What every notifier goes through in tests: some messages, and then closed, twice."""

from __future__ import annotations

from slamon.core.message import Message
from slamon.ports import Notifier
from tests.notifiers.hostile import message


async def sent_by(notifier: Notifier, *messages: Message) -> None:
    """Have it send these messages, or one; closed a second time it must do nothing."""
    try:
        for one in messages or (message(),):
            await notifier.send(one)
    finally:
        await notifier.close()
        await notifier.close()
