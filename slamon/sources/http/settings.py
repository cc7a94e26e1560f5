"""The keys that all sources read over HTTP have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from slamon.addresses import is_web_address
from slamon.core.instants import DAY, SECOND
from slamon.core.ticket import STATUSES
from slamon.mistakes import check_all, unless
from slamon.secrets import Secret


@dataclass(frozen=True, slots=True)
class Agents:
    """Whose message is an answer: anybody who fits one of these. None given: what the kind takes for an agent."""

    roles: tuple[str, ...] = field(default=(), metadata={"about": "Roles in the system's own sense."})
    groups: tuple[str, ...] = field(default=(), metadata={"about": "Groups or teams."})
    users: tuple[str, ...] = field(default=(), metadata={"about": "Logins, addresses or names."})
    domains: tuple[str, ...] = field(default=(), metadata={"about": "The part of an address after the @."})

    def __bool__(self) -> bool:
        return bool(self.roles or self.groups or self.users or self.domains)


@dataclass(frozen=True, slots=True)
class Bots:
    """Whose message answers nothing, for no person wrote it."""

    users: tuple[str, ...] = field(default=(), metadata={"about": "Logins, addresses or names."})


@dataclass(frozen=True, slots=True)
class Network:
    """How the server is reached. `ca_file` is relative to the settings file."""

    ca_file: str | None = field(default=None, metadata={"about": "Authorities to trust, as PEM."})
    proxy: Secret | None = field(default=None, metadata={"about": "An HTTP proxy on the way."})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Keys of every source read over HTTP; a kind adds its own. `since`: seconds."""

    url: str = field(metadata={"about": "Where the system is, as in a browser."})
    since: float = field(
        default=30 * DAY / SECOND,
        metadata={"about": "How far back ended tickets are read at first."},
    )
    agents: Agents = field(default=Agents(), metadata={"about": "Whose message is an answer."})
    bots: Bots = field(default=Bots(), metadata={"about": "Whose message answers nothing."})
    status: Mapping[str, str] = field(default_factory=dict, metadata={"about": "What the system's statuses mean."})
    priority: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Other names for the system's priorities."}
    )
    fields: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Further fields, and where each comes from."}
    )
    network: Network = field(default=Network(), metadata={"about": "How the server is reached."})

    def __post_init__(self) -> None:
        proxy, one_of = self.network.proxy, ", ".join(sorted(STATUSES))
        check_all(
            partial(_check_url, self.url),
            *(
                unless(status in STATUSES, f"status: {native!r} cannot mean {status!r}: write one of {one_of}")
                for native, status in self.status.items()
            ),
            unless(
                not proxy or proxy.reveal().startswith(("http://", "https://")),
                "network: this is not the address of a proxy: write one such as http://proxy.example:3128",
            ),
            unless(self.since >= 0, f"since: {self.since} is negative: write 30d"),
        )


def is_sendable(value: Secret | str) -> bool:
    """Whether it can stand in a header."""
    text = value.reveal() if isinstance(value, Secret) else value
    return text.isascii() and text.isprintable()


def check_sendable(key: str, secret: Secret | None) -> None:
    """ValueError unless it can stand in a header."""
    if secret is not None and not is_sendable(secret):
        raise ValueError(f"{key}: it holds characters that cannot be sent: write it as it was given out")


def _check_url(url: str) -> None:
    """ValueError that never quotes the address: a password may stand in it."""
    if not is_web_address(url):
        raise ValueError("url: this is not the address of a server: write one such as https://desk.example")
    parts = urlsplit(url)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("url: it holds more than an address: write one such as https://desk.example")
