"""How long a source that fails is left alone, and when one failure is another's like."""

from __future__ import annotations

import re

from slamon.core.instants import SECOND

_LONGEST_PAUSE = 300.0  # seconds between polls of a source that fails
_AFTER_OUR_FAILURE = 3.0
_AFTER_REFUSAL = 300.0  # doubled with each further one: somebody must act, and accounts are locked for trying
_LONGEST_AFTER_REFUSAL = 3600.0
_ASIDE = re.compile(r"\([^()]*\)|'[^']*'")
_NUMBERED = re.compile(r"\S*\d\S*")


class Patience:
    """Of one source. `not_before`: on the monotonic clock."""

    def __init__(self) -> None:
        self.not_before = 0.0
        self._failures = 0
        self._refusals = 0
        self._is_refused = False

    @property
    def is_refused(self) -> bool:
        """Whether the last failure lasts until somebody acts."""
        return self._is_refused

    def works(self) -> None:
        """It could be read."""
        self._failures = self._refusals = 0
        self._is_refused = False

    def failed(self, error: Exception, now: float) -> None:
        """It could not be read."""
        self._failures += 1
        self._is_refused = getattr(error, "permanent", False)
        if self._is_refused:
            self._refusals += 1
            self._wait(self.after_refusal(), now)
        self._wait(self.after_failure(), now)
        self.asked_to_wait(error, now)

    def not_its_fault(self, now: float) -> None:
        """What it said could not be kept: it is asked again soon, and nothing is held against it."""
        self._is_refused = False
        self._wait(_AFTER_OUR_FAILURE, now)

    def asked_to_wait(self, error: Exception, now: float) -> None:
        """It may have said for how long to leave it alone."""
        self._wait((getattr(error, "retry_after", None) or 0) / SECOND, now)

    def after_failure(self) -> float:
        """The first failure waits for the next poll only."""
        return 0.0 if self._failures < 2 else min(_LONGEST_PAUSE, 2.0 ** min(self._failures, 16))

    def after_refusal(self) -> float:
        """Five minutes, growing to an hour."""
        return min(_LONGEST_AFTER_REFUSAL, _AFTER_REFUSAL * 2.0 ** min(self._refusals - 1, 16))

    def _wait(self, seconds: float, now: float) -> None:
        self.not_before = max(self.not_before, now + seconds)


def kind_of(error: Exception) -> str:
    """What failures have in common that differ in what they name: paths, numbers, addresses, a server's own words."""
    text = _NUMBERED.sub("#", _ASIDE.sub("()", str(error)))
    return f"{type(error).__name__}, {getattr(error, 'permanent', False)}: {text}"
