"""References of slamon.yml to environment variables and files, resolved after parsing."""

from __future__ import annotations

import re
from collections.abc import Container
from collections.abc import Mapping as Environment
from dataclasses import dataclass
from pathlib import Path

from slamon.files import contents
from slamon.rulefile.diagnostics import Refused
from slamon.rulefile.nodes import Broken, Mapping, Node, Scalar, Sequence
from slamon.settings_file.values import Resolved, SettingsReport

_HOW = "write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}; a ${ that is meant as it stands is $${"
_LARGEST = 64 * 1024  # bytes of a secret
_REST = r"(?:(?!\$\{)[^}])"  # of a reference: no other one begins in it, so that looking for the end is never long
_PARTS = re.compile(
    r"(?P<escaped>\$\$\{)|"
    rf"\$\{{(?:env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-{_REST}*)?|file:(?P<path>{_REST}+))\}}|"
    r"\$\{"
)
_NESTED = re.compile(r"\$\{env:[A-Za-z0-9_]+:-[^}]*\$\{")
_FORGOTTEN_ENV = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class References:
    """Puts what references stand for in their place. Paths of files are relative to `folder`."""

    folder: Path
    environment: Environment[str, str]
    report: SettingsReport

    def of_document(self, root: Node, keys: Container[str]) -> Node:
        """As `resolved`, but only below these keys of the document: the others are refused whatever stands there."""
        if not isinstance(root, Mapping):
            return root
        entries = tuple((key, self.resolved(value) if key.text in keys else value) for key, value in root.entries)
        return Mapping(root.file, root.start, root.end, entries, root.damaged)

    def resolved(self, node: Node) -> Node:
        """The same tree with every value resolved; one that cannot be is reported and broken. Keys stay as they are."""
        if isinstance(node, Mapping):
            entries = tuple((key, self.resolved(value)) for key, value in node.entries)
            return Mapping(node.file, node.start, node.end, entries, node.damaged)
        if isinstance(node, Sequence):
            return Sequence(node.file, node.start, node.end, tuple(map(self.resolved, node.items)))
        if not isinstance(node, Scalar):
            return node
        if "\0" in node.text:  # neither a path nor a header can hold one
            self.report.error(node, "bad-text", "a NUL character cannot stand in a value", "delete it")
            return Broken(node.file, node.start, node.end)
        return self._scalar(node) if "${" in node.text else node

    def _scalar(self, node: Scalar) -> Node:
        shown = " ".join(dict.fromkeys(_shown(part) for part in _PARTS.finditer(node.text) if not part["escaped"]))
        try:
            text = _PARTS.sub(lambda part: self._part(part, node), node.text)
        except Refused:
            return Broken(node.file, node.start, node.end)
        return Resolved(node.file, node.start, node.end, text, True, shown or "a text with $${")

    def _part(self, part: re.Match[str], node: Scalar) -> str:
        if part["escaped"]:
            return "${"
        if part["name"]:
            return self._variable(part["name"], part["default"], node)
        if part["path"]:
            return self._file(part["path"], node)
        if _NESTED.match(node.text, part.start()):
            message, help = "a default cannot hold a reference", "write one of the two, or the default itself"
            self.report.refuse(node, "bad-reference", message, help)
        forgotten = _FORGOTTEN_ENV.match(node.text, part.start())
        help = f"write ${{env:{forgotten[1]}}}" if forgotten else _HOW
        self.report.refuse(node, "bad-reference", "a reference cannot be read", help)

    def _variable(self, name: str, default: str | None, node: Scalar) -> str:
        value = self.environment.get(name)
        if not value and default is not None:
            return default.removeprefix(":-")
        if value is None:
            help = f"set it, or write ${{env:{name}:-default}}"
            self.report.refuse(node, "unset-variable", f"the environment variable {name} is not set", help)
        return self._usable(value, f"the environment variable {name}", node)

    def _file(self, path: str, node: Scalar) -> str:
        try:
            data = contents(self.folder / path, _LARGEST)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or f"it {error}"
            help = "make it a text file that this user may read, or correct the path"
            self.report.refuse(node, "unreadable-file", f"the file {path!r} cannot be read: {why}", help)
        text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
        return self._usable(text, f"the file {path!r}", node)

    def _usable(self, value: str, where: str, node: Scalar) -> str:
        if not value.strip():
            self.report.refuse(node, "empty-secret", f"{where} is empty", "put the value into it")
        if "\0" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
            self.report.refuse(node, "not-utf-8", f"what stands in {where} is not UTF-8", "save it as UTF-8")
        return value


def _shown(part: re.Match[str]) -> str:
    """The reference without its default, which may be a secret too."""
    return f"${{env:{part['name']}}}" if part["name"] else f"${{file:{part['path']}}}"
