"""All forms of `within`: one promise, a map from a field's values to promises, or rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from slamon.core.match import Match, OneOf
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Field, Schema, entries_of, wrong_shape
from slamon.rulefile.lists import read_items
from slamon.rulefile.matches import one_of
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar, Sequence
from slamon.rulefile.rows import DAYS, DURATION, EXTRAS, ROW, SHORT, Draft, PromiseField, RowField, read_promise


@dataclass(frozen=True, slots=True)
class ByValueDraft:
    entries: tuple[tuple[OneOf, Draft], ...]
    other: Draft | None


@dataclass(frozen=True, slots=True)
class RowsDraft:
    rows: tuple[tuple[Match | None, Draft], ...]


WithinDraft: TypeAlias = Draft | ByValueDraft | RowsDraft


def _is_wrapped(node: Mapping) -> bool:
    """Whether a map is a duration with a key, as only rows have it."""
    keys = {key.text for key, _ in node.entries}
    return DURATION.name in keys and keys <= {DURATION.name, *EXTRAS}


def _is_fixed(node: Node) -> bool:
    """Whether a map is a fixed instant and not a map by a field's value."""
    if not isinstance(node, Mapping) or not node.entries:
        return False
    keys = {key.text for key, _ in node.entries}
    return bool(keys & DAYS) or keys <= EXTRAS


class WithinField(Field[WithinDraft]):
    """All forms of `within`."""

    takes = "a duration such as 4h, {business_days: N}, a map from values to these, or a list of rows"
    _promise = PromiseField()
    _row = RowField()

    def read(self, node: Node, owner: Owner, report: Report) -> WithinDraft:
        if isinstance(node, Sequence):
            return self._rows(node, owner, report)
        if isinstance(node, Mapping) and not _is_fixed(node):
            return self._by_value(node, owner, report)
        if isinstance(node, Scalar) and node.value is None:
            wrong_shape(node, owner, report, self.takes)
        return self._promise.read(node, owner, report)

    def _rows(self, node: Sequence, owner: Owner, report: Report) -> RowsDraft:
        rows = tuple(one.value for one in read_items(node, owner, report, self._row))
        always = next((number for number, (match, _) in enumerate(rows) if match is None), len(rows))
        for row in node.items[always + 1 :]:
            message = "this row is never reached: the one above it without `for` always holds"
            report.warn(row, "row-never-reached", message, "move the row without `for` to the end")
        return RowsDraft(rows)

    def _wrapped(self, node: Mapping, owner: Owner, report: Report) -> NoReturn:
        values = ROW.read(node, owner, report)
        read_promise(values, (DURATION,), report)
        report.refuse(values.key_at(DURATION), "unknown-key", "the key 'duration' is for rows only", "write within: 4h")

    def _by_value(self, node: Mapping, owner: Owner, report: Report) -> ByValueDraft:
        entries_of(node, owner, report, "write {high: 1h, other: 4h}, or a duration")
        if _is_wrapped(node):
            self._wrapped(node, owner, report)
        entries: list[tuple[OneOf, Draft]] = []
        other: Draft | None = None
        for key, value in node.entries:
            try:
                draft = self._promise.read(value, key, report)
            except Refused:
                continue
            if key.text == "other":
                other = draft
            else:
                entries.append((one_of(key, key, report), draft))
        if len(entries) + (other is not None) < len(node.entries) or node.damaged:
            raise Refused
        return ByValueDraft(tuple(entries), other)

    def schema(self) -> Schema:
        promise = self._promise.schema()
        by_value = {"type": "object", "minProperties": 1, "additionalProperties": promise}
        rows = {"type": "array", "minItems": 1, "items": ROW.schema()}
        return {"anyOf": [*promise["anyOf"], by_value, rows]}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("", SHORT), ("[]", ROW)]
