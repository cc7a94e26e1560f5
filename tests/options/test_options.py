"""No option of the rules language is ignored: each has a row in the table that turns red when it is overlooked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slamon.rulefile.document import DOCUMENT
from slamon.rulefile.fields import Boolean
from slamon.rulefile.records import Key
from slamon.rulefile.schema import rules_options
from slamon.rulefile.targets import FULL
from tests.options.__main__ import main
from tests.options.ignoring import key
from tests.options.inventory import Item, inventory, keys
from tests.options.judging import differences, load
from tests.options.proof import prove, stays_green, unproven
from tests.options.rows import Case, Expected, Row, table
from tests.options.words import instant

ITEMS = inventory()
ROWS = table()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_row_of_the_table_holds(row: Row) -> None:
    assert differences(row, load(row)) == []


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


def test_a_row_that_does_not_see_its_option_is_found() -> None:
    name = "policies[].targets.NAME.on_reopen=once"
    row = next(row for row in ROWS if name in row.proves)
    before = Case(row.cases[0].ticket, instant("Mon 09:30"), (Expected("total_resolution", 1, "on_track", {}),), None)
    blind = replace(row, cases=(before,))
    found = stays_green(prove(ITEMS[name], (blind,)))
    assert found == [
        f"{row.says!r}, read as {word}: nothing changes" for word in ("continue", "continue_wall", "restart")
    ]


def test_a_row_that_does_not_hold_its_option_is_found() -> None:
    row = next(row for row in ROWS if "policies[].also" not in row.proves)
    found = stays_green(prove(ITEMS["policies[].also"], (replace(row, proves=("policies[].also",)),)))
    assert found == [f"{row.says!r}, as it is: the row does not use it"]


def test_the_printed_proof_ends_with_what_stays_green(capsys: pytest.CaptureFixture[str]) -> None:
    fine, new = ITEMS["policies[].also"], Item("policies[].new_option", key("policies[].new_option"))
    assert main({"fine": fine}) == 0
    assert capsys.readouterr().out.endswith(" ways: every row turns red\n")
    assert main({"fine": fine, "new": new}) == 1
    assert capsys.readouterr().out.endswith(" ways: 1 stay green: policies[].new_option\n")
