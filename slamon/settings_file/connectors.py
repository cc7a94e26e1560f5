"""The sections `sources`, `directories` and `notifiers`: maps of names, each with a kind and the keys of that kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, wrong_shape
from slamon.rulefile.lists import Named
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar
from slamon.rulefile.suggest import listed, quoted
from slamon.settings_file.kinds import KindKeys
from slamon.settings_file.registry import Connector, KindName, OtherName, Registry
from slamon.settings_file.values import Leaf, SecretText, Section, SettingsReport, has_password

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_LONGEST_CHAIN = 10
_OURSELVES = "slamon"


class Connectors(Field[tuple[Named[Connector | None], ...]]):
    """A map of names; one that cannot be used stands there as None, for its name is known all the same."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.takes = f"a map of {registry.several} by name"

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Named[Connector | None], ...]:
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, report, self.takes)
        if not isinstance(report, SettingsReport):
            raise TypeError("settings are read into a SettingsReport")
        for key, _ in node.entries:
            if not _NAME.fullmatch(key.text):
                help = "use letters, digits, _, . and - only, as in acme-desk"
                report.error(key, "bad-name", f"{quoted(key.text)} cannot be the name of a {self._registry.what}", help)
            elif self._registry.what == "source" and key.text == _OURSELVES:
                help = "give it another name, such as desk"
                report.error(key, "bad-name", f"{quoted(key.text)} is what alerts about slamon itself come from", help)
        return _Reading(self._registry, node, report).all()

    def schema(self) -> Schema:
        records = [record for _, record in self._records()]
        alternatives = [record.schema() for record in records]
        if self._registry.inherits:
            alternatives.append(_schema_of_use(records))
        return {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": alternatives}}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [(f".NAME ({kind})", record) for kind, record in self._records()]

    def _records(self) -> Iterable[tuple[str, Section]]:
        return self._registry.records()


def _schema_of_use(records: Iterable[Section]) -> Schema:
    properties: Schema = {}
    for record in records:
        properties |= record.schema()["properties"]
    properties.pop("kind")
    use = {"type": "string", "description": "Another one whose keys hold where none stand here."}
    return {
        "type": "object",
        "required": ["use"],
        "additionalProperties": False,
        "properties": {"use": use, **properties},
    }


class _Reading:
    """One section while it is read."""

    def __init__(self, registry: Registry, node: Mapping, report: SettingsReport) -> None:
        self._registry = registry
        self._written = {key.text: (key, value) for key, value in node.entries}
        self._report = report
        self._kind = Leaf(KindName(registry))
        self._other = Leaf(OtherName(self._written))
        self._known: dict[str, KindKeys] = {}
        self._found: dict[str, Connector | None] = {}

    def all(self) -> tuple[Named[Connector | None], ...]:
        for name in self._written:
            self._read_with_bases(name)
        return tuple(Named(name, *self._place(name)) for name in self._written)

    def _place(self, name: str) -> tuple[Scalar, Connector | None, Node]:
        key, node = self._written[name]
        return key, self._found[name], node

    def _read_with_bases(self, name: str) -> None:
        try:
            chain = self._chain(name)
        except Refused:
            self._found[name] = None
            return
        for index in range(len(chain) - 1, -1, -1):
            if chain[index] not in self._found:
                self._read(chain[index:])

    def _chain(self, name: str) -> list[str]:
        """The name, the one whose keys it uses, and so on."""
        chain = [name]
        while self._registry.inherits and (use := _entry(self._written[chain[-1]][1], "use")):
            other = self._other.read(use[1], use[0], self._report)
            if other in chain:
                help = "give one of them a kind of its own"
                self._report.refuse(use[1], "use-cycle", f"{quoted(other)} would use itself", help)
            chain.append(other)
            if len(chain) > _LONGEST_CHAIN:
                help = "use one that has a kind"
                self._report.refuse(use[1], "use-cycle", f"more than {_LONGEST_CHAIN} that use one another", help)
        return chain

    def _read(self, chain: Sequence[str]) -> None:
        """Read the first of a chain; those that it uses have been read."""
        key, node = self._written[chain[0]]
        base_is_sound = len(chain) == 1 or self._found[chain[1]] is not None
        try:
            self._found[chain[0]] = self._connector(self._merged(chain, node), key, base_is_sound)
        except Refused:
            self._found[chain[0]] = None

    def _merged(self, chain: Sequence[str], node: Node) -> Node:
        """The map with the keys of those it uses, its own before theirs."""
        if len(chain) == 1 or not isinstance(node, Mapping):
            return node
        if own := _entry(node, "kind"):
            help = f"leave it out: it is that of {chain[1]}"
            self._report.refuse(own[0], "kind-beside-use", "kind cannot stand beside use", help)
        entries: dict[str, tuple[Scalar, Node]] = {}
        for name in reversed(chain):
            found = self._written[name][1]
            if isinstance(found, Mapping):
                entries |= {key.text: (key, value) for key, value in found.entries if key.text != "use"}
        return Mapping(node.file, node.start, node.end, tuple(entries.values()), node.damaged)

    def _connector(self, node: Node, owner: Scalar, base_is_sound: bool) -> Connector:
        if not isinstance(node, Mapping):
            wrong_shape(node, owner, self._report, "a map with kind and the keys of that kind")
        kind = self._kind_of(node, owner, base_is_sound)
        keys = self._keys(kind, node)
        if not base_is_sound:  # what is missing is missing there
            optional = [replace(key, required=False) for key in keys.record.keys.values()]
            Section(keys.record.takes, optional, hints=keys.record.hints).read(node, owner, self._report)
            raise Refused
        values = keys.record.read(node, owner, self._report)
        if values.broken or any(key.required and not values.has(key) for key in keys.record.keys.values()):
            raise Refused
        return Connector(kind, keys.build(values, self._report), values, keys)

    def _kind_of(self, node: Mapping, owner: Scalar, base_is_sound: bool) -> str:
        found = _entry(node, "kind")
        if found:
            try:
                return self._kind.read(found[1], found[0], self._report)
            except Refused:
                self._show_the_rest(node)
                raise
        if base_is_sound and not node.damaged:
            help = f"add kind: {listed(self._registry.kinds())}"
            message = f"the key 'kind' is missing in {quoted(owner.text)}"
            self._report.error(owner, "missing-key", message, help)
        raise Refused

    def _show_the_rest(self, node: Mapping) -> None:
        """Nobody will read the other keys of this map: those that are a secret for no kind may be shown."""
        for written, value in node.entries:
            known = self._fields.get(written.text, ())
            if known and not (has_password(value) or any(isinstance(field, SecretText) for field in known)):
                self._report.harmless.add(value.start)

    @cached_property
    def _fields(self) -> dict[str, list[Field[Any]]]:
        """The fields of all kinds by the names of their keys."""
        fields: dict[str, list[Field[Any]]] = {}
        for _, record in self._registry.records():
            for key in record.keys.values():
                fields.setdefault(key.name, []).append(key.field)
        return fields

    def _keys(self, kind: str, node: Mapping) -> KindKeys:
        if kind not in self._known:
            try:
                self._known[kind] = self._registry.keys(kind)
            except LookupError as error:
                at = _entry(node, "kind")
                self._report.refuse(at[1] if at else node, "bad-kind", str(error.args[0]))
        return self._known[kind]


def _entry(node: Node, name: str) -> tuple[Scalar, Node] | None:
    if not isinstance(node, Mapping):
        return None
    return next((entry for entry in node.entries if entry[0].text == name), None)
