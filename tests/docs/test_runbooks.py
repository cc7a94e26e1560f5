"""The pages about what is wrong with slamon itself: each alert and each condition has its own, and no page is left over."""

from __future__ import annotations

import re
from typing import Any

import pytest

from slamon.core.conditions import CONDITIONS
from tests.deploy.queries import ALERTS, rules
from tests.docs.pages import DOCS, ROOT, in_code, links, page, sections, tables

PAGES = DOCS / "runbooks"
RUNBOOKS = sorted(set(PAGES.glob("*.md")) - {PAGES / "README.md"})
ALERT_RULES: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in rules(ALERTS)}
[TOLD] = [table for table in tables(page("reference/monitor-alerts.md")) if "condition" in table[0]]


def test_every_alert_has_a_page_of_its_own_and_every_page_its_alert() -> None:
    named = {name: ROOT / rule["annotations"]["runbook_url"] for name, rule in ALERT_RULES.items()}
    assert sorted(named.values()) == RUNBOOKS
    assert {name: path.read_text("utf-8").splitlines()[0] for name, path in named.items()} == {
        name: f"# {name}" for name in ALERT_RULES
    }


def test_the_list_of_pages_tells_how_grave_each_alert_is_and_when_it_fires() -> None:
    [listed] = tables(page("runbooks/README.md"))
    assert [(row["alert"], row["severity"], row["when it lasts for"]) for row in listed] == [
        (f"[{name}]({(ROOT / one['annotations']['runbook_url']).name})", one["labels"]["severity"], one.get("for", "at once"))
        for name, one in ALERT_RULES.items()
    ]  # fmt: skip


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_page_says_who_is_harmed_where_to_look_and_what_to_do(path: Any) -> None:
    text = path.read_text("utf-8")
    assert re.search(r"^\*\*Harm:\*\* \S", text, re.MULTILINE)
    assert [title for title, part in sections(text).items() if part.strip()] == ["Look", "Do"]


def test_every_condition_is_told_with_what_it_is_about_and_no_other() -> None:
    about = {"a source": "source", "a notifier": "notifier", "": ""}
    assert {in_code(row["condition"])[0]: about[row["about"]] for row in TOLD} == {
        name: one.about for name, one in CONDITIONS.items()
    }


def test_every_condition_leads_to_a_page() -> None:
    paths = {in_code(row["condition"])[0]: list(links(row["what to do"])) for row in TOLD}
    assert {name: len(found) for name, found in paths.items()} == dict.fromkeys(CONDITIONS, 1)
    assert {DOCS / "reference" / found[0] for found in paths.values()} <= {
        DOCS / "reference" / f"../runbooks/{one.name}" for one in RUNBOOKS
    }


def test_an_alert_about_a_condition_and_the_condition_lead_to_the_same_page() -> None:
    told = {in_code(row["condition"])[0]: next(links(row["what to do"])).rpartition("/")[2] for row in TOLD}
    asked = [(re.findall(r'slamon_condition\{condition="(\w+)"', rule["expr"]), rule) for rule in ALERT_RULES.values()]
    pairs = {names[0]: rule["annotations"]["runbook_url"].rpartition("/")[2] for names, rule in asked if names}
    assert pairs
    assert pairs.items() <= told.items()
