"""Notifiers that show what is so now: what stands in their way is told once and raised to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
import structlog.testing

from slamon.core.message import Covered
from slamon.flow.mirror import Mirror
from slamon.ports import Reason, SendError, Store
from tests.flow.build import bench


@dataclass
class Board:
    """One that shows what it is told to, or fails as it is told to."""

    answers: list[Exception | None]
    shown: list[int] = field(default_factory=list)

    async def sync(self, active: Sequence[Covered]) -> None:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer
        self.shown.append(len(active))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("wrong", "said"),
    [(SendError(Reason.TIMEOUT, "no answer"), "no answer"), (KeyError("labels"), "defect: KeyError")],
)
async def test_what_it_fails_of_is_told_once_and_so_is_its_end(store: Store, wrong: Exception, said: str) -> None:
    board = Board([wrong, wrong, None])
    mirror = Mirror("board", board, store, bench(store, "2026-06-08T09:00:00Z").deliverer.looker)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await mirror.sync()
    told = [one for one in logs if one["event"] != "notifier is defective"]
    assert [(one["event"], one.get("error")) for one in told] == [
        ("showing what stands failed", said),
        ("showing what stands works again", None),
    ]
    assert board.shown == [0]
