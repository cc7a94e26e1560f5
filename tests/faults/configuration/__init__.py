"""The rows of the group Configuration, and those of it that cannot be played."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.configuration.changed import ROWS as CHANGED
from tests.faults.configuration.refused import ROWS as REFUSED
from tests.faults.configuration.reloaded import ROWS as RELOADED
from tests.faults.configuration.secrets import ROWS as SECRETS

ROWS = [*REFUSED, *RELOADED, *CHANGED, *SECRETS]
NOT_APPLICABLE: Mapping[str, str] = {}
