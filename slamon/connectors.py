"""Finding a kind of connector by its name: our own, and those that other packages bring by entry points."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import TypeVar

K = TypeVar("K")


def kinds(group: str, built_in: Collection[str]) -> list[str]:
    """The names of all kinds of a group, such as slamon.sources, that can be loaded here."""
    return sorted({*built_in, *(point.name for point in entry_points(group=group))})


def load(group: str, built_in: Collection[str], kind: str, wanted: type[K]) -> K:
    """What the module of a kind calls KIND; LookupError says which names there are, or why it cannot be loaded."""
    if kind in built_in:  # first: no other package may stand in for ours
        return _checked(kind, getattr(import_module(f"{group}.{kind}"), "KIND", None), wanted)
    for point in entry_points(group=group, name=kind):
        try:
            found = point.load()
        except (ImportError, AttributeError) as error:
            raise LookupError(f"kind {kind!r} ({point.value}) cannot be loaded: {error}") from error
        return _checked(kind, found, wanted)
    near = get_close_matches(kind, kinds(group, built_in), n=1)
    remedy = f"did you mean {near[0]}?" if near else f"one of {', '.join(kinds(group, built_in))}"
    what = group.removeprefix("slamon.").removesuffix("s")
    what = f"{what[:-2]}y" if what.endswith("ie") else what
    raise LookupError(f"{kind!r} is not a kind of {what}: {remedy}")


def _checked(kind: str, found: object, wanted: type[K]) -> K:
    if not isinstance(found, wanted):
        raise LookupError(f"kind {kind!r} does not name a {wanted.__module__}.{wanted.__name__}")
    return found
