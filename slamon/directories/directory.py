"""Looking somebody up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slamon.core.match import lookup, text_of

Entry = Mapping[str, Any]


def key_of(value: Any) -> str | None:
    """How a value is looked up: as text without the space around it, its case kept; None for what names nobody."""
    if value is None or isinstance(value, Mapping | list | tuple):
        return None
    return text_of(value).strip() or None


@dataclass(frozen=True, slots=True)
class Directory:
    """Entries by what `key_of` makes of their key."""

    entries: Mapping[str, Entry]

    def entry(self, value: Any) -> Entry | None:
        """What is known of whom a field names."""
        key = key_of(value)
        return None if key is None else self.entries.get(key)

    def address(self, value: Any, column: str) -> str | None:
        """The address of whom a field names; None if there is none."""
        return key_of(lookup(self.entry(value) or {}, column))
