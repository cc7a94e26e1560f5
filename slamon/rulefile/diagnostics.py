"""What is wrong in files: collected while reading, so that one run tells all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NoReturn

from slamon.core.policy import Place
from slamon.rulefile.nodes import Node, Owner, Scalar, Spot
from slamon.rulefile.source import Excerpt, SourceFile
from slamon.rulefile.suggest import nearest

Severity = Literal["error", "warning"]
KEPT = 5_000  # diagnostics of one run; more are only counted
_SUGGESTIONS = 50  # a search for the nearest name is dear: nobody reads more of them


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. A place in line 0 is the file as a whole; `length` is that of the offending text, in characters."""

    place: Place
    code: str
    message: str
    help: str | None = None
    severity: Severity = "error"
    length: int = 1
    excerpt: Excerpt | None = None  # the line it stands in


class Refused(Exception):
    """A value cannot be used; it has been reported."""


class Report:
    """Collects diagnostics."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._seen: set[tuple[Place, str, str]] = set()
        self._files: dict[str, int] = {}
        self._suggestions = 0
        self.failed = False
        self.left_out = 0

    def add_file(self, name: str) -> None:
        """Name a file: diagnostics are ordered by files in the order of these calls."""
        self._files.setdefault(name, len(self._files))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, ordered by file and place."""
        last = len(self._files)
        return tuple(
            sorted(
                self._found,
                key=lambda found: (self._files.get(found.place.file, last), found.place.line, found.place.column),
            )
        )

    def error(
        self, node: Node | Spot, code: str, message: str, help: str | None = None, *, owner: Owner | None = None
    ) -> None:
        """Report a node; where nothing is written, its owner (the key it stands under) is pointed at."""
        self.failed = True
        self._add(spot(node, owner), code, message, help, "error")

    def warn(self, node: Node | Spot, code: str, message: str, help: str | None = None) -> None:
        """Report something that does no harm yet."""
        self._add(node, code, message, help, "warning")

    def refuse(
        self, node: Node | Spot, code: str, message: str, help: str | None = None, *, owner: Owner | None = None
    ) -> NoReturn:
        """Report a node as an error and raise Refused."""
        self.error(node, code, message, help, owner=owner)
        raise Refused

    def error_at(self, file: SourceFile, offset: int, code: str, message: str, help: str | None = None) -> None:
        """Report a character of a file."""
        self.failed = True
        self._keep(Diagnostic(file.place(offset), code, message, help, excerpt=file.excerpt(offset, 1)))

    def error_of_file(self, name: str, code: str, message: str, help: str | None = None, *, line: int = 0) -> None:
        """Report a file as a whole (line 0), or one whose text is not at hand (line 1)."""
        self.failed = True
        self._keep(Diagnostic(Place(name, line, line), code, message, help))

    def warn_of_file(self, name: str, code: str, message: str, help: str | None = None) -> None:
        self._keep(Diagnostic(Place(name, 1, 1), code, message, help, "warning"))

    def suggest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that was probably meant; None, too, once many have been asked for."""
        self._suggestions += 1
        return nearest(word, known) if self._suggestions <= _SUGGESTIONS else None

    def _add(self, node: Node | Spot, code: str, message: str, help: str | None, severity: Severity) -> None:
        if len(self._found) >= KEPT:
            self.left_out += 1
            return
        file, length = node.file, node.end - node.start
        excerpt = file.excerpt(node.start, length)
        self._keep(Diagnostic(file.place(node.start), code, message, help, severity, length, excerpt))

    def _keep(self, found: Diagnostic) -> None:
        key = (found.place, found.code, found.message)
        if key in self._seen:
            return
        if len(self._found) >= KEPT:
            self.left_out += 1
            return
        self._seen.add(key)
        self._found.append(found)


def spot(node: Node | Spot, owner: Owner | None) -> Node | Spot:
    """Where a mistake in a node is shown: at the node, or at its owner if nothing is written."""
    return owner if owner is not None and isinstance(node, Scalar) and node.is_empty else node
