"""The rows of the group Sources, and those of it that cannot be played."""

from __future__ import annotations

from tests.faults.sources.answers import ROWS as ANSWERS
from tests.faults.sources.clocks import ROWS as CLOCKS
from tests.faults.sources.lists import ROWS as LISTS
from tests.faults.sources.lives import ROWS as LIVES
from tests.faults.sources.reach import ROWS as REACH
from tests.faults.sources.refusals import ROWS as REFUSALS
from tests.faults.sources.texts import ROWS as TEXTS

ROWS = [*REFUSALS, *REACH, *ANSWERS, *LISTS, *LIVES, *CLOCKS, *TEXTS]
_NO_OAUTH = (
    "no source logs in by OAuth: every one has a key, a token or a password of its own, which never expires in use"
)
NOT_APPLICABLE = {
    "401, then a new token by refresh": _NO_OAUTH,
    "refresh answered with `invalid_grant`": _NO_OAUTH,
    "crash between the refresh and the saving of its token": _NO_OAUTH,
}
