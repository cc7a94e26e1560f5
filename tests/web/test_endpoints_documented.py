"""The pages about endpoints and about who may use them: complete, and true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from slamon.cli import cli
from slamon.settings_file import read_listen
from slamon.web.access import Access
from slamon.web.endpoints import Answers, application
from tests.settings_file.build import START, settings

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = ("acknowledge-and-silence.md", "let-others-in.md")


def blocks(page: str, language: str = "") -> list[str]:
    """The blocks of a language; without one, what is typed."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def test_every_endpoint_is_on_the_page_and_the_page_names_no_other() -> None:
    anything = cast(Any, lambda *_: None)
    app = application(Answers(*[anything] * 9), Access)
    there = {(one.method, one.resource.canonical) for one in app.router.routes() if one.resource is not None}
    text = (DOCS / "reference/endpoints.md").read_text("utf-8")
    told = re.findall(r"^\| (GET|POST|DELETE) `([^`]+)` \|", text, re.MULTILINE)
    assert set(told) == {one for one in there if one[0] != "HEAD"}


@pytest.mark.parametrize("page", HOW_TO)
def test_every_command_on_the_pages_is_one_that_there_is(page: str) -> None:
    lines = [line for block in blocks(f"how-to/{page}") for line in block.splitlines() if line.startswith("slamon ")]
    assert lines
    for line in lines:
        found = CliRunner().invoke(cli, [*shlex.split(line)[1:], "--help"])
        assert found.exit_code == 0, f"{line}: {found.output}"


def test_the_settings_on_the_page_let_others_in(tmp_path: Path) -> None:
    first, _, last = blocks("how-to/let-others-in.md", "yaml")
    for name in ("prometheus", "leads"):
        (tmp_path / name).write_text(f"{name}-0123456789abcdef\n")
    found = settings(START + first.replace("/run/secrets/", ""), tmp_path).web
    assert [(one.name, one.scope) for one in found.tokens] == [("prometheus", "read"), ("leads", "act")]
    assert settings(START + last).web.auth_none
    assert isinstance(read_listen("0.0.0.0:8080"), str)
