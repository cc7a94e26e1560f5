"""A line of a history file as it stands: JSON with the right keys and types, or a sentence about what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import msgspec
from msgspec import Struct

from slamon.core.ticket import Completeness, Creator, Direction, EventKind

LEVELS = 40  # how deep the values of fields may be nested: what is read must be safe to walk through
SHOWN = 60  # characters of an offending text that a sentence repeats

Text = str | int | float  # ids: a number is read as its text


class BadTicket(ValueError):
    """A line that is not a ticket; the message names the key and the offending text."""


class WireEvent(Struct, gc=False, omit_defaults=True):
    """An event as written; null is absent."""

    kind: EventKind
    at: str | None = None
    id: Text | None = None
    by: Text | None = None
    public: bool | None = None
    automated: bool | None = None
    set: dict[str, Any] | None = None
    into: Text | None = None
    observed_between: tuple[str, str] | None = None


class WireTicket(Struct, omit_defaults=True):
    """A ticket as written; null is absent."""

    id: Text
    created_at: str
    source: str | None = None
    subject: str | None = None
    url: str | None = None
    created_by: Creator | None = None
    direction: Direction | None = None
    fields: dict[str, Any] | None = None
    events: list[WireEvent] | None = None
    history: Completeness | None = None
    customer: dict[str, Any] | None = None


_ANYTHING = msgspec.json.Decoder()
_DECODER = msgspec.json.Decoder(WireTicket)
_ENCODER = msgspec.json.Encoder(order="deterministic")
# An escaped pair of surrogates, a surrogate alone, or any other escape.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def read(line: bytes) -> WireTicket:
    """The line's ticket with keys and types checked; BadTicket otherwise."""
    try:
        wire = _DECODER.decode(line)
        if type(wire.id) is float or any(type(e.id) is float or type(e.into) is float for e in wire.events or ()):
            _keep_digits(wire, line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_again(line)
    if not line.isascii():
        _refuse_other_encodings(line)
    brackets = line.count(b"{") + line.count(b"[") - 2 * len(wire.events or ())
    if brackets > LEVELS:  # else nothing can be too deep: most lines are spared the walk
        _refuse_depth(wire)
    return wire


def write(wire: WireTicket) -> bytes:
    """One line without its end; the same bytes whatever the order of the keys in its objects."""
    try:
        return _ENCODER.encode(wire)
    except UnicodeEncodeError:
        return _ENCODER.encode(without_surrogates(msgspec.to_builtins(wire)))


def shown(value: object) -> str:
    """A value as a sentence repeats it: on one line, and not all of it if it is long."""
    if isinstance(value, (list, dict)):  # may be large, or too deep to be walked
        return "a list" if isinstance(value, list) else "an object"
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def one_of(literal: Any) -> str:
    """The allowed texts of a Literal, for a sentence."""
    return "one of " + ", ".join(get_args(literal))


def _read_again(line: bytes) -> WireTicket:
    """A customer must not hide a ticket by half an emoji in its subject; every other mistake is explained."""
    mended = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], line)
    if mended != line:
        return read(mended)
    raise BadTicket(_mistake(line))


def _keep_digits(wire: WireTicket, line: bytes) -> None:
    """Put ids that are fractions back as they were written: 1.10 is not 1.1."""
    written = json.loads(line, parse_float=str)
    wire.id = written["id"]
    for event, text in zip(wire.events or (), written.get("events") or (), strict=True):
        event.id = text.get("id")
        event.into = text.get("into")


def without_surrogates(value: Any) -> Any:
    """JSON data in which halves of surrogate pairs, which no UTF-8 can hold, are U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(inner) for key, inner in value.items()}
    return [without_surrogates(inner) for inner in value] if isinstance(value, list | tuple) else value


# --- what is wrong with a line ---------------------------------------------------------------------------------------

_A_TIME = "a time such as 2026-06-05T14:00:00Z"
_WANTED = {
    "id": "a text or a number",
    "created_at": _A_TIME,
    "created_by": one_of(Creator),
    "direction": one_of(Direction),
    "fields": "an object",
    "events": "a list",
    "history": one_of(Completeness),
    "customer": "an object",
    "kind": one_of(EventKind),
    "at": _A_TIME,
    "public": "true or false",
    "automated": "true or false",
    "set": "an object",
    "into": "a text or a number",
    "observed_between": "a pair of times, the earliest and the latest",
}


def _mistake(line: bytes) -> str:
    """The first thing that is wrong with a line that could not be read, as a sentence."""
    _refuse_other_encodings(line)
    try:
        data = _ANYTHING.decode(line)
    except RecursionError:
        return f"nested deeper than {LEVELS} levels"
    except msgspec.ValidationError as mistake:
        return str(mistake)[:1].lower() + str(mistake)[1:]  # a number that no machine can hold
    except msgspec.DecodeError as mistake:
        return f"{shown(line.decode())} is not JSON: {mistake}"
    return _mistake_of(data, WireTicket) if isinstance(data, dict) else f"this is {shown(data)}, not an object"


def _mistake_of(data: dict[str, Any], shape: type[Struct]) -> str:
    for field in msgspec.structs.fields(shape):
        value = data.get(field.encode_name)
        if value is None:
            if field.required:
                return f"{field.name} is missing"
        elif not _is(value, field.type):
            inner = _mistake_within(value) if field.name == "events" and isinstance(value, list) else None
            return inner or f"{field.name} is {shown(value)}, not {_WANTED.get(field.name, 'a text')}"
    return "this is not a ticket"


def _mistake_within(events: list[Any]) -> str | None:
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            return f"event {number} is {shown(event)}, not an object"
        if not _is(event, WireEvent):
            return f"event {number}: {_mistake_of(event, WireEvent)}"
    return None


def _is(value: Any, shape: Any) -> bool:
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True


def _refuse_other_encodings(line: bytes) -> None:
    try:
        line.decode()
    except UnicodeDecodeError as mistake:
        raise BadTicket(f"not UTF-8: byte {mistake.start + 1} is 0x{line[mistake.start]:02x}") from None


def _refuse_depth(wire: WireTicket) -> None:
    values = [("fields", wire.fields), ("customer", wire.customer)]
    values += [(f"event {number}: set", event.set) for number, event in enumerate(wire.events or (), 1)]
    for place, value in values:
        if _deeper_than(LEVELS, value):
            raise BadTicket(f"{place} is nested deeper than {LEVELS} levels")


def _deeper_than(levels: int, value: Any) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(children) and (levels == 0 or any(_deeper_than(levels - 1, child) for child in children))
