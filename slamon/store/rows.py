"""Between rows of the database and the records of ports.Store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import msgspec

from slamon.core.bundles import Waiting
from slamon.core.instants import Instant
from slamon.core.message import Message
from slamon.core.wire import without_surrogates
from slamon.ports import CommitmentRow, DeadLetter, Delivery, Ending, NewDelivery, Notification

Row = tuple[Any, ...]
Key = tuple[str, str, int]

_decoder = msgspec.json.Decoder(Message)
_NEW = [field.name for field in fields(NewDelivery)]  # in the order of the statements
_KEPT = [field.name for field in fields(Delivery)]
_new = attrgetter(*_NEW)
_columns = attrgetter(*(field.name for field in fields(CommitmentRow)))  # in the order of the statements


def encoded(message: Message) -> tuple[Message, str]:
    """A message as it will be read back, and as JSON. Half characters, which no notifier could send either, become
    U+FFFD."""
    try:
        return message, msgspec.json.encode(message).decode()
    except UnicodeEncodeError:
        text = msgspec.json.encode(without_surrogates(msgspec.to_builtins(message))).decode()
        return decode_message(text), text


def decode_message(text: str) -> Message:
    return _decoder.decode(text)


def commitments(found: Sequence[Row]) -> dict[Key, CommitmentRow]:
    """The rows of one ticket by what tells them apart."""
    return {key(row): row for row in (CommitmentRow(*columns) for columns in found)}


def key(row: CommitmentRow) -> Key:
    return row.policy, row.target, row.cycle


def commitment_row(source: str, ticket: str, row: CommitmentRow) -> Row:
    return source, ticket, *_columns(row)


def delivery_row(delivery: NewDelivery, not_before: Instant) -> Row:
    values = dict(zip(_NEW, _new(delivery), strict=True)) | {"not_before": not_before}
    return tuple(int(value) if isinstance(value, bool) else value for value in values.values())


def delivery(row: Row) -> Delivery:
    values = dict(zip(_KEPT, row, strict=True))
    flags = {name: bool(values[name]) for name in ("collective", "update")}
    return Delivery(**values | flags)


def waiting(row: Row) -> Waiting:
    route, address, bundle, collective, count, oldest = row
    return Waiting(route, address, bundle, bool(collective), count, oldest)


def notification(row: Row) -> Notification:
    id, notifier, message, made_at, attempts, doubtful, is_copy, seen = row
    text = decode_message(message)
    return Notification(id, notifier, text, made_at, attempts, bool(doubtful), bool(is_copy), bool(seen))


def dead_letter(row: Row) -> DeadLetter:
    what, notifier, route, state, ended_at, error, copied = row
    return DeadLetter(what, notifier, route, Ending(state), ended_at, error, bool(copied))
