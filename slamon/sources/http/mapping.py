"""From a system's own names to ours: statuses, priorities, further fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import structlog

from slamon.core.ticket import STATUSES
from slamon.mistakes import check_all

log = structlog.get_logger()

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class StatusMap:
    """Native statuses by the configuration, else by the kind's own defaults; case does not count.

    One with no entry stays as it is: the engine counts it as open and says so. `unmapped` counts them.
    """

    def __init__(self, source: str, given: Mapping[str, str], usual: Mapping[str, str]) -> None:
        self._source = source
        self._known = {native.casefold(): status for native, status in (*usual.items(), *given.items())}
        self._given = given
        self.unmapped: Counter[str] = Counter()

    def fields(self, native: str | None) -> dict[str, Any]:
        """The fields `status` and `source_status`; the status of a ticket that has none is new."""
        if not native:
            return {"status": "new", "source_status": None}
        return {"status": self._mapped(native), "source_status": native}

    def _mapped(self, native: str) -> str:
        status = self._known.get(native.casefold())
        if status is not None:
            return status
        if native not in STATUSES:
            self._note(native)
        return native

    def _note(self, native: str) -> None:
        if native not in self.unmapped:
            remedy = "say under status: what it means; until then the clock runs"
            log.warning("a status means nothing here", source=self._source, status=native[:100], remedy=remedy)
        self.unmapped[native] += 1

    def strangers(self, natives: Iterable[str]) -> list[str]:
        """Statuses that the configuration names and the system does not have."""
        there = {native.casefold() for native in natives}
        return [native for native in self._given if native.casefold() not in there]

    def unknown(self, natives: Iterable[str]) -> list[str]:
        """Statuses of the system that mean nothing here."""
        return [native for native in natives if native.casefold() not in self._known and native not in STATUSES]


class PriorityMap:
    """Native priorities by the configuration, else by the kind's defaults, else as they are; case does not count."""

    def __init__(self, given: Mapping[str, str], usual: Mapping[str, str]) -> None:
        self._known = {native.casefold(): ours for native, ours in (*usual.items(), *given.items())}

    def value(self, native: str | None) -> str | None:
        """The priority as rules know it."""
        return None if native is None else self._known.get(native.casefold(), native)


class FieldMap:
    """Further fields of a ticket: `given` says of each what of the system it is, such as custom_field.Customer."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def fields(self, native: Mapping[str, Any]) -> dict[str, Any]:
        """The configured fields, of what the system says; what it does not say is None."""
        return {ours: native.get(path) for ours, path in self._given.items()}

    def changed(self, native: Mapping[str, Any]) -> dict[str, Any]:
        """Of the configured fields those that are among what has changed."""
        return {ours: native[path] for ours, path in self._given.items() if path in native}


def check_fields(given: Mapping[str, str], names: Iterable[str], prefixes: Iterable[str] = ()) -> None:
    """ValueError for a field that is nothing the system has. `prefixes`: what names of the system's owner follow."""
    names, prefixes = tuple(names), tuple(prefixes)
    check_all(*(partial(_check_field, ours, path, names, prefixes) for ours, path in given.items()))


def _check_field(ours: str, path: str, names: tuple[str, ...], prefixes: tuple[str, ...]) -> None:
    if ours in ("status", "source_status"):
        raise ValueError(f"fields: {ours} comes with the ticket: write what statuses mean under status")
    named = any(path.startswith(prefix) and len(path) > len(prefix) for prefix in prefixes)
    if path not in names and not named:
        choice = ", ".join([*names, *(f"{prefix}NAME" for prefix in prefixes)])
        raise ValueError(f"fields: {ours}: {path!r} is nothing that can be had: write one of {choice}")


def truth(value: Any) -> bool | None:
    """true or false, also as 1 and 0, "yes" and "no" in any case; None for what is neither."""
    return _TRUTHS.get(str(value).lower()) if isinstance(value, bool | int | str) else None
