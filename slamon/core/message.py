"""What is told to people: rendered once, stored, and sent as it stands, however often a send must be tried."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from slamon.core.instants import Instant

Tone = Literal["warning", "breach", "good", "info"]


class Message(Struct, frozen=True):
    """One notification before a notifier puts it into its own format.

    `id` is the delivery's: equal for every repeated attempt. `thread` is equal for all messages about one commitment.
    `title` is one line; `facts` are (label, value) pairs in reading order; `text` is the whole as plain lines, for
    notifiers that know nothing finer. `at` is when it was rendered: what a format dates itself with, so that a repeated
    attempt sends the same bytes. Ticket text stands in it as it came: each notifier escapes for its own format.
    """

    id: str
    thread: str
    tone: Tone
    title: str
    facts: tuple[tuple[str, str], ...]
    url: str | None = None
    footer: str | None = None  # which time it shows, or that it is late
    at: Instant | None = None  # None: unknown, a format leaves its date out

    @property
    def text(self) -> str:
        """The whole message as plain lines."""
        lines = [self.title, *(f"{label}: {value}" for label, value in self.facts)]
        return "\n".join([*lines, *filter(None, (self.url, self.footer))])
