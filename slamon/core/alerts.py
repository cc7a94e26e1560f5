"""Alerts: a moment of a commitment that a line of a route tells somebody about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from slamon.core.instants import MINUTE, Instant, Span
from slamon.core.moments import Moment
from slamon.core.policy import Place
from slamon.core.routes import Recipient

LATE: Span = MINUTE  # what is seen, or sent, later than this after it was due is late
LATE_BUNDLE = "late"  # first seen late: after downtime, or as a silence ends
HELD_BUNDLE = "held"  # came due in quiet hours
Reaches = Callable[[Recipient, Any], bool]  # whether the person whom a recipient's field names has an address
_encoder = msgspec.json.Encoder(order="deterministic")


class Alert(Struct, frozen=True):
    """A moment of a commitment that a line of a route tells somebody about; come due, whether told before or not.

    `identity` is unique for ever: of one identity at most one message is sent. `recipient` is whom it goes to now: in
    the quiet of a notifier that names another `instead`, that one. `who` is the value of the field `recipient.to`
    as it was at `due_at`. `bundle` says what may become one message with it (of one route and address); a `collective`
    one never goes alone at once: bundle "late" (after downtime) or "held" (quiet hours).
    """

    identity: str
    route: str
    step: int  # which of the route's steps, from 0
    recipient: Recipient
    who: Any
    moment: Moment
    promise: str
    due_at: Instant
    held_until: Instant | None = None  # not to be sent before
    bundle: str = "[]"
    collective: bool = False
    update: bool = False  # only where an earlier message of this commitment went
    place: Place = Place("", 1, 1)  # the step's line

    @property
    def notifier(self) -> str:
        """Who sends it, as far as that is known without asking a directory for the address of `who`."""
        return sender(self.recipient, self.who)

    @property
    def goes_at(self) -> Instant:
        """When it should go out."""
        return self.due_at if self.held_until is None else max(self.due_at, self.held_until)


def is_named(recipient: Recipient, who: Any) -> bool:
    """Whether anybody stands in the field of a recipient; that he has an address is believed."""
    return who is not None and who != ""


def sender(recipient: Recipient, who: Any, reaches: Reaches = is_named) -> str:
    """The notifier that tells a recipient; where its field leads to nobody, the one that is used otherwise."""
    nobody = recipient.to is not None and not reaches(recipient, who)
    return (nobody and recipient.otherwise) or recipient.notifier


def delivery_id(identity: str) -> str:
    """The id that a notifier shows: equal for every attempt, of a fixed length."""
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def canonical(value: Any) -> str:
    """A value as JSON text, the same for equal values."""
    return _encoder.encode(value).decode()
