"""The promises of ports.Store as tests that know nothing of any one database.

A database's own test module makes subclasses of these and gives the fixtures `make` (a new, closed store on the test's
database), `store` (an open one) and `fresh` (a context manager: an open store on a database of its own).
"""

import pytest

# Before the modules are loaded, so that their failed assertions show what stood on either side.
pytest.register_assert_rewrite(
    "tests.store.contract.tickets",
    "tests.store.contract.judging",
    "tests.store.contract.deliveries",
    "tests.store.contract.notifications",
    "tests.store.contract.standing",
    "tests.store.contract.watching",
    "tests.store.contract.concurrency",
    "tests.store.contract.model",
)
