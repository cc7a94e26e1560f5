"""Lines of a ticket history as a source writes them, sound and not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slamon.core.history import BadTicket, decode

CREATED = "2026-06-05T14:00:00Z"
MESSAGE = {"at": CREATED, "kind": "message", "by": "agent", "public": True}


def line(**keys: Any) -> bytes:
    """A ticket's line with some keys set; None takes a key away."""
    data = {"id": "1", "source": "desk", "created_at": CREATED, **keys}
    return json.dumps({key: value for key, value in data.items() if value is not None}).encode()


def with_event(**keys: Any) -> bytes:
    """A ticket whose second event has some keys set; None takes a key away."""
    event = {key: value for key, value in {**MESSAGE, **keys}.items() if value is not None}
    return line(events=[MESSAGE, event])


def mistake(text: bytes) -> str:
    with pytest.raises(BadTicket) as raised:
        decode(text, "stem")
    return str(raised.value)
