"""Standard output and error, whatever they are: a terminal, a file, a pipe that nobody reads, or nothing at all."""

from __future__ import annotations

import io
import os
import sys


def settle() -> None:
    """What is written to a file or a pipe is UTF-8, whatever the locale says; a terminal gets what it can show."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us, who does not want to know
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  open for as long as we are
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def drop() -> None:
    """Have nothing more written: what is still held would fail once more when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def trouble(error: OSError) -> str:
    """What is told of an error that no command expects: mostly that standard output takes no more."""
    what = error.filename or "standard output"
    return f"slamon: {os.fsdecode(what)} cannot be used: {error.strerror or error}"
