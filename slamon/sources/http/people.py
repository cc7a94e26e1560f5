"""Who wrote it: an agent, whose message answers; a bot, whose does not; or a customer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from slamon.core.ticket import Author, Creator
from slamon.sources.http.settings import Agents, Bots

_REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class Person:
    """What a system tells of an author. `agent`: whether the system itself takes this person for one of the desk."""

    id: str
    name: str = ""
    login: str = ""
    mail: str = ""
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    agent: bool = False
    bot: bool = False

    @property
    def names(self) -> frozenset[str]:
        """All that this person may be called by in the configuration, in lower case."""
        return _folded((self.id, self.name, self.login, self.mail))


class People:
    """Classifies authors by the configuration, or, where it names no agents, by what the system says.

    `recent` are the last ones classified, each once, newest last.
    """

    def __init__(self, agents: Agents, bots: Bots) -> None:
        self._by_system = not agents
        self._roles = _folded(agents.roles)
        self._groups = _folded(agents.groups)
        self._users = _folded(agents.users)
        self._domains = _folded(domain.removeprefix("@") for domain in agents.domains)
        self._bots = _folded(bots.users)
        self.recent: deque[tuple[str, Author]] = deque(maxlen=_REMEMBERED)

    def classify(self, person: Person | None) -> Creator:
        """None, an author whom the system does not name, is a customer: rather an alert too many."""
        found = self._classify(person) if person else "customer"
        shown = ((person.login or person.name or person.id) if person else "somebody unnamed", found)
        if shown in self.recent:
            self.recent.remove(shown)
        self.recent.append(shown)
        return found

    def _classify(self, person: Person) -> Creator:
        if person.names & self._bots:
            return "bot"
        if self._is_agent(person):
            return "agent"
        return "bot" if person.bot else "customer"

    def _is_agent(self, person: Person) -> bool:
        if self._by_system:
            return person.agent and not person.bot
        return bool(
            person.names & self._users
            or _folded(person.roles) & self._roles
            or _folded(person.groups) & self._groups
            or ("@" in person.mail and person.mail.rpartition("@")[2].casefold() in self._domains)
        )


def _folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.casefold() for text in texts if text)
