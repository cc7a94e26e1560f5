"""Which kinds a section of slamon.yml knows, and which keys each of them has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Choice, Field, Schema, wrong_shape
from slamon.rulefile.nodes import Node, Owner, Scalar
from slamon.rulefile.records import Key, Values
from slamon.rulefile.suggest import did_you_mean, listed, quoted
from slamon.settings_file.arguments import Unreadable, arguments
from slamon.settings_file.kinds import KindKeys, LoadedKind
from slamon.settings_file.values import Leaf, Section


@dataclass(frozen=True, slots=True)
class Connector:
    """A source, directory or notifier as configured: its kind, that kind's settings, and where every key stands."""

    kind: str
    options: Any
    values: Values
    keys: KindKeys


@dataclass(frozen=True, slots=True)
class Registry:
    """Where kinds come from: `sources`, `directories` or `notifiers`."""

    what: str  # "source"
    kinds: Callable[[], list[str]]
    load: Callable[[str], LoadedKind]  # LookupError
    common: Sequence[Key[Any]] = ()
    elsewhere: Sequence[str] = ()  # keys that some kinds have, and nobody misspelt
    inherits: bool = False

    @property
    def several(self) -> str:
        """What more than one of it are called."""
        return f"{self.what[:-1]}ies" if self.what.endswith("y") else f"{self.what}s"

    def keys(self, kind: str) -> KindKeys:
        """The keys of a kind; LookupError says why they cannot be had."""
        loaded = self.load(kind)
        own_key = Key("kind", Leaf(Choice(kind)), f"What kind of {self.what} it is.", required=True)
        try:
            own = arguments(loaded.settings)
        except Unreadable as error:
            raise LookupError(f"kind {kind!r} cannot be configured: {error}") from error
        keys = [own_key, *self.common, *(one.key for one in own)]
        names = [key.name for key in keys]
        if len(set(names)) < len(names) or "use" in names:
            raise LookupError(
                f"kind {kind!r} cannot be configured: its keys clash with kind, use or those of all kinds"
            )
        none = f"a {self.what} of kind {kind} has none: leave it out"
        hints = {name: none for name in self.elsewhere if name not in names}
        return KindKeys(Section(f"a map with kind: {kind}", keys, hints=hints), own, loaded.settings)

    def records(self) -> Iterable[tuple[str, Section]]:
        """The maps of all kinds. One of other people's that cannot be read is left out: whoever uses it is told."""
        for kind in self.kinds():
            try:
                yield kind, self.keys(kind).record
            except LookupError:
                continue


class KindName(Field[str]):
    """The name of a kind that is installed here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.takes = f"a kind of {registry.what}"

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        if not isinstance(node, Scalar) or node.value is None:
            wrong_shape(node, owner, report, self.takes)
        if node.text not in self._kinds:
            help = did_you_mean(report.suggest(node.text, self._kinds)) or f"write {listed(self._kinds)}"
            report.refuse(node, "unknown-kind", f"{quoted(node.text)} is not {self.takes}", help)
        return node.text

    @cached_property
    def _kinds(self) -> list[str]:
        return self._registry.kinds()

    def schema(self) -> Schema:
        return {"enum": self._kinds}


class OtherName(Field[str]):
    """The name of another notifier of the file."""

    takes = "the name of another notifier"

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        if not isinstance(node, Scalar) or node.value is None:
            wrong_shape(node, owner, report, self.takes)
        if node.text not in self._names:
            near = did_you_mean(report.suggest(node.text, self._names))
            help = near or f"the notifiers here are {listed(self._names, 'and')}"
            report.refuse(node, "unknown-notifier", f"there is no notifier {quoted(node.text)}", help)
        return node.text

    def schema(self) -> Schema:
        return {"type": "string"}
