"""What must be known to send e-mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Literal, cast

from slamon.notifiers.email_format import mailbox
from slamon.secrets import Secret

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"none": 25, "starttls": 587, "implicit": 465}
_USUAL = cast(int, None)  # until the settings are made


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Keys of a notifier of kind email; `sender` is the key `from`, `port` by default the usual one for `tls`.

    `timeout` is seconds for a whole send; `ca_file` are authorities to trust instead of the system's.
    """

    host: str
    sender: str = field(metadata={"key": "from"})
    to: tuple[str, ...] = ()
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    port: int = _USUAL
    user: str | None = None
    password: Secret | None = None
    timeout: float = 30.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.tls not in _PORTS:
            raise ValueError(f"tls: {self.tls!r} is none of none, starttls, implicit")
        if not self.host or not self.host.isascii() or not self.host.isprintable() or " " in self.host:
            raise ValueError(f"host: {self.host!r} is not the name of a host: write smtp.example.com")
        port = _PORTS[self.tls] if self.port is _USUAL else self.port
        if not 1 <= port <= 65_535:
            raise ValueError(f"port: {port} is not between 1 and 65535: write {_PORTS[self.tls]}")
        if not 0 < self.timeout <= 300:
            raise ValueError(f"timeout: {self.timeout} is not between 0 and 300 seconds: write 30s")
        self._check_login()
        for key, texts in (("from", (self.sender,)), ("to", self.to)):
            mailboxes(key, texts)
        object.__setattr__(self, "port", port)

    def _check_login(self) -> None:
        if (self.user is None) != (self.password is None):
            raise ValueError("user: write user and password together, or leave out both")
        if self.password is not None and self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("tls: none would send the password in the clear: write starttls or implicit")


def mailboxes(key: str, texts: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses that stand at a key; ValueError."""
    try:
        return tuple(map(mailbox, texts))
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
