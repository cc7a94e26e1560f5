"""Between rows of the database and the records of ports.Store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import msgspec

from slamon.core.message import Message
from slamon.ports import CommitmentRow, Delivery, NewDelivery

Row = tuple[Any, ...]
Key = tuple[str, str, int]

_decoder = msgspec.json.Decoder(Message)
_columns = attrgetter(*(field.name for field in fields(CommitmentRow)))  # in the order of the statements


def encode_message(message: Message) -> str:
    """A message as JSON. Half characters, which no notifier could send either, become question marks."""
    try:
        return msgspec.json.encode(message).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(message))).decode()


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list | tuple) else value


def decode_message(text: str) -> Message:
    return _decoder.decode(text)


def commitments(found: Sequence[Row]) -> dict[Key, CommitmentRow]:
    """The rows of one ticket by what tells them apart."""
    return {key(row): row for row in (CommitmentRow(*columns) for columns in found)}


def key(row: CommitmentRow) -> Key:
    return row.policy, row.target, row.cycle


def commitment_row(source: str, ticket: str, row: CommitmentRow) -> Row:
    return source, ticket, *_columns(row)


def delivery_row(delivery: NewDelivery) -> Row:
    return (
        delivery.identity,
        delivery.source,
        delivery.ticket,
        delivery.route,
        delivery.notifier,
        delivery.moment,
        delivery.promise,
        delivery.due_at,
        encode_message(delivery.message),
    )


def delivery(row: Row) -> Delivery:
    """A claimed row; its first column is what it was sorted by."""
    _, id, identity, source, ticket, route, notifier, moment, promise, due_at, attempts, sealed, message = row
    return Delivery(
        id=id,
        identity=identity,
        source=source,
        ticket=ticket,
        route=route,
        notifier=notifier,
        moment=moment,
        promise=promise,
        due_at=due_at,
        message=decode_message(message),
        attempts=attempts,
        sealed=bool(sealed),
    )
