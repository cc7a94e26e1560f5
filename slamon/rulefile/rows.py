"""One promise as it is written: a duration or a fixed instant, alone or as a row with a condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from slamon.core.instants import Span
from slamon.core.match import Match
from slamon.rulefile.amounts import Amount, Duration
from slamon.rulefile.daytime import TimeOfDay
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Choice, Field, Schema, Text, WholeNumber, scalar, wrong_shape
from slamon.rulefile.matches import MatchField
from slamon.rulefile.nodes import Mapping, Node, Owner, Scalar
from slamon.rulefile.records import Key, Record, Values
from slamon.rulefile.suggest import listed, quoted

DayTime: TypeAlias = Literal["close", "open", "same"] | Span


@dataclass(frozen=True, slots=True)
class DaysDraft:
    """A fixed instant, without its calendar yet."""

    days: int
    business: bool
    time: DayTime
    cutoff: Span | None
    roll: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What is promised, where that is written, and the calendar that a row names for itself."""

    promise: Amount | DaysDraft
    node: Node
    calendar: str | None = None
    calendar_node: Node | None = None


class _Time(Field[DayTime]):
    takes = "close, open, same, or a time of day such as 16:00"
    _word = Choice[Literal["close", "open", "same"]]("close", "open", "same")
    _time = TimeOfDay()

    def read(self, node: Node, owner: Owner, report: Report) -> DayTime:
        text = scalar(node, owner, report, self.takes).text
        if text in self._word.words:
            return self._word.read(node, owner, report)
        if text[:1].isdigit():
            return self._time.read(node, owner, report)
        report.refuse(node, "bad-time", f"{quoted(text)} is neither close, open or same nor a time of day")

    def schema(self) -> Schema:
        return {"anyOf": [self._word.schema(), self._time.schema()]}


BUSINESS_DAYS = Key(
    "business_days", WholeNumber(maximum=100_000), "Due on the N-th day with working time.", example="1"
)
CALENDAR_DAYS = Key("calendar_days", WholeNumber(maximum=100_000), "Due N days later, every day counted.")
TIME = Key("time", _Time(), "The local time on that day.", default="close (business_days), same (calendar_days)")
CUTOFF = Key("cutoff", TimeOfDay(), "Started later than this: as if on the next working day, at its opening.")
ROLL = Key(
    "roll", Choice("next_working_day"), "A due instant on a day without working time moves to the next that has some."
)
FOR = Key("for", MatchField("leave `for` out: a row without it always holds"), "The row holds for these tickets.")
DURATION = Key("duration", Duration(), "Due after this much working time.", example="4h")
ROW_CALENDAR = Key("calendar", Text("the name of a calendar"), "The row's own calendar.")

_FIXED = (BUSINESS_DAYS, CALENDAR_DAYS, TIME, CUTOFF, ROLL)
SHORT = Record(
    "a map such as {business_days: 1}",
    _FIXED,
    hints={"calendar": "name the calendar at the target, or write within as a list of rows"},
)
ROW = Record("a map such as {for: {priority: P1}, duration: 1h}", (FOR, DURATION, *_FIXED, ROW_CALENDAR))
_PROMISES = (DURATION, BUSINESS_DAYS, CALENDAR_DAYS)
DAYS = frozenset({BUSINESS_DAYS.name, CALENDAR_DAYS.name})
EXTRAS = frozenset({TIME.name, CUTOFF.name, ROLL.name})


class PromiseField(Field[Draft]):
    """A duration or a fixed instant."""

    takes = "a duration such as 4h, or {business_days: N}"
    _duration = Duration()

    def read(self, node: Node, owner: Owner, report: Report) -> Draft:
        if isinstance(node, Mapping):
            return read_promise(SHORT.read(node, owner, report), (BUSINESS_DAYS, CALENDAR_DAYS), report)
        if not isinstance(node, Scalar) or node.value is None:
            wrong_shape(node, owner, report, self.takes)
        return Draft(self._duration.read(node, owner, report), node)

    def schema(self) -> Schema:
        return {"anyOf": [self._duration.schema(), SHORT.schema()]}

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("", SHORT)]


def read_promise(values: Values, kinds: tuple[Key[Any], ...], report: Report) -> Draft:
    """The one promise of a record; combinations that mean nothing are refused."""
    given = [key for key in kinds if values.given(key)]
    if not given:
        names = listed(key.name for key in kinds)
        if not values.unknown:
            report.error(
                values.owner, "missing-key", f"one of {names} is missing", f"add {kinds[0].name}: {kinds[0].example}"
            )
        raise Refused
    failed = bool(values.broken or values.unknown)
    for second in _later(values, given)[1:]:
        message = f"{second.name} stands beside {_later(values, given)[0].name}: only one of them can hold"
        report.error(values.key_at(second), "conflicting-keys", message, "keep one of them")
        failed = True
    if not failed:
        failed = _refuse_extras(values, given[0], report)
    if failed:
        raise Refused
    return _draft(values, given[0])


def _later(values: Values, given: list[Key[Any]]) -> list[Key[Any]]:
    """The readable ones of some keys, in the order written."""
    return sorted((key for key in given if values.has(key)), key=lambda key: values.key_at(key).start)


def _refuse_extras(values: Values, kind: Key[Any], report: Report) -> bool:
    """Report what cannot act beside this kind of promise; says whether there was something."""
    wrong: list[tuple[Key[Any], str]] = []
    if kind is DURATION:
        wrong = [(key, "beside a duration") for key in (TIME, CUTOFF, ROLL) if values.has(key)]
    elif kind is BUSINESS_DAYS and values.has(ROLL):
        wrong = [(ROLL, "on business_days, which are working days anyway")]
    elif kind is CALENDAR_DAYS and values.get(TIME) in ("close", "open"):
        message = f"calendar_days cannot end at {values.get(TIME)}: such a day may have no working time"
        report.error(values.at(TIME), "bad-time", message, 'write time: same, time: "16:00", or business_days')
        return True
    for key, where in wrong:
        report.error(values.at(key), "no-effect", f"{key.name} has no effect {where}", f"leave {key.name} out")
    return bool(wrong)


def _draft(values: Values, kind: Key[Any]) -> Draft:
    row_calendar = values.at(ROW_CALENDAR) if values.has(ROW_CALENDAR) else None
    promise: Amount | DaysDraft | None = values.get(DURATION)
    if promise is None:
        business = kind is BUSINESS_DAYS
        time = values.get(TIME)
        promise = DaysDraft(
            values.get(BUSINESS_DAYS if business else CALENDAR_DAYS) or 0,
            business,
            time if time is not None else ("close" if business else "same"),
            values.get(CUTOFF),
            values.has(ROLL),
        )
    return Draft(promise, values.at(kind), values.get(ROW_CALENDAR), row_calendar)


class RowField(Field[tuple[Match | None, Draft]]):
    takes = ROW.takes

    def read(self, node: Node, owner: Owner, report: Report) -> tuple[Match | None, Draft]:
        values = ROW.read(node, owner, report)
        return values.get(FOR), read_promise(values, _PROMISES, report)

    def schema(self) -> Schema:
        return ROW.schema()

    def parts(self) -> Iterable[tuple[str, Field[Any]]]:
        return [("", ROW)]
