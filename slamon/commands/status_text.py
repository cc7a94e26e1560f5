"""What a service says of itself, as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, TextIO

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from slamon.commands.text import known_zone
from slamon.core.instants import Instant, from_datetime
from slamon.core.verdict import ENDED_STATUSES, OPEN_STATUSES
from slamon.core.wording import instant_text, span_text
from slamon.rulefile.suggest import visible

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

_STATUSES = (*OPEN_STATUSES, *ENDED_STATUSES)
_STATES = ("pending", "bound", "sent")
_TONES = {"ok": "green", "degraded": "yellow", "at_risk": "yellow", "breached": "red", "missed": "red"}
_MOST_LATE = 10
_WIDTH = 160  # where the output is no terminal


class Near(msgspec.Struct, frozen=True):
    """A commitment that is open and due first."""

    source: str
    ticket: str
    policy: str
    target: str
    status: str
    due_at: Moment | None


class Dead(msgspec.Struct, frozen=True):
    """What reached nobody at a notifier; `copied`: its fallback has it, or still tries."""

    at: Moment
    notifier: str
    what: str
    why: str | None
    copied: bool


class Status(msgspec.Struct, frozen=True):
    """The answer of /api/status."""

    status: str
    problems: list[str]
    version: str
    time: Moment
    commitments: list[tuple[str, str, str, str, int]]  # source, policy, target, status, how many
    deliveries: list[tuple[str, str, int]]  # notifier, state, how many
    nearest: list[Near]
    dead: list[Dead] = []
    zone: str = "UTC"  # in which it shows times


def show(found: Status, url: str, out: TextIO) -> None:
    """Write the summary. What comes from tickets is shown without anything that a terminal would obey."""
    console = Console(file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else _WIDTH)
    at, zone = from_datetime(found.time), known_zone(found.zone)
    said = f"  slamon {visible(found.version)} at {visible(url)}, {instant_text(at, zone)}"
    console.print(_toned(found.status) + Text(said))
    for problem in found.problems:
        console.print(Text(f"  {visible(problem)}", "yellow"))
    counted = ((tuple(row[:3]), row[3], row[4]) for row in found.commitments)
    _counts(console, "Commitments", ("source", "policy", "target"), counted, _STATUSES)
    _counts(console, "Deliveries", ("notifier",), (((name,), state, n) for name, state, n in found.deliveries), _STATES)
    _due_next(console, found.nearest, at, zone)
    if found.dead:
        _reached_nobody(console, found.dead, zone)


def _counts(
    console: Console,
    title: str,
    names: Sequence[str],
    counted: Iterable[tuple[tuple[str, ...], str, int]],
    usual: Sequence[str],
) -> None:
    """A table with a row for each combination of names and a column for each status; the usual ones come first."""
    rows: dict[tuple[str, ...], dict[str, int]] = {}
    for key, column, number in counted:
        rows.setdefault(key, {})[column] = number
    found = {column for row in rows.values() for column in row}
    columns = [*(one for one in usual if one in found), *sorted(found - set(usual))]
    table = _table(title, names)
    for column in columns:
        table.add_column(_toned(column), justify="right")
    for key, row in rows.items():
        numbers = (f"{row[column]:,}" if column in row else "" for column in columns)
        table.add_row(*(_cell(part) for part in key), *numbers)
    _print(console, table, f"{title}: none yet")


def _due_next(console: Console, nearest: Sequence[Near], at: Instant, zone: tzinfo) -> None:
    """What is due, the first first; of what is overdue the longest overdue. The service tells only so many of them."""
    dated = [(one, from_datetime(one.due_at)) for one in nearest if one.due_at is not None]
    late = [(one, due) for one, due in dated if due < at]
    _instants(console, "Due next", [(one, due) for one, due in dated if due >= at], at, zone)
    if late:
        _instants(console, "Longest overdue", late[:_MOST_LATE], at, zone)


def _reached_nobody(console: Console, dead: Iterable[Dead], zone: tzinfo) -> None:
    table = _table("Reached nobody, in the last day", ("at", "notifier", "what", "why", "fallback"))
    for one in dead:
        why, copied = _cell(one.why or ""), Text("has it" if one.copied else "none", "" if one.copied else "red")
        table.add_row(instant_text(from_datetime(one.at), zone), _cell(one.notifier), _cell(one.what), why, copied)
    _print(console, table, "")


def _instants(console: Console, title: str, listed: Iterable[tuple[Near, Instant]], at: Instant, zone: tzinfo) -> None:
    table = _table(title, ("ticket", "source", "target", "status", "due", "left"))
    for one, due in listed:
        row = (_cell(one.ticket), _cell(one.source), _cell(one.target), _toned(one.status))
        table.add_row(*row, instant_text(due, zone), _left(due, at))
    _print(console, table, f"{title}: nothing that the service tells of")


def _table(title: str, names: Sequence[str]) -> Table:
    table = Table(title=Text(title, "bold"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _print(console: Console, table: Table, otherwise: str) -> None:
    console.print()
    console.print(table if table.row_count else Text(otherwise))


def _left(due: Instant, at: Instant) -> str:
    return f"{span_text(due - at)} left" if due >= at else f"overdue by {span_text(at - due)}"


def _cell(text: str) -> Text:
    return Text(visible(text) or "-")


def _toned(word: str) -> Text:
    return Text(visible(word.replace("_", " ")), _TONES.get(word, ""))
