"""Slack, by an incoming webhook: one address, one channel, nothing to read back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from slamon.addresses import is_web_address
from slamon.core.instants import SECOND, Instant
from slamon.core.message import Message
from slamon.mistakes import check_all, unless
from slamon.notifiers import slack_errors
from slamon.notifiers.http import Answer, open_session, post_json, tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.slack_blocks import encode, escape, payload, plain_payload
from slamon.notifiers.slack_clicks import clicked
from slamon.notifiers.templates import Template, worded
from slamon.ports import Click, Rate, Refused, SendError
from slamon.secrets import Secret

__all__ = ["KIND", "SlackNotifier", "SlackSettings", "payload"]


_LAST_REPLIES = 2.0  # seconds that what came of a click may take to be told as slamon ends


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """Keys of a notifier of kind slack. `timeout` is seconds for a whole send; `ca_file` are authorities to trust.

    `signing_secret` is that of the app of the webhook: with it messages have a button.
    """

    webhook: Secret
    timeout: float = 10.0
    ca_file: str | None = None
    signing_secret: Secret | None = None

    def __post_init__(self) -> None:
        copied = "copy it from Slack, as https://hooks.slack.com/services/..."
        check_all(
            unless(is_web_address(self.webhook.reveal()), f"webhook: not an http(s) address: {copied}"),
            unless(0 < self.timeout <= 300, f"timeout: {self.timeout} is not between 0 and 300 seconds: write 10s"),
        )


class SlackNotifier:
    """Posts to one webhook. Its address is the key to the channel, so it shows nowhere."""

    def __init__(self, name: str, settings: SlackSettings, template: Template | None = None) -> None:
        self.name = name
        self._settings = settings
        self._template = template
        self._tls = tls_context(settings.ca_file)
        self._session: aiohttp.ClientSession | None = None
        self._replies = set[asyncio.Task[None]]()

    async def send(self, message: Message) -> None:
        """Return once Slack has said ok; a layout that it refuses is sent once more as plain text."""
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        message = worded(message, self._template).message
        blocks = payload(message, button=self._settings.signing_secret is not None)
        answer = await self._post(self._settings.webhook, encode(blocks), deadline)
        if slack_errors.wants_plain_text(answer):
            answer = await self._post(self._settings.webhook, encode(plain_payload(message)), deadline)
        if not slack_errors.accepted(answer):
            raise slack_errors.failure(answer)

    async def _post(self, to: Secret, body: bytes, deadline: float) -> Answer:
        if self._session is None:
            self._session = open_session(self._tls)
        return await post_json(self._session, to, body, deadline)

    # ports.Clickable

    def clicked(self, headers: Mapping[str, str], body: bytes, now: Instant) -> Click:
        if self._settings.signing_secret is None:
            raise Refused(404, f"{self.name} has no signing_secret, so its messages have no buttons")
        return clicked(self._settings.signing_secret, headers, body, now)

    def reply(self, click: Click, text: str) -> None:
        """Only to where the webhook is: an address that somebody posts is not asked for anything else."""
        if click.reply_to is None or _origin(click.reply_to) != _origin(self._settings.webhook.reveal()):
            return
        body = encode({"text": escape(text), "response_type": "in_channel", "replace_original": False})
        task = asyncio.create_task(self._reply(Secret(click.reply_to), body))
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)

    async def _reply(self, to: Secret, body: bytes) -> None:
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        with suppress(SendError):  # it is acknowledged all the same
            await self._post(to, body, deadline)

    async def close(self) -> None:
        """Give the connections back; a second time changes nothing."""
        if self._replies:
            _, left = await asyncio.wait(self._replies, timeout=_LAST_REPLIES)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _origin(address: str) -> tuple[str, str]:
    """Scheme, and host with its port; it need not be an address."""
    scheme, _, rest = address.partition("://")
    return scheme, rest.partition("/")[0].lower()


KIND = Kind(SlackSettings, SlackNotifier, templates=("text",), rate=Rate(1, SECOND))
