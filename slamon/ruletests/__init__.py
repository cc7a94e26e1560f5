"""Rule tests: small tickets written beside the rules, and what must be said about them."""

from slamon.ruletests.cases import Case
from slamon.ruletests.read import ReadTests, read_tests
from slamon.ruletests.run import Outcome, run
from slamon.ruletests.tables import tests_schema

__all__ = ["Case", "Outcome", "ReadTests", "read_tests", "run", "tests_schema"]
