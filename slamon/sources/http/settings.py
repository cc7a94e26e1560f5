"""The keys that all sources read over HTTP have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from slamon.core.instants import DAY, SECOND
from slamon.core.ticket import STATUSES
from slamon.secrets import Secret


def key(about: str, **more: Any) -> Any:
    """A key of the settings file: what it is for, and its default."""
    return field(metadata={"about": about}, **more)


@dataclass(frozen=True, slots=True)
class Agents:
    """Whose message is an answer: anybody who fits one of these. None given: what the kind takes for an agent."""

    roles: tuple[str, ...] = key("Roles in the system's own sense.", default=())
    groups: tuple[str, ...] = key("Groups or teams.", default=())
    users: tuple[str, ...] = key("Logins, addresses or names.", default=())
    domains: tuple[str, ...] = key("The part of an address after the @.", default=())

    def __bool__(self) -> bool:
        return bool(self.roles or self.groups or self.users or self.domains)


@dataclass(frozen=True, slots=True)
class Bots:
    """Whose message answers nothing, for no person wrote it."""

    users: tuple[str, ...] = key("Logins, addresses or names.", default=())


@dataclass(frozen=True, slots=True)
class Network:
    """How the server is reached. `ca_file` is relative to the settings file."""

    ca_file: str | None = key("Authorities to trust instead of the system's, as PEM.", default=None)
    proxy: Secret | None = key("An HTTP proxy on the way.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Keys of every source read over HTTP; a kind adds its own. `since`: seconds."""

    url: str = key("Where the system is, as in a browser.")
    since: float = key("How far back ended tickets are read the first time; open ones always.", default=30 * DAY / SECOND)
    agents: Agents = key("Whose message is an answer.", default=Agents())
    bots: Bots = key("Whose message answers nothing.", default=Bots())
    status: Mapping[str, str] = key("The system's statuses and what they mean here.", default_factory=dict)
    priority: Mapping[str, str] = key("The system's priorities by other names.", default_factory=dict)
    fields: Mapping[str, str] = key("Further fields, and what of the system each is.", default_factory=dict)
    network: Network = key("How the server is reached.", default=Network())

    def __post_init__(self) -> None:
        _check_url(self.url)
        for native, status in self.status.items():
            if status not in STATUSES:
                one_of = ", ".join(sorted(STATUSES))
                raise ValueError(f"status: {native!r} cannot mean {status!r}: write one of {one_of}")
        if self.since < 0:
            raise ValueError(f"since: {self.since} is negative: write 30d")


def _check_url(url: str) -> None:
    """ValueError that never quotes the address: a password may stand in it."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("url: this is not the address of a server: write one such as https://desk.example")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("url: it holds more than an address: write one such as https://desk.example")
