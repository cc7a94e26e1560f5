"""Asking the running service: by its local socket, or by its address with a token."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from slamon.addresses import host_and_port, is_web_address
from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.rulefile.suggest import visible
from slamon.settings import WebSettings, socket_beside
from slamon.settings_file import read_settings

_SECONDS = 30.0
_MOST_BYTES = 64 << 20
_SENDABLE = re.compile(r"[!-~]+")  # in a header
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")  # as releases of OpenSSL call it
REMEDY = "start the service with slamon run or slamon demo, or say where it is with --url"


class NoAnswer(Exception):
    """The service did not do it; the message says why and what to type."""

    def __init__(self, message: str, exit: Exit = Exit.CANNOT_RUN) -> None:
        super().__init__(message)
        self.exit = exit


@dataclass(frozen=True, slots=True)
class Where:
    """How the command line says where the service is."""

    config: Path
    url: str | None = None
    token: str | None = None


class Service:
    """The running service; every call is a connection of its own. `place` is where it is, for messages."""

    def __init__(self, where: Where) -> None:
        """NoAnswer: it cannot be told where the service is."""
        self._where = where
        if where.token and not _SENDABLE.fullmatch(where.token):
            message = "a token is letters, digits and signs only: see what --token, or the variable SLAMON_TOKEN, holds"
            raise NoAnswer(message, Exit.UNUSABLE)
        url = where.url or (_configured(where.config) if where.token else None)
        self._socket = _local(where.config) if url is None else None
        self._parts = urlsplit(_address(url)) if url is not None else None
        self.place = visible(str(self._socket) if url is None else _address(url))

    def ask(self, method: str, path: str, body: Any = None, typed: Mapping[str, str] | None = None) -> Any:
        """The JSON that it answers, None if nothing; NoAnswer unless it did what was asked.

        `typed`: by which words of a command some of the keys were said, for messages about them.
        """
        status, answer = self.exchange(method, path, None if body is None else msgspec.json.encode(body))
        if not 200 <= status < 300:
            raise self.refused(status, answer, typed or {})
        try:
            return msgspec.json.decode(answer) if answer else None
        except msgspec.DecodeError:
            raise NoAnswer(f"what listens at {self.place} is not slamon; {REMEDY}") from None

    def exchange(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of the answer, whatever it is; NoAnswer if there is none."""
        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, body, self._headers(body))
            answer = connection.getresponse()
            found = answer.read(_MOST_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
                place = self.place.replace("https://", "http://", 1)
                raise NoAnswer(f"what listens at {self.place} does not speak TLS: write {place}") from None
            why = visible(getattr(error, "strerror", None) or str(error) or type(error).__name__)
            raise NoAnswer(f"nothing answers at {self.place} ({why}); {REMEDY}") from None
        finally:
            connection.close()
        if len(found) > _MOST_BYTES:
            raise NoAnswer(f"the answer of {self.place} is longer than 64 MiB")
        return answer.status, found

    def refused(self, status: int, answer: bytes, typed: Mapping[str, str] = MappingProxyType({})) -> NoAnswer:
        """What an answer means that is none of success."""
        if status == http.client.SERVICE_UNAVAILABLE:  # it is there, and says what is wrong with it
            return NoAnswer(f"{self.place}: {visible(answer[:300].decode('utf-8', 'replace').strip())}")
        try:
            problems = msgspec.json.decode(answer, type=_Refusal).errors
        except (msgspec.DecodeError, msgspec.ValidationError):
            return NoAnswer(f"{self.place} answers with HTTP status {status}; {REMEDY}")
        if status == http.client.UNAUTHORIZED:
            message = f"{visible(problems[0].message)}; give one with --token, or in the variable SLAMON_TOKEN"
            return NoAnswer(message, Exit.UNUSABLE)
        return NoAnswer("\n".join(_line(one, typed) for one in problems), Exit.UNUSABLE)

    @property
    def _prefix(self) -> str:
        return self._parts.path if self._parts is not None else ""

    def _connection(self) -> http.client.HTTPConnection:
        if self._parts is None:
            return _Local(self._socket or Path())
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
        return http.client.HTTPConnection(host, port, timeout=_SECONDS)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {} if body is None else {"Content-Type": "application/json"}
        return headers | ({"Authorization": f"Bearer {self._where.token}"} if self._where.token else {})


class _Problem(msgspec.Struct, frozen=True):
    message: str
    help: str | None = None
    key: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    errors: Annotated[list[_Problem], msgspec.Meta(min_length=1)]


def _line(problem: _Problem, typed: Mapping[str, str]) -> str:
    about = f"{typed.get(problem.key, problem.key)}: " if problem.key else ""
    return visible(f"{about}{problem.message}{f'; {problem.help}' if problem.help else ''}")


class _Local(http.client.HTTPConnection):
    """A connection to a local socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def local_socket(config: Path) -> Path | None:
    """The socket of the service that the settings describe, whatever else is wrong with them; None: no telling."""
    storage = read_settings(config, os.environ).storage if config.exists() else Path("var/slamon.db")
    return None if storage is None else socket_beside(storage)


def _local(config: Path) -> Path:
    found = local_socket(config)
    if found is None:
        raise NoAnswer(f"{config} does not say where the service keeps its state: see slamon check", Exit.UNUSABLE)
    return found


def _configured(config: Path) -> str:
    """The address that the settings name."""
    settings = read_settings(config, os.environ).settings
    if settings is None:
        raise NoAnswer(f"{config} does not say where the service listens: add --url", Exit.UNUSABLE)
    return address_in(config, settings.web)


def address_in(config: Path, web: WebSettings) -> str:
    """The address where settings let the service listen; NoAnswer if that may be anywhere."""
    if not web.port:
        raise NoAnswer(f"no local socket answers, and {config} lets it listen on any free port; add --url ADDRESS")
    return address_of(web.host, web.port)


def address_of(host: str, port: int) -> str:
    """The address of a service on this machine that listens there."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{host_and_port(near, port)}"


def _address(url: str) -> str:
    """The address without a slash at its end; NoAnswer if it is none."""
    found = url.rstrip("/") if "://" in url else f"http://{url.rstrip('/')}"
    if "@" in found:
        message = "--url: what stands before @ is not sent: write http://127.0.0.1:8080, and a token with --token"
        raise NoAnswer(message, Exit.UNUSABLE)
    if not is_web_address(found) or "?" in found or "#" in found:
        raise NoAnswer(f"--url: {visible(url)} is not a web address: write http://127.0.0.1:8080", Exit.UNUSABLE)
    return found


def told(command: str, trouble: NoAnswer) -> Exit:
    """Say what stands in the way of a command; its exit code."""
    for line in str(trouble).splitlines():
        complain(f"slamon {command}: {line}")
    return trouble.exit
