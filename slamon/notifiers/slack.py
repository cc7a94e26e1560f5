"""Slack, by an incoming webhook: one address, one channel, nothing to read back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from slamon.core.message import Message
from slamon.notifiers import slack_errors
from slamon.notifiers.http import Answer, open_session, post_json, tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.slack_blocks import encode, payload, plain_payload
from slamon.notifiers.templates import Template, worded
from slamon.secrets import Secret

__all__ = ["KIND", "SlackNotifier", "SlackSettings", "payload"]


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """Keys of a notifier of kind slack. `timeout` is seconds for a whole send; `ca_file` are authorities to trust."""

    webhook: Secret
    timeout: float = 10.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if not _usable(self.webhook.reveal()):
            raise ValueError(
                "webhook: not an http(s) address: copy it from Slack, as https://hooks.slack.com/services/..."
            )
        if not 0 < self.timeout <= 300:
            raise ValueError(f"timeout: {self.timeout} is not between 0 and 300 seconds: write 10s")


def _usable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and address.isprintable()
    except ValueError:
        return False


class SlackNotifier:
    """Posts to one webhook. Its address is the key to the channel, so it shows nowhere."""

    def __init__(self, name: str, settings: SlackSettings, template: Template | None = None) -> None:
        self.name = name
        self._settings = settings
        self._template = template
        self._tls = tls_context(settings.ca_file)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Message) -> None:
        """Return once Slack has said ok; a layout that it refuses is sent once more as plain text."""
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        message = worded(message, self._template).message
        answer = await self._post(encode(payload(message)), deadline)
        if slack_errors.wants_plain_text(answer):
            answer = await self._post(encode(plain_payload(message)), deadline)
        if not slack_errors.accepted(answer):
            raise slack_errors.failure(answer)

    async def _post(self, body: bytes, deadline: float) -> Answer:
        if self._session is None:
            self._session = open_session(self._tls)
        return await post_json(self._session, self._settings.webhook, body, deadline)

    async def close(self) -> None:
        """Give the connections back; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


KIND = Kind(SlackSettings, SlackNotifier, templates=("text",))
