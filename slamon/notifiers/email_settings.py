"""What must be known to send e-mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from functools import partial
from typing import Literal

from slamon.mistakes import check_all, unless
from slamon.notifiers.email_format import mailbox
from slamon.secrets import Secret

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"none": 25, "starttls": 587, "implicit": 465}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Keys of a notifier of kind email; `sender` is the key `from`, `port` by default the usual one for `tls`.

    `timeout` is seconds for a whole send; `ca_file` are authorities to trust instead of the system's.
    """

    host: str
    sender: str = field(metadata={"key": "from"})
    to: tuple[str, ...] = ()
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    port: int | None = None
    user: str | None = None
    password: Secret | None = None
    timeout: float = 30.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        usual = _PORTS.get(self.tls, _PORTS["starttls"])
        port = usual if self.port is None else self.port
        is_host = self.host and self.host.isascii() and self.host.isprintable() and " " not in self.host
        in_the_clear = self.password is not None and self.tls == "none" and self.host not in _LOOPBACK
        check_all(
            unless(self.tls in _PORTS, f"tls: {self.tls!r} is none of none, starttls, implicit"),
            unless(bool(is_host), f"host: {self.host!r} is not the name of a host: write smtp.example.com"),
            unless(1 <= port <= 65_535, f"port: {port} is not between 1 and 65535: write {usual}"),
            unless(0 < self.timeout <= 300, f"timeout: {self.timeout} is not between 0 and 300 seconds: write 30s"),
            unless(
                (self.user is None) == (self.password is None),
                "user: write user and password together, or leave out both",
            ),
            unless(not in_the_clear, "tls: none would send the password in the clear: write starttls or implicit"),
            partial(mailboxes, "from", (self.sender,)),
            *(partial(mailboxes, "to", (one,)) for one in self.to),
        )
        object.__setattr__(self, "port", port)


def mailboxes(key: str, texts: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses that stand at a key; ValueError."""
    try:
        return tuple(map(mailbox, texts))
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
