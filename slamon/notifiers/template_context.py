"""What a template may name: clean values, and lists that count how often they are gone through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, SupportsIndex, TypeVar, overload

from jinja2.exceptions import SecurityError

from slamon.core.instants import Instant, format_instant
from slamon.core.message import Covered, Message
from slamon.notifiers.text import facts as clean_facts
from slamon.notifiers.text import headline, mark, one_line, web_url

T = TypeVar("T")
MOST_ITEMS = 1_000  # of a list
_LONGEST = 1_000  # of a text


class Fact(NamedTuple):
    """A pair, to be named by its parts or taken apart."""

    label: str
    value: str


class Cover(NamedTuple):
    """A commitment that the message tells of; what is not known is an empty text."""

    ticket: str = ""
    source: str = ""
    policy: str = ""
    target: str = ""
    cycle: int = 0
    moment: str = ""
    status: str = ""
    due: str = ""
    breached: str = ""
    line: str = ""
    url: str = ""


class Values:
    """Values by names; an empty text for a name that is not there."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")


class Steps:
    """How many items may still be looked at: the same for the same message, whatever machine it runs on."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise SecurityError("it goes through its lists too often")


class Items(tuple[T, ...]):
    """A list whose items are counted each time they are looked at."""

    steps: Steps

    @classmethod
    def of(cls, values: Iterable[T], steps: Steps) -> Items[T]:
        made = cls(values)
        made.steps = steps
        return made

    def __iter__(self) -> Iterator[T]:
        for item in super().__iter__():
            self.steps.take()
            yield item

    def __contains__(self, item: object) -> bool:
        self.steps.take(len(self))
        return super().__contains__(item)

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Items[T]: ...
    def __getitem__(self, index: Any) -> Any:
        try:
            found = super().__getitem__(index)
        except IndexError:
            raise SecurityError(
                f"the list may be shorter: ask first, as in {{% if covers|length > {index} %}}"
            ) from None
        return Items.of(found, self.steps) if isinstance(index, slice) else found


LISTS = frozenset({"facts", "lines", "covers"})
NAMES = LISTS | {
    "word", "tone", "title", "headline", "fact", "count", "url", "footer", "to", "update", "id", "at",
    *(set(Cover._fields) - {"line", "url"}),
}  # fmt: skip


def context_of(message: Message, steps: int) -> dict[str, Any]:
    """The values of all NAMES for a message. What tells of one commitment is empty if there is none, else the first."""
    left = Steps(steps)
    pairs = [Fact(*pair) for pair in clean_facts(message, 100, _LONGEST)]
    by_label = {fact.label: fact.value for fact in pairs}
    covers = [_cover(one) for one in message.covers[:MOST_ITEMS]]
    first = (covers[0] if covers else Cover())._asdict()
    lines = [one_line(line, _LONGEST) for line in message.lines[:MOST_ITEMS]]
    return {
        **first,
        "due": by_label.get("Due") or first["due"],
        "word": mark(message),
        "tone": message.tone,
        "title": one_line(message.title, 500),
        "headline": headline(message, 500),
        "facts": Items.of(pairs, left),
        "fact": Values(by_label),
        "lines": Items.of(lines, left),
        "covers": Items.of(covers, left),
        "count": len(message.covers),
        "url": web_url(message.url) or "",
        "footer": one_line(message.footer or "", 500),
        "to": one_line(message.to or "", 320),
        "update": message.update,
        "id": one_line(message.id, 200),
        "at": _instant(message.at),
    }


def _cover(one: Covered) -> Cover:
    return Cover(
        ticket=one_line(one.ticket, 200),
        source=one_line(one.source, 200),
        policy=one_line(one.policy, 200),
        target=one_line(one.target, 200),
        cycle=one.cycle,
        moment=one_line(one.moment, 100),
        status=one_line(one.status, 100),
        due=_instant(one.due_at),
        breached=_instant(one.breached_at),
        line=one_line(one.line, _LONGEST),
        url=web_url(one.url) or "",
    )


def _instant(instant: Instant | None) -> str:
    return "" if instant is None else format_instant(instant)
