"""All rules files together: read, then linked; either everything is loaded or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slamon.core.policy import Rules
from slamon.rulefile.compose import MAX_BYTES, decode
from slamon.rulefile.diagnostics import Diagnostic, Refused, Report
from slamon.rulefile.document import RulesFile, read_document
from slamon.rulefile.files import RawFile, in_memory, on_disk
from slamon.rulefile.render import Format, render
from slamon.rulefile.rules import link


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading led to: rules, or None and at least one error among the diagnostics."""

    rules: Rules | None
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0  # diagnostics past the most that are kept

    @property
    def failed(self) -> bool:
        """Whether nothing was loaded."""
        return self.rules is None

    def render(self, style: Format = "text") -> str:
        """The diagnostics as text that ends in a line end; empty as text or for GitHub if there are none."""
        return render(self.diagnostics, self.left_out, style, "; nothing was loaded" if self.failed else "")


Names = frozenset[str] | None  # None: not known, so not checked


def load_rules(path: Path, *, routes: bool = True, notifiers: Names = None, sources: Names = None) -> Loaded:
    """Load a rules directory or one rules file. Never raises for what stands in it.

    With `routes` False, `routes` and `quiet` are accepted whatever they hold. `notifiers` and `sources` are the names
    of slamon.yml that routes may use.
    """
    report = Report()
    return _load(on_disk(path, report), routes, notifiers, sources, report)


def read_texts(
    files: Mapping[str, bytes], *, routes: bool = True, notifiers: Names = None, sources: Names = None
) -> Loaded:
    """As `load_rules`, from relative paths and their bytes; iCalendar files are found among them."""
    return _load(in_memory(files), routes, notifiers, sources, Report())


def _load(raw: Sequence[RawFile], routes: bool, notifiers: Names, sources: Names, report: Report) -> Loaded:
    unreadable: list[bytes | None] = []
    files = [one for one in (_read(file, routes, unreadable, report) for file in raw) if one]
    may_exist = _Unread(tuple(unreadable)).may_hold
    rules = link(files, routes, notifiers, sources, may_exist, report)
    return Loaded(None if report.failed else rules, report.diagnostics, report.left_out)


def _read(file: RawFile, routes: bool, unreadable: list[bytes | None], report: Report) -> RulesFile | None:
    report.add_file(file.name)
    data: bytes | None = None
    try:
        data = file.read()
        return read_document(decode(file.name, data, report), file.open_beside, routes, report)
    except OSError as mistake:
        report.error_of_file(file.name, "unreadable", f"the {file.what} cannot be read: {mistake.strerror or mistake}")
    except Refused:
        pass
    unreadable.append(data if data is not None and len(data) <= MAX_BYTES else None)
    return None


@dataclass(frozen=True, slots=True)
class _Unread:
    """Files that could not be read: what they may define is not called unknown elsewhere."""

    contents: tuple[bytes | None, ...]

    def may_hold(self, name: str) -> bool:
        """Whether a name may be defined in one of them."""
        wanted = name.encode("utf-8", "replace")
        return any(content is None or wanted in content for content in self.contents)
