"""Who hears the heartbeat: no notifier, but somebody who notices when slamon falls silent."""

from __future__ import annotations

import asyncio

import aiohttp

from slamon.notifiers.http import get, open_session, tls_context
from slamon.ports import Reason, SendError
from slamon.secrets import Secret

_TIME_BUDGET = 10.0  # seconds


class HeartbeatReceiver:
    """An address that is asked for; it is never shown."""

    def __init__(self, url: Secret) -> None:
        self._url = url
        self._tls = tls_context(None)
        self._session: aiohttp.ClientSession | None = None

    async def ping(self) -> None:
        """Return once it answered with a status of 200 to 299; SendError otherwise."""
        if self._session is None:
            self._session = open_session(self._tls)
        deadline = asyncio.get_running_loop().time() + _TIME_BUDGET
        status = (await get(self._session, self._url, deadline)).status
        if not 200 <= status < 300:
            raise SendError(Reason.REJECTED, f"the receiver answered {status}")

    async def close(self) -> None:
        """Give the connections back; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
