"""The rows of the group Process, and those of it that cannot be played."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.process.database import ROWS as DATABASE
from tests.faults.process.jobs import ROWS as JOBS
from tests.faults.process.kills import ROWS as KILLS
from tests.faults.process.starts import ROWS as STARTS
from tests.faults.process.stops import ROWS as STOPS

ROWS = [*KILLS, *STOPS, *DATABASE, *STARTS, *JOBS]
NOT_APPLICABLE: Mapping[str, str] = {
    "SIGKILL at random for a minute": "no single guard is at work there; `make soak` plays it with a literal list of"
    " what was due, and a short one of it is part of `make test`",
}
