"""What is wrong with settings, all of it at once."""

from __future__ import annotations

from collections.abc import Callable


def check_all(*checks: Callable[[], object]) -> None:
    """Make every check. A ValueError if one of them fails; if several do, an ExceptionGroup of their ValueErrors."""
    found: list[Exception] = []
    for check in checks:
        try:
            check()
        except* ValueError as mistakes:
            found += mistakes.exceptions
    if len(found) == 1:
        raise found[0]
    if found:
        raise ExceptionGroup("several mistakes", found)


def unless(holds: bool, mistake: str) -> Callable[[], None]:
    """A check that fails unless something holds."""

    def check() -> None:
        if not holds:
            raise ValueError(mistake)

    return check
