"""Words for a person on standard error."""

from __future__ import annotations

import sys


def complain(text: str) -> None:
    """Say something; a closed standard error is nobody's concern."""
    if sys.stderr is not None and not sys.stderr.closed:
        print(text, file=sys.stderr)
