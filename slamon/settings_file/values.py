"""Values of slamon.yml: secrets, what came from outside of the file, and a report that shows neither."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, scalar, wrong_shape
from slamon.rulefile.nodes import Broken, Mapping, Node, Owner, Scalar, Spot, resolve
from slamon.rulefile.records import Record, Values
from slamon.rulefile.source import SourceFile
from slamon.secrets import Secret

T = TypeVar("T")

REFERENCE = r"\$\{(?:env:[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?|file:[^}]+)\}"


class Resolved(Scalar, frozen=True, eq=False, gc=False):
    """A scalar that came from outside of the file: what it stands for is never shown, `shown` is."""

    shown: str

    @property
    def value(self) -> Any:
        """As if it stood there without quotes, which maps in braces force upon references."""
        found = resolve(self.text)
        return self.text if found is None else found


class SettingsReport(Report):
    """A report on a file with secrets: no value from outside stands in its messages, whoever wrote them.

    `harmless` are the offsets of scalars that are no secrets where they were read, `secrets` of those that are: by an
    alias a scalar may be both.
    """

    def __init__(self) -> None:
        super().__init__()
        self.harmless: set[int] = set()
        self.secrets: set[int] = set()

    def error(
        self, node: Node | Spot, code: str, message: str, help: str | None = None, *, owner: Owner | None = None
    ) -> None:
        if isinstance(node, Resolved):
            message, help = f"the value of {node.shown} cannot be used here", None
        elif code in ("bad-alias", "bad-tag"):  # they quote what may be a password that begins with * or !
            message, help = "a YAML alias or tag that cannot be used", "quote a text that begins with *, & or !"
        super().error(node, code, message, help, owner=owner)

    def refuse_value(self, node: Resolved, code: str, what: str, help: str | None = None) -> NoReturn:
        """Refuse a value from outside; `what` is said of it."""
        spot = Spot(node.file, node.start, node.end)
        self.refuse(spot, code, f"the value of {node.shown} {what}", help)

    def error_at(self, file: SourceFile, offset: int, code: str, message: str, help: str | None = None) -> None:
        if code == "yaml-syntax" and offset and file.text[offset - 1 : offset + 1] == "${":
            help = 'inside {…} and […] quote it, such as "${env:NAME}"'
        super().error_at(file, offset, code, message, help)


class Leaf(Field[T]):
    """A single value that may be a reference, and is no secret unless it is one."""

    def __init__(self, inner: Field[T]) -> None:
        self._inner = inner
        self.takes = inner.takes

    def read(self, node: Node, owner: Owner, report: Report) -> T:
        if isinstance(report, SettingsReport) and not has_password(node):
            report.harmless.add(node.start)
        if not (isinstance(node, Resolved) and isinstance(report, SettingsReport)):
            return self._inner.read(node, owner, report)
        unseen = Report()
        try:
            return self._inner.read(node, owner, unseen)
        except Refused:
            code = next((found.code for found in unseen.diagnostics), "bad-value")
        report.refuse_value(node, code, f"is not {self.takes}")

    def schema(self) -> Schema:
        return {"anyOf": [self._inner.schema(), _SCHEMA]}


_SCHEMA: Schema = {"type": "string", "pattern": REFERENCE}
_USER_AND_PASSWORD = re.compile(r"://[^/?#\s]*@")


def has_password(node: Node) -> bool:
    """Whether it is an address with something before its host, which may be a password."""
    return isinstance(node, Scalar) and bool(_USER_AND_PASSWORD.search(node.text))


class SecretText(Field[Secret]):
    """A text that is shown nowhere, written out or referred to."""

    takes = 'a secret, best as "${env:NAME}" or "${file:PATH}"'

    def read(self, node: Node, owner: Owner, report: Report) -> Secret:
        if isinstance(report, SettingsReport):
            report.secrets.add(node.start)
        if isinstance(node, Broken):
            raise Refused
        if not isinstance(node, Scalar):
            wrong_shape(node, owner, report, self.takes)
        text = node.text if isinstance(node, Resolved) else scalar(node, owner, report, self.takes).text
        if not text.strip():
            spot = Spot(node.file, node.start, node.end)
            report.refuse(spot, "empty-secret", "the secret is empty", f"write {self.takes}")
        return Secret(text)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"], "minLength": 1}


_LIKE_A_SECRET = re.compile(r"pass|pw|secret|token|key|hook|auth|cred|login|pin|url", re.IGNORECASE)


class Section(Record):
    """A map of settings: what stands under a misspelt key is shown only where no secret can be meant."""

    def read(self, node: Node, owner: Owner, report: Report) -> Values:
        if isinstance(node, Mapping) and isinstance(report, SettingsReport):
            unknown = ((key.text, value) for key, value in node.entries if key.text not in self.keys)
            report.harmless.update(
                value.start for name, value in unknown if self._cannot_be_secret(name) and not has_password(value)
            )
        return super().read(node, owner, report)

    def _cannot_be_secret(self, name: str) -> bool:
        if len(name) > 40 or _LIKE_A_SECRET.search(name):
            return False
        near = get_close_matches(name.lower(), self.keys, n=1, cutoff=0.75)
        return bool(near) and isinstance(self.keys[near[0]].field, Leaf)
