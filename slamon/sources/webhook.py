"""Kind webhook: tickets that others push, as histories or as their own payloads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO

from slamon.core.ticket import STATUSES, Ticket
from slamon.mistakes import check_all, unless
from slamon.ports import Batch, Readings, Refused
from slamon.secrets import Secret, check_signing
from slamon.sources.http.settings import Agents, Bots
from slamon.sources.jsonl import BadLine, scan
from slamon.sources.registry import Kind, Surroundings
from slamon.sources.webhook_payload import PayloadMap, Payloads
from slamon.sources.webhook_signature import admit


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Keys of a source of kind webhook. Those after `map` say what a payload means, and need it."""

    secret: Secret = field(metadata={"about": "What pushes are signed with: whsec_ and base64."})
    previous_secret: Secret | None = field(default=None, metadata={"about": "Good too, while secret is being changed."})
    source: str | None = field(default=None, metadata={"about": "The polled source whose tickets these are."})
    map: PayloadMap | None = field(default=None, metadata={"about": "Where in a payload things stand."})
    fields: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Fields, and where in a payload each stands."}
    )
    status: Mapping[str, str] = field(default_factory=dict, metadata={"about": "What the system's statuses mean."})
    priority: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "Other names for the system's priorities."}
    )
    agents: Agents = field(default=Agents(), metadata={"about": "Whose message is an answer: users, domains."})
    bots: Bots = field(default=Bots(), metadata={"about": "Whose message answers nothing."})

    def __post_init__(self) -> None:
        previous = () if self.previous_secret is None else (self.previous_secret,)
        check_all(
            partial(check_signing, "secret", self.secret),
            *(partial(check_signing, "previous_secret", one) for one in previous),
            *self._payload_keys(),
        )

    def _payload_keys(self) -> Iterator[Callable[[], None]]:
        """Nothing is taken that could not act."""
        people = {"agents": bool(self.agents), "bots": bool(self.bots.users)}
        given = {"fields": self.fields, "status": self.status, "priority": self.priority, **people}
        about_messages = self.map is not None and self.map.message is not None
        for key in (key for key, value in given.items() if value):
            yield unless(
                self.map is not None,
                f"{key}: it is about payloads, and there is no map: write one, or leave this out",
            )
            yield unless(
                self.map is None or key not in people or about_messages,
                f"{key}: it is about messages, and map names none: write message, or leave this out",
            )
            yield unless(
                self.map is None or key not in ("status", "priority") or key in self.fields,
                f"{key}: fields does not say where it stands: write {key} in fields",
            )
        yield unless(
            not (self.agents.roles or self.agents.groups),
            "agents: a payload tells neither roles nor groups: write users or domains",
        )
        yield unless(
            bool(self.agents) or not about_messages,
            "map: of a message it must be known who is an agent: write agents: {domains: [example.com]}",
        )
        one_of = ", ".join(sorted(STATUSES))
        for native, status in self.status.items():
            yield unless(status in STATUSES, f"status: {native!r} cannot mean {status!r}: write one of {one_of}")

    @property
    def secrets(self) -> list[Secret]:
        """Those that are good now."""
        return [one for one in (self.secret, self.previous_secret) if one is not None]


class WebhookSource:
    """ports.Source with nothing to poll, ports.Pushed and Measured."""

    def __init__(self, name: str, settings: WebhookSettings, around: Surroundings) -> None:
        self.name = name
        self.tickets_of = settings.source or name
        self._secrets = settings.secrets
        self._time = around.time
        self._payloads: Payloads | None = None
        if settings.map is not None:
            of = (settings.map, settings.fields, settings.status, settings.priority, settings.agents, settings.bots)
            self._payloads = Payloads(name, self.tickets_of, *of, around.known)

    async def collect(self, cursor: bytes | None) -> AsyncIterator[Batch]:
        """Nothing: it comes by itself."""
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch

    def admit(self, headers: Mapping[str, str], body: bytes) -> str:
        """ports.Pushed."""
        return admit(self._secrets, headers, body, self._time.now())

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """ports.Pushed."""
        return Batch(await self._payloads.tickets(body) if self._payloads else self._histories(body), b"")

    def _histories(self, body: bytes) -> list[Ticket]:
        found = [item.found for item in scan(BytesIO(body), "", self.tickets_of)]
        bad = [f"line {one.line}: {one.what}" for one in found if isinstance(one, BadLine)]
        if bad or not found:
            raise Refused(400, "; ".join(bad[:5]) or "there is no ticket in it: send a history as JSON, one a line")
        return [one for one in found if isinstance(one, Ticket)]

    @property
    def readings(self) -> Readings:
        """ports.Measured: statuses are counted where `status:` stands, also if the tickets are of another source."""
        return Readings(unmapped=self._payloads.unmapped if self._payloads else 0)

    async def close(self) -> None:
        """Nothing is held open."""


KIND = Kind(WebhookSettings, WebhookSource)
