"""No option of the rules language is ignored: each has a row in the table that turns red when it is overlooked."""

from __future__ import annotations

import pytest

from slamon.rulefile.document import DOCUMENT
from slamon.rulefile.fields import Boolean
from slamon.rulefile.records import Key
from slamon.rulefile.schema import rules_options
from slamon.rulefile.targets import FULL
from tests.options.inventory import Item, inventory, keys
from tests.options.judging import differences
from tests.options.proof import prove, stays_green, unproven
from tests.options.rows import Row, table

ITEMS = inventory()
ROWS = table()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_row_of_the_table_holds(row: Row) -> None:
    assert differences(row, row.rules) == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.name)
def test_a_row_turns_red_when_this_is_ignored(item: Item) -> None:
    assert stays_green(prove(item, ROWS)) == []


def test_every_option_that_the_reader_accepts_has_a_row() -> None:
    assert list(unproven(ITEMS, ROWS)) == []


def test_rows_name_only_what_the_reader_accepts() -> None:
    assert {name for row in ROWS for name in row.proves} - ITEMS.keys() == set()


def test_every_row_says_something_else() -> None:
    assert len({row.says for row in ROWS}) == len(ROWS)


def test_the_keys_are_those_of_the_reference() -> None:
    assert keys() == [option.path for option in rules_options()]


def test_a_new_option_without_a_row_is_named_with_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FULL.keys, "new_option", Key("new_option", Boolean(), "Does something new."))
    path = "policies[].targets.NAME.new_option"
    assert list(unproven(inventory(DOCUMENT), ROWS)) == [path, f"{path}=true", f"{path}=false"]


def test_an_option_that_really_is_ignored_is_found() -> None:
    item = next(item for item in ITEMS.values() if item.name == "policies[].targets.NAME.on_reopen=once")
    row = next(row for row in ROWS if item.name in row.proves)
    blind = Row(row.says, row.proves, row.rules.replace("once", "continue"), row.files, row.cases)
    assert stays_green(prove(item, (blind,))) == [f"{row.says!r}, as it is: the row does not use it"]
