"""The page about endpoints: complete, and true about who may ask for what."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest

from slamon.web.access import Access
from slamon.web.endpoints import Answers, application
from tests.docs.pages import ROOT, every_page, in_code, page, tables
from tests.web.build import ACT, ADMIN, READ, desk

[ROWS] = [table for table in tables(page("reference/endpoints.md")) if "method and path" in table[0]]
SCOPES = {row["method and path"].replace("`", ""): row["scope"] for row in ROWS}
OURS = re.compile(
    r"(?:(GET|POST|DELETE) )?(/(?:[a-z]+z|metrics|-/[^ ?]+|(?:api|digests|hooks|clicks)/[^ ?]+))(?:\?.*)?"
)
TOKENS = {"read": READ, "act": ACT, "admin": ADMIN}


def test_every_endpoint_is_on_the_page_and_the_page_names_no_other() -> None:
    anything = cast(Any, lambda *_: None)
    app = application(Answers(*[anything] * len(fields(Answers))), Access)
    there = {f"{one.method} {one.resource.canonical}" for one in app.router.routes() if one.resource is not None}
    assert set(SCOPES) == {one for one in there if not one.startswith("HEAD ")}
    assert len(SCOPES) == len(ROWS)


@pytest.mark.asyncio
async def test_who_may_ask_is_as_the_page_says(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        for endpoint, scope in SCOPES.items():
            method, path = re.sub(r"\{\w+\}", "1", endpoint).split(" ")
            denied = {"nobody": (await server.ask(method, path))[0] == 401}
            denied |= {name: (await server.ask(method, path, token))[0] in (401, 403) for name, token in TOKENS.items()}
            enough = {"none": 0, "its own": 0, "read": 1, "act": 2, "admin": 3}[scope]
            assert list(denied.values()) == [at < enough for at in range(4)], endpoint


def is_there(method: str, path: str) -> bool:
    """Whether there is an endpoint for a path, in which anything may stand for what changes."""
    known = (one.split(" ") for one in SCOPES)
    return any(
        method in ("", one) and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) for one, pattern in known
    )


def test_an_endpoint_that_any_page_names_is_one() -> None:
    for page_of in every_page():
        named = (found for one in in_code(page_of.read_text("utf-8")) if (found := OURS.fullmatch(one)))
        assert [one[0] for one in named if not is_there(*one.groups(""))] == [], page_of.relative_to(ROOT)
