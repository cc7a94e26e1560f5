"""The keys that a kind of source or notifier wants, as `slamon init` asks for them: all from its settings class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from slamon import notifiers, sources
from slamon.commands.init_texts import scalar
from slamon.rulefile.compose import compose
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.nodes import Mapping
from slamon.rulefile.records import Key
from slamon.rulefile.source import SourceFile
from slamon.secrets import Secret
from slamon.settings_file.arguments import Inner, Unreadable, arguments
from slamon.settings_file.values import SecretText, SettingsReport

# What a kind can do without: here it cannot, or it is asked for too and may be left out.
_NEEDED = {("notifier", "email"): ("to",)}
_USUAL = {("notifier", "email"): ("user", "password")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key of a kind; `path` is how it is written, with dots where maps stand in maps."""

    path: str
    field: Field[Any]
    about: str
    required: bool

    @property
    def secret(self) -> bool:
        return isinstance(self.field, SecretText)


def kinds(what: str) -> list[str]:
    """The kinds of `source` or `notifier` that are installed here."""
    return sources.kinds() if what == "source" else notifiers.kinds()


def wanted(what: str, kind: str) -> list[Wanted]:
    """The keys that must be given, and those that usually are; LookupError if the kind cannot be configured."""
    needed, usual = _NEEDED.get((what, kind), ()), _USUAL.get((what, kind), ())
    found = (replace(one, required=one.required or one.path in needed) for one in _leaves(_keys(what, kind)))
    return [one for one in found if one.required or one.path in usual]


def key_of(what: str, kind: str, path: str) -> Wanted | None:
    """Any key of a kind by its path; None if it has none there, or one below a map of the user's own names."""
    return next((one for one in _leaves(_keys(what, kind)) if one.path == path), None)


def is_secret(what: str, kind: str, path: str) -> bool:
    """Whether what stands at a path is shown nowhere, so that it must come from outside of the file."""
    found = key_of(what, kind, path)
    if found is None and "." in path:
        above, _, name = path.rpartition(".")
        found, value = key_of(what, kind, above), {name: "x"}
        return found is not None and any(isinstance(one, Secret) for one in _values(found.field, value))
    return found is not None and found.secret


def mistake(field: Field[Any], text: str) -> str | None:
    """What the reader of a key says against an answer; None if it takes it."""
    report = SettingsReport()
    try:
        _read(field, written(field, text), report)
    except Refused:
        return "; ".join(f"{one.message}{f'; {one.help}' if one.help else ''}" for one in report.diagnostics)
    return None


def written(field: Field[Any] | None, text: str) -> str:
    """An answer as it stands in YAML; of a key that takes several, parts between commas are several."""
    if isinstance(field, OneOrMany) and "," in text:
        return f"[{', '.join(scalar(part.strip()) for part in text.split(',') if part.strip())}]"
    return scalar(text)


def _keys(what: str, kind: str) -> list[Key[Any]]:
    settings = (sources.load(kind) if what == "source" else notifiers.load(kind)).settings
    try:
        return [one.key for one in arguments(settings)]
    except Unreadable as error:
        raise LookupError(f"kind {kind!r} cannot be configured: {error}") from error


def _leaves(keys: Iterable[Key[Any]], path: str = "", required: bool = True) -> Iterator[Wanted]:
    for key in keys:
        here, needed = f"{path}{key.name}", required and key.required
        if isinstance(key.field, Inner):
            yield from _leaves(key.field.keys.values(), f"{here}.", needed)
        else:
            yield Wanted(here, key.field, key.about, needed)


def _values(field: Field[Any], value: dict[str, str]) -> list[object]:
    """What a map of the user's own names makes of its values."""
    try:
        found = _read(field, "{" + ", ".join(f"{name}: {scalar(text)}" for name, text in value.items()) + "}", Report())
    except Refused:
        return []
    return list(found.values()) if isinstance(found, dict) else []


def _read(field: Field[Any], yaml: str, report: Report) -> Any:
    """What a field reads, as if it stood in a file."""
    file = SourceFile("answer", f"answer: {yaml}\n")
    root = compose(file, report)
    assert isinstance(root, Mapping)
    [(key, node)] = root.entries
    return field.read(node, key, report)
