"""python -m tests.faults.process.runner [--without MODULE FAULT] [--cause CAUSE]... SETTINGS: slamon run as a process of
its own, with a fault in it, or without the guard of a row. Nothing of this is in slamon itself."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from slamon.commands.run import run
from tests.faults.process.causes import apply


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", nargs=2, metavar=("MODULE", "FAULT"))
    parser.add_argument("--cause", action="append", default=[])
    parser.add_argument("settings", type=Path)
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.without:
            module, fault = options.without
            row = next(one for one in import_module(module).ROWS if one.fault == fault)
            stack.enter_context(row.guard.off.applied())
        for cause in options.cause:
            apply(cause)
        return int(run(options.settings))


if __name__ == "__main__":
    sys.exit(main())
