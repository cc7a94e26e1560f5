"""Words of the user's own for messages: a template is checked when it is loaded, and bounded in all that it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import Literal

import structlog
from markupsafe import escape
from msgspec.structs import replace

from slamon.core.message import Covered, Message, footer_of, notes_of
from slamon.files import contents
from slamon.notifiers.template_context import context_of
from slamon.notifiers.template_language import Environment, Refused, compiled
from slamon.notifiers.text import one_line

log = structlog.get_logger()

Form = Literal["text", "html"]
MOST_CHARACTERS = 64_000  # of what a template makes
_LARGEST = 256 * 1024  # bytes of a file
_SUFFIXES = (".html", ".htm")


class Failed(Exception):
    """A template could not be rendered for a message."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A message in the user's words: in its own fields, or as a whole page of HTML beside it."""

    message: Message
    html: str | None = None


class Template:
    """A template of plain text, whose first line is the title, or of HTML. ValueError says what is wrong with it."""

    def __init__(self, text: str, form: Form = "text") -> None:
        self.form = form
        self._environment = Environment(autoescape=form == "html")
        try:
            self._compiled, self._steps = compiled(self._environment, text)
            for sample in _samples():
                self.render(sample)
        except (Refused, Failed) as error:
            raise ValueError(f"template: {error}") from None
        self._failure: str | None = None  # the last that was logged

    def render(self, message: Message) -> str:
        """What it makes of a message; Failed. A function of the message alone."""
        pieces: list[str] = []
        length = 0
        try:
            for piece in self._compiled.generate(context_of(message, self._steps)):
                length += len(piece)
                if length > MOST_CHARACTERS:
                    raise Failed(f"it makes more than {MOST_CHARACTERS:,} characters")
                pieces.append(piece)
        except Failed:
            raise
        except Exception as error:  # the words are the user's: whatever they do, the alert goes out
            raise Failed(one_line(f"{_place(error)}{error}", 200)) from None
        return "".join(pieces)

    def note(self, failure: str | None) -> None:
        """A fault is logged once, its recovery once."""
        if failure != self._failure:
            log.warning("a template fails" if failure else "a template works again", problem=failure or self._failure)
        self._failure = failure


def read(path: Path) -> Template:
    """The template in a file; one that ends in .html is of HTML. ValueError."""
    try:
        text = contents(path, _LARGEST).decode("utf-8")
    except (OSError, ValueError) as error:
        why = (
            "it is not UTF-8" if isinstance(error, UnicodeError) else getattr(error, "strerror", None) or f"it {error}"
        )
        raise ValueError(f"template: {one_line(str(path), 200)!r} cannot be read: {why}") from None
    return Template(text, "html" if path.suffix.lower() in _SUFFIXES else "text")


def worded(message: Message, template: Template | None) -> Worded:
    """The message in the words of a template, if there is one. If that fails, as it was, and its footer says so.

    The link stays, and so does the footer unless the words have it already.
    """
    if template is None:
        return Worded(message)
    try:
        text = template.render(message)
        found = (
            Worded(message, _with_footer(text, message))
            if template.form == "html"
            else Worded(_in_words(message, text))
        )
    except Failed as error:
        template.note(str(error))
        note = f"the template could not be used: {error}"
        return Worded(replace(message, footer=footer_of(*notes_of(message.footer), note)))
    template.note(None)
    return found


def _in_words(message: Message, text: str) -> Message:
    title, *lines = text.strip().splitlines() or [""]
    if not title.strip():
        raise Failed("it makes nothing")
    footer = one_line(message.footer or "", 500)
    kept = None if footer and footer in text else message.footer
    return replace(message, title=title, facts=(), lines=tuple(lines), footer=kept)


def _with_footer(page: str, message: Message) -> str:
    """The page with what must be known of the message, such as that it is late."""
    footer = str(escape(one_line(message.footer or "", 500)))
    if footer in page:  # or empty
        return page
    before, end, after = page.rpartition("</body>")
    note = f"<p>{footer}</p>\n"
    return f"{before}{note}{end}{after}" if end else f"{page}\n{note}"


def _place(error: Exception) -> str:
    """The line of the template at which it went wrong: the library puts it into the traceback."""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return f"line {lines[-1]}: " if lines else ""


@cache
def _samples() -> tuple[Message, ...]:
    """What a template is tried with: one commitment, many of them, and a message without anything."""
    return tuple(_sample(count) for count in (1, 30, 0))


def _sample(count: int) -> Message:
    covers = tuple(_covered(number) for number in range(count))
    return Message(
        "sample", "sample", "breach", "#4711 Printer on fire: first response is overdue by 20 min",
        (("Due", "Mon 2026-06-08 14:00 CEST"), ("Customer", "Nordwind")) if count else (),
        "https://desk.example/4711" if count else None,
        "due 14:00, sent 14:20" if count else None,
        1_780_920_000_000_000 if count else None,
        tuple(one.line for one in covers[:20]) if count > 1 else (),
        covers,
    )  # fmt: skip


def _covered(number: int) -> Covered:
    at = 1_780_920_000_000_000
    url = f"https://desk.example/{number}"
    return Covered("desk", str(number), "gold", "first_response", 1, "breached", "breached", at, at, f"#{number}", url)
