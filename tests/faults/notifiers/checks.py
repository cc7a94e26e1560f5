"""What must hold after every row, whatever its fault was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from slamon.core.instants import Instant
from tests.faults.notifiers.lives import Life, News, owed
from tests.faults.notifiers.receivers import Receiver
from tests.faults.notifiers.row import NotifierRow
from tests.faults.notifiers.settings import SECRETS
from tests.faults.world import same


def check_oracle(lives: Sequence[Life], row: NotifierRow, told: Iterable[News], now: Instant) -> None:
    """Of each ticket was told what plain arithmetic says was due, and nothing else."""
    must, may = owed(lives, row.told, now)
    known = {life.id for life in lives}
    found = {news for news in told if news[0] in known}
    same("due and not told", sorted(must - found - row.untold), [])
    same("told and not due", sorted(found - must - may), [])


def check_repeats(receiver: Receiver) -> None:
    """What came twice is the same byte by byte, and came again only because its answer was lost."""
    for several in receiver.repeats().values():
        for one, again in pairwise(several):
            same(f"repeated “{one.title}”", again.body, one.body)
            assert one.lost, f"“{one.title}” came again though it was accepted"
    told: dict[tuple[News, str], str] = {}
    for arrival in receiver.taken:
        for news in arrival.told:
            for who in arrival.to.split(", "):
                known = told.setdefault((news, who), arrival.id)
                assert known == arrival.id, f"{receiver.name} was told of {news} in two messages"


def check_secrets(said: str) -> None:
    """No secret stands there."""
    assert not any(secret in said for secret in SECRETS), "a secret is in the log"
