"""Names that must differ: those of policies over all files, and those of targets of policies taken together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slamon.rulefile.diagnostics import Report
from slamon.rulefile.names import Names
from slamon.rulefile.nodes import Scalar
from slamon.rulefile.policies import ALSO, NAME, targets_of
from slamon.rulefile.records import Values
from slamon.rulefile.suggest import quoted


def add_names(policies: Iterable[Values], names: Names, report: Report) -> None:
    """Take the names of policies; the second of a name is reported."""
    for values in policies:
        name = values.get(NAME)
        if name is not None:
            names.add(name, values.at(NAME), report)


def check_beside(policies: Sequence[Values], report: Report) -> None:
    """Report targets of an `also` policy that share their name with a target it may stand beside."""
    if not any(values.get(ALSO) for values in policies):
        return
    owners: dict[str, list[tuple[Values, Scalar]]] = {}
    for values in policies:
        for target in targets_of(values):
            owners.setdefault(target.name, []).append((values, target.key))
    for name, holders in owners.items():
        _check(name, holders, report)


def _check(name: str, holders: list[tuple[Values, Scalar]], report: Report) -> None:
    main = next((holder for holder in holders if not holder[0].get(ALSO)), None)
    first = main or holders[0]
    for values, key in holders:
        if values.get(ALSO) and key is not first[1]:
            _report(name, key, first, report)


def _report(name: str, key: Scalar, other: tuple[Values, Scalar], report: Report) -> None:
    values, other_key = other
    place = other_key.file.place(other_key.start)
    whose = f"policy {quoted(values.get(NAME) or '')} has one too at {place}"
    message = f"the target {quoted(name)} of an also policy stands beside another of that name: {whose}"
    report.error(key, "duplicate-target", message, "give it another name, and kind: as it was")
