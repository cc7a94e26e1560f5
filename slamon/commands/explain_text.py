"""An explanation as text for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import groupby

from slamon.core.explain import Commitment, Explanation, PolicyChoice
from slamon.core.instants import Instant, format_instant
from slamon.core.points import Point
from slamon.core.promised import exact_text
from slamon.core.reasons import value_text
from slamon.core.stretches import Stretch
from slamon.core.telling import moment_text, state_text
from slamon.rulefile.suggest import visible

_SHOWN_AT_EACH_END = 6  # stretches of a long wait in which nothing happens; what lies between is summed up
_Row = tuple[str, str, str, str, str]


def as_text(explanation: Explanation, zone: tzinfo | None) -> str:
    """The whole explanation, ending in a line end. `zone`: for the ticket as a whole; None is that of its calendar."""
    ticket = explanation.ticket
    subject = f" “{value_text(ticket.subject)[1:-1]}”" if ticket.subject else ""
    shown_in = zone or next((one.zone for one in explanation.commitments), UTC)
    title = f"{visible(ticket.id)}{subject} ({visible(ticket.source)}), as of {moment_text(explanation.at, shown_in)}"
    blocks = [[title]]
    if not explanation.policies:
        blocks.append([f"The ticket did not exist yet: it was created at {format_instant(ticket.created_at)}."])
    elif not explanation.commitments:
        blocks.append(_policies(explanation.policies))
    blocks += [list(_commitment(one, explanation.at)) for one in explanation.commitments]
    if explanation.silent:
        blocks.append([f"{one.target} ({one.policy}): {one.why}" for one in explanation.silent])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _policies(choices: Sequence[PolicyChoice]) -> list[str]:
    lines = []
    for one in choices:
        lines.append(f"{one.policy}: {one.why}" if one.policy else f"{one.why}:")
        lines += [f"  not {name}: {reason}" for name, reason in one.passed_over]
    return lines


def _commitment(one: Commitment, at: Instant) -> Iterator[str]:
    verdict = one.verdict
    yield f"{verdict.target}, cycle {verdict.cycle}: {verdict.status.replace('_', ' ')}"
    yield f"  Policy   {one.policy.policy}: {one.policy.why}"
    yield from (f"           not {name}: {reason}" for name, reason in one.policy.passed_over)
    yield f"  Promise  {one.promise.promise}: {one.promise.why}"
    remarks = [*one.quality, *([one.confidence] if one.confidence else [])]
    yield from (f"  Remark   {remark}" for remark in remarks)
    yield ""
    yield from _table(one, at)
    yield ""
    yield f"  {one.decided}"


def _table(one: Commitment, at: Instant) -> Iterator[str]:
    rows: list[_Row] = [(f"local ({one.zone})", "UTC", "counted", "total", "")]
    rows += _rows(one, at)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for local, utc, counted, total, what in rows:
        cells = (local.ljust(widths[0]), utc.ljust(widths[1]), counted.rjust(widths[2]), total.rjust(widths[3]), what)
        yield f"  {'  '.join(cells)}".rstrip()


def _rows(one: Commitment, at: Instant) -> Iterator[_Row]:
    """Points and stretches by time; an uneventful stretch of them is shortened."""
    items: list[tuple[Instant, int, Point | Stretch]] = [(point.at, 0, point) for point in one.points]
    items += [(stretch.start, 1, stretch) for stretch in one.stretches]
    if one.verdict.stopped_at is None:
        items.append((at, 2, Point(at, "now", "this is the moment asked about")))
    items.sort(key=lambda item: item[:2])
    for is_stretch, group in groupby(items, key=lambda item: isinstance(item[2], Stretch)):
        found = [item[2] for item in group]
        yield from (_shortened(found, one.zone) if is_stretch else (_row(item, one.zone) for item in found))


def _shortened(found: Sequence[Point | Stretch], zone: tzinfo) -> Iterator[_Row]:
    if len(found) <= 2 * _SHOWN_AT_EACH_END + 1:
        yield from (_row(item, zone) for item in found)
        return
    middle = [item for item in found[_SHOWN_AT_EACH_END:-_SHOWN_AT_EACH_END] if isinstance(item, Stretch)]
    yield from (_row(item, zone) for item in found[:_SHOWN_AT_EACH_END])
    counted = sum(item.counted for item in middle)
    note = f"{len(middle)} more stretches in which nothing happens (all of them: --format json)"
    yield "…", "…", exact_text(counted), exact_text(middle[-1].total), note
    yield from (_row(item, zone) for item in found[-_SHOWN_AT_EACH_END:])


def _row(item: Point | Stretch, zone: tzinfo) -> _Row:
    if isinstance(item, Point):
        return moment_text(item.at, zone), format_instant(item.at), "", "", f"* {item.words}"
    counted, total = exact_text(item.counted), exact_text(item.total)
    return moment_text(item.start, zone), format_instant(item.start), counted, total, f"  {state_text(item)}"
