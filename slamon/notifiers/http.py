"""One request to a server: bounded in time and size, no redirects, and it is known whether it may have arrived."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from os import strerror
from types import SimpleNamespace
from typing import Any

import aiohttp

from slamon.core.instants import HOUR, SECOND, Span
from slamon.ports import Reason, SendError
from slamon.secrets import Secret

MOST_BYTES = 64 * 1024
LONGEST_WAIT: Span = HOUR  # a Retry-After beyond that is not believed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: the body is cut at MOST_BYTES."""

    status: int
    body: str
    retry_after: Span | None


@dataclass(slots=True)
class Progress:
    """How far a request came."""

    sent: bool = False
    status: int = 0
    retry_after: Span | None = None


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Certificates always verified, by the system's authorities or those of a file; ValueError if it cannot be read."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ValueError(f"ca_file: {ca_file!r} cannot be read as PEM certificates: {error.strerror}") from None


def open_session(tls: ssl.SSLContext) -> aiohttp.ClientSession:
    """A session on the running loop. Each request has a new connection: a kept one that the other side closed meanwhile
    would leave it unknown whether the message arrived."""
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_on_sent)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, ssl=tls),
        headers={"User-Agent": "slamon", "Accept-Encoding": "identity"},
        auto_decompress=False,  # a small answer could unpack to gigabytes
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trace_configs=[trace],
        trust_env=False,
    )


async def _on_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: Any) -> None:
    context.trace_request_ctx.sent = True


async def post_json(
    session: aiohttp.ClientSession,
    url: Secret,
    body: bytes,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    *,
    status_is_enough: bool = False,
) -> Answer:
    """The answer to one POST, whatever its status; SendError if there was none before the deadline of the loop's clock.

    With `status_is_enough` a success whose body is lost is a success. No error of the library gets out, not even as a
    context: its text has the address in it.
    """
    progress = Progress()
    sent = {**(headers or {}), "Content-Type": "application/json; charset=utf-8"}
    try:
        return await _attempt(session, "POST", url, body, deadline, sent, progress)
    except (aiohttp.ClientError, OSError) as error:
        failure = _failure(error, progress)
    if progress.status >= 300 or (progress.status and status_is_enough):  # it did decide, only its words are lost
        return Answer(progress.status, "", progress.retry_after)
    raise failure


async def get(session: aiohttp.ClientSession, url: Secret, deadline: float) -> Answer:
    """The answer to one GET, whatever its status and however much of its body came; SendError as in `post_json`."""
    progress = Progress()
    try:
        return await _attempt(session, "GET", url, None, deadline, {}, progress)
    except (aiohttp.ClientError, OSError) as error:
        failure = _failure(error, progress)
    if progress.status:
        return Answer(progress.status, "", progress.retry_after)
    raise failure


async def _attempt(
    session: aiohttp.ClientSession,
    method: str,
    url: Secret,
    body: bytes | None,
    deadline: float,
    headers: Mapping[str, str],
    progress: Progress,
) -> Answer:
    async with (
        asyncio.timeout_at(deadline),
        session.request(
            method,
            url.reveal(),
            data=None if body is None else io.BytesIO(body),  # written in pieces: a large one would hold up the loop
            headers=headers,
            allow_redirects=False,
            trace_request_ctx=progress,
        ) as response,
    ):
        progress.status, progress.retry_after = response.status, retry_after(response.headers)
        return Answer(response.status, await _read(response.content), progress.retry_after)


async def _read(content: aiohttp.StreamReader) -> str:
    body = bytearray()
    while len(body) < MOST_BYTES and (piece := await content.read(MOST_BYTES - len(body))):
        body += piece
    return body.decode("utf-8", "replace")


def retry_after(headers: Mapping[str, str]) -> Span | None:
    """The wait that a server asks for, in seconds or as a date, between 0 and an hour; None if it says nothing usable.

    A date is counted from the answer's own Date: the other clock may be wrong.
    """
    wanted = headers.get("Retry-After", "").strip()
    if wanted.isascii() and wanted.isdigit():
        return min(int(wanted[:12]) * SECOND, LONGEST_WAIT)
    then, now = _date(wanted), _date(headers.get("Date", ""))
    if then is None or now is None:
        return None
    return min(max(int((then - now).total_seconds()) * SECOND, 0), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _failure(error: Exception, progress: Progress) -> SendError:
    """In our own words: of the error only what cannot have a part of the address in it."""
    if isinstance(error, TimeoutError):
        stage = "the request was sent, but no whole answer came" if progress.sent else "no connection came about"
        return SendError(Reason.TIMEOUT, f"{stage} within the time allowed", unknown=progress.sent)
    if progress.sent:
        return SendError(Reason.UNREACHABLE, "the connection was lost before the whole answer came", unknown=True)
    return SendError(Reason.UNREACHABLE, f"no connection: {_cause(error)}")


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError | ssl.SSLError):
        return "the TLS handshake failed; is the certificate of an authority that this machine, or ca_file, trusts?"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name of the host is not known"
    if isinstance(error, aiohttp.ClientConnectorError | OSError) and error.errno:
        return strerror(error.errno)
    return type(error).__name__
