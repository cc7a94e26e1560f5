"""Catching failures, which must show no secret anywhere."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from slamon.ports import SendError


@contextmanager
def failing_without(*secrets: str) -> Iterator[list[SendError]]:
    """What the block failed with; no secret is in it, in no traceback and no context of it."""
    caught: list[SendError] = []
    with pytest.raises(SendError) as info:
        yield caught
    caught.append(info.value)
    shown = "".join(traceback.format_exception(info.value)) + repr(info.value)
    assert not [secret for secret in secrets if secret in shown]
    assert info.value.__cause__ is None
    assert info.value.__context__ is None
