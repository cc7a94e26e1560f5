"""What is told to people: rendered once, stored, and sent as it stands, however often a send must be tried."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from slamon.core.alerts import delivery_id
from slamon.core.instants import Instant

Tone = Literal["warning", "breach", "good", "info"]
_BETWEEN = " · "  # notes of a footer


class Covered(Struct, frozen=True):
    """One commitment that a message tells of, for machines and for the lines of a digest."""

    source: str
    ticket: str
    policy: str
    target: str
    cycle: int
    moment: str  # "warning 75%", breached, …
    status: str
    due_at: Instant | None
    breached_at: Instant | None
    line: str  # what a digest says of it, one line
    url: str | None = None

    @property
    def thread(self) -> str:
        """That of the messages about this commitment alone."""
        return delivery_id(f"{self.source}/{self.ticket}/{self.target}/{self.cycle}")


class Message(Struct, frozen=True):
    """One notification before a notifier puts it into its own format.

    `id` is the delivery's: equal for every repeated attempt. `thread` is equal for all messages about one commitment.
    `title` is one line; `facts` are (label, value) pairs in reading order; `lines` are those of a digest, the worst
    first; `text` is the whole as plain lines, for notifiers that know nothing finer. `covers` is every commitment it
    tells of, also those that have no line. `at` is when it was rendered: what a format dates itself with, so that a
    repeated attempt sends the same bytes. Ticket text stands in it as it came: each notifier escapes it for itself.
    """

    id: str
    thread: str
    tone: Tone
    title: str
    facts: tuple[tuple[str, str], ...]
    url: str | None = None
    footer: str | None = None  # notes, as `footer_of` joins them: which time it shows, or that it is late
    at: Instant | None = None  # None: unknown, a format leaves its date out
    lines: tuple[str, ...] = ()
    covers: tuple[Covered, ...] = ()
    to: str | None = None  # the address of the one person it is for; None: the notifier's own recipients
    update: bool = False  # follows an earlier message of its thread: edits or threads it where the format can

    @property
    def text(self) -> str:
        """The whole message as plain lines."""
        body = [self.title, *(f"{label}: {value}" for label, value in self.facts), *self.lines]
        return "\n".join([*body, *filter(None, (self.url, self.footer))])


def footer_of(*notes: str | None) -> str | None:
    """The footer that holds some notes, in that order; None if there are none. Each stays one, whatever is in it."""
    return _BETWEEN.join(note.replace(_BETWEEN, ", ") for note in notes if note) or None


def notes_of(footer: str | None) -> list[str]:
    """The notes that a footer holds."""
    return footer.split(_BETWEEN) if footer else []
