"""The desk of somebody who begins: a real Redmine and two receivers, on a Monday morning whatever the day is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from slamon.core.instants import SECOND, Instant, Span, parse_instant
from slamon.time import wall_now
from tests.e2e.receivers import WebhookReceiver
from tests.notifiers.servers import Mailbox, mail_server
from tests.peers.first_hour import Terminal, environment, terminal
from tests.peers.redmine import Redmine

MORNING = parse_instant("2026-06-08T08:00:00Z")  # in Berlin it is ten o'clock, and a Monday


@dataclass(frozen=True)
class Beginner:
    """Has an empty home with a clone in it, and a clock that is so far ahead of this machine's."""

    clone: Path
    ahead: Span

    @property
    def home(self) -> Path:
        return self.clone.parent

    def now(self) -> Instant:
        return wall_now() + self.ahead

    def terminal(self, folder: Path) -> AbstractAsyncContextManager[Terminal]:
        """A new terminal in a folder."""
        return terminal(folder, environment(self.home))

    async def set_clock(self, at: Terminal) -> None:
        """What is typed there from now on is typed on that Monday; timers run as ever."""
        library = "/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketimeMT.so.1"
        clock = f"FAKETIME={self.ahead // SECOND:+d} DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1"
        said = await at.type(f"export LD_PRELOAD={library} {clock}; date -u +%F")
        assert said.text == "2026-06-08\n"


@dataclass(frozen=True)
class Receivers:
    """Who is told by mail, at a port of this machine, and in Slack; `ahead`: by whose clock."""

    box: Mailbox
    port: int
    slack: WebhookReceiver
    ahead: Span

    @property
    def mails(self) -> list[tuple[Instant, str]]:
        """When each arrived, and its subject."""
        return [(self._instant(one.at), str(one.mail["Subject"])) for one in self.box.kept]

    @property
    def chats(self) -> list[tuple[Instant, str]]:
        """When each arrived, and its body."""
        bodies = [body.decode() for body in self.slack.bodies]
        return [(self._instant(at), body) for at, body in zip(self.slack.times, bodies, strict=True)]

    def told(self, about: str, times: int = 1) -> bool:
        """Whether both were told so often of something."""
        return all(sum(about in text for _, text in told) == times for told in (self.mails, self.chats))

    def arrived(self, about: str, number: int = 0) -> list[Instant]:
        """When both were told of it for the first time, or a later one."""
        return [[at for at, text in told if about in text][number] for told in (self.mails, self.chats)]

    def _instant(self, wall: float) -> Instant:
        return round(wall * SECOND) + self.ahead


@asynccontextmanager
async def receiving(ahead: Span) -> AsyncIterator[Receivers]:
    """Both, while the block lasts."""
    slack = await WebhookReceiver().start()
    try:
        async with mail_server(box := Mailbox()) as port:
            yield Receivers(box, port, slack, ahead)
    finally:
        await slack.stop()


@dataclass(frozen=True)
class Desk:
    """The Redmine, whose clock is the beginner's."""

    redmine: Redmine
    now: Callable[[], Instant]

    def key_of(self, login: str) -> str:
        """The API key of an account."""
        return str(self.redmine.call("GET", "/users/current.json", by=login)["user"]["api_key"])

    def ask(self, subject: str, before: Span) -> Instant:
        """A customer opened an issue so long before now; the instant of that."""
        created = self.now() // SECOND * SECOND - before
        self.redmine.set_clock(created)
        made = {"project_id": "desk", "tracker_id": 1, "subject": subject}
        issue = self.redmine.call("POST", "/issues.json", {"issue": made}, "carol")["issue"]
        assert parse_instant(issue["created_on"]) == created
        return created

    def answer(self, subject: str) -> None:
        """An agent answers it now."""
        self.redmine.set_clock(self.now())
        [id] = [one["id"] for one in self.redmine.call("GET", "/issues.json")["issues"] if one["subject"] == subject]
        self.redmine.call("PUT", f"/issues/{id}.json", {"issue": {"notes": "We are on it"}}, "alice")
