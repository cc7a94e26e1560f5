"""How a command ends."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    FINE = 0
    FOUND = 1  # ran and found something
    UNUSABLE = 2  # cannot be loaded or used so
    CANNOT_RUN = 3  # cannot run here: port, lock, disk
    INTERRUPTED = 130  # by Ctrl-C, before it was through; to run and demo that is the ordinary end, and fine
