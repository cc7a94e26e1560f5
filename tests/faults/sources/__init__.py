"""The rows of the group Sources, and those of it that cannot be played."""

from __future__ import annotations

from tests.faults.sources.answers import ROWS as ANSWERS
from tests.faults.sources.clocks import ROWS as CLOCKS
from tests.faults.sources.emptied import ROWS as EMPTIED
from tests.faults.sources.lists import ROWS as LISTS
from tests.faults.sources.lives import ROWS as LIVES
from tests.faults.sources.reach import ROWS as REACH
from tests.faults.sources.refusals import ROWS as REFUSALS
from tests.faults.sources.refused import ROWS as REFUSED
from tests.faults.sources.replicas import ROWS as REPLICAS
from tests.faults.sources.shapes import ROWS as SHAPES
from tests.faults.sources.slow import ROWS as SLOW
from tests.faults.sources.texts import ROWS as TEXTS
from tests.faults.sources.unread import ROWS as UNREAD

GROUPS = (REFUSALS, REFUSED, REACH, SLOW, ANSWERS, SHAPES, UNREAD, LISTS, REPLICAS, EMPTIED, LIVES, CLOCKS, TEXTS)
ROWS = [row for group in GROUPS for row in group]
_NO_OAUTH = (
    "no source logs in by OAuth: each is given a key, a token or a password, and none of these is renewed by slamon"
)
NOT_APPLICABLE = {
    "401, then a new token by refresh": _NO_OAUTH,
    "refresh answered with `invalid_grant`": _NO_OAUTH,
    "crash between the refresh and the saving of its token": _NO_OAUTH,
}
