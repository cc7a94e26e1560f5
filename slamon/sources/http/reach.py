"""How a server is reached: the session, what it trusts, and what may go wrong on the way."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import strerror
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.http.reading import Cut, TooLarge
from slamon.sources.http.settings import Network, is_sendable


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one answer may take, and how many are asked for at once."""

    seconds: float = 30.0
    bytes: int = 32 * 1024 * 1024
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server is and who asks. `remedy`: what to do if the account is refused; `secrets`: others to hide."""

    url: str
    headers: Mapping[str, Secret | str]
    remedy: str
    network: Network = field(default=Network())
    limits: Limits = field(default=Limits())
    secrets: tuple[Secret, ...] = ()


def basic_auth(user: str, password: Secret) -> dict[str, Secret | str]:
    """The header of a login with name and password."""
    pair = f"{user}:{password.reveal()}".encode()
    return {"Authorization": Secret(f"Basic {base64.b64encode(pair).decode()}")}


def tls_context(ca_file: str | None, folder: Path) -> ssl.SSLContext:
    """Certificates always verified, by the system's authorities or those of a file."""
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else folder / ca_file)
    except OSError as error:
        why = error.strerror or "it holds no certificates"
        raise SourceError(f"network.ca_file: {ca_file!r} cannot be read: {why}", permanent=True) from None


def open_session(tls: ssl.SSLContext, access: Access) -> aiohttp.ClientSession:
    headers = {name: value.reveal() if isinstance(value, Secret) else value for name, value in access.headers.items()}
    usual = {"User-Agent": "slamon", "Accept": "application/json", "Accept-Encoding": "gzip"}
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, limit=access.limits.at_once),
        headers=usual | headers,
        auto_decompress=False,  # a small answer could unpack to gigabytes
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    )


def check_headers(headers: Mapping[str, Secret | str]) -> None:
    for name, value in headers.items():
        if not is_sendable(value):
            raise SourceError(f"what is to be sent as {name} holds characters that cannot be sent", permanent=True)


def joined(base: str, path: str) -> str | None:
    """The address of a path below a base, or a whole address; None if it is none, or of another origin."""
    try:
        address = urljoin(base, path if path.startswith(("http://", "https://")) else path.lstrip("/"))
        return address if _origin(address) == _origin(base) else None
    except ValueError:
        return None


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def host(address: str) -> str:
    return urlsplit(address).hostname or ""


def in_our_words(error: Exception, access: Access) -> str:
    """Of the library's error only what cannot have a part of an address in it."""
    if isinstance(error, TimeoutError):
        return f"gave no whole answer within {access.limits.seconds:g} s"
    if isinstance(error, TooLarge):
        return f"answered with more than {access.limits.bytes // 1024 // 1024} MiB"
    if isinstance(error, Cut | aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return "broke off in the middle of its answer"
    return f"cannot be reached: {_by(error, access.network)}{_cause(error)}"


def _by(error: Exception, network: Network) -> str:
    """Who is to blame, if it is not the server: with a proxy only its own name is looked up here."""
    of_proxy = aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError | aiohttp.ClientConnectorDNSError
    return "the proxy (network.proxy): " if network.proxy and isinstance(error, of_proxy) else ""


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError | ssl.SSLError):
        return "the TLS handshake failed: is its certificate valid, and of an authority that we, or ca_file, trust?"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name of the host is not known"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"it answered {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError | OSError) and error.errno:
        return strerror(error.errno)
    return type(error).__name__
