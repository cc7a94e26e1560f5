"""YAML text to policies, or diagnostics with file, line and column.

The libraries that know holidays, iCalendar and patterns are imported where they are used: most rules need none.
"""

from slamon.rulefile.diagnostics import Diagnostic
from slamon.rulefile.load import Loaded, load_rules, read_texts
from slamon.rulefile.schema import rules_options, rules_schema

__all__ = ["Diagnostic", "Loaded", "load_rules", "read_texts", "rules_options", "rules_schema"]
