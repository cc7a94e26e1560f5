"""Which groups of rows there are, in the order of the page.

A group is a package of tests.faults that has ROWS, a sequence of `playing.Playable`, and NOT_APPLICABLE, a mapping from
faults to why they have no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from tests.faults.playing import Playable


@dataclass(frozen=True)
class Group:
    """Rows under a title; `about` stands below it on the page."""

    title: str
    about: str
    rows: Sequence[Playable]
    not_applicable: Mapping[str, str]


_PACKAGES = {
    "sources": (
        "Sources",
        "The server that tickets come from misbehaves. Each alert is sent twice, and the second time must be the same"
        " byte by byte; and the store must hold what the server holds.",
    ),
    "notifiers": (
        "Notifiers",
        "Who is told misbehaves: servers that speak HTTP or SMTP on loopback, and slamon's own notifiers. What was"
        " taken must be what was due, none missing and none twice, but for answers that were lost: then the same byte"
        " by byte.",
    ),
    "process": ("Process", "slamon itself is killed, stopped, starved, or finds its database in the way."),
    "clock_rows": ("Clock", "The clock jumps, drifts, or is shifted by law."),
    "configuration": ("Configuration", "Settings, rules and secrets change while slamon runs."),
}


def _group(package: str) -> Group:
    title, about = _PACKAGES[package]
    module = import_module(f"tests.faults.{package}")
    return Group(title, about, module.ROWS, module.NOT_APPLICABLE)


def _is_there(package: str) -> bool:
    spec = find_spec(f"tests.faults.{package}")
    return spec is not None and spec.origin is not None


def groups(titles: Sequence[str] = ()) -> list[Group]:
    """Those of these titles, in small letters; without any all that there are."""
    wanted = [package for package, (title, _) in _PACKAGES.items() if not titles or title.lower() in titles]
    return [_group(package) for package in wanted if _is_there(package)]
