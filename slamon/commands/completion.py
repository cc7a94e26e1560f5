"""slamon completion: the script by which a shell completes commands and options."""

from __future__ import annotations

import sys

import click
from click.shell_completion import ShellComplete, get_completion_class

from slamon.commands.exits import Exit


def completion(shell: str, commands: click.Command) -> Exit:
    """Print click's own script for a shell."""
    known = get_completion_class(shell)
    assert known is not None
    # Not by the class's own method: that of bash runs a bash to see which it is, where there may be none.
    script = ShellComplete.source(known(commands, {}, "slamon", "_SLAMON_COMPLETE"))
    sys.stdout.write(script.strip() + "\n")
    sys.stdout.flush()
    return Exit.FINE
