"""slamon schema: what may stand in a file, as JSON Schema for editors."""

from __future__ import annotations

import json
import sys
from typing import Any

from slamon.commands.exits import Exit

OF = ("rules", "settings", "tests")


def schema(of: str) -> Exit:
    """Print the JSON Schema of rules files, of slamon.yml, or of rule tests."""
    sys.stdout.write(json.dumps(_schema(of), ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()
    return Exit.FINE


def _schema(of: str) -> dict[str, Any]:
    """Each is imported where it is used: settings pull in every kind of source and notifier."""
    if of == "settings":
        from slamon.settings_file import settings_schema

        return settings_schema()
    if of == "tests":
        from slamon.ruletests import tests_schema

        return tests_schema()
    from slamon.rulefile import rules_schema

    return rules_schema()
