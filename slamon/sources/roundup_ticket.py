"""From what a Roundup shows of an issue to a ticket as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slamon.core.ticket import Event, Ticket
from slamon.sources.http import HttpSettings, HttpSource
from slamon.sources.roundup_api import Issue, Link, Message, name_of
from slamon.sources.roundup_history import label, opens
from slamon.sources.roundup_users import Users


@dataclass(frozen=True, slots=True)
class Shown:
    """An issue, all that was told of it by name, and its messages."""

    issue: Issue
    properties: Mapping[str, Any]
    messages: Sequence[Message]

    @property
    def people(self) -> list[Link | None]:
        """All who are named in it."""
        return [self.issue.creator, self.issue.assignedto, *(message.by for message in self.messages)]


@dataclass(frozen=True, slots=True)
class Translator:
    """What it takes to translate the issues of one source."""

    source: HttpSource
    settings: HttpSettings
    users: Users

    def ticket(self, shown: Shown) -> Ticket:
        """The fields as they are now, and the messages: they are all that is dated."""
        issue = shown.issue
        return Ticket(
            issue.id,
            self.source.name,
            issue.created_at,
            self._fields(shown),
            [self._event(message) for message in shown.messages if not opens(message, issue)],
            issue.title,
            f"{self.settings.url.rstrip('/')}/issue{issue.id}",
            self.source.people.classify(self.users.person(issue.creator)),
        )

    def _event(self, message: Message) -> Event:
        by = self.source.people.classify(self.users.person(message.by))
        return Event(message.at, "message", message.id, by, public=True)

    def _fields(self, shown: Shown) -> dict[str, Any]:
        issue, native = shown.issue, self._native(shown)
        status = self.source.statuses.fields(name_of(issue.status))
        priority = self.source.priorities.value(name_of(issue.priority))
        return status | {"priority": priority, "assignee": native["assignedto"]} | self.source.fields.fields(native)

    def _native(self, shown: Shown) -> dict[str, Any]:
        native = {f"property.{name}": label(shown.properties.get(name)) for name in further(self.settings, "property.")}
        for what, link in (("creator", shown.issue.creator), ("assignedto", shown.issue.assignedto)):
            native[what] = None if link is None else link.username
            for name in further(self.settings, f"{what}."):
                native[f"{what}.{name}"] = self.users.property(link, name)
        return native


def further(settings: HttpSettings, prefix: str) -> list[str]:
    """What follows a prefix among the configured fields."""
    return [path.removeprefix(prefix) for path in settings.fields.values() if path.startswith(prefix)]
