"""The keys of one kind of source or notifier, and the way from what stands at them to its settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from slamon.rulefile.diagnostics import Refused
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence, Spot
from slamon.rulefile.records import Values
from slamon.settings_file.arguments import Argument, given
from slamon.settings_file.values import Resolved, Section, SettingsReport

_OF_A_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)[^:]*: .+", re.DOTALL)


class LoadedKind(Protocol):
    """What sources.Kind and notifiers.Kind have in common."""

    @property
    def settings(self) -> Callable[..., Any]: ...


@dataclass(frozen=True, slots=True)
class KindKeys:
    """The keys of one kind as a map, and its settings."""

    record: Section
    arguments: tuple[Argument, ...]
    settings: Callable[..., Any]

    def build(self, values: Values, report: SettingsReport) -> Any:
        """The settings; Refused once all that their class does not accept is reported."""
        try:
            return self.settings(**given(self.arguments, values))
        except* ValueError as mistakes:
            for one in mistakes.exceptions:
                self._report(str(one), values, report)
        except* Exception as errors:  # of other people's kinds; its words may hold a secret
            name = type(errors.exceptions[0]).__name__
            report.error(values.owner, "bad-value", f"the kind cannot use these settings: {name}")
        raise Refused

    def _report(self, text: str, values: Values, report: SettingsReport) -> None:
        """Report what a dataclass says, as `key: what is wrong: write this`, at that key."""
        found = _OF_A_KEY.fullmatch(text)
        key = next((one.key for one in self.arguments if found and one.key.name == found[1]), None)
        node = values.at(key) if key is not None and values.has(key) else values.owner
        message, help = _with_help(text)
        if _tells(text, node, values, report):
            message, help = f"{key.name if key else 'what is given'}: this value cannot be used", None
        report.error(Spot(node.file, node.start, node.end), "bad-value", message, help)


def _tells(text: str, at: Node | Spot, values: Values, report: SettingsReport) -> bool:
    """Whether a message may hold something that must not be shown.

    A class that gets a Secret shows it only on purpose; of a plain text from outside it may show any part.
    """
    if any(isinstance(one, Resolved) and one.start not in report.secrets for one in _scalars(at)):
        return True
    written = (one for _, _, node in values.found.values() for one in _scalars(node))
    hidden = (one.text.strip() for one in written if isinstance(one, Resolved) or one.start in report.secrets)
    return any(value in text for value in hidden)


def _scalars(node: Node | Spot) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)
    elif isinstance(node, Mapping):
        for _, value in node.entries:
            yield from _scalars(value)


def _with_help(text: str) -> tuple[str, str | None]:
    """A message and its remedy: kinds write both in one, as `key: what is wrong: write this`."""
    message, _, remedy = text.rpartition(": write ")
    return (message, f"write {remedy}") if ": " in message else (text, None)
