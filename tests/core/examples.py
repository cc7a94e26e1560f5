"""How many examples random tests look at: few and always the same ones, or with SLAMON_EXAMPLES as many as it says."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MORE = os.environ.get("SLAMON_EXAMPLES")


def examples(number: int) -> settings:
    return settings(
        max_examples=int(MORE or number),
        derandomize=MORE is None,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
