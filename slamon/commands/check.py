"""slamon check: what is wrong with settings and rules."""

from __future__ import annotations

import sys
from pathlib import Path

from slamon.commands.exits import Exit
from slamon.commands.load import load
from slamon.rulefile import load_rules
from slamon.rulefile.render import Format


def check(config: Path, rules: Path | None, *, strict: bool, format: Format) -> Exit:
    """Print every diagnostic; nothing is started."""
    found = load_rules(rules) if rules is not None else load(config)
    sys.stdout.write(found.render(format))
    if found.rules is None:
        return Exit.UNUSABLE
    return Exit.FOUND if strict and found.diagnostics else Exit.FINE
