"""The table: rows of rules, short histories, an instant, and what must be said then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from slamon.core.instants import Instant
from slamon.core.standing import NOTHING_SAID, Ack, Standing
from slamon.core.ticket import Ticket
from tests.options import words

TABLE = Path(__file__).parent / "table"
_VERSION = "version: 1\n"
_OFFICE = "calendars: {office: {time_zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}}\n"
_POLICY = "policies:\n  - name: p\n    calendar: office\n"
_CASE_KEYS = {"created", "ticket", "timeline", "at", "acknowledged", "expect", "alerts"}
_ROW_KEYS = _CASE_KEYS | {"says", "proves", "rules", "targets", "match", "files", "cases", "reads"}


@dataclass(frozen=True, slots=True)
class Expected:
    """One verdict: what of it matters here."""

    target: str
    cycle: int
    status: str
    rest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket, an instant, and what must be said; `alerts` None: whatever is alerted is all the same."""

    ticket: Ticket
    at: Instant
    expect: tuple[Expected, ...]
    alerts: tuple[str, ...] | None
    standing: Standing = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: `proves` names the options that it is about."""

    says: str
    proves: tuple[str, ...]
    rules: str
    files: Mapping[str, str]
    cases: tuple[Case, ...]
    reads: tuple[str, ...] | None = None


class _Loader(yaml.SafeLoader):
    """YAML without the surprises of its first version: 10:00 and dates stay texts."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("slamon", re.compile(r"(?:null|true|false|-?[0-9]+)$"), list("ntf-0123456789"))
_Loader.add_constructor("slamon", lambda loader, node: words.scalar(node.value))


def table() -> tuple[Row, ...]:
    """Every row, files in the order of their names."""
    return tuple(_row(raw) for path in sorted(TABLE.glob("*.yml")) for raw in _read(path))


def _read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.load(path.read_text("utf-8"), _Loader)
    return rows


def _row(raw: Mapping[str, Any]) -> Row:
    unknown = (raw.keys() - _ROW_KEYS) | {key for case in raw.get("cases", ()) for key in case.keys() - _CASE_KEYS}
    if unknown:
        raise ValueError(f"{raw.get('says')!r}: a row has no {', '.join(sorted(unknown))}")
    shared = {key: raw[key] for key in _CASE_KEYS & raw.keys()}
    proves = raw["proves"].split() if isinstance(raw["proves"], str) else raw["proves"]
    cases = tuple(_case({**shared, **case}) for case in raw.get("cases", [{}]))
    reads = tuple(raw["reads"]) if "reads" in raw else None
    return Row(raw["says"], tuple(proves), _rules(raw), raw.get("files", {}), cases, reads)


def _rules(raw: Mapping[str, Any]) -> str:
    """The rules file; `targets` and `match` are short for the one thing that matters of one policy."""
    if "rules" in raw:
        text: str = raw["rules"]
        if text.startswith("version"):
            return text
        return _VERSION + ("" if re.search("^calendars:", text, re.MULTILINE) else _OFFICE) + text
    targets = raw.get("targets", "total_resolution: 4h")
    lines = "".join(f"      {line}\n" for line in targets.splitlines())
    return f"{_VERSION}{_OFFICE}{_POLICY}    match: {raw.get('match', 'all').strip()}\n    targets:\n{lines}"


def _case(raw: Mapping[str, Any]) -> Case:
    created, timeline = raw.get("created", "Mon 09:00"), raw.get("timeline", [])
    alerts, ticket = raw.get("alerts"), words.ticket(created, raw.get("ticket", {}), timeline)
    return Case(
        ticket,
        words.instant(raw["at"]),
        tuple(_expected(one) for one in raw["expect"]),
        None if alerts is None else tuple(alerts),
        _standing(ticket, raw.get("acknowledged")),
    )


def _standing(ticket: Ticket, acknowledged: str | None) -> Standing:
    """What has been said of a ticket: acknowledged for good at an instant, or nothing."""
    if acknowledged is None:
        return NOTHING_SAID
    return Standing((Ack(ticket.source, ticket.id, None, "ann", words.instant(acknowledged)),))


def _expected(raw: Mapping[str, Any] | str) -> Expected:
    """`{resolution 2: met, stopped: Mon 10:00}`: target and cycle with the status, then what else matters."""
    if isinstance(raw, str):
        return Expected("", 0, raw, {})
    (first, status), *rest = raw.items()
    name, number = re.fullmatch(r"(.+?)(?: (\d+))?", first).groups()  # type: ignore[union-attr]
    return Expected(name, int(number or 1), status, {key: _as_text(value) for key, value in rest})


def _as_text(value: Any) -> str:
    return "null" if value is None else str(value)
