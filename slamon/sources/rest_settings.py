"""The keys of a source of kind rest: where a JSON API keeps what, said in JMESPath."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from slamon.mistakes import check_all
from slamon.secrets import Secret
from slamon.sources.http import HttpSettings
from slamon.sources.http.settings import check_sendable
from slamon.sources.rest_expressions import Expression, compiled

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "accept-encoding"})
STANDARD = ("status", "source_status", "priority")  # fields with a mapping of their own


def _expression(about: str) -> dict[str, Any]:
    return {"about": about, "expression": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list goes on. `parameter` takes the number of the page, of the rows to pass over, or the cursor."""

    by: Literal["none", "page", "offset", "cursor", "link"] = field(default="none", metadata={"about": "How."})
    parameter: str | None = field(default=None, metadata={"about": "The parameter that says which page."})
    first: int = field(default=1, metadata={"about": "The number of the first page."})
    size_parameter: str | None = field(default=None, metadata={"about": "The parameter for how many rows a page has."})
    size: int = field(default=100, metadata={"about": "How many rows a page is to have."})
    next: str | None = field(default=None, metadata=_expression("In the answer: the next cursor or address."))
    total: str | None = field(default=None, metadata=_expression("In the answer: how many rows the list has."))

    def check(self, where: str) -> None:
        """ValueError, at a key, for what does not go together."""
        if self.by in ("page", "offset", "cursor") and not self.parameter:
            raise ValueError(f"{where}: no parameter takes the {self.by}: write parameter: {self.by}")
        if self.by == "cursor" and not self.next:
            raise ValueError(f"{where}: nothing says what the next cursor is: write next: meta.next_cursor")
        if self.size < 1:
            raise ValueError(f"{where}: a page of {self.size} rows is none: write size: 100")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMapping:
    """The list of tickets. `{since}` in parameters: the instant from which on updates are wanted."""

    path: str = field(metadata={"about": "Where the list is, below url."})
    parameters: Mapping[str, str] = field(default_factory=dict, metadata={"about": "Its query; {since} is filled in."})
    open_parameters: Mapping[str, str] = field(
        default_factory=dict, metadata={"about": "What makes it show open tickets only."}
    )
    since_format: Literal["rfc3339", "date", "plain", "seconds", "milliseconds"] = field(
        default="rfc3339", metadata={"about": "How {since} is written; plain: 2026-06-05 14:00:00 in time_zone."}
    )
    items: str = field(default="@", metadata=_expression("In the answer: the tickets."))
    paging: Paging = field(default=Paging(), metadata={"about": "How the list goes on."})
    complete: bool = field(default=False, metadata={"about": "Whether the list shows all that ticket.path does."})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorMapping:
    """Who somebody is, in a ticket or a message."""

    id: str | None = field(default=None, metadata=_expression("The id."))
    name: str | None = field(default=None, metadata=_expression("The name."))
    login: str | None = field(default=None, metadata=_expression("The login."))
    mail: str | None = field(default=None, metadata=_expression("The address."))
    roles: str | None = field(default=None, metadata=_expression("A role, or a list of them."))
    groups: str | None = field(default=None, metadata=_expression("A group, or a list of them."))
    agent: str | None = field(default=None, metadata=_expression("Whether it is one of the desk."))
    bot: str | None = field(default=None, metadata=_expression("Whether it is no person."))


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMapping:
    """One ticket, in the list and by itself."""

    path: str = field(metadata={"about": "Where one is, with {id}."})
    item: str = field(default="@", metadata=_expression("In the answer: the ticket."))
    id: str = field(default="id", metadata=_expression("The id."))
    created_at: str = field(metadata=_expression("When it was created."))
    updated_at: str | None = field(default=None, metadata=_expression("When it was last updated."))
    subject: str | None = field(default=None, metadata=_expression("What it is about."))
    url: str | None = field(default=None, metadata=_expression("Its address for people."))
    status: str | None = field(default=None, metadata=_expression("How it stands."))
    priority: str | None = field(default=None, metadata=_expression("How urgent it is."))
    author: AuthorMapping = field(default=AuthorMapping(), metadata={"about": "Who opened it."})


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesMapping:
    """What was written. With a `path`, by a second request for each ticket; without, within the ticket."""

    path: str | None = field(default=None, metadata={"about": "Where those of one ticket are, with {id}."})
    items: str = field(default="@", metadata=_expression("In the answer, or in the ticket: the messages."))
    paging: Paging = field(default=Paging(), metadata={"about": "How that list goes on."})
    id: str = field(default="id", metadata=_expression("The id."))
    at: str = field(metadata=_expression("When it was written."))
    public: str | None = field(default=None, metadata=_expression("Whether the customer sees it; else all are public."))
    author: AuthorMapping = field(metadata={"about": "Who wrote it."})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesMapping:
    """What was changed. With a `path`, by a second request for each ticket; without, within the ticket."""

    path: str | None = field(default=None, metadata={"about": "Where those of one ticket are, with {id}."})
    items: str = field(default="@", metadata=_expression("In the answer, or in the ticket: the entries."))
    paging: Paging = field(default=Paging(), metadata={"about": "How that list goes on."})
    id: str = field(default="id", metadata=_expression("The id."))
    at: str = field(metadata=_expression("When."))
    by: str | None = field(default=None, metadata=_expression("Who did it."))
    details: str | None = field(default=None, metadata=_expression("In an entry: what it changed, if that is a list."))
    names: Mapping[str, str] = field(metadata={"about": "Of what is called so there, the field it is here."})
    value: str = field(metadata=_expression("In an entry, or a detail: what it is since then."))
    before: str = field(metadata=_expression("In an entry, or a detail: what it was before."))
    what: str = field(metadata=_expression("In an entry, or a detail: what was changed.") | {"key": "field"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings(HttpSettings):
    """Keys of a source of kind rest. Under `fields` stand expressions too."""

    token: Secret | None = field(default=None, metadata={"about": "Sent as Authorization: Bearer."})
    user: str | None = field(default=None, metadata={"about": "A login, with password."})
    password: Secret | None = field(default=None, metadata={"about": "The password of user."})
    headers: Mapping[str, str] = field(
        default_factory=dict, repr=False, metadata={"about": "Sent with every request; secret ones by ${env:…}."}
    )
    time_zone: str | None = field(default=None, metadata={"about": "The zone of times that name none."})
    listing: ListMapping = field(metadata={"key": "list", "about": "The list of tickets."})
    ticket: TicketMapping = field(metadata={"about": "One ticket."})
    messages: MessagesMapping | None = field(default=None, metadata={"about": "What was written."})
    changes: ChangesMapping | None = field(default=None, metadata={"about": "What was changed."})

    def __post_init__(self) -> None:
        check_all(
            partial(HttpSettings.__post_init__, self),
            self._check_access,
            partial(check_sendable, "token", self.token),
            self._check_paths,
            self._check_fields,
            partial(_check_zone, self.time_zone),
            lambda: [*self.expressions()],
        )

    @property
    def is_told_whole(self) -> bool:
        """Whether the list shows all that there is to know of a ticket."""
        lists = (self.messages, self.changes)
        return self.listing.complete and all(one is None or one.path is None for one in lists)

    def expressions(self) -> Iterator[Expression]:
        """All of them; ValueError for the first that is none."""
        for name, part in (("list", self.listing), ("ticket", self.ticket), ("messages", self.messages)):
            yield from _expressions(name, part)
        yield from _expressions("changes", self.changes)
        for name, text in self.fields.items():
            yield compiled(f"fields.{name}", text)

    def _check_access(self) -> None:
        if (self.user is None) != (self.password is None):
            raise ValueError("user: user and password belong together: write both, or token")
        if self.token and self.user:
            raise ValueError("token: there is user and password too: write one or the other")
        for name in self.headers:
            if not _HEADER.fullmatch(name) or name.lower() in _OURS:
                raise ValueError(f"headers: {name!r} cannot be sent: write one such as X-Api-Key")
            if name.lower() == "authorization" and (self.token or self.user):
                raise ValueError("headers: Authorization is made of token, or user and password: write one of them")
            check_sendable(f"headers: {name}", Secret(self.headers[name]))

    def _check_paths(self) -> None:
        parts = (("ticket", self.ticket), ("messages", self.messages), ("changes", self.changes))
        for name, part in parts:
            path = part.path if part else None
            if path is not None and "{id}" not in path:
                raise ValueError(
                    f"{name}: path: {path!r} is the same for every ticket: write one such as tickets/{{id}}"
                )
        for where, of in (("list", self.listing), ("messages", self.messages), ("changes", self.changes)):
            if of is not None:
                of.paging.check(f"{where}: paging")
        if self.listing.open_parameters and not any("{since}" in one for one in self.listing.parameters.values()):
            raise ValueError(
                "list: open_parameters: all is read each time: write parameters: {updated_since: '{since}'}"
            )
        author = self.messages.author if self.messages else None
        if author and not (author.id or author.name or author.login or author.mail):
            raise ValueError("messages: author: nothing says who it is: write {login: author.login}")

    def _check_fields(self) -> None:
        for name in self.fields:
            if name in STANDARD:
                raise ValueError(f"fields: {name} is found by ticket.{name}: write it there")
        known = {"status", "priority", *self.fields}
        for native, ours in (self.changes.names if self.changes else {}).items():
            if ours not in known:
                listed = ", ".join(sorted(known))
                raise ValueError(f"changes: names: {native}: there is no field {ours!r}: write one of {listed}")


def _expressions(where: str, part: object) -> Iterator[Expression]:
    if not is_dataclass(part) or isinstance(part, type):
        return
    for one in fields(part):
        value, key = getattr(part, one.name), f"{where}.{one.metadata.get('key', one.name)}"
        if is_dataclass(value):
            yield from _expressions(key, value)
        elif one.metadata.get("expression") and value is not None:
            yield compiled(key, value)


def _check_zone(name: str | None) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (OSError, ValueError, LookupError):
        raise ValueError(f"time_zone: {name!r} is no time zone: write one such as Europe/Berlin") from None
