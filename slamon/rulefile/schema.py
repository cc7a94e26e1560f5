"""What may stand in a rules file, for editors and for the reference: made from the tables that read it."""

from __future__ import annotations

from collections.abc import Iterator

from slamon.rulefile.document import DOCUMENT
from slamon.rulefile.fields import Schema
from slamon.rulefile.matches import match_schema
from slamon.rulefile.records import Option, options


def rules_schema() -> Schema:
    """The JSON Schema (2020-12) of a rules file. What it refuses is refused on reading too, but not the other way."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of slamon: calendars, policies, targets, routes",
        **DOCUMENT.schema(),
        "$defs": match_schema(),
    }


def rules_options() -> Iterator[Option]:
    """Every key that a rules file may hold, by its path, such as `policies[].targets.NAME.warn_at`."""
    yield from options(DOCUMENT)
