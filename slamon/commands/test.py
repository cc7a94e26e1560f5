"""slamon test: the rule tests that stand beside the rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from slamon.commands.exits import Exit
from slamon.commands.say import complain
from slamon.core.judge import Judge
from slamon.rulefile import load_rules
from slamon.ruletests.cases import Case
from slamon.ruletests.read import files_below, read_tests, rules_beside
from slamon.ruletests.report import as_json, as_junit, as_text
from slamon.ruletests.run import Outcome, run

_REPORTS: dict[str, Callable[[Sequence[Outcome]], str]] = {"text": as_text, "json": as_json, "junit": as_junit}


def test(directory: Path, format: str, only: str | None) -> Exit:
    """Run the rule tests of a rules directory, or those of one file. `only`: those whose name holds this text."""
    try:
        files = files_below(directory)
    except OSError as error:
        complain(f"{directory}: {error.strerror or error}")
        return Exit.UNUSABLE
    if not files:
        complain(f"there are no rule tests in {directory}: put them into {directory / 'tests' / 'NAME.yml'}")
        return Exit.UNUSABLE
    loaded = load_rules(rules_beside(directory))
    if loaded.diagnostics:
        complain(loaded.render().rstrip("\n"))
    if loaded.rules is None:
        return Exit.UNUSABLE
    found = read_tests(files, loaded.rules)
    if found.diagnostics:
        complain(found.render().rstrip("\n"))
    if found.cases is None:
        return Exit.UNUSABLE
    return _run(Judge(loaded.rules), _chosen(found.cases, only), format, only)


def _chosen(cases: Sequence[Case], only: str | None) -> list[Case]:
    return [case for case in cases if only is None or only.casefold() in case.name.casefold()]


def _run(judge: Judge, cases: list[Case], format: str, only: str | None) -> Exit:
    if not cases:
        complain("there are no tests in these files" if only is None else f"no test has {only!r} in its name")
        return Exit.UNUSABLE
    outcomes = [run(judge, case) for case in cases]
    sys.stdout.write(_REPORTS[format](outcomes))
    sys.stdout.flush()
    return Exit.FINE if all(one.passed for one in outcomes) else Exit.FOUND
