"""A webhook of the user's own: the message as JSON, signed as Standard Webhooks has it (standardwebhooks.com)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

import aiohttp
from standardwebhooks import Webhook

from slamon.addresses import is_web_address
from slamon.core.message import Message
from slamon.mistakes import check_all, unless
from slamon.notifiers.http import Answer, open_session, post_json, tls_context
from slamon.notifiers.registry import Kind
from slamon.notifiers.web_address import check_headers
from slamon.notifiers.webhook_body import encode, payload
from slamon.ports import Reason, SendError
from slamon.secrets import Secret, check_signing

__all__ = ["KIND", "WebhookNotifier", "WebhookSettings", "payload"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

_REFUSED = (Reason.REJECTED, True, "it will not take a message like this")
_LATER = (Reason.RATE_LIMITED, False, "it asks for a pause")
_MOVED = (Reason.REJECTED, True, "it sends us elsewhere, which is not followed: write the address that it names")
_STATUSES: dict[int, tuple[Reason, bool, str]] = {
    **dict.fromkeys((400, 405, 406, 411, 413, 414, 415, 422, 431), _REFUSED),
    **dict.fromkeys((401, 403, 407), (Reason.UNAUTHORIZED, False, "it does not accept our signature or headers")),
    **dict.fromkeys((301, 308), _MOVED),
    408: (Reason.TIMEOUT, False, "the request took it too long"),
    410: (Reason.NO_RECIPIENT, True, "it is gone and wants no more messages"),
    429: _LATER,
}


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Keys of a notifier of kind webhook. `timeout` is seconds for a whole send; `ca_file` are authorities to trust."""

    url: Secret
    secret: Secret
    headers: Mapping[str, Secret] = field(default_factory=dict)
    timeout: float = 10.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        address = is_web_address(self.url.reveal())
        check_all(
            unless(address, "url: not an http(s) address: write https://example.com/hooks/slamon"),
            partial(check_signing, "secret", self.secret),
            partial(check_headers, "headers", self.headers),
            unless(0 < self.timeout <= 300, f"timeout: {self.timeout} is not between 0 and 300 seconds: write 10s"),
        )


def webhook_id(message: Message) -> str:
    """The delivery's id as it can stand in a header."""
    if _ID.fullmatch(message.id):
        return message.id
    return sha256(message.id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class WebhookNotifier:
    """Posts to one address. Of repeated attempts only timestamp and signature differ."""

    def __init__(self, name: str, settings: WebhookSettings) -> None:
        self.name = name
        self._settings = settings
        self._tls = tls_context(settings.ca_file)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Message) -> None:
        """Return once it was taken: any status of 200 to 299."""
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        raw, headers = await asyncio.to_thread(self._signed, message, datetime.now(UTC))  # a digest can be large
        if self._session is None:
            self._session = open_session(self._tls)
        answer = await post_json(self._session, self._settings.url, raw, deadline, headers, status_is_enough=True)
        if not 200 <= answer.status < 300:
            raise _failure(answer)

    def _signed(self, message: Message, at: datetime) -> tuple[bytes, dict[str, str]]:
        id, raw = webhook_id(message), encode(payload(message))
        signature = Webhook(self._settings.secret.reveal()).sign(id, at, raw.decode())
        ours = {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        return raw, {name: value.reveal() for name, value in self._settings.headers.items()} | ours

    async def close(self) -> None:
        """Give the connections back; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _failure(answer: Answer) -> SendError:
    """Nothing of the body is shown: it may quote what we sent."""
    status = answer.status
    other = (Reason.SERVER_ERROR, False, "it failed" if status >= 500 else "no webhook answers so")
    reason, permanent, meaning = _STATUSES.get(status, other)
    text = f"the webhook answered {status}: {meaning}"
    return SendError(reason, text, permanent=permanent, retry_after=answer.retry_after)


KIND = Kind(WebhookSettings, WebhookNotifier)
